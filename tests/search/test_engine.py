"""What every search engine does: the contract of `search.index_port`, against each engine that there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from entrepot.integrations.opensearch.cluster import read_place
from entrepot.integrations.opensearch.engine import OpenSearchEngine
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.index_port import (
    Asked,
    Document,
    EngineQuery,
    Form,
    Group,
    Position,
    SearchEngine,
    SearchNotReady,
    Text,
)
from tests.integrations import opensearch_server

LISTED = datetime(2026, 1, 1, tzinfo=UTC)
EVERYTHING = ("category", "brand", "lane", "rating", "attribute")
MakeEngine = Callable[[], SearchEngine]


@pytest.fixture(params=["embedded", "opensearch"])
def make_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeEngine]:
    """Return a function that makes an engine with nothing in it."""
    made: list[SearchEngine] = []
    with opensearch_server.running() if request.param == "opensearch" else nullcontext() as server:

        def make() -> SearchEngine:
            number = len(made)
            engine: SearchEngine
            if server is None:
                engine = EmbeddedEngine(tmp_path / str(number), stamp=lambda: "rules")
            else:
                place = read_place(f"opensearch+http://{server.address}/shop{number}")
                engine = OpenSearchEngine(place, stamp=lambda: "rules")
            made.append(engine)
            return engine

        yield make
        for engine in made:
            engine.release()


@pytest.fixture
def engine(make_engine: MakeEngine) -> SearchEngine:
    """An engine with an empty index."""
    engine = make_engine()
    engine.publish(Position(0, 0))
    return engine


def document(number: int, title: str = "kettle", **fields: Any) -> Document:
    return Document(
        **{
            "listing_id": UUID(int=number + (7 << 100)),
            "store": "store",
            "lane": "lane",
            "listed_at": LISTED + timedelta(days=number),
            "texts": (Text("", "title", title),),
            **fields,
        }
    )


def ask(*words: str) -> Asked:
    return Asked(tuple(Group(word, (Form("", (word,)),)) for word in words))


def query(*words: str, **fields: Any) -> EngineQuery:
    return EngineQuery(
        **{"asked": ask(*words) if words else None, "language": "en", "lanes": None, "sort": "newest", "limit": 50}
        | fields
    )


def found(engine: SearchEngine, *words: str, **fields: Any) -> list[int]:
    return [listing_id.int - (7 << 100) for listing_id in engine.find(query(*words, **fields)).listing_ids]


def test_what_lacks_a_word_stands_behind_what_has_all_in_every_order(engine: SearchEngine) -> None:
    titles = ["red kettle", "kettle", "red kettle", "red pan", "steel pan", "red kettle"]
    documents = [document(number, title, orders=number % 3) for number, title in enumerate(titles)]
    engine.write([*documents[:5], replace(documents[5], stocked=False)])
    engine.publish()
    assert found(engine, "red", "kettle") == [2, 0, 3, 1, 5]
    assert found(engine, "red", "kettle", sort="orders") == [2, 0, 1, 3, 5]
    # Slices of it are of one list.
    rows = [found(engine, "red", "kettle", offset=at, limit=2) for at in range(0, 6, 2)]
    assert rows == [[2, 0], [3, 1], [5]]
    answers = [engine.find(query("red", "kettle", sort=sort)) for sort in ("relevance", "newest")]
    assert [(answer.count, answer.some_lack) for answer in answers] == [(5, True), (5, True)]
    strict = engine.find(query("red", "kettle", is_strict=True))
    assert (strict.count, strict.some_lack) == (3, False)
    assert not engine.find(query("red")).some_lack
    # A word that nothing has is lacking everywhere.
    lenient = engine.find(query("red", "kettle", "nosuch", is_lenient=True))
    assert [listing_id.int - (7 << 100) for listing_id in lenient.listing_ids] == [2, 0, 3, 1, 5]


def test_nothing_is_found_before_it_is_published(engine: SearchEngine) -> None:
    engine.write([document(1)])
    assert found(engine) == []
    engine.publish()
    assert found(engine) == [1]


def test_without_an_index_a_search_says_so(make_engine: MakeEngine) -> None:
    engine = make_engine()
    with pytest.raises(SearchNotReady):
        engine.find(query())
    with pytest.raises(SearchNotReady):
        engine.list_lanes()
    assert engine.get_position() is None
    assert engine.count_documents() == 0


def test_a_document_takes_the_place_of_what_was_kept(engine: SearchEngine) -> None:
    engine.write([document(1, "kettle"), document(2, "kettle")])
    engine.publish()
    engine.write([document(1, "teapot")])
    engine.write([document(1, "saucepan")])
    engine.remove([document(2).listing_id])
    engine.publish()
    assert found(engine) == [1]
    assert found(engine, "kettle") == found(engine, "teapot") == []
    assert found(engine, "saucepan") == [1]
    assert engine.count_documents() == 1


def test_the_place_in_the_log_is_kept_with_what_is_published(engine: SearchEngine) -> None:
    engine.write([document(1)])
    engine.publish(Position(5, 9))
    assert engine.get_position() == Position(5, 9)
    engine.publish()
    assert engine.get_position() == Position(5, 9)


def test_what_was_not_published_is_dropped_when_the_right_to_write_is_given_back(engine: SearchEngine) -> None:
    engine.write([document(1)])
    engine.publish(Position(1, 1))
    engine.write([document(2)])
    engine.remove([document(1).listing_id])
    engine.release()
    assert engine.claim()
    engine.publish()
    assert found(engine) == [1]


def test_an_index_built_anew_takes_the_place_of_the_one_in_use(engine: SearchEngine) -> None:
    engine.write([document(1), document(2)])
    engine.publish(Position(1, 1))
    anew = engine.start_anew()
    anew.write([document(3)])
    engine.remove([document(1).listing_id])
    engine.publish(Position(2, 2))
    assert found(engine) == [2]
    anew.publish(Position(3, 3))
    assert found(engine) == [3]
    assert engine.get_position() == Position(3, 3)
    engine.write([document(4)])
    engine.publish(Position(4, 4))
    assert found(engine) == [4, 3]


def test_what_is_in_stock_comes_first_in_every_order(engine: SearchEngine) -> None:
    engine.write([document(number, stocked=number % 2 == 0, orders=number, rating=number % 5) for number in range(20)])
    engine.publish()
    for sort in ("newest", "orders", "rating", "relevance"):
        order = found(engine, "kettle", sort=sort)
        assert [number % 2 for number in order] == [0] * 10 + [1] * 10, sort
    assert found(engine, sort="newest")[:3] == [18, 16, 14]
    assert found(engine, sort="orders")[:3] == [18, 16, 14]
    assert found(engine, sort="rating")[:4] == [14, 4, 18, 8]  # Four stars, then three; the more bought first.


def test_a_snapshot_stays_as_it_was(engine: SearchEngine) -> None:
    engine.write([document(number, orders=number) for number in range(30)])
    engine.publish()
    for sort in ("relevance", "newest", "orders"):
        first = engine.find(query("kettle", sort=sort, limit=10))
        seen = list(first.listing_ids)
        for page in (1, 2, 3):
            engine.write([document(40 + page, orders=99), document(page, "saucepan")])
            engine.remove([document(10 + page).listing_id])
            engine.publish()
            later = engine.find(query("kettle", sort=sort, limit=10, offset=10 * page, snapshot=first.snapshot))
            assert later.count == first.count
            seen += later.listing_ids
        assert len(seen) == len(set(seen)) == first.count
        engine.write([document(number, orders=number) for number in range(30)])
        engine.remove([document(40 + page).listing_id for page in (1, 2, 3)])
        engine.publish()


def test_a_snapshot_that_is_gone_is_answered_from_now(engine: SearchEngine) -> None:
    engine.write([document(1)])
    engine.publish()
    for gone in ("000000099-cafe", "../../etc", ".", "\x00"):
        assert found(engine, snapshot=gone) == [1]


def test_words_and_brands_are_listed_the_commonest_first(engine: SearchEngine) -> None:
    titles = ["shirt red", "shirt blue", "shoe red", "shirt"]
    brands = ["Šar", "ACME", "Acme", "ACME"]
    engine.write([document(n, title, brand=brand) for n, (title, brand) in enumerate(zip(titles, brands, strict=True))])
    engine.publish()
    assert engine.list_words("sh", limit=5) == [("shirt", 3), ("shoe", 1)]
    assert engine.list_words("sh", limit=1) == [("shirt", 3)]
    assert engine.list_words("zz", limit=5) == []
    assert engine.list_brands("ac", limit=5) == [("ACME", 2), ("Acme", 1)]
    assert engine.list_brands("šA", limit=5) == [("Šar", 1)]


def test_similar_listings_share_words_and_can_be_bought(engine: SearchEngine) -> None:
    engine.write(
        [
            document(1, "red silk scarf", lane="a"),
            document(2, "blue silk scarf", lane="a"),
            document(3, "silk shirt", lane="b"),
            document(4, "red silk scarf", lane="a", stocked=False),
            document(5, "steel saucepan", lane="a"),
        ]
    )
    engine.publish()

    def like(number: int, lanes: frozenset[str] | None = None) -> list[int]:
        listing_ids = engine.list_similar(document(number).listing_id, language="en", lanes=lanes, limit=5)
        return [listing_id.int - (7 << 100) for listing_id in listing_ids]

    assert like(1) == [2, 3]
    assert like(1, frozenset("a")) == [2]
    assert like(1, frozenset()) == []
    assert like(99) == []


def test_what_is_alike_is_of_the_same_category_then_of_its_department_and_of_no_other(engine: SearchEngine) -> None:
    food, honey, tea, bags = ("food",), ("food", "honey"), ("food", "tea"), ("bags", "wallets")
    engine.write(
        [
            document(1, "mountain honey dala", categories=honey, lane="a"),
            document(2, "forest honey", categories=honey, lane="a"),
            document(3, "green tea dala", categories=tea, lane="b"),
            document(4, "leather wallet dala", categories=bags, lane="b"),
            document(5, "hamper", categories=food, lane="b"),
        ]
    )
    engine.publish()

    def like(lanes: frozenset[str] | None = None) -> list[int]:
        found = engine.list_similar(document(1).listing_id, language="en", lanes=lanes, limit=5)
        return [listing_id.int - (7 << 100) for listing_id in found]

    assert like() == [2, 3, 5]
    assert like(frozenset("b")) == [3, 5]


# --- against a plain filter ----------------------------------------------------------------------------------------

WORDS = st.sampled_from(["kettle", "teapot", "saucepan"])
PAIRS = st.tuples(st.sampled_from(["Colour", "Size"]), st.sampled_from(["1", "2", "3"]))
DOCUMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
            "store": st.sampled_from(["s", "t"]),
            "lane": st.sampled_from(["CN|a", "IT|b", "TR|c"]),
            "categories": st.sampled_from([("home",), ("home", "lamps"), ("toys",)]),
            "brand": st.sampled_from(["", "Acme", "Ümit"]),
            "attributes": st.lists(PAIRS, max_size=3, unique=True).map(
                lambda pairs: tuple(("en", name, value) for name, value in pairs)
            ),
            "stocked": st.booleans(),
            "orders": st.integers(0, 50),
            "rating": st.none() | st.integers(10, 50).map(lambda tenths: tenths / 10),
        }
    ),
    max_size=25,
)
QUERIES = st.fixed_dictionaries(
    {
        "asked": st.none() | WORDS.map(ask),
        "lanes": st.none() | st.frozensets(st.sampled_from(["CN|a", "IT|b", "TR|c", "XX|z"])),
        "sort": st.sampled_from(["relevance", "newest", "orders", "rating"]),
        "category": st.sampled_from(["", "home", "lamps", "none"]),
        "store": st.sampled_from(["", "s"]),
        "brands": st.lists(st.sampled_from(["Acme", "Ümit", "None"]), max_size=2, unique=True).map(tuple),
        "attributes": st.lists(PAIRS, max_size=3, unique=True).map(tuple),
        "rating_min": st.none() | st.integers(1, 5),
        "chosen_lanes": st.none() | st.frozensets(st.sampled_from(["CN|a", "IT|b"])),
    }
)


def fits(kept: Document, asked: EngineQuery) -> bool:
    """Say whether a document fits, by reading it."""
    pairs = {(name, value) for _, name, value in kept.attributes}
    return (
        (asked.asked is None or asked.asked.wanted[0].typed in kept.texts[0].words.split())
        and (asked.lanes is None or kept.lane in asked.lanes)
        and (asked.chosen_lanes is None or kept.lane in asked.chosen_lanes)
        and (not asked.category or asked.category in kept.categories)
        and (not asked.store or kept.store == asked.store)
        and (not asked.brands or kept.brand in asked.brands)
        and (asked.rating_min is None or (kept.rating is not None and kept.rating >= asked.rating_min))
        and all(
            any((name, value) in pairs for name, value in asked.attributes if name == wanted)
            for wanted, _ in asked.attributes
        )
        and (asked.among is None or kept.listing_id in asked.among)
    )


def count_by_reading(documents: list[Document], asked: EngineQuery) -> dict[str, dict[str, int]]:
    """Return every facet's counts, each as if nothing of its own kind were chosen."""

    def fitting(**without: Any) -> list[Document]:
        return [kept for kept in documents if fits(kept, replace(asked, **without))]

    counts: dict[str, Counter[str]] = {name: Counter() for name in EVERYTHING}
    for kept in fitting(category=""):
        counts["category"].update(kept.categories)
    for kept in fitting(brands=()):
        counts["brand"].update([kept.brand] if kept.brand else [])
    for kept in fitting(chosen_lanes=None):
        counts["lane"][kept.lane] += 1
    for kept in fitting(rating_min=None):
        counts["rating"].update(str(stars) for stars in range(1, 6) if kept.rating is not None and kept.rating >= stars)
    for name in ("Colour", "Size"):
        for kept in fitting(attributes=tuple(pair for pair in asked.attributes if pair[0] != name)):
            counts["attribute"].update(f"{n}\x1f{value}" for _, n, value in kept.attributes if n == name)
    return {name: dict(found) for name, found in counts.items()}


@given(
    described=DOCUMENTS, asks=st.lists(QUERIES, min_size=1, max_size=6), among=st.none() | st.sets(st.integers(0, 24))
)
@settings(max_examples=40)
def test_filters_and_counts_equal_those_of_reading_every_document(
    make_engine: MakeEngine, described: list[dict[str, Any]], asks: list[dict[str, Any]], among: set[int] | None
) -> None:
    engine = make_engine()
    documents = [document(number, **fields) for number, fields in enumerate(described)]
    engine.write(documents[::2])
    engine.publish(Position(0, 0))
    engine.write(documents)  # A half of them for the second time.
    engine.publish()
    chosen = None if among is None else tuple(document(number).listing_id for number in sorted(among))
    for fields in asks:
        asked = query(counted=EVERYTHING, among=chosen, **fields)
        answer = engine.find(asked)
        expected = {kept.listing_id for kept in documents if fits(kept, asked)}
        assert set(answer.listing_ids) == expected
        assert answer.count == len(answer.listing_ids) == len(expected)
        assert answer.counts == count_by_reading(documents, asked)
        pages = [engine.find(replace(asked, limit=3, offset=at, counted=())) for at in range(0, len(expected) + 3, 3)]
        assert [listing_id for page in pages for listing_id in page.listing_ids] == list(answer.listing_ids)
        assert {page.count for page in pages} == {answer.count}
