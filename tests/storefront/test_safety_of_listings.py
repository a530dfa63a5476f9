"""Who answers in the Union for the safety of goods is asked of each listing: its own contacts, else its store's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from entrepot.catalog import operations as catalog, queries
from entrepot.catalog.operations import ListingInput, RefusedListing, SkuInput
from entrepot.catalog.queries import ListingView
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.pricing import queries as pricing
from entrepot.pricing.refusals import NotSellable
from entrepot.search import queries as search
from entrepot.search.ports import SearchRequest
from entrepot.sellers.queries import SafetyContactView, SellerView
from tests.builders import orders, safety
from tests.builders.catalog import NOW
from tests.pages import Reader

pytestmark = pytest.mark.django_db
RunJobs = Callable[..., int]


@pytest.fixture
def shop(db: None) -> SellerView:
    """A store in China that names nobody yet."""
    orders.open_buying("DE", "US")
    shop = orders.shop("CN")
    safety.choose(shop)
    return shop


@pytest.fixture
def rep(shop: SellerView) -> SafetyContactView:
    return safety.contact(shop, "IT", name="Rappresentanza S.r.l.")


@pytest.fixture
def maker(shop: SellerView) -> SafetyContactView:
    return safety.contact(shop, "CN", name="Guangdong Works", address="1 Factory Road, Shenzhen")


def may_enter(listing: ListingView, country: str = "DE") -> set[str]:
    """Return which of quote, card and search let goods into a country; they must agree."""
    found = set()
    destination = pricing.reference_destination(country)
    try:
        pricing.get_quote(lines=[(listing.sku, 1)], destination=destination, currency="EUR", at=NOW)
        found.add("quote")
    except NotSellable:
        pass
    prices = pricing.get_card_prices(listing_ids=[listing.id], destination=country, currency="EUR", at=NOW)
    if prices[listing.id] is not None:
        found.add("card")
    if listing.id in search.find(SearchRequest(country=country, currency="EUR"), at=NOW).listing_ids:
        found.add("search")
    return found


EVERYWHERE = {"quote", "card", "search"}


def rename(listing: ListingView, **contacts: UUID | str) -> None:
    """Have a listing name other contacts, as the API does."""
    catalog.upsert_listing(
        seller_id=listing.seller_id,
        listing=ListingInput(
            listing_id=listing.id,
            title=listing.title,
            skus=(SkuInput(seller_sku=listing.skus[0].seller_sku, price="99.00", weight_g=300),),
            **contacts,  # type: ignore[arg-type]
        ),
        now=NOW,
    )


def test_goods_whose_own_contact_is_outside_stay_out_though_the_store_has_one_inside(
    shop: SellerView, rep: SafetyContactView, maker: SafetyContactView, run_jobs: RunJobs
) -> None:
    safety.choose(shop, responsible=rep)
    plain, own = orders.goods(shop), orders.goods(shop, responsible_id=maker.id)
    run_jobs()
    assert (may_enter(plain), may_enter(own), may_enter(own, "US")) == (EVERYWHERE, set(), EVERYWHERE)
    rename(own, responsible_id="")
    run_jobs()
    assert may_enter(own) == EVERYWHERE


def test_goods_whose_own_contact_is_inside_enter_though_the_store_names_nobody(
    shop: SellerView, rep: SafetyContactView, maker: SafetyContactView, run_jobs: RunJobs
) -> None:
    safety.choose(shop, manufacturer=maker)
    plain, own = orders.goods(shop), orders.goods(shop, responsible_id=rep.id)
    made_inside = orders.goods(shop, manufacturer_id=rep.id)
    run_jobs()
    assert (may_enter(plain), may_enter(own), may_enter(made_inside)) == (set(), EVERYWHERE, EVERYWHERE)


def test_another_manufacturer_takes_away_what_the_stores_own_answered_for(
    shop: SellerView, rep: SafetyContactView, maker: SafetyContactView, run_jobs: RunJobs
) -> None:
    safety.choose(shop, manufacturer=rep)
    plain, foreign = orders.goods(shop), orders.goods(shop, manufacturer_id=maker.id)
    run_jobs()
    assert (may_enter(plain), may_enter(foreign)) == (EVERYWHERE, set())
    safety.choose(shop, manufacturer=rep, responsible=rep)
    run_jobs()
    assert may_enter(foreign) == EVERYWHERE


def test_a_contact_that_leaves_the_union_takes_its_goods_along(
    shop: SellerView, rep: SafetyContactView, run_jobs: RunJobs
) -> None:
    listing = orders.goods(shop, responsible_id=rep.id)
    run_jobs()
    cart = orders.cart((listing, 1))
    assert may_enter(listing) == EVERYWHERE
    safety.move(shop, rep, "CH")
    run_jobs()
    assert may_enter(listing) == set()
    with pytest.raises(NotSellable) as refusal:
        orders.place(cart)
    assert [line["rule"] for line in refusal.value.fields["lines"]] == ["EU-responsible-person"]
    assert orders.stock_of(listing) == (100, 0)
    safety.move(shop, rep, "AT")
    run_jobs()
    assert may_enter(listing) == EVERYWHERE


def test_buyers_read_who_made_these_goods_and_who_answers_for_them(
    shop: SellerView, rep: SafetyContactView, maker: SafetyContactView
) -> None:
    safety.choose(shop, responsible=rep)
    other = safety.contact(shop, "FR", name="Maison Garant", address="2 rue Haute, Lyon", email="g@garant.example")
    plain, own = orders.goods(shop), orders.goods(shop, manufacturer_id=maker.id, responsible_id=other.id)
    words = Reader("DE.EUR.en").open(f"/listing/{plain.id}/{plain.slug}").words
    assert "Rappresentanza S.r.l." in words
    assert "Manufacturer" not in words
    words = Reader("DE.EUR.en").open(f"/listing/{own.id}/{own.slug}").words
    assert "Manufacturer Guangdong Works 1 Factory Road, Shenzhen, China" in words
    assert "Responsible in the European Union Maison Garant 2 rue Haute, Lyon, France g@garant.example" in words
    assert "Rappresentanza" not in words


def test_nobody_outside_is_shown_as_responsible_inside(shop: SellerView, maker: SafetyContactView) -> None:
    listing = orders.goods(shop, responsible_id=maker.id)
    words = Reader("US.USD.en").open(f"/listing/{listing.id}/{listing.slug}").words
    assert "Responsible in the European Union" not in words


def test_another_sellers_contact_is_no_contact(shop: SellerView) -> None:
    theirs = safety.contact(orders.shop("CN"), name="Theirs")
    listing = orders.goods(shop)
    for field in ("manufacturer_id", "responsible_id"):
        with pytest.raises(InvalidField) as refusal:
            rename(listing, **{field: theirs.id})
        assert [(one["field"], str(one["reason"])) for one in refusal.value.fields["errors"]] == [
            (field, "You have no such contact.")
        ]
        with pytest.raises(InvalidField):
            set_for_category(shop, **{field: theirs.id})
    (outcome,) = catalog.upsert_listings(
        seller_id=shop.id,
        listings=[ListingInput(title="Kettle", skus=(SkuInput("K", "9.00"),), manufacturer_id=theirs.id)],
        now=NOW,
    )
    assert isinstance(outcome, RefusedListing)
    kept = queries.get_listing(listing.id, "", seller_id=shop.id)
    assert (kept.manufacturer_id, kept.responsible_id) == (None, None)


def set_for_category(seller: SellerView, **said: Any) -> int:
    return catalog.set_category_contacts(seller_id=seller.id, seller_category="mens-shirts", now=NOW, **said).listings


def test_a_category_names_contacts_for_its_goods_and_those_that_come_later(
    shop: SellerView, rep: SafetyContactView, maker: SafetyContactView, run_jobs: RunJobs
) -> None:
    first, own = orders.goods(shop), orders.goods(shop, responsible_id=maker.id)
    elsewhere = orders.goods(shop, category="kitchen")
    assert set_for_category(shop, manufacturer_id=maker.id, responsible_id=rep.id) == 2
    later = orders.goods(shop)
    run_jobs()

    def named(listing: ListingView) -> tuple[UUID | None, UUID | None]:
        kept = queries.get_listing(listing.id, "", seller_id=shop.id)
        return kept.manufacturer_id, kept.responsible_id

    assert named(first) == named(later) == (maker.id, rep.id)
    assert named(own) == (maker.id, maker.id)  # What a listing says of itself stays.
    assert named(elsewhere) == (None, None)
    assert [bool(may_enter(one)) for one in (first, later, own, elsewhere)] == [True, True, False, False]
    assert queries.count_listings_of_contacts(shop.id) == {maker.id: 3, rep.id: 2}

    assert set_for_category(shop, responsible_id="") == 2
    assert (named(first), named(own)) == ((maker.id, None), (maker.id, maker.id))
    with pytest.raises(NotFound):
        catalog.set_category_contacts(seller_id=shop.id, seller_category="no such", responsible_id=rep.id, now=NOW)
