"""Lanes of listings that stand in a shop: who is offered, what a switch does, which facts lead to listings."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from entrepot.catalog import events as catalog_events, operations as catalog
from entrepot.catalog.operations import ListingInput, SkuInput
from entrepot.kernel import sql
from entrepot.kernel.facts import StoredFact
from entrepot.markets import operations as markets
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination
from entrepot.search import lanes
from entrepot.sellers import operations as sellers_operations
from entrepot.sellers.queries import SellerView
from entrepot.shipping import operations as shipping_operations
from tests.builders import catalog as goods, orders, sellers, shipping
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
GERMANY, BRAZIL = Destination("DE"), Destination("BR")


@pytest.fixture
def shop() -> SellerView:
    orders.open_buying("DE", "BR")
    seller = sellers.approved_seller("CN")
    near, far = shipping.zone("DE", "FR", days=(4, 8)), shipping.zone("*", steps=((400, 900),), days=(9, 20))
    shipping.template(seller, shipping.service("packet", near, far), handling=(1, 2))
    return seller


def lane_of(listing_id: UUID) -> str:
    return lanes.read([listing_id], at=NOW)[listing_id]


def is_open(listing_id: UUID, destination: Destination) -> bool:
    lane = lane_of(listing_id)
    found = lane in lanes.open_to(frozenset({lane}), destination, at=NOW)
    prices = pricing.get_card_prices(listing_ids=[listing_id], destination=destination, currency="EUR", at=NOW)
    assert found == (prices[listing_id] is not None)
    return found


def told(*kinds: str) -> list[StoredFact]:
    """Return the facts of these kinds that this test's transaction recorded."""
    rows = sql.fetch_all("SELECT xid::text::bigint, id, kind, payload, recorded_at FROM kernel_fact ORDER BY id")
    found = [StoredFact(*row[:3], json.loads(row[3]), row[4]) for row in rows]
    return [fact for fact in found if fact.kind in kinds]


def test_a_lane_says_in_words_where_a_listing_goes(shop: SellerView) -> None:
    listing = goods.listing(shop, hs="850650", weight_g=300)
    assert lane_of(listing.id) == "CN|CN|UPU-lithium-presumed|*:p10-22;DE,FR:p5-10"
    heavy = goods.listing(shop, weight_g=700)
    assert lane_of(heavy.id) == "CN|CN||DE,FR:p5-10"


def test_days_and_origins_narrow_and_the_same_answer_comes_back(shop: SellerView) -> None:
    light, heavy = goods.listing(shop, weight_g=300), goods.listing(shop, weight_g=700)
    known = frozenset({lane_of(light.id), lane_of(heavy.id)})
    to_germany = lanes.open_to(known, GERMANY, at=NOW)
    assert {(way.seller_country, way.days_min, way.days_max) for way in to_germany.values()} == {("CN", 5, 10)}
    assert lanes.open_to(known, GERMANY, at=NOW) is to_germany
    assert lanes.open_to(known, pricing.reference_destination("DE"), at=NOW) is to_germany
    assert set(lanes.open_to(known, BRAZIL, at=NOW)) == {lane_of(light.id)}
    assert lanes.open_to(known, GERMANY, origins=("IT",), at=NOW) == {}
    assert set(lanes.open_to(known, GERMANY, origins=("IT", "CN"), at=NOW)) == known
    assert set(lanes.open_to(known, GERMANY, days_max=10, at=NOW)) == known
    assert lanes.open_to(known, GERMANY, days_max=9, at=NOW) == {}
    assert set(lanes.open_to(known, None, at=NOW)) == known
    assert lanes.open_to(known, None, origins=("IT",), at=NOW) == {}


@pytest.mark.parametrize(("country", "side"), [("CN", "selling"), ("DE", "buying")])
def test_a_market_suspended_closes_its_lanes_at_once(shop: SellerView, country: str, side: Any) -> None:
    listing = goods.listing(shop)
    assert is_open(listing.id, GERMANY)
    assert is_open(listing.id, BRAZIL)
    markets.set_stage(country=country, side=side, stage="suspended", actor="system", reason="a strike", now=NOW)
    assert not is_open(listing.id, GERMANY)
    assert is_open(listing.id, BRAZIL) == (side == "buying")


def test_the_sku_that_the_card_prices_says_where_a_listing_goes(shop: SellerView) -> None:
    skus = (
        SkuInput(seller_sku="light", price="10.00", stock=1, weight_g=300, options={"Size": "S"}),
        SkuInput(seller_sku="heavy", price="20.00", stock=1, weight_g=700, options={"Size": "L"}),
    )
    listing = goods.listing(shop, skus=skus)
    assert is_open(listing.id, BRAZIL)
    catalog.set_stock(seller_id=shop.id, stock={"light": 0}, now=NOW)
    assert not is_open(listing.id, BRAZIL)
    assert is_open(listing.id, GERMANY)


def test_what_is_not_offered_has_no_lane(shop: SellerView) -> None:
    listing, draft = goods.listing(shop), goods.listing(shop, state="draft")
    assert set(lanes.read([listing.id, draft.id, UUID(int=1)], at=NOW)) == {listing.id}
    sellers_operations.pause_store(seller_id=shop.id, person_id=sellers.owner_of(shop), now=NOW)
    assert lanes.read([listing.id], at=NOW) == {}


def test_goods_without_a_delivery_template_go_nowhere() -> None:
    orders.open_buying("DE")
    listing = goods.listing(sellers.approved_seller("CN"))
    assert lane_of(listing.id) == "CN|CN||"
    assert not is_open(listing.id, GERMANY)


def test_facts_lead_to_the_listings_that_they_change(shop: SellerView) -> None:
    plain = goods.listing(shop)
    fragile = goods.listing(shop, shipping_class="fragile")
    other = goods.listing(sellers.approved_seller("IT"))
    everything_here = {plain.id, fragile.id}

    shipping.template(shop, shipping_class="fragile")
    shipping.template(shop)
    shipping_operations.delete_template(seller_id=shop.id, shipping_class="fragile")
    first, of_the_fragile, of_all, taken_away = told("DeliveryChanged")
    assert lanes.listings_of([first]) == everything_here
    assert lanes.listings_of([of_the_fragile]) == {fragile.id}
    assert lanes.listings_of([of_all]) == everything_here
    assert lanes.listings_of([taken_away]) == {fragile.id}

    opened = [fact for fact in told("StoreChanged") if fact.payload["seller_id"] == str(shop.id)]
    assert lanes.listings_of(opened) == everything_here
    assert lanes.listings_of(told("ListingsChanged")) == {plain.id, fragile.id, other.id}
    assert lanes.listings_of(told("MarketStageChanged")) == set()


def test_stock_that_runs_out_or_comes_back_is_told_and_a_mere_count_is_not(shop: SellerView) -> None:
    listing = goods.listing(shop, stock=5)
    sku = listing.skus[0].seller_sku
    for count in (4, 0, 0, 3, 2):
        catalog.set_stock(seller_id=shop.id, stock={sku: count}, now=NOW)
    turned = told(catalog_events.StockTurned.kind)
    assert [fact.payload["listing_ids"] for fact in turned] == [[str(listing.id)], [str(listing.id)]]
    assert lanes.listings_of(turned[:1]) == {listing.id}


def test_a_purchase_leads_to_what_ran_out(shop: SellerView) -> None:
    last, plenty, other = goods.listing(shop, stock=2), goods.listing(shop, stock=9), goods.listing(shop, stock=2)
    orders.place(orders.cart((last, 2), (plenty, 2)))
    assert lanes.listings_of(told("PurchasePlaced", "PurchasePaid")) == {last.id}
    assert other.id not in lanes.listings_of(told("PurchasePlaced"))


def test_what_is_given_back_leads_to_all_that_was_bought(shop: SellerView) -> None:
    first, second, other = (goods.listing(shop, stock=9) for _ in range(3))
    placed = orders.place(orders.cart((first, 2), (second, 1)))
    expired = StoredFact(1, 1, "PurchaseExpired", {"purchase_id": str(placed.id)}, NOW)
    assert lanes.listings_of([expired]) == {first.id, second.id}
    cancelled = StoredFact(1, 2, "OrderLinesCancelled", {"order_id": str(placed.orders[0].id)}, NOW)
    assert lanes.listings_of([cancelled]) == {first.id, second.id}
    assert other.id not in lanes.listings_of([expired, cancelled])


def test_a_class_weight_code_or_declaration_changed_is_another_lane(shop: SellerView) -> None:
    listing = goods.listing(shop, weight_g=300)
    sku = listing.skus[0].seller_sku
    seen = [lane_of(listing.id)]
    shipping.template(shop, shipping.service("far", shipping.zone("BR")), shipping_class="large")
    for change in (
        {"shipping_class": "large"},
        {"shipping_class": "standard", "hs_code": "330300"},
        {"flags": {"aerosol": True}},
        {"skus": (SkuInput(seller_sku=sku, price="19.90", weight_g=700),)},
    ):
        before = len(told("ListingsChanged"))
        catalog.upsert_listing(
            seller_id=shop.id,
            listing=ListingInput(
                listing_id=listing.id,
                title=listing.title,
                **{"skus": (SkuInput(seller_sku=sku, price="19.90", weight_g=300),), **change},  # type: ignore[arg-type]
            ),
            now=NOW,
        )
        assert len(told("ListingsChanged")) == before + 1
        seen.append(lane_of(listing.id))
    assert len(set(seen)) == len(seen)
