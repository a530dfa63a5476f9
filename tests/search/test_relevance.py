"""How listings are ranked: words by their place and rarity, all of them before some, popularity within bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from entrepot.search import words
from entrepot.search.embedded import fields
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.index_port import Document, EngineQuery, Text

NOW = datetime(2026, 11, 22, tzinfo=UTC)
Find = Callable[..., list[str]]


def _listing(title: str, description: str = "", *, brand: str = "", attributes: str = "", **more: object) -> Document:
    texts = (
        Text("en", "title", title),
        Text("en", "description", description),
        Text("en", "attributes", attributes),
        Text("", "brand", brand),
    )
    kept = tuple(text for text in texts if text.words)
    return replace(Document(uuid4(), "store", "lane", NOW, kept, brand=brand), **more)  # type: ignore[arg-type]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(tmp_path, stamp=lambda: "test")
    assert made.claim()
    yield made
    made.release()


@pytest.fixture
def find(engine: EmbeddedEngine) -> Find:
    """Keep some listings, search among them, and return the titles found, the best first."""

    def _find(listings: list[Document], q: str, *, is_lenient: bool = False, language: str = "en") -> list[str]:
        titles: dict[UUID, str] = {listing.listing_id: listing.texts[0].words for listing in listings}
        engine.write(listings)
        engine.publish()
        query = EngineQuery(
            words.ask(q, language), language, None, "relevance", limit=len(listings), is_lenient=is_lenient
        )
        return [titles[found] for found in engine.find(query).listing_ids]

    return _find


def test_a_word_in_the_title_counts_more_than_in_the_description(find: Find) -> None:
    listings = [
        _listing("Brass lamp", "Made by hand in our shop, goes well beside any old teapot."),
        _listing("Clay teapot", "Made by hand in our shop, goes well beside any old lamp."),
    ]
    assert find(listings, "teapot") == ["Clay teapot", "Brass lamp"]
    assert find(listings, "lamps") == ["Brass lamp", "Clay teapot"]


def test_a_brand_that_is_named_comes_before_goods_for_it(find: Find) -> None:
    listings = [
        _listing("Sleeve 13 inch", "For laptops of Dell, Lenovo and others", brand="Targus"),
        _listing("Latitude laptop 13 inch", brand="Dell"),
    ]
    assert find(listings, "dell laptop") == ["Latitude laptop 13 inch", "Sleeve 13 inch"]


def test_what_is_only_among_the_attributes_is_found_last(find: Find) -> None:
    listings = [
        _listing("Tea towel", "Everyday cloth", attributes="Linen Blue"),
        _listing("Linen napkin", "Everyday cloth", attributes="White"),
        _listing("Table runner", "Everyday linen", attributes="Grey"),
    ]
    assert find(listings, "linen") == ["Linen napkin", "Table runner", "Tea towel"]


def test_listings_with_every_word_come_first_then_those_that_lack_fewest(find: Find) -> None:
    listings = [
        _listing("Blue bowl blue bowl blue bowl"),
        _listing("Large silk scarf with a blue border, in a box, a gift for many an occasion"),
        _listing("Silk scarf"),
        _listing("Paper notebook"),
    ]
    found = find(listings, "blue silk scarf")
    assert found == [listings[1].texts[0].words, "Silk scarf", "Blue bowl blue bowl blue bowl"]


def test_of_listings_that_lack_one_word_those_with_the_rarer_one_come_first(find: Find) -> None:
    belts = [_listing(f"Red belt red {number}", attributes="Red") for number in range(30)]
    trainers = [_listing(f"Canvas trainers number {number} for long days on foot") for number in range(4)]
    plain = [_listing(f"Wool hat {number}") for number in range(30)]
    found = find([*belts, *trainers, *plain], "red sneakers")
    assert {title.partition(" number")[0] for title in found[:4]} == {"Canvas trainers"}
    assert len(found) == 34


def test_enough_listings_with_every_word_stand_alone(find: Find) -> None:
    scarves = [_listing(f"Silk scarf number {number}") for number in range(10)]
    assert len(find([*scarves, _listing("Silk tie")], "silk scarf")) == 10


def test_a_word_that_no_listing_has_finds_nothing_unless_it_may_be_lacking(find: Find) -> None:
    listings = [_listing("Silk scarf"), _listing("Clay pot")]
    assert find(listings, "silk scraf") == []
    assert find(listings, "silk scraf", is_lenient=True) == ["Silk scarf"]
    assert find(listings, "scraf", is_lenient=True) == []


@pytest.mark.parametrize(
    ("typed", "title"), [("smart watch", "Smartwatch black"), ("touchscreen", "Touch screen panel")]
)
def test_one_word_and_two_words_are_found_for_each_other(find: Find, typed: str, title: str) -> None:
    assert find([_listing(title), _listing("Clay pot")], typed) == [title]


def test_what_is_written_as_it_was_typed_comes_first(find: Find) -> None:
    listings = [_listing("Smartwatch black"), _listing("Smart watch black")]
    assert find(listings, "smart watch")[0] == "Smart watch black"


def _of_language(language: str, *titles: str) -> list[Document]:
    return [replace(_listing(title), texts=(Text(language, "title", title),)) for title in titles]


def test_a_compound_as_it_was_typed_comes_before_its_words_apart(find: Find) -> None:
    titles = ("Tasche aus weichem Leder", "Lederhandtasche rot", "Ledertasche rot", "Stofftasche", "Gürtel aus Leder")
    found = find(_of_language("de", *titles), "Ledertasche", language="ru")
    assert found[0] == "Ledertasche rot"
    assert set(found[1:3]) == {"Tasche aus weichem Leder", "Lederhandtasche rot"}
    assert set(found[3:]) == {"Stofftasche", "Gürtel aus Leder"}, "few have both words: those that lack one follow"


def test_compounds_are_found_by_what_they_are_and_not_by_what_they_are_for(find: Find) -> None:
    listings = _of_language("de", "Kaffeemaschine", "Kaffee gemahlen", "Waschmaschine", "Maschine für Kaffee")
    assert set(find(listings, "Kaffee", language="de")) == {"Kaffee gemahlen", "Maschine für Kaffee"}
    assert find(listings, "Kaffeemaschine", language="de")[:2] == ["Kaffeemaschine", "Maschine für Kaffee"]
    assert set(find(listings, "Maschine Kaffee", language="de")[:2]) == {"Kaffeemaschine", "Maschine für Kaffee"}


def test_enough_of_both_words_of_a_chinese_compound_stand_alone(find: Find) -> None:
    bags = [f"牛皮手提包 {number}号" for number in range(10)]
    found = find(_of_language("zh-hans", *bags, "皮质单肩包", "皮包", "帆布书包", "皮鞋"), "皮包", language="zh-hans")
    assert found[0] == "皮包"
    assert sorted(found) == sorted([*bags, "皮质单肩包", "皮包"])


@pytest.mark.parametrize("typed", ["tn-2110", "TN2110", "tn 2110"])
def test_a_model_number_is_found_however_it_is_joined(find: Find, typed: str) -> None:
    listings = [_listing("Toner TN-2110 black"), _listing("Toner TN-2120 black"), _listing("Toner black 2.110 kg")]
    assert find(listings, typed)[0] == "Toner TN-2110 black"


def test_of_two_listings_alike_the_one_bought_more_comes_first(find: Find) -> None:
    listings = [_listing("Silk scarf"), _listing("Scarf, silk", orders=300)]
    assert find(listings, "silk scarf")[0] == "Scarf, silk"


def test_popularity_never_lifts_a_bad_match_over_a_good_one(find: Find) -> None:
    passing = "A table, a chair, a bench and a lamp; now and then it is photographed with a scarf by its side."
    listings = [_listing("Silk scarf", orders=0), _listing("Garden furniture", passing, orders=10_000_000)]
    assert find(listings, "scarf") == ["Silk scarf", "Garden furniture"]


def test_popularity_multiplies_a_score_by_at_most_what_is_said() -> None:
    def factor(listing: Document) -> float:
        return math.log2(2 + fields.to_popularity(listing))

    never = factor(_listing("Silk scarf", listed_at=datetime(2020, 1, 1, tzinfo=UTC)))
    most = factor(_listing("Silk scarf", orders=10**9, listed_at=datetime(2060, 1, 1, tzinfo=UTC)))
    some = [factor(_listing("Silk scarf", orders=orders)) for orders in (0, 1, 10, 100, 1_000)]
    assert some == sorted(set(some)), "each more sold ranks higher"
    assert most / never == pytest.approx(fields.POPULARITY_FACTOR_MAX, abs=1e-6)
    newer = factor(_listing("Silk scarf")) / factor(
        _listing("Silk scarf", listed_at=datetime(2025, 11, 22, tzinfo=UTC))
    )
    assert 1.0 < newer < 1.01, "a year's age alone moves next to nothing"
