"""Listings made and changed by their sellers, one by one and in bulk."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import Error, transaction

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import (
    ListingBlocked,
    ListingInput,
    NoStore,
    RefusedListing,
    SkuInput,
    Translation,
    UpsertResult,
)
from entrepot.kernel import audit, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.ids import new_id
from entrepot.kernel.money import Money
from entrepot.sellers.queries import SellerView
from tests.builders import catalog, sellers
from tests.builders.catalog import NOW


@pytest.fixture
def seller(db: None) -> SellerView:
    catalog.ensure_categories()
    return sellers.approved_seller("IT")


def sku(name: str = "one", price: str = "10.00", **fields: object) -> SkuInput:
    return SkuInput(seller_sku=name, price=price, **fields)  # type: ignore[arg-type]


def upsert(seller: SellerView, **fields: object) -> UpsertResult:
    values = {"title": "Cotton shirt", "skus": (sku(),), **fields}
    return operations.upsert_listing(seller_id=seller.id, listing=ListingInput(**values), now=NOW)  # type: ignore[arg-type]


def refusals(seller: SellerView, **fields: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidField) as refusal:
        upsert(seller, **fields)
    return [(error["field"], error["reason"]) for error in refusal.value.fields["errors"]]


def facts_of(kind: str) -> int:
    row = sql.fetch_one("SELECT count(*) FROM kernel_fact WHERE kind = %s", [kind])
    assert row is not None
    return int(row[0])


def test_a_listing_takes_over_what_the_store_says(seller: SellerView) -> None:
    done = upsert(seller, category="mens-shirts", skus=(sku(stock=7, weight_g=250),))
    view = queries.get_listing(done.listing_id, "it", seller_id=seller.id)
    assert (view.currency, view.language, view.state, view.tax_included) == ("EUR", "it", "active", True)
    assert (view.category_slug, view.slug, view.hs_code, view.home_tax_rate) == (
        "mens-shirts", "cotton-shirt", None, None
    )  # fmt: skip
    assert [(line.price, line.available, line.weight_g) for line in view.skus] == [(Money(1000, "EUR"), 7, 250)]
    assert done.skus == {"one": view.sku}
    assert len(view.sku) == 12


def test_a_seller_without_vat_registration_lists_prices_without_tax(db: None) -> None:
    catalog.ensure_categories()
    small = sellers.approved_seller("IT", vat_registered=False)
    view = queries.get_listing(upsert(small).listing_id, "it", seller_id=small.id)
    assert view.tax_included is False


def test_a_second_upsert_replaces_the_listing_and_retires_skus_it_no_longer_names(seller: SellerView) -> None:
    first = upsert(seller, external_id="a", skus=(sku("red", options={"colour": "red"}), sku("blue")))
    second = upsert(
        seller,
        external_id="a",
        title="Linen shirt",
        home_tax_rate=Decimal(10),
        skus=(sku("red", "12.00", options={"colour": "dark red"}), sku("green")),
    )
    assert (second.listing_id, second.created) == (first.listing_id, False)
    view = queries.get_listing(first.listing_id, "it", seller_id=seller.id)
    assert (view.title, view.home_tax_rate, view.tax_included) == ("Linen shirt", Decimal(10), True)
    assert {line.seller_sku: line.state for line in view.skus} == {
        "red": "active", "green": "active", "blue": "retired"
    }  # fmt: skip
    assert [line.seller_sku for line in queries.get_listing(first.listing_id, "it").skus] == ["red", "green"]
    assert second.skus["red"] == first.skus["red"]


def test_what_an_upsert_leaves_unsaid_stays(seller: SellerView) -> None:
    done = upsert(seller, brand="Acme", hs_code="610910", origin_country="IT", skus=(sku(weight_g=300, stock=5),))
    upsert(seller, listing_id=done.listing_id, title="Another title")
    view = queries.get_listing(done.listing_id, "it", seller_id=seller.id)
    assert (view.brand, view.hs_code, view.origin_country, view.hs_confirmed_at) == ("Acme", "610910", "IT", NOW)
    assert (view.skus[0].weight_g, view.skus[0].on_hand) == (300, 5)


def test_every_fault_is_named_at_once(seller: SellerView) -> None:
    faults = refusals(
        seller,
        title="x",
        category="no-such-thing",
        hs_code="77",
        origin_country="Italy",
        language="italiano!",
        state="sold",
        skus=(sku("", "0", weight_g=-1, gtin="4006381333932", stock=-1),),
    )
    assert [field for field, _ in faults] == [
        "title", "language", "category", "state", "hs_code", "origin_country", "seller_sku", "price", "stock", "weight",
        "gtin",
    ]  # fmt: skip
    assert dict(faults)["price"] == "The price must be above zero."
    assert dict(faults)["title"] == "A title has 2 to 150 symbols; this one has 1."
    assert queries.list_seller_listings(seller.id).count == 0


@pytest.mark.parametrize(
    ("price", "currency", "reason"),
    [
        ("12.345", "EUR", "'12.345' is not an amount of EUR, such as 19.90."),
        ("1.5", "JPY", "'1.5' is not an amount of JPY, such as 1990."),
        ("free", "EUR", "'free' is not an amount of EUR, such as 19.90."),
        ("NaN", "EUR", "'NaN' is not an amount of EUR, such as 19.90."),
    ],
)
def test_a_price_must_be_an_amount_of_its_currency(seller: SellerView, price: str, currency: str, reason: str) -> None:
    assert refusals(seller, currency=currency, skus=(sku("one", price),)) == [("price", reason)]


@pytest.mark.parametrize(
    ("code", "fits"),
    [("610910", True), ("8518301000", True), ("85183", False), ("770100", False), ("980000", False), ("610000", False)],
)
def test_an_hs_code_has_six_to_ten_digits_of_a_chapter_that_exists(seller: SellerView, code: str, fits: bool) -> None:
    if fits:
        assert upsert(seller, hs_code=code).created
    else:
        assert [field for field, _ in refusals(seller, hs_code=code)] == ["hs_code"]


def test_a_description_keeps_harmless_markup_only(seller: SellerView) -> None:
    done = upsert(
        seller,
        description="<p onclick=alert(1)>Soft <b>and</b> light<script>alert(1)</script>"
        '<a href="javascript:x">link</a><img src=x onerror=alert(1)></p>',
    )
    view = queries.get_listing(done.listing_id, "it", seller_id=seller.id)
    assert view.description == "<p>Soft <b>and</b> lightlink</p>"


def test_plain_text_becomes_paragraphs(seller: SellerView) -> None:
    done = upsert(seller, title="  A <b>bold</b>\n title\u202e ", description="One & two\nthree\n\nfour < five")
    view = queries.get_listing(done.listing_id, "it", seller_id=seller.id)
    assert (view.title, view.description) == (
        "A bold title", "<p>One &amp; two<br>three</p><p>four &lt; five</p>"
    )  # fmt: skip


def test_two_skus_of_a_listing_cannot_share_name_or_options(seller: SellerView) -> None:
    faults = refusals(seller, skus=(sku("a", options={"size": "M"}), sku("a", options={"size": "M"})))
    assert faults == [
        ("skus.1.seller_sku", "The SKU 'a' stands here twice."),
        ("skus.1.options", "Another SKU of the listing has the same options."),
    ]


def test_in_bulk_one_bad_listing_keeps_no_other_back(seller: SellerView) -> None:
    upsert(seller, external_id="old", skus=(sku("taken"),))
    listings = [
        ListingInput(title="Good one", external_id="1", skus=(sku("s1"),)),
        ListingInput(title="", external_id="2", skus=(sku("s2"),)),
        ListingInput(title="Takes another's SKU", external_id="3", skus=(sku("taken"),)),
        ListingInput(title="Same name again", external_id="1", skus=(sku("s4"),)),
        ListingInput(title="Not mine", listing_id=new_id(), skus=(sku("s5"),)),
        ListingInput(title="Good two", external_id="6", skus=(sku("s6"),)),
        ListingInput(title="SKU twice in the batch", external_id="7", skus=(sku("s6"),)),
    ]
    outcomes = operations.upsert_listings(seller_id=seller.id, listings=listings, now=NOW)
    taken = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, UpsertResult)]
    refused = {o.index: [error.field for error in o.errors] for o in outcomes if isinstance(o, RefusedListing)}
    assert taken == [0, 5]
    assert refused == {
        1: ["title"], 2: ["skus.0.seller_sku"], 3: ["external_id"], 4: ["listing_id"], 6: ["skus.0.seller_sku"]
    }  # fmt: skip
    assert queries.list_seller_listings(seller.id).count == 3


def test_changes_are_told_once_a_batch(seller: SellerView) -> None:
    before = facts_of("ListingsChanged")
    listings = [ListingInput(title=f"Thing {n}", external_id=str(n), skus=(sku(f"s{n}"),)) for n in range(250)]
    operations.upsert_listings(seller_id=seller.id, listings=listings, now=NOW)
    assert facts_of("ListingsChanged") - before == 2


def test_a_seller_without_a_store_cannot_list(seller: SellerView) -> None:
    with pytest.raises(NoStore):
        operations.upsert_listing(seller_id=new_id(), listing=ListingInput(title="Shirt", skus=(sku(),)), now=NOW)


def test_another_sellers_listing_is_not_found(seller: SellerView) -> None:
    done = upsert(seller)
    other = sellers.approved_seller("TR")
    with pytest.raises(NotFound):
        upsert(other, listing_id=done.listing_id, title="Mine now", skus=(sku("x"),))
    with pytest.raises(NotFound):
        operations.set_listing_state(seller_id=other.id, listing_ids=[done.listing_id], state="paused", now=NOW)
    with pytest.raises(NotFound):
        operations.set_translation(seller_id=other.id, listing_id=done.listing_id, language="en", title="Mine", now=NOW)
    with pytest.raises(NotFound):
        queries.get_listing(done.listing_id, "it", seller_id=other.id)
    assert queries.get_listing(done.listing_id, "it").title == "Cotton shirt"


def test_the_database_keeps_tenants_apart(seller: SellerView) -> None:
    mine = upsert(seller)
    other = sellers.approved_seller("TR")
    theirs = operations.upsert_listing(
        seller_id=other.id, listing=ListingInput(title="Theirs", skus=(sku("t"),)), now=NOW
    )
    statement = "UPDATE catalog_sku SET listing_id = %s WHERE listing_id = %s"
    with pytest.raises(Error, match="catalog_sku_listing_fk"), transaction.atomic():
        sql.execute(statement, [mine.listing_id, theirs.listing_id])


def test_prices_are_set_in_bulk_in_the_listings_own_currency(seller: SellerView) -> None:
    upsert(seller, skus=(sku("a", options={"n": "1"}), sku("b", options={"n": "2"}), sku("c", options={"n": "3"})))
    result = operations.set_prices(
        seller_id=seller.id,
        prices={"a": ("11.50", "EUR"), "b": ("10.00", "EUR"), "c": ("9", "USD"), "d": ("1", "EUR")},
        now=NOW,
    )
    assert (result.updated, result.unchanged) == (1, 1)
    assert {(line.sku, line.field, line.reason) for line in result.rejected} == {
        ("c", "currency", "This listing is priced in EUR, not USD."),
        ("d", "sku", "You have no SKU of this name."),
    }


def test_a_listing_may_change_its_currency_with_its_prices(seller: SellerView) -> None:
    done = upsert(seller, external_id="a")
    upsert(seller, external_id="a", currency="USD", skus=(sku("one", "15"),))
    view = queries.get_listing(done.listing_id, "it")
    assert (view.currency, view.skus[0].price) == ("USD", Money(1500, "USD"))


def test_translations_are_shown_in_their_language_with_the_original_where_words_are_missing(
    seller: SellerView,
) -> None:
    done = upsert(
        seller,
        title="Camicia",
        description="Morbida",
        attributes=(("Materiale", "Cotone"),),
        skus=(sku(options={"Colore": "Rosso"}),),
    )
    words = [
        Translation(done.listing_id, "en", "Shirt", options={"Colore": "Colour", "Rosso": "Red"}),
        Translation(done.listing_id, "ar", "قميص", "ناعم", (("المادة", "قطن"),)),
    ]
    operations.set_translations(seller_id=seller.id, translations=words, now=NOW)
    english = queries.get_listing(done.listing_id, "en")
    assert (english.title, english.description, english.is_translation) == ("Shirt", "<p>Morbida</p>", True)
    assert english.skus[0].options == (("Colour", "Red"),)
    arabic = queries.get_listing(done.listing_id, "ar")
    assert (arabic.title, arabic.attributes) == ("قميص", (("المادة", "قطن"),))
    assert queries.get_listing(done.listing_id, "de").title == "Camicia"
    assert english.languages == ("ar", "en", "it")


def test_a_translation_into_the_listings_own_language_is_refused(seller: SellerView) -> None:
    done = upsert(seller)
    with pytest.raises(InvalidField) as refusal:
        operations.set_translation(
            seller_id=seller.id, listing_id=done.listing_id, language="it", title="Camicia", now=NOW
        )
    assert refusal.value.fields["errors"][0]["field"] == "language"


def test_hidden_listings_are_not_found_by_buyers(seller: SellerView) -> None:
    done = upsert(seller)
    operations.set_listing_state(seller_id=seller.id, listing_ids=[done.listing_id], state="paused", now=NOW)
    with pytest.raises(NotFound):
        queries.get_listing(done.listing_id, "it")
    assert queries.get_cards([done.listing_id], "it") == []
    assert queries.get_listing(done.listing_id, "it", seller_id=seller.id).state == "paused"


def test_what_the_operator_blocks_stays_blocked_whatever_the_seller_sends(seller: SellerView) -> None:
    done = upsert(seller, external_id="a")
    operations.block_listing(listing_id=done.listing_id, actor="operator:1", reason="Counterfeit.", now=NOW)
    upsert(seller, external_id="a", state="active", title="Same again")
    with pytest.raises(ListingBlocked):
        operations.set_listing_state(seller_id=seller.id, listing_ids=[done.listing_id], state="active", now=NOW)
    view = queries.get_listing(done.listing_id, "it", seller_id=seller.id)
    assert (view.state, view.block_reason) == ("blocked", "Counterfeit.")
    assert [entry.action for entry in audit.list_entries(subject_kind="listing", subject_id=done.listing_id)] == [
        "block_listing"
    ]
    operations.unblock_listing(listing_id=done.listing_id, actor="operator:1", now=NOW)
    assert queries.get_listing(done.listing_id, "it", seller_id=seller.id).state == "paused"


def test_cards_come_in_the_order_asked_for(seller: SellerView) -> None:
    first = upsert(seller, skus=(sku("a", "12.00", stock=1), sku("b", "9.00", options={"n": "2"}, stock=2)))
    second = upsert(seller, title="Second", skus=(sku("c"),))
    cards = queries.get_cards([second.listing_id, new_id(), first.listing_id], "en")
    assert [card.id for card in cards] == [second.listing_id, first.listing_id]
    assert (cards[1].price, cards[1].price_max, cards[1].available) == (Money(900, "EUR"), Money(1200, "EUR"), 3)


def test_a_sellers_own_list_is_filtered_and_counted(seller: SellerView) -> None:
    upsert(seller, title="Linen shirt", hs_code="620520", skus=(sku("LIN-1", stock=3),))
    upsert(seller, title="Wool 100% scarf", skus=(sku("WOOL-1"),))
    page = queries.list_seller_listings(seller.id)
    assert (page.count, [item.title for item in page.items]) == (2, ["Wool 100% scarf", "Linen shirt"])
    assert [
        item.title for item in queries.list_seller_listings(seller.id, wanted=queries.ListingFilter(q="100%")).items
    ] == ["Wool 100% scarf"]
    assert [
        item.title for item in queries.list_seller_listings(seller.id, wanted=queries.ListingFilter(q="lin-1")).items
    ] == ["Linen shirt"]
    assert [
        item.title
        for item in queries.list_seller_listings(seller.id, wanted=queries.ListingFilter(without_hs=True)).items
    ] == ["Wool 100% scarf"]
    assert queries.list_seller_listings(seller.id, wanted=queries.ListingFilter(out_of_stock=True)).count == 1
    assert queries.list_seller_listings(seller.id, page=9).count == 2
