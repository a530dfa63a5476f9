"""Very many listings: facets are estimates near the truth that say so; what is in stock comes first on any page."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from entrepot.search import queries, words
from entrepot.search.embedded.counting import EXACT_UP_TO
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.index_port import Document, EngineQuery, Text
from entrepot.search.ports import SearchRequest, bind
from tests.builders.sellers import open_selling

LANES = ("CN|CN||*:p8-20", "IT|IT||*:p3-6", "IT|IT||*:c2-4")
BRANDS = ("Acme", "Bolt", "Crane", "Drift")
KINDS = ("category", "brand", "lane", "attribute", "rating")
FACETS = EngineQuery(words.ask("mug", "en"), "en", frozenset(LANES), "relevance", 1, counted=KINDS)


def _make(number: int, chance: random.Random) -> Document:
    colours = ("red", "green", "blue")
    brand = chance.choices(BRANDS, (8, 4, 2, 1))[0]
    return Document(
        UUID(int=number << 80 | 0x7 << 76 | 0x2 << 62 | chance.getrandbits(62)),
        "store",
        chance.choices(LANES, (6, 3, 1))[0],
        datetime(2026, 1, 1, tzinfo=UTC),
        (Text("en", "title", "mug" if number % 20 else "rare bowl mug"),),
        categories=("home", chance.choices(("cups", "plates"), (4, 1))[0]),
        brand=brand,
        attributes=(("en", "Colour", chance.choice(colours)),),
        stocked=number % 5 == 0 if brand == "Crane" else number % 10 > 0,
    )


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    chance = random.Random(5)
    return [_make(number, chance) for number in range(2 * EXACT_UP_TO)]


@pytest.fixture(scope="module")
def engine(documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path_factory.mktemp("index"), stamp=lambda: "rules")
    assert engine.claim()
    engine.write(documents)
    engine.publish()
    yield engine
    engine.release()


def _is_near(estimate: int, truth: int, *, of: int) -> bool:
    """Say whether an estimate of a share of so many is within five of its standard deviations."""
    share, sample = truth / of, of / 16
    return abs(estimate - truth) <= 5 * of * (share * (1 - share) / sample) ** 0.5


def test_counts_of_very_many_are_estimates_near_the_truth_and_say_so(
    engine: EmbeddedEngine, documents: list[Document]
) -> None:
    found = engine.find(replace(FACETS, may_estimate=True))
    assert found.count == len(documents)
    assert found.estimated == set(KINDS)
    assert found.counts["rating"] == {}
    truth = {
        "brand": Counter(one.brand for one in documents),
        "lane": Counter(one.lane for one in documents),
        "category": Counter(slug for one in documents for slug in one.categories),
        "attribute": Counter(f"{name}\x1f{value}" for one in documents for _, name, value in one.attributes),
    }
    for kind, counts in truth.items():
        assert found.counts[kind].keys() == counts.keys()
        for value, count in counts.items():
            assert _is_near(found.counts[kind][value], count, of=len(documents)), (kind, value)


def test_who_does_not_take_estimates_gets_none(engine: EmbeddedEngine, documents: list[Document]) -> None:
    found = engine.find(FACETS)
    assert found.estimated == frozenset()
    assert found.counts["brand"] == Counter(one.brand for one in documents)


def test_a_list_of_a_few_is_counted_one_by_one(engine: EmbeddedEngine, documents: list[Document]) -> None:
    few = [one for one in documents if "bowl" in one.texts[0].words]
    found = engine.find(replace(FACETS, asked=words.ask("bowl", "en"), may_estimate=True))
    assert (found.count, found.estimated) == (len(few), frozenset())
    assert found.counts["brand"] == Counter(one.brand for one in few)


def test_only_a_kind_that_is_wide_without_its_choice_is_estimated(
    engine: EmbeddedEngine, documents: list[Document]
) -> None:
    crane = [one for one in documents if one.brand == "Crane"]
    found = engine.find(replace(FACETS, brands=("Crane",), may_estimate=True))
    assert found.estimated == {"brand"}
    assert found.count == sum(found.counts["lane"].values()) == len(crane)
    assert _is_near(found.counts["brand"]["Acme"], sum(one.brand == "Acme" for one in documents), of=len(documents))


def test_an_estimate_is_told_in_round_numbers(db: None, engine: EmbeddedEngine) -> None:
    bind(engine)
    open_selling("CN", "IT")
    page = queries.find(SearchRequest(q="mug", facets=("brand", "category")))
    assert page.count == 2 * EXACT_UP_TO
    for facet in page.facets:
        assert facet.estimated
        assert all(int(str(value.count)[2:] or 0) == 0 for value in facet.values), facet


@pytest.mark.parametrize("brand", ["Crane", "Drift"])
def test_pages_hold_first_all_in_stock_then_all_sold_out_however_many_are(
    engine: EmbeddedEngine, documents: list[Document], brand: str
) -> None:
    stocked = {one.listing_id for one in documents if one.brand == brand and one.stocked}
    others = {one.listing_id for one in documents if one.brand == brand and not one.stocked}
    pages: list[UUID] = []
    while len(pages) < len(stocked) + len(others):
        query = replace(FACETS, brands=(brand,), counted=(), limit=150, offset=len(pages))
        found = engine.find(query)
        assert found.count == len(stocked) + len(others)
        assert found.listing_ids
        pages += found.listing_ids
    assert (set(pages[: len(stocked)]), set(pages[len(stocked) :])) == (stocked, others)
    assert len(pages) == len(stocked) + len(others)
