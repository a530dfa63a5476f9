"""
Search on OpenSearch: what is asked of a cluster, and what becomes of its answers, its faults and its silence.

That the adapter keeps the contract of every engine is proved in tests/search/test_engine.py. `opensearch/` holds
requests and answers as OpenSearch's documentation has them; the cluster of these tests is `opensearch_server`.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from entrepot.integrations.opensearch import state as states
from entrepot.integrations.opensearch.cluster import Cluster, ClusterAway, ClusterRefused, Place, read_place
from entrepot.integrations.opensearch.engine import OpenSearchEngine
from entrepot.integrations.opensearch.keeping import lane_key
from entrepot.search import words
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.index_port import (
    Asked,
    Document,
    EngineQuery,
    Form,
    Group,
    IndexIsWritten,
    Position,
    SearchEngine,
    SearchNotReady,
    Text,
)
from tests.builders import certificates
from tests.integrations import opensearch_server
from tests.integrations.opensearch_server import Server

RECORDED = Path(__file__).parent / "opensearch"
LISTED = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[Server]:
    with opensearch_server.running() as running:
        yield running


MakeEngine = Callable[..., OpenSearchEngine]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_engine(server: Server, clock: Clock) -> MakeEngine:
    """Return a function that makes an engine as another process of the shop would."""

    def make(stamp: str = "rules", prefix: str = "shop") -> OpenSearchEngine:
        return OpenSearchEngine(place_of(server, prefix), stamp=lambda: stamp, clock=clock)

    return make


def place_of(server: Server, prefix: str = "shop", options: str = "?timeout=2") -> Place:
    return read_place(f"opensearch+http://{server.address}/{prefix}{options}")


def document(number: int, title: str = "kettle", **fields: Any) -> Document:
    return Document(
        **{
            "listing_id": UUID(int=number),
            "store": "store",
            "lane": "lane",
            "listed_at": LISTED + timedelta(minutes=number),
            "texts": (Text("en", "title", title),),
            **fields,
        }
    )


def query(text: str = "", **fields: Any) -> EngineQuery:
    asked = words.ask(text, "en") if text else None
    return EngineQuery(**{"asked": asked, "language": "en", "lanes": None, "sort": "newest", "limit": 50} | fields)


def found(engine: SearchEngine, text: str = "", **fields: Any) -> list[int]:
    return [listing_id.int for listing_id in engine.find(query(text, **fields)).listing_ids]


def indices(server: Server, prefix: str = "shop") -> set[str]:
    return {name for name in server.indices if name.startswith(f"{prefix}-listings-")}


# --- the address -----------------------------------------------------------------------------------------------------


def test_an_address_says_everything_that_is_needed(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    nodes = "shop:p%40ss@one.example,two.example:9201"
    options = f"ca={authority}&shards=3&replicas=2&timeout=1.5"
    assert read_place(f"opensearch+https://{nodes}/goods?{options}") == Place(
        scheme="https",
        nodes=(("one.example", 9200), ("two.example", 9201)),
        user="shop",
        password="p@ss",
        prefix="goods",
        ca_file=str(authority),
        shards=3,
        replicas=2,
        timeout_seconds=1.5,
    )
    plain = read_place("opensearch+http://localhost")
    assert (plain.nodes, plain.prefix, plain.shards, plain.replicas) == ((("localhost", 9200),), "entrepot", 1, 1)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://one.example", "must begin with opensearch+https"),
        ("opensearch+ftp://one.example", "must begin with opensearch+https"),
        ("opensearch+https:///shop", "names no node"),
        ("opensearch+https://one.example/Shop", "names its indices"),
        ("opensearch+https://one.example/shop?shard=1", "does not know shard"),
        ("opensearch+https://one.example/shop?shards=none", "whole numbers"),
        ("opensearch+https://one.example/shop?shards=0", "whole numbers"),
        ("opensearch+https://one.example/shop?ca=/nowhere.pem", "not there"),
        ("opensearch+https://one.example/shop?timeout=soon", "could not convert"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_the_reason(address: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault.replace("+", r"\+")):
        read_place(address)


# --- the cluster -----------------------------------------------------------------------------------------------------


def test_a_node_that_is_busy_or_hangs_up_is_asked_again(server: Server) -> None:
    cluster = Cluster(place_of(server))
    server.faults += [503, 0, 429]
    assert cluster.ask("PUT", "/shop-one", {"mappings": {}})["acknowledged"]
    assert len(server.asked) == 1


def test_another_node_answers_where_one_is_away(server: Server) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # Nobody listens.
        address = f"opensearch+http://127.0.0.1:{closed.getsockname()[1]},{server.address}/shop?timeout=5"
        for _ in range(3):
            assert Cluster(read_place(address)).ask("GET", "/shop-*/_alias") == {}


def test_buyers_are_told_to_wait_while_no_node_answers(server: Server) -> None:
    engine = OpenSearchEngine(place_of(server, options="?timeout=0.3"), stamp=lambda: "rules")
    server.faults += [503] * 20
    with pytest.raises(ClusterAway) as refusal:
        engine.find(query())
    assert (refusal.value.code, refusal.value.kind) == ("search_not_ready", "unavailable")


def test_a_cluster_is_asked_with_its_name_and_password() -> None:
    with opensearch_server.running(user="shop", password="p@ss") as server:
        address = f"{server.address}/shop?timeout=2"
        assert Cluster(read_place(f"opensearch+http://shop:p%40ss@{address}")).ask("GET", "/shop-*/_alias") == {}
        with pytest.raises(ClusterRefused, match="401"):
            Cluster(read_place(f"opensearch+http://shop:wrong@{address}")).ask("GET", "/shop-*/_alias")


def test_a_cluster_is_asked_over_tls_where_its_certificate_is_trusted(tmp_path: Path) -> None:
    certificate = tmp_path / "node.pem"
    tls = certificates.make_certificate(certificate)
    with opensearch_server.running(tls=tls) as server:
        address = f"opensearch+https://localhost:{server.address.rpartition(':')[2]}/shop?timeout=2"
        assert Cluster(read_place(f"{address}&ca={certificate}")).ask("GET", "/shop-*/_alias") == {}
        with pytest.raises(ClusterAway):
            Cluster(read_place(address)).ask("GET", "/shop-*/_alias")


# --- writing ---------------------------------------------------------------------------------------------------------


def test_what_the_cluster_has_no_room_for_is_sent_again(server: Server, make_engine: MakeEngine) -> None:
    engine = make_engine()
    server.busy_items = 3
    engine.write([document(number) for number in range(5)])
    engine.remove([UUID(int=77)])  # Was never there.
    engine.publish(Position(1, 1))
    assert found(engine) == [4, 3, 2, 1, 0]
    sent = [len(body) for _, target, body in server.asked if target.endswith("/_bulk")]
    assert sent == [11, 6]  # A line that says what to do, and one with the document.


def test_a_document_that_the_cluster_refuses_stops_the_writer(server: Server, make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.write([document(1, lane="x" * 40_000)])
    with pytest.raises(ClusterRefused, match="immense term"):
        engine.publish(Position(1, 1))
    assert engine.get_position() is None


def test_one_process_writes_and_another_takes_over_when_it_is_dead(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_engine(), make_engine()
    watch = Clock()
    second._states.clock = first._states.clock = watch
    assert first.claim()
    first.write([document(1)])
    first.publish(Position(1, 1))
    assert not second.claim()
    with pytest.raises(IndexIsWritten):
        second.write([document(2)])
    assert found(second) == [1]

    watch.now += 20
    assert first.claim()  # It says that it lives.
    watch.now += 20
    assert not second.claim()
    watch.now += 31
    assert second.claim()
    second.write([document(2)])
    second.publish(Position(2, 2))
    first.remove([UUID(int=1)]) if first.claim() else None
    with pytest.raises(IndexIsWritten):
        first.publish(Position(9, 9))
    assert found(first) == [2, 1]
    assert first.get_position() == Position(2, 2)


def test_the_right_to_write_is_given_back(make_engine: MakeEngine) -> None:
    first, second = make_engine(), make_engine()
    assert first.claim()
    assert not second.claim()
    first.release()
    assert second.claim()
    assert not first.claim()


def test_readers_in_other_processes_notice_what_is_published(make_engine: MakeEngine) -> None:
    writer, reader = make_engine(), make_engine()
    watch = Clock()
    reader._states.clock = watch
    with pytest.raises(SearchNotReady):
        reader.find(query())
    watch.now += states._NOTICED_SECONDS
    writer.write([document(1)])
    writer.publish(Position(1, 1))
    first = reader.find(query())
    writer.write([document(2)])
    writer.publish(Position(2, 2))
    watch.now += states._NOTICED_SECONDS
    assert found(reader) == [2, 1]
    assert found(reader, snapshot=first.snapshot) == [1]
    assert found(writer, snapshot=first.snapshot) == [1]


def test_an_index_of_other_rules_is_to_be_built_anew_and_answers_until_then(make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.write([document(1)])
    engine.publish(Position(1, 1))
    engine.release()
    later = make_engine(stamp="other rules")
    assert later.get_position() is None
    assert found(later) == [1]


def test_an_index_built_anew_is_named_by_the_alias_and_the_former_goes_later(
    server: Server, make_engine: MakeEngine, clock: Clock
) -> None:
    engine = make_engine()
    engine.write([document(1)])
    engine.publish(Position(1, 1))
    (former,) = indices(server)
    assert server.indices[former].aliases == {"shop"}
    anew = engine.start_anew()
    anew.write([document(2)])
    assert found(engine) == [1]
    anew.publish(Position(2, 2))
    (newer,) = indices(server) - {former}
    assert (server.indices[former].aliases, server.indices[newer].aliases) == (set(), {"shop"})
    engine.publish()
    assert indices(server) == {former, newer}
    clock.now += 601
    engine.publish()
    assert indices(server) == {newer}
    assert found(engine) == [2]


def test_what_a_builder_left_is_taken_away_and_nothing_of_another_shop(server: Server, make_engine: MakeEngine) -> None:
    other = make_engine(prefix="shop-listings")
    other.publish(Position(1, 1))
    engine = make_engine()
    engine.write([document(1)])
    engine.publish(Position(1, 1))
    kept = set(server.indices)
    stopped = engine.start_anew()
    stopped.write([document(number) for number in range(600)])
    assert len(server.indices) == len(kept) + 1
    given_up = engine.start_anew()
    assert len(server.indices) == len(kept) + 1
    given_up.release()
    assert set(server.indices) == kept


# --- reading ---------------------------------------------------------------------------------------------------------


def test_points_in_time_that_are_gone_are_opened_anew_or_answered_from_now(
    server: Server, make_engine: MakeEngine
) -> None:
    engine = make_engine()
    engine.write([document(1)])
    engine.publish(Position(1, 1))
    first = engine.find(query())
    engine.write([document(2)])
    engine.publish(Position(2, 2))
    second = engine.find(query())
    server.points.clear()  # As after a restart, or ten quiet minutes.
    assert found(engine, snapshot=second.snapshot) == [2, 1]
    assert found(engine, snapshot=first.snapshot) == [2, 1]
    assert engine.list_lanes(first.snapshot) == {"lane"}


def test_an_index_that_somebody_took_away_is_as_none(server: Server, make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.write([document(1)])
    engine.publish(Position(1, 1))
    server.indices.pop(*indices(server))
    with pytest.raises(SearchNotReady):
        engine.find(query())


def test_only_so_many_points_in_time_are_kept(server: Server, make_engine: MakeEngine) -> None:
    engine = make_engine()
    for number in range(65):
        engine.write([document(number)])
        engine.publish(Position(number, 1))
    assert len(server.points) == 60
    assert engine.count_documents() == 65


def test_pages_beyond_what_opensearch_gives_at_once_are_reached(server: Server, make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.write([document(number) for number in range(10_030)])
    engine.publish(Position(1, 1))
    assert found(engine, offset=9_990, limit=20) == list(range(39, 19, -1))
    assert found(engine, offset=10_020, limit=20) == list(range(9, -1, -1))
    beyond = engine.find(query(offset=10_100, limit=20))
    assert (beyond.count, beyond.listing_ids) == (10_030, ())


def test_a_request_names_the_fewer_lanes(server: Server, make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.write([document(number, lane=f"lane {number}") for number in range(10)])
    engine.publish(Position(1, 1))
    lanes = [f"lane {number}" for number in range(10)]
    assert found(engine, lanes=frozenset(lanes[:9])) == list(range(8, -1, -1))
    assert found(engine, lanes=frozenset([*lanes[8:], "unknown"])) == [9, 8]
    assert found(engine, lanes=frozenset(lanes)) == list(range(9, -1, -1))
    sent = [
        json.dumps(body["query"])
        for _, target, body in server.asked
        if target.startswith("/_search?") and "query" in body
    ]
    assert ["must_not" in query for query in sent] == [True, False, False]
    named = [[key for key in map(lane_key, lanes) if key in query] for query in sent]
    assert named == [[lane_key("lane 9")], [lane_key("lane 8"), lane_key("lane 9")], []]


TITLES = [
    "red cotton shirt for men", "cotton shirt", "shirts, red and blue", "red shoes", "smart watch", "smartwatch strap",
    "wall clock", "kettle 1500 ml", "steel kettle 1.5 l", "kettle", "teapot of steel", "shirt dress", "a watch, smart",
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "shirt", "red shirt", "shirts", "smart watch", "smartwatch", "kettle 1.5 l", "steel kettl", "kettle red",
        '"red shirt"', "shirt -red", "shirt nosuchword", "nosuchword",
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_lenient", [False, True])
def test_words_rank_as_in_the_embedded_engine(
    make_engine: MakeEngine, tmp_path: Path, text: str, is_lenient: bool
) -> None:
    documents = [document(number, title, orders=number % 3) for number, title in enumerate(TITLES)]
    answers = []
    for engine in (EmbeddedEngine(tmp_path, stamp=lambda: "rules"), make_engine()):
        engine.write(documents)
        engine.publish(Position(1, 1))
        answers.append(found(engine, text, sort="relevance", is_lenient=is_lenient))
        engine.release()
    embedded, opensearch = answers
    assert sorted(opensearch) == sorted(embedded)
    assert opensearch[:1] == embedded[:1]


# --- what OpenSearch's documentation says ----------------------------------------------------------------------------


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))


def test_requests_are_those_that_were_recorded(server: Server, make_engine: MakeEngine) -> None:
    engine = make_engine()
    lamp = document(
        1,
        "Desk lamp",
        lane="IT|IT||*:p5-9",
        categories=("home", "lighting"),
        brand="Lumo",
        attributes=(("en", "Colour", "Red"),),
        rating=4.5,
    )
    engine.write([lamp])
    engine.publish(Position(7, 8))
    in_english, as_typed = Form("en", ("lamp",)), Form("", ("lamp",), 0.9)
    answer = engine.find(
        query(
            asked=Asked((Group("lamp", (in_english, as_typed)),)),
            sort="relevance",
            limit=24,
            category="home",
            brands=("Lumo",),
            attributes=(("Colour", "Red"),),
            lanes=frozenset([lamp.lane]),
            counted=("category", "brand", "lane", "rating", "attribute"),
        )
    )
    assert answer.listing_ids == (lamp.listing_id,)
    sent = [{"method": method, "path": tidy(target), "body": tidy(body)} for method, target, body in server.asked]
    assert sent == recorded("requests")


def tidy(value: Any) -> Any:
    """Return what was sent without names that differ each time and without figures that ranking may change."""
    text = json.dumps(value, ensure_ascii=False)
    text = re.sub(r"listings-[0-9a-f]{12}", "listings-000000000000", text)
    text = re.sub(r'"(holder|name|schema)": "[0-9a-f]{12,32}"', r'"\1": "…"', text)
    text = re.sub(r'"popularity": [0-9.]+', '"popularity": 24.0', text)
    return json.loads(re.sub(r'"words_en": "(desk lamp ?)+"', '"words_en": "desk lamp"', text))


@pytest.mark.parametrize("name", ["not_found", "context_missing", "conflict", "strict", "plain_error"])
def test_faults_are_read_as_the_documentation_has_them(name: str) -> None:
    about = recorded("faults")[name]
    with opensearch_server.running() as server:
        server.answer = lambda *_: (about["status"], about["body"])  # type: ignore[method-assign]
        with pytest.raises(ClusterRefused) as refusal:
            Cluster(place_of(server)).ask("GET", "/shop")
    assert (refusal.value.status, refusal.value.kind) == (about["status"], about["kind"])
    assert refusal.value.causes == set(about["causes"])
    assert refusal.value.is_of_what_is_gone == (name in ("not_found", "context_missing"))
