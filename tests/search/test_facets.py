"""What a facet counts is what is found once its value is chosen, with delivered prices and without."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from entrepot.pricing import queries as pricing
from entrepot.search import queries
from entrepot.search.ports import FACETS, Facet, FacetValue, SearchPage, SearchRequest
from tests.builders import catalog, sellers, shipping
from tests.builders.catalog import NOW

EVERYTHING = SearchRequest(q="mug", country="DE", currency="EUR", page_size=100, facets=FACETS)


@pytest.fixture
def mugs(db: None) -> None:
    """Mugs of two countries, at many prices, some of them sold out."""
    for number, country in enumerate(("CN", "IT")):
        seller = sellers.approved_seller(country)
        shipping.preset_templates(seller)
        for each in range(6):
            catalog.listing(
                seller,
                title=f"Mug {each}",
                language="en",
                brand=("Acme", "Ümit", "")[each % 3],
                category=("lighting", "mens-shirts")[each % 2],
                attributes=(("Colour", ("red", "blue")[each // 3]), ("Size", "SML"[(each + number) % 3])),
                price=f"{20 + 35 * each}.00",
                weight_g=200 + 150 * each,
                stock=each % 4,
            )


def choose(request: SearchRequest, facet: Facet, value: FacetValue) -> SearchRequest:
    """Return the request with one value of a facet alone."""
    chosen: dict[str, Any] = {
        "category": lambda: {"category": value.value},
        "brand": lambda: {"brands": (value.value,)},
        "origin": lambda: {"origins": (value.value,)},
        "days": lambda: {"days_max": int(value.value)},
        "rating": lambda: {"rating_min": int(value.value)},
        "attribute": lambda: {
            "attributes": (*(p for p in request.attributes if p[0] != facet.label), (facet.label, value.value))
        },
        "price": lambda: dict(
            zip(
                ("price_from", "price_to"),
                (Decimal(side) if side else None for side in value.value.split("-")),
                strict=True,
            )
        ),
    }[facet.name]()
    return replace(request, **chosen)


def find(request: SearchRequest) -> SearchPage:
    return queries.find(request, at=NOW)


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"brands": ("Acme",)},
        {"origins": ("IT",), "attributes": (("Colour", "red"),)},
        {"price_to": Decimal(25)},
        {"price_from": Decimal(10), "brands": ("Acme", "Ümit"), "attributes": (("Size", "S"), ("Colour", "blue"))},
        {"price_to": Decimal(60), "origins": ("CN",), "category": "lighting"},
        {"sort": "price", "days_max": 30},
    ],
)
def test_each_count_is_what_is_found_when_it_is_chosen(mugs: None, chosen: dict[str, Any]) -> None:
    request = replace(EVERYTHING, **chosen)
    page = find(request)
    assert page.count == len(page.listing_ids)
    assert {"category", "brand", "origin", "days", "price"} <= {facet.name for facet in find(EVERYTHING).facets}
    for facet in page.facets:
        for value in facet.values:
            found = find(choose(request, facet, value))
            assert found.count == value.count, (facet.name, facet.label, value)
            assert found.count == len(found.listing_ids)


def test_a_span_of_prices_holds_what_costs_so_much_delivered(mugs: None) -> None:
    prices = pricing.get_card_prices(listing_ids=find(EVERYTHING).listing_ids, destination="DE", currency="EUR", at=NOW)
    totals = {listing_id: Decimal(price.amount + price.at_door) / 100 for listing_id, price in prices.items() if price}
    assert len(totals) == 12
    middle = sorted(totals.values())[5]
    for low, high in ((None, middle), (middle, None), (middle, middle)):
        found = find(replace(EVERYTHING, price_from=low, price_to=high))
        expected = {
            listing_id
            for listing_id, total in totals.items()
            if (low is None or low <= total) and (high is None or total <= high)
        }
        assert set(found.listing_ids) == expected
        assert found.count == len(expected)


def test_a_list_that_was_shared_with_readers_of_another_language_is_the_same(mugs: None) -> None:
    shared = replace(EVERYTHING, attributes=(("Colour", "red"),))
    theirs, ours = find(replace(shared, language="it")), find(shared)
    assert theirs.count == ours.count > 0
    assert set(theirs.listing_ids) == set(ours.listing_ids)
    (colour,) = (facet for facet in theirs.facets if facet.label == "Colour")
    assert {value.value: (value.count, value.chosen) for value in colour.values} == {
        "red": (ours.count, True),
        "blue": (find(replace(EVERYTHING, attributes=(("Colour", "blue"),))).count, False),
    }
    assert find(replace(shared, language="it", brands=("Nobody",))).count == 0
    assert find(replace(shared, language="it", attributes=(("Colour", "mauve"),))).count == 0
