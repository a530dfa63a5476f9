"""Buyers find listings, in any of their languages, and only what may be sold to them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from entrepot.catalog import operations as catalog_operations
from entrepot.catalog.operations import SkuInput
from entrepot.catalog.queries import ListingView
from entrepot.markets import operations as markets
from entrepot.pricing import queries as pricing
from entrepot.search import operations, queries
from entrepot.search.ports import SearchPage, SearchRequest
from entrepot.sellers import operations as sellers_operations
from entrepot.sellers.queries import SellerView
from tests.builders import catalog, sellers, shipping
from tests.builders.catalog import NOW
from tests.builders.search import UpToDateEngine

RunJobs = Any


def find(q: str = "", **fields: Any) -> SearchPage:
    return queries.find(SearchRequest(**{"q": q, "country": "DE", "currency": "EUR", **fields}), at=NOW)


def found(q: str = "", **fields: Any) -> list[UUID]:
    return list(find(q, **fields).listing_ids)


@pytest.fixture
def chinese(db: None) -> SellerView:
    seller = sellers.approved_seller("CN")
    shipping.preset_templates(seller)
    return seller


@pytest.fixture
def shirt(chinese: SellerView) -> ListingView:
    return catalog.listing(
        chinese,
        title="红色棉质T恤",
        language="zh",
        brand="Zhenji",
        description="夏季 短袖",
        translations={
            "en": "Red cotton shirts",
            "ru": "Красная хлопковая футболка",
            "ar": "قميص قطني أحمر",
            "tr": "Kırmızı pamuklu TİŞÖRT IŞIK",
            "it": "Magliette rosse di cotone",
        },
    )


@pytest.fixture
def lamp(db: None) -> ListingView:
    seller = sellers.approved_seller("IT")
    shipping.preset_templates(seller)
    return catalog.listing(
        seller,
        title="Lampada da tavolo CF412A",
        language="it",
        category="lighting",
        hs="940520",
        translations={"en": "Desk lamp"},
        price="49.00",
    )


@pytest.mark.parametrize(
    ("q", "language"),
    [
        ("shirt", "en"),
        ("SHIRTS red", "en"),
        ("shir", "en"),
        ("red cott", "de"),
        ("футболки", "ru"),
        ("красные футб", "en"),
        ("قميص", "ar"),
        ("棉质", "zh"),
        ("红", "zh"),
        ("红色 恤", "en"),
        ("短袖", "zh"),
        ("tişört", "tr"),
        ("ışık", "tr"),
        ("maglietta", "it"),
        ("maglietta", "en"),
        ("zhenji", "en"),
        ('"cotton shirts"', "en"),
        ("shirt -blue", "en"),
        ("blouse OR shirt", "en"),
        ("camicie", "it"),
    ],
)
def test_a_listing_is_found_in_any_of_its_languages(
    shirt: ListingView, lamp: ListingView, run_jobs: RunJobs, q: str, language: str
) -> None:
    run_jobs()
    assert found(q, language=language) == [shirt.id]


@pytest.mark.parametrize(
    "q", ["trousers", '"shirts cotton"', "shirt -cotton", "((", "' OR 1=1 --", "!!!", "\\", "\x00"]
)
def test_what_fits_nothing_finds_nothing_and_breaks_nothing(shirt: ListingView, run_jobs: RunJobs, q: str) -> None:
    run_jobs()
    assert found(q) == []


def test_codes_and_model_names_are_found(shirt: ListingView, lamp: ListingView, run_jobs: RunJobs) -> None:
    run_jobs()
    assert found("cf412a") == [lamp.id]
    assert found("CF41") == [lamp.id]
    assert found(shirt.skus[0].seller_sku) == [shirt.id]
    assert found(shirt.sku) == [shirt.id]


def test_a_size_is_found_with_the_system_that_its_option_names(chinese: SellerView) -> None:
    skus = [
        SkuInput(seller_sku=size, price="10.00", stock=1, weight_g=300, options={"EU size": size})
        for size in ("41", "42")
    ]
    boots = catalog.listing(chinese, title="Boots", skus=skus)
    for q in ("boots 42 EU", "boots eu 42", "boots EU42", "boots size 42", "boots 42"):
        assert (found(q), find(q).lacks_words) == ([boots.id], False), q
    assert find("boots 43 EU").lacks_words


def test_without_words_everything_is_found_the_newest_first(shirt: ListingView, lamp: ListingView) -> None:
    assert find().count == 2
    assert set(found()) == {shirt.id, lamp.id}


def test_category_store_and_origin_narrow(
    chinese: SellerView, shirt: ListingView, lamp: ListingView, run_jobs: RunJobs
) -> None:
    run_jobs()
    assert found(category="mens-fashion") == [shirt.id]
    assert found(category="home") == [lamp.id]
    assert found(category="toys") == []
    assert found(category="no-such") == []
    assert found(store=chinese.store.slug) == [shirt.id]
    assert found(origins=("IT",)) == [lamp.id]
    assert found("lamp", origins=("CN",)) == []
    assert found("desk", category="lighting", origins=("IT",)) == [lamp.id]


def test_what_is_in_stock_comes_first(chinese: SellerView, run_jobs: RunJobs) -> None:
    empty = catalog.listing(chinese, title="Red red red shirt", stock=0)
    full = catalog.listing(chinese, title="A shirt that is red, among much else", stock=1)
    run_jobs()
    assert found("red shirt") == [full.id, empty.id]
    catalog_operations.set_stock(
        seller_id=chinese.id, stock={empty.skus[0].seller_sku: 1, full.skus[0].seller_sku: 0}, now=NOW
    )
    assert found("red shirt") == [empty.id, full.id]


def test_a_title_counts_more_than_a_description(chinese: SellerView, run_jobs: RunJobs) -> None:
    mentioned = catalog.listing(chinese, title="Plain bowl", description="Goes well with a teapot.")
    titled = catalog.listing(chinese, title="Teapot", description="Holds a litre.")
    run_jobs()
    assert found("teapot") == [titled.id, mentioned.id]


def test_what_a_seller_hides_or_an_operator_blocks_is_not_found(shirt: ListingView, run_jobs: RunJobs) -> None:
    run_jobs()
    catalog_operations.set_listing_state(seller_id=shirt.seller_id, listing_ids=[shirt.id], state="paused", now=NOW)
    assert found("shirt") == []  # At once, before the index follows.
    run_jobs()
    assert queries.get_index_state().documents == 0
    catalog_operations.set_listing_state(seller_id=shirt.seller_id, listing_ids=[shirt.id], state="active", now=NOW)
    run_jobs()
    assert found("shirt") == [shirt.id]
    catalog_operations.block_listing(listing_id=shirt.id, actor="operator:1", reason="Counterfeit.", now=NOW)
    assert found("shirt") == []


def test_what_a_suspended_seller_lists_is_not_found(shirt: ListingView, run_jobs: RunJobs) -> None:
    run_jobs()
    sellers_operations.suspend_seller(
        seller_id=shirt.seller_id,
        actor="operator:1",
        reasons=[{"field": "papers", "reason": "They have run out."}],
        now=NOW,
    )
    assert found("shirt") == []
    assert found() == []


def test_a_closed_corridor_is_asked_at_query_time(shirt: ListingView, lamp: ListingView, run_jobs: RunJobs) -> None:
    run_jobs()

    def switch(country: str, side: str, stage: str) -> None:
        markets.set_stage(country=country, side=side, stage=stage, actor="operator:1", reason="Test.", now=NOW)

    switch("CN", "selling", "suspended")
    assert found("shirt") == []
    assert set(found()) == {lamp.id}
    switch("CN", "selling", "open")
    assert found("shirt") == [shirt.id]
    switch("DE", "buying", "suspended")
    assert found("shirt") == []
    assert found("shirt", country="FR") == [shirt.id]
    assert found("shirt", country="") == [shirt.id]


def test_words_that_are_right_are_not_taken_for_others_because_of_what_is_chosen_besides(db: None) -> None:
    seller = sellers.approved_seller("CN")
    shipping.preset_templates(seller)
    mug = catalog.listing(seller, title="Blue mug", language="en", brand="Birch")
    tea = catalog.listing(seller, title="Mugwort tea", language="en", brand="Aster")
    assert found("mug") == [mug.id]
    assert found("mugw", brands=("Aster",)) == [tea.id], "an unfinished word goes on within what is chosen"
    assert find("mug", brands=("Aster",)).count == 0
    assert find("mug", price_to=Decimal(1)).count == 0


def test_changes_are_followed(shirt: ListingView, run_jobs: RunJobs) -> None:
    run_jobs()
    catalog_operations.set_translation(
        seller_id=shirt.seller_id, listing_id=shirt.id, language="en", title="Crimson blouse", now=NOW
    )
    run_jobs()
    assert found("crimson") == [shirt.id]
    catalog_operations.set_translation(
        seller_id=shirt.seller_id, listing_id=shirt.id, language="en", title="Scarlet blouse", now=NOW
    )
    run_jobs()
    assert (found("scarlet"), found("crimson")) == ([shirt.id], [])


def test_retired_skus_leave_nothing_to_find(chinese: SellerView, run_jobs: RunJobs) -> None:
    listing = catalog.listing(chinese, title="Umbrella", external_id="u")
    run_jobs()
    catalog_operations.upsert_listing(
        seller_id=chinese.id,
        listing=catalog_operations.ListingInput(
            title="Umbrella", external_id="u", language="zh", skus=(SkuInput(seller_sku="other", price="5"),)
        ),
        now=NOW,
    )
    run_jobs()
    assert found("umbrella") == [listing.id]
    assert found(listing.skus[0].seller_sku) == []


def test_pages_are_stable_and_counted_exactly(chinese: SellerView, run_jobs: RunJobs) -> None:
    made = {catalog.listing(chinese, title=f"Blue mug {number}", stock=number % 3).id for number in range(23)}
    run_jobs()
    for sort in ("relevance", "newest", "price"):
        pages = [find("blue mug", sort=sort, page=page, page_size=5) for page in (1, 2, 3, 4, 5, 6)]
        assert [page.count for page in pages] == [23] * 6
        seen = [listing_id for page in pages for listing_id in page.listing_ids]
        assert len(seen) == len(set(seen)) == 23
        assert set(seen) == made
        assert pages[5].listing_ids == ()
        assert [page.pages for page in pages] == [5] * 6
    assert found("blue mug", sort="newest", page_size=1) == found("blue mug", sort="newest", page_size=1)


def test_by_price_means_the_delivered_price_of_the_best(chinese: SellerView, run_jobs: RunJobs) -> None:
    weights = {"30.00": 100, "10.00": 100, "20.00": 100, "10.01": 5000}
    made = {
        price: catalog.listing(chinese, title="Green mug", price=price, weight_g=weight).id
        for price, weight in weights.items()
    }
    run_jobs()
    prices = pricing.get_card_prices(listing_ids=list(made.values()), destination="DE", currency="EUR", at=NOW)
    delivered = {listing_id: price.amount for listing_id, price in prices.items() if price}
    assert len(delivered) == 4
    page = find("green mug", sort="price")
    assert page.ranked_within is None  # All of them were compared.
    assert list(page.listing_ids) == sorted(made.values(), key=lambda listing_id: delivered[listing_id])
    assert [page.listing_ids.index(made[price]) for price in ("10.00", "20.00")] == [0, 1]
    assert find("green mug", sort="relevance").ranked_within is None


def test_by_price_what_lacks_a_word_stands_behind_what_has_all(chinese: SellerView) -> None:
    dear, cheap = (catalog.listing(chinese, title="Clay kettle", price=price) for price in ("90.00", "60.00"))
    pan = catalog.listing(chinese, title="Clay pan", price="5.00")
    kettle = catalog.listing(chinese, title="Steel kettle", price="7.00")
    page = find("clay kettle", sort="price")
    assert (list(page.listing_ids), page.lacks_words) == ([cheap.id, dear.id, pan.id, kettle.id], False)
    # Where none has all of them, that is said, in every order.
    for sort in ("relevance", "price", "newest"):
        page = find("steel pan", sort=sort)
        assert (page.count, page.lacks_words) == (2, True), sort
    assert find("steel pan", price_from=Decimal(10**6)).lacks_words is False


def test_an_order_that_is_not_known_is_relevance(shirt: ListingView) -> None:
    assert found(sort="cheapest") == [shirt.id]


def test_the_index_can_be_built_anew(
    shirt: ListingView, lamp: ListingView, search_index: UpToDateEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    search_index.follows = False
    assert queries.get_index_state().documents == 0
    call_command("search_index", rebuild=True, json=True)
    assert '"documents": 2, "offered": 2' in capsys.readouterr().out
    assert found("shirt") == [shirt.id]


def test_indexing_twice_writes_once(shirt: ListingView) -> None:
    for _ in range(2):
        operations.index_listings(listing_ids=[shirt.id])
    assert queries.get_index_state().documents == 1
