"""Finding listings over the API: filters, facets, pages that follow each other, what is suggested."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from entrepot.catalog.queries import ListingView
from tests.api.client import Api
from tests.api.shop import seller_with_goods
from tests.builders import catalog

pytestmark = pytest.mark.django_db


@pytest.fixture
def shirts(run_jobs: Callable[..., int]) -> list[ListingView]:
    chinese, _ = seller_with_goods(
        "CN", title="Cotton shirt", brand="Aster", attributes=[("Colour", "Blue")], language="en"
    )
    turkish, _ = seller_with_goods("TR", title="Linen shirt", brand="Birch", price="900.00", attributes=[])
    catalog.listing(
        chinese, title="Silk shirt", brand="Aster", price="400.00", attributes=[("Colour", "Red")], language="en"
    )
    catalog.listing(turkish, title="Table lamp", brand="Corvo", category="lighting", hs="940521", price="300.00")
    run_jobs()
    return []


def _titles(answer: dict[str, Any]) -> list[str]:
    return sorted(item["title"] for item in answer["items"])


def _values(answer: dict[str, Any], name: str) -> dict[str, int]:
    (facet,) = [facet for facet in answer["facets"] if facet["name"] == name]
    return {one["value"]: one["count"] for one in facet["values"]}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("brand=Aster", ["Cotton shirt", "Silk shirt"]),
        ("brand=Aster&brand=Birch&q=shirt", ["Cotton shirt", "Linen shirt", "Silk shirt"]),
        ("origin=TR", ["Linen shirt", "Table lamp"]),
        ("origin=TR&origin=CN&attribute=Colour:Red", ["Silk shirt"]),
        ("category=lighting&days_max=365&country=DE", ["Table lamp"]),
        ("brand=aster-and-nobody", []),
        ("rating_min=1", []),
    ],
)
def test_listings_are_narrowed_by_what_is_asked_for(
    api: Api, shirts: list[ListingView], query: str, titles: list[str]
) -> None:
    found = api.get(f"/listings?{query}").json
    assert _titles(found) == titles
    assert found["count"] == len(titles)


def test_facets_that_are_asked_for_are_counted_and_no_others(api: Api, shirts: list[ListingView]) -> None:
    found = api.get("/listings?q=shirt&country=DE&facets=brand,origin,attribute,price&brand=Aster").json
    assert sorted({facet["name"] for facet in found["facets"]}) == ["attribute", "brand", "origin", "price"]
    assert _values(found, "brand") == {"Aster": 2, "Birch": 1}  # As if no brand were chosen.
    assert _values(found, "origin") == {"CN": 2}
    assert _values(found, "attribute") == {"Blue": 1, "Red": 1}
    assert [one["label"] for one in found["facets"] if one["name"] == "attribute"] == ["Colour"]
    chosen = [one["value"] for facet in found["facets"] for one in facet["values"] if one["chosen"]]
    assert chosen == ["Aster"]
    for span, count in _values(found, "price").items():
        low, _, high = span.partition("-")
        limits = (f"&price_from={low}" if low else "") + (f"&price_to={high}" if high else "")
        assert api.get(f"/listings?q=shirt&country=DE&brand=Aster{limits}").json["count"] == count
    plain = api.get("/listings?q=shirt").json
    assert (plain["facets"], plain["ranked_within"], plain["asked_instead"]) == ([], None, "")


def test_delivered_prices_narrow_and_order(api: Api, shirts: list[ListingView]) -> None:
    everything = api.get("/listings?q=shirt&country=DE&currency=EUR&sort=price").json["items"]
    amounts = [Decimal(item["delivered"]["amount"]) for item in everything]
    assert amounts == sorted(amounts)
    found = api.get(f"/listings?q=shirt&country=DE&currency=EUR&price_from={amounts[1]}&price_to={amounts[1]}").json
    assert [item["id"] for item in found["items"]] == [everything[1]["id"]]
    assert found["count"] == 1


def test_pages_of_one_list_share_its_snapshot(api: Api, run_jobs: Callable[..., int]) -> None:
    seller, _ = seller_with_goods("CN", title="Tea cup")
    for number in range(5):
        catalog.listing(seller, title=f"Tea cup {number}")
    run_jobs()
    first = api.get("/listings?q=tea&sort=newest&page_size=2").json
    assert first["snapshot"]
    catalog.listing(seller, title="Tea cup late")
    run_jobs()
    later = [
        api.get(f"/listings?q=tea&sort=newest&page_size=2&page={page}&snapshot={first['snapshot']}").json
        for page in (2, 3)
    ]
    assert {page["snapshot"] for page in later} == {first["snapshot"]}
    ids = [item["id"] for page in (first, *later) for item in page["items"]]
    assert len(ids) == len(set(ids)) == 6
    assert api.get("/listings?q=tea").json["count"] == 7


def test_another_spelling_is_named_and_can_be_declined(api: Api, shirts: list[ListingView]) -> None:
    found = api.get("/listings?q=cottton").json
    assert (found["asked_instead"], _titles(found)) == ("cotton", ["Cotton shirt"])
    assert found["lacks_words"] is False
    assert api.get("/listings?q=cottton&as_typed=true").json["count"] == 0
    some = api.get("/listings?q=xylophone+shirt&as_typed=true").json
    assert (some["lacks_words"], some["count"] > 0) == (True, True)


def test_typing_is_completed(api: Api, shirts: list[ListingView]) -> None:
    items = api.get("/suggestions?q=lin&language=en").json["items"]
    assert {"kind": "words", "text": "linen shirt", "value": "linen shirt"} in items
    assert {"kind": "brand", "text": "Birch", "value": "Birch"} in api.get("/suggestions?q=bir&country=DE").json[
        "items"
    ]
    assert api.get("/suggestions?q=").json == api.get("/suggestions").json == {"items": []}
    assert len(api.get("/suggestions?q=s&limit=1").json["items"]) <= 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("price_from=10", "invalid_field"),
        ("days_max=7", "invalid_field"),
        ("price_from=20&price_to=10&country=DE", "invalid_field"),
        ("price_from=ten&country=DE", "invalid_field"),
        ("price_to=-1&country=DE", "invalid_field"),
        ("days_max=0&country=DE", "invalid_field"),
        ("rating_min=6", "invalid_field"),
        ("facets=brand,colour", "invalid_field"),
        ("facets=brand,,price", "invalid_field"),
        ("attribute=Colour", "invalid_field"),
        ("attribute=%00:x", "invalid_field"),
        ("origin=Italy", "invalid_field"),
        ("snapshot=..%2Fx", "invalid_field"),
        ("brand=%00", "invalid_field"),
        ("&".join(f"brand=b{number}" for number in range(21)), "invalid_field"),
        ("as_typed=perhaps", "invalid_field"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_with_a_problem(api: Api, query: str, code: str) -> None:
    found = api.get(f"/listings?{query}")
    assert (found.status, found.code) == (422, code)


@pytest.mark.parametrize("query", ["q=%00", "country=Germany", "language=!", "limit=0", "limit=99"])
def test_a_suggestion_that_makes_no_sense_is_refused_with_a_problem(api: Api, query: str) -> None:
    found = api.get(f"/suggestions?{query}")
    assert (found.status, found.code) == (422, "invalid_field")
