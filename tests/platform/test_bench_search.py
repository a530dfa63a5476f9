"""`entrepot bench search`: the wares that are made up, what is asked of them, what the rows say."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from entrepot.bench import questions, searching, stocking, wares
from entrepot.bench.searching import _Taken
from entrepot.search.ports import FACETS, SORTS


def test_a_ware_follows_from_its_number() -> None:
    assert wares.make(3, "CN") == wares.make(3, "CN")
    assert wares.make(3, "CN") != wares.make(4, "CN")
    ware = wares.make(11, "RU")
    assert ware.words[0].language == "ru"
    assert len({words.language for words in ware.words}) == len(ware.words)
    assert all(2 <= len(words.title) <= 150 for words in ware.words)
    assert ware.in_language("ru") is ware.words[0]
    assert ware.in_language("ja") is None


def test_words_are_as_uneven_as_in_real_texts() -> None:
    texts = [words for number in range(300) if (words := wares.make(number, "IT").in_language("it"))]
    said = [word for words in texts for word in words.description[3:-5].lower().split()]
    commonest, ranked = wares.vocabulary("it")[0], set(wares.vocabulary("it")[:10])
    assert 0.04 < said.count(commonest) / len(said) < 0.11
    assert 0.15 < sum(word in ranked for word in said) / len(said) < 0.35
    assert len(set(said)) > 1_000


def test_every_kind_of_search_is_asked_in_every_order_on_both_faces() -> None:
    asked = list(questions.ask_all(listings=400, sellers=14))
    assert [(face, query, sort) for face, query, sort, _ in asked] == [
        (face, query, sort) for query in questions.QUERIES for sort in SORTS for face in ("api", "html")
    ]
    assert len({len(asks) for *_, asks in asked}) == 1
    countries = set()
    for face, _, sort, asks in asked:
        for path, cookie in asks:
            said = parse_qs(urlsplit(path).query)
            assert said["sort"] == [sort]
            assert said["q"]
            if face == "api":
                countries.add(said["country"][0])
                is_priced = sort == "price" or "price_to" in said
                assert said["facets"] == [",".join(name for name in FACETS if is_priced or name != "price")]
                assert cookie == ""
            else:
                assert cookie.startswith("entrepot_choice=")
    assert countries == {destination.country for destination in questions.DESTINATIONS}


def test_two_words_are_of_one_ware_and_a_slip_is_no_word() -> None:
    asked = {query: asks for face, query, sort, asks in questions.ask_all(listings=400, sellers=14) if face == "html"}
    titles = [
        set(words.title.split())
        for number in range(400)
        for words in wares.make(number, stocking.country_of(number, 14)).words
    ]
    for path, _ in asked["two words"]:
        wanted = set(parse_qs(urlsplit(path).query)["q"][0].split())
        assert len(wanted) == 2
        assert any(wanted <= title for title in titles)
    known = {word for destination in questions.DESTINATIONS for word in wares.vocabulary(destination.language)}
    for path, _ in asked["misspelt"]:
        assert parse_qs(urlsplit(path).query)["q"][0] not in known


def test_products_are_asked_for_on_both_faces() -> None:
    (api, calls), (html, pages) = questions.ask_products({"a-1": "silk-scarf", "b-2": "шарф"})
    assert (api, html) == ("product_api", "product_html")
    assert calls[0] == ("/api/v1/listings/a-1?country=DE&currency=EUR&language=en", "")
    assert pages[1] == ("/listing/b-2/%D1%88%D0%B0%D1%80%D1%84", "entrepot_choice=US.USD.en")


def test_over_all_searches_each_kind_counts_alike_however_many_were_answered() -> None:
    fast = _Taken(seconds=2.0, milliseconds=[2.0] * 100, cpu_ms=200.0)
    slow = _Taken(seconds=2.0, milliseconds=[20.0] * 10, cpu_ms=100.0)
    row = searching._together(1000, "api", {"api": [fast, slow]})
    assert row == {
        "listings": 1000, "face": "api", "query": "all", "sort": "all",
        "requests_per_s": 9.1, "p50_ms": pytest.approx(11.0), "p95_ms": 20.0, "cpu_ms": 6.0,
    }  # fmt: skip
    assert searching.describe([row]).splitlines()[-1] == "goal for api: 6 CPU-ms, it takes 6"
