"""Delivered prices of many listings: kept as long as the index says that a listing is the same, never longer."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest

from entrepot.catalog import operations as catalog_operations
from entrepot.kernel import clock
from entrepot.pricing import queries as pricing, ranking
from entrepot.pricing.ranks import UNPRICED, to_rank
from entrepot.search import queries
from entrepot.search.ports import SearchRequest
from entrepot.sellers.queries import SellerView
from tests.builders import catalog, orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def chinese() -> SellerView:
    orders.open_buying("DE")
    return orders.shop("CN")


def _titles_by_price(made: dict[str, catalog.ListingView]) -> list[str]:
    page = queries.find(SearchRequest(q="mug", country="DE", currency="EUR", sort="price", facets=("price",)))
    names = {listing.id: name for name, listing in made.items()}
    return [names[listing_id] for listing_id in page.listing_ids]


def test_a_price_that_changed_orders_anew(chinese: SellerView) -> None:
    made = {
        name: catalog.listing(chinese, title=f"Mug {name}", price=price, weight_g=200)
        for name, price in (("a", "10.00"), ("b", "20.00"), ("c", "30.00"))
    }
    assert _titles_by_price(made) == ["a", "b", "c"]
    assert _titles_by_price(made) == ["a", "b", "c"]
    catalog_operations.set_prices(
        seller_id=chinese.id,
        prices={made["a"].skus[0].seller_sku: ("25.00", made["a"].skus[0].price.currency)},
        now=clock.now() + timedelta(seconds=1),
    )
    assert _titles_by_price(made) == ["b", "a", "c"]


def test_ranks_in_turn_are_those_of_the_cards(chinese: SellerView) -> None:
    made = [catalog.listing(chinese, title=f"Mug {price}", price=price).id for price in ("10.00", "20.00", "30.00")]
    asked = [made[2], uuid4(), made[0], made[1]]
    where, at = pricing.reference_destination("DE"), clock.now()
    for currency in ("EUR", "USD"):  # Germany's own money is kept on a shelf, another is not.
        cards = pricing.get_card_prices(listing_ids=asked, destination=where, currency=currency, at=at)
        expected = [to_rank(cards[listing_id]) for listing_id in asked]
        assert expected[1] == UNPRICED
        assert expected[2] < expected[3] < expected[0] < UNPRICED
        first, other = (tuple(time.time_ns() + place for place in range(start, start + 4)) for start in (0, 4))
        for stamps in ((), first, first, other):
            found = ranking.list_ranks(listing_ids=asked, stamps=stamps, destination=where, currency=currency, at=at)
            assert found == expected
