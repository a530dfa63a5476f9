"""The index follows the fact log by itself: nothing is lost or doubled, whatever is killed and whoever commits late."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from entrepot.catalog import operations as catalog_operations
from entrepot.catalog.queries import ListingView
from entrepot.markets import operations as markets
from entrepot.search import following, queries
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.embedded.generations import KEPT_SECONDS, Folder
from entrepot.search.following import Follower
from entrepot.search.index_port import Document, EngineQuery, IndexIsWritten, Position, SearchNotReady, Text
from entrepot.search.ports import SearchRequest, bind
from entrepot.sellers import operations as sellers_operations
from tests.builders import catalog, sellers, shipping
from tests.builders.catalog import NOW

LISTED = datetime(2026, 1, 1, tzinfo=UTC)


def everything(engine: EmbeddedEngine) -> set[UUID]:
    return set(engine.find(EngineQuery(None, "en", None, "newest", 500)).listing_ids)


@pytest.fixture
def make_engine(tmp_path: Path) -> Iterator[Callable[[], EmbeddedEngine]]:
    """Return a function that makes an engine as another process of this machine would have it: of the same folder."""
    made: list[EmbeddedEngine] = []

    def make() -> EmbeddedEngine:
        made.append(EmbeddedEngine(tmp_path / "index", stamp=lambda: "rules"))
        return made[-1]

    yield make
    for engine in made:
        engine.release()


@pytest.fixture
def elsewhere(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of somebody else, in a transaction that is left open."""
    parameters = connection.get_connection_params()
    names = ("dbname", "host", "user", "password", "port")
    other = psycopg.connect(**{name: parameters[name] for name in names if parameters.get(name)})
    yield other
    other.close()


def follow(engine: EmbeddedEngine) -> Follower:
    """Return a follower that has read all there is."""
    follower = Follower(engine)
    for _ in range(10):
        follower.step()
    return follower


def tell_of(link: psycopg.Connection[Any], listing: ListingView) -> None:
    payload = json.dumps({"listing_ids": [str(listing.id)], "seller_id": str(listing.seller_id)})
    link.execute("INSERT INTO kernel_fact (kind, payload) VALUES ('ListingsChanged', %s)", [payload])


# --- the log ---------------------------------------------------------------------------------------------------------


def test_a_change_that_is_committed_late_is_not_passed_over(
    elsewhere: psycopg.Connection[Any], make_engine: Callable[[], EmbeddedEngine]
) -> None:
    seller = sellers.approved_seller("CN")
    early, late = (catalog.listing(seller, title=title) for title in ("Early bird", "Late bird"))
    engine = make_engine()
    follower = follow(engine)
    assert everything(engine) == {early.id, late.id}

    elsewhere.execute("UPDATE catalog_listing SET state = 'paused' WHERE id = %s", [late.id])
    tell_of(elsewhere, late)  # It has its place in the log now, and commits last.
    catalog_operations.set_listing_state(seller_id=seller.id, listing_ids=[early.id], state="paused", now=NOW)
    follower.step()
    elsewhere.commit()
    follower.step()
    assert everything(engine) == set()
    place = engine.get_position()
    assert place is not None
    follower.close()

    elsewhere.execute("UPDATE catalog_listing SET state = 'active' WHERE id = %s", [late.id])
    tell_of(elsewhere, late)
    follow(engine).close()
    elsewhere.commit()
    follow(engine).close()
    assert everything(engine) == {late.id}


def test_what_happened_while_nobody_followed_is_caught_up(
    transactional_db: None, make_engine: Callable[[], EmbeddedEngine]
) -> None:
    seller = sellers.approved_seller("CN")
    first = catalog.listing(seller, title="First")
    engine = make_engine()
    follow(engine).close()
    second = catalog.listing(seller, title="Second")
    catalog_operations.set_listing_state(seller_id=seller.id, listing_ids=[first.id], state="paused", now=NOW)
    again = make_engine()
    follow(again)
    assert everything(again) == everything(engine) == {second.id}


def test_what_changes_while_an_index_is_built_is_in_it(
    transactional_db: None, make_engine: Callable[[], EmbeddedEngine]
) -> None:
    seller = sellers.approved_seller("CN")
    gone, kept = (catalog.listing(seller, title=title) for title in ("Gone", "Kept"))
    engine = make_engine()
    assert engine.claim()
    building = following.Building(engine)
    assert building.step()
    catalog_operations.set_listing_state(seller_id=seller.id, listing_ids=[gone.id], state="paused", now=NOW)
    new = catalog.listing(seller, title="New")
    while building.step():
        pass
    building.finish()
    assert everything(engine) == {kept.id, new.id}


def test_the_index_in_use_is_followed_while_another_is_built(
    transactional_db: None, make_engine: Callable[[], EmbeddedEngine]
) -> None:
    seller = sellers.approved_seller("CN")
    listing = catalog.listing(seller, title="Here")
    engine = make_engine()
    follower = follow(engine)
    wish = following.wish_rebuild()
    follower.step()  # It has begun, and written the first batch.
    catalog_operations.set_listing_state(seller_id=seller.id, listing_ids=[listing.id], state="paused", now=NOW)
    follower.step()
    assert everything(engine) == set()
    for _ in range(3):
        follower.step()
    assert not following.is_rebuild_wished(wish)
    assert everything(engine) == set()


def test_an_index_by_other_rules_answers_until_the_new_one_is_built(transactional_db: None, tmp_path: Path) -> None:
    listing = catalog.listing(sellers.approved_seller("CN"), title="Here")
    old = EmbeddedEngine(tmp_path / "index", stamp=lambda: "old")
    follow(old).close()
    engine = EmbeddedEngine(tmp_path / "index", stamp=lambda: "new")
    assert engine.get_position() is None
    assert everything(engine) == {listing.id}
    follower = follow(engine)
    assert engine.get_position() is not None
    assert everything(engine) == {listing.id}
    follower.close()


def test_what_no_fact_tells_is_read_anew_within_a_day(
    transactional_db: None, make_engine: Callable[[], EmbeddedEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = catalog.listing(sellers.approved_seller("CN"), title="Here")
    engine = make_engine()
    follower = follow(engine)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_listing SET state = 'paused' WHERE id = %s", [listing.id])
    follower.step()
    assert everything(engine) == {listing.id}
    monkeypatch.setattr(time, "monotonic", lambda: 1e9)  # A day later.
    follower.step()
    assert everything(engine) == set()


def test_a_rebuild_is_done_by_the_worker_where_one_runs(
    transactional_db: None, make_engine: Callable[[], EmbeddedEngine], capsys: pytest.CaptureFixture[str]
) -> None:
    listing = catalog.listing(sellers.approved_seller("CN"), title="Here")
    of_worker, of_command = make_engine(), make_engine()
    stop = threading.Event()
    worker = threading.Thread(target=following.follow, args=[stop], kwargs={"engine": of_worker})
    worker.start()
    try:
        while not of_worker.count_documents():
            assert worker.is_alive()
            time.sleep(0.01)
        before = of_worker.find(EngineQuery(None, "en", None, "newest", 1)).snapshot
        bind(of_command)
        call_command("search_index", rebuild=True, json=True)
        assert '"documents": 1, "offered": 1' in capsys.readouterr().out
        assert of_command.find(EngineQuery(None, "en", None, "newest", 1)).snapshot != before
        assert everything(of_command) == {listing.id}
    finally:
        stop.set()
        worker.join()


def test_who_asks_for_a_rebuild_while_one_is_being_built_gets_another(
    transactional_db: None, make_engine: Callable[[], EmbeddedEngine]
) -> None:
    catalog.listing(sellers.approved_seller("CN"), title="Here")
    follower = Follower(make_engine())
    before = following.wish_rebuild()
    follower.step()
    meanwhile = following.wish_rebuild()
    while following.is_rebuild_wished(before):
        follower.step()
    assert following.is_rebuild_wished(meanwhile)
    while following.is_rebuild_wished(meanwhile):
        follower.step()
    follower.close()


# --- what a fact moves -----------------------------------------------------------------------------------------------


@pytest.fixture
def mug(db: None) -> ListingView:
    seller = sellers.approved_seller("CN")
    shipping.preset_templates(seller)
    return catalog.listing(seller, title="Blue mug", stock=3)


def found(q: str = "mug", country: str = "DE", **fields: Any) -> list[UUID]:
    return list(queries.find(SearchRequest(q=q, country=country, currency="EUR", **fields), at=NOW).listing_ids)


def test_a_paused_store_and_a_suspended_seller_are_not_found_and_come_back(db: None) -> None:
    seller = sellers.approved_seller("CN")
    shipping.preset_templates(seller)
    mug = catalog.listing(seller, title="Blue mug")
    assert found() == [mug.id]
    seat = {"seller_id": seller.id, "person_id": sellers.owner_of(seller), "now": NOW}
    sellers_operations.pause_store(**seat)
    assert found() == []
    sellers_operations.reopen_store(**seat)
    assert found() == [mug.id]
    reasons = [{"field": "papers", "reason": "They have run out."}]
    sellers_operations.suspend_seller(seller_id=mug.seller_id, actor="operator:1", reasons=reasons, now=NOW)
    assert found() == []


def test_a_new_delivery_template_opens_and_closes_countries(db: None) -> None:
    seller = sellers.approved_seller("CN")
    listing = catalog.listing(seller, title="Blue mug")
    assert found() == []
    shipping.preset_templates(seller)
    assert found() == [listing.id]


def test_what_sells_out_goes_behind_and_comes_back(db: None) -> None:
    seller = sellers.approved_seller("CN")
    shipping.preset_templates(seller)
    mug, other = (catalog.listing(seller, title=title) for title in ("Blue mug", "Another blue mug, of many"))
    assert found("blue mug") == [mug.id, other.id]
    catalog_operations.set_stock(seller_id=mug.seller_id, stock={mug.skus[0].seller_sku: 0}, now=NOW)
    assert found("blue mug") == [other.id, mug.id]
    catalog_operations.set_stock(seller_id=mug.seller_id, stock={mug.skus[0].seller_sku: 1}, now=NOW)
    assert found("blue mug") == [mug.id, other.id]


def test_a_stage_takes_effect_without_the_index(mug: ListingView, search_index: Any) -> None:
    assert found() == [mug.id]
    search_index.follows = False
    markets.set_stage(country="CN", side="selling", stage="suspended", actor="operator:1", reason="Test.", now=NOW)
    assert found() == []
    markets.set_stage(country="CN", side="selling", stage="open", actor="operator:1", reason="Test.", now=NOW)
    assert found() == [mug.id]


def test_while_there_is_no_index_a_search_says_so_and_the_front_page_stands(
    mug: ListingView, tmp_path: Path, client: Client
) -> None:
    bind(EmbeddedEngine(tmp_path / "none", stamp=lambda: ""))
    with pytest.raises(SearchNotReady):
        found()
    assert queries.list_newest(country="DE", at_most=5, per_store=2, at=NOW) == ()
    assert queries.list_stocked_departments(country="DE", at=NOW) == frozenset()
    for address, status in (("/", 200), ("/search?q=mug", 503), ("/api/v1/listings?q=mug", 503)):
        response = client.get(address)
        assert response.status_code == status, address
        assert ("Retry-After" in response) == (status == 503)
        assert (b"being prepared" in response.content) == (status == 503)


# --- processes -------------------------------------------------------------------------------------------------------


def test_one_process_writes_and_others_see_it(make_engine: Callable[[], EmbeddedEngine]) -> None:
    writer, other = make_engine(), make_engine()
    assert writer.claim()
    assert not other.claim()
    with pytest.raises(IndexIsWritten):
        other.write([document(1)])
    writer.publish(Position(0, 0))
    assert everything(other) == set()
    writer.write([document(1)])
    writer.publish()
    assert everything(other) == {document(1).listing_id}
    writer.release()
    assert other.claim()
    other.write([document(2)])
    other.publish()
    assert everything(writer) == {document(1).listing_id, document(2).listing_id}


def test_generations_are_kept_for_those_who_leaf_and_then_removed(
    make_engine: Callable[[], EmbeddedEngine], tmp_path: Path
) -> None:
    engine, folder = make_engine(), Folder(tmp_path / "index")
    engine.publish(Position(0, 0))
    first = folder.read_current()
    for number in range(3):
        engine.write([document(number)])
        engine.publish()
    kept = sorted(entry.name for entry in folder.generations.iterdir())
    assert len(kept) == 4
    old = time.time() - KEPT_SECONDS - 1
    (folder.generations / ".unfinished").mkdir()
    for name in kept:
        os.utime(folder.of(name) / "about.json", (old, old))
    engine.publish()
    left = sorted(entry.name for entry in folder.generations.iterdir())
    assert left[0] == kept[-1] != first  # The one before the current may still be leafed through.
    assert len(left) == 2
    assert len(everything(engine)) == 3


def document(number: int, version: int = 0) -> Document:
    return Document(
        listing_id=UUID(int=number + (7 << 100)),
        store="store",
        lane="lane",
        listed_at=LISTED,
        texts=(Text("", "title", f"mug v{version}"),),
    )


# Writes a document and removes another with every step, publishes, and says so; every tenth step builds the index anew.
_WRITER = """
import sys
from pathlib import Path
import django
django.setup()
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.index_port import Position
from tests.search.test_following import document

engine = EmbeddedEngine(Path(sys.argv[1]), stamp=lambda: "rules")
assert engine.claim()
last = engine.get_position()
if last is None:
    engine.publish(Position(0, 0))
number = last.fact_id if last else 0
while True:
    number += 1
    if number % 10 == 0:
        anew = engine.start_anew()
        anew.write([document(each) for each in range(1, number + 1) if each % 3])
        anew.publish(Position(0, number))
    else:
        before = [each for each in range(max(1, number - 5), number) if each % 3]
        engine.write([document(number), *(document(each, number) for each in before)])
        if number % 3 == 0:
            engine.remove([document(number).listing_id])
        engine.publish(Position(0, number))
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """SIGKILL while it writes, publishes, builds anew; whoever comes next goes on from what was published."""
    script = tmp_path / "writer.py"
    script.write_text(_WRITER)
    root = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": f"{root}:{root / 'src'}"}
    command = [sys.executable, str(script), str(tmp_path / "index")]
    last = 0
    for pause in (0.0, 0.013, 0.041, 0.087, 0.2):
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True, cwd=root)
        assert process.stdout is not None
        told = int(process.stdout.readline())
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        process.wait()
        told = int(rest[-1]) if rest else told
        assert told > last
        engine = EmbeddedEngine(tmp_path / "index", stamp=lambda: "rules")
        place = engine.get_position()
        assert place is not None
        assert told <= place.fact_id <= told + 1
        expected = {document(number).listing_id for number in range(1, place.fact_id + 1) if number % 3}
        assert everything(engine) == expected
        assert engine.count_documents() == len(expected)
        last = place.fact_id
