"""The list of listings: found, filtered, sold or paused, repriced and counted in bulk, confirmed by category."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import SkuInput
from entrepot.catalog.queries import ListingView
from tests.builders import catalog as catalog_builders, orders, sellers as seller_builders
from tests.conftest import NOW
from tests.pages import Reader, unsafe_markup

pytestmark = pytest.mark.django_db


def _reader(seller: Any, path: str = "listings/") -> Reader:
    return Reader(person_id=seller_builders.owner_of(seller)).open(f"/seller/{seller.id}/{path}")


def _titles(reader: Reader) -> list[str]:
    return [" ".join(node.text_content().split()) for node in reader.page.xpath("//tbody//td[2]//a")]


def _post(reader: Reader, path: str, data: dict[str, Any]) -> Reader:
    """Send what a form of the page would, with boxes that were marked."""
    token = reader.page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    return reader._take(reader.client.post(path, {"csrfmiddlewaretoken": token, **data}, follow=True), path)


def _state(listing: ListingView) -> str:
    return queries.get_listing(listing.id, "", seller_id=listing.seller_id).state


def _prices(listing: ListingView) -> list[str]:
    return [sku.price.text for sku in queries.get_listing(listing.id, "", seller_id=listing.seller_id).skus]


def _shelf() -> tuple[Any, ListingView, ListingView, ListingView]:
    """Return a seller with three listings: whole, without customs facts and stock, and paused."""
    seller = orders.shop("IT")
    whole = orders.goods(seller, price="20.00", title="Wool scarf")
    poor = orders.goods(seller, price="10.00", title="Linen shirt", hs=None, weight_g=None, stock=0)
    paused = orders.goods(seller, price="30.00", title="Silk tie", state="paused", category="belts")
    return seller, whole, poor, paused


def test_the_list_is_narrowed_by_state_lack_category_and_words_and_sorted() -> None:
    seller, _, _, _ = _shelf()
    reader = _reader(seller)
    assert sorted(_titles(reader)) == ["Linen shirt", "Silk tie", "Wool scarf"]
    assert _titles(reader.open(f"/seller/{seller.id}/listings/?state=paused")) == ["Silk tie"]
    assert _titles(reader.open(f"/seller/{seller.id}/listings/?lacks=without_hs")) == ["Linen shirt"]
    assert _titles(reader.open(f"/seller/{seller.id}/listings/?lacks=without_weight")) == ["Linen shirt"]
    assert _titles(reader.open(f"/seller/{seller.id}/listings/?lacks=out_of_stock")) == ["Linen shirt"]
    assert len(_titles(reader.open(f"/seller/{seller.id}/listings/?lacks=without_picture"))) == 3
    assert _titles(reader.open(f"/seller/{seller.id}/listings/?sort=cheapest"))[0] == "Linen shirt"
    assert _titles(reader.open(f"/seller/{seller.id}/listings/?sort=title"))[0] == "Linen shirt"
    belts = next(row for row in queries.list_seller_categories(seller.id) if row.text == "belts")
    assert _titles(reader.open(f"/seller/{seller.id}/listings/?category={belts.id}")) == ["Silk tie"]
    reader.open(f"/seller/{seller.id}/listings/").send("/listings/", q="shirt", sort="title")
    assert _titles(reader) == ["Linen shirt"]
    assert "Nothing fits this filter." in reader.open(f"/seller/{seller.id}/listings/?q=nothing-like-it").words


def test_a_row_says_what_it_lacks() -> None:
    seller, _, _, _ = _shelf()
    reader = _reader(seller, "listings/?q=linen")
    (lacks,) = reader.page.xpath("//tbody/tr/td[6]")
    assert " ".join(lacks.text_content().split()) == "No HS code No weight No picture Out of stock"


def test_one_listing_is_paused_and_put_on_sale_again_from_its_row() -> None:
    seller, whole, _, _ = _shelf()
    reader = _reader(seller)
    address = f"/seller/{seller.id}/listings/{whole.id}/state"
    assert reader.page.xpath(f"//button[@formaction='{address}']/@value") == ["paused"]
    _post(reader, address, {"to": "paused", "state": "active"})
    assert _state(whole) == "paused"
    assert reader.address.endswith("/listings/?state=active")
    _post(reader, address, {"to": "active"})
    assert _state(whole) == "active"


def test_marked_listings_are_paused_together_and_blocked_ones_stay() -> None:
    seller, whole, poor, paused = _shelf()
    operations.block_listing(listing_id=poor.id, actor="operator", reason="Not allowed.", now=NOW)
    reader = _reader(seller)
    ids = [str(whole.id), str(poor.id)]
    _post(reader, f"/seller/{seller.id}/listings/bulk", {"do": "paused", "listing": ids})
    assert "1 listing was paused." in reader.words
    assert "1 stays blocked: only the operator can lift that." in reader.words
    assert [_state(one) for one in (whole, poor, paused)] == ["paused", "blocked", "paused"]


def test_all_listings_of_a_view_are_put_on_sale_at_once() -> None:
    seller, whole, _, paused = _shelf()
    draft = operations.upsert_listing(
        seller_id=seller.id,
        listing=operations.ListingInput(title="A draft without a price", skus=(), state="draft"),
        now=NOW,
    )
    reader = _reader(seller)
    _post(reader, f"/seller/{seller.id}/listings/bulk", {"do": "active", "every": "1", "state": "paused"})
    assert "1 listing was put on sale." in reader.words
    assert [_state(whole), _state(paused)] == ["active", "active"]
    _post(reader, f"/seller/{seller.id}/listings/bulk", {"do": "active", "listing": [str(draft.listing_id)]})
    assert "1 has no price yet and stays off sale." in reader.words
    assert "Mark the listings first." in _post(reader, f"/seller/{seller.id}/listings/bulk", {"do": "active"}).words


def test_another_sellers_listing_cannot_be_marked() -> None:
    seller, whole, _, _ = _shelf()
    other = orders.shop("ES")
    reader = _reader(other)
    assert (
        _post_status(reader, f"/seller/{other.id}/listings/bulk", {"do": "paused", "listing": [str(whole.id)]}) == 404
    )
    assert _state(whole) == "active"
    page = f"/seller/{other.id}/listings/prices/?" + urlencode(
        {"listing": whole.id, "way": "set", "value": "1", "ending": "exact"}
    )
    assert "0 variants are marked." in reader.open(page).words
    assert _prices(whole) == ["20.00"]
    assert seller.id != other.id


def test_another_sellers_category_cannot_be_opened_or_confirmed() -> None:
    seller, whole, _, _ = _shelf()
    category = queries.list_seller_categories(seller.id)[0]
    reader = _reader(orders.shop("ES"), "listings/categories/")
    address = f"{reader.address.removesuffix('categories/')}customs/{category.id}/"
    assert reader.open(address).status == 404
    reader.open("/ui/")
    assert _post_status(reader, address, {"hs_code": "610910", "origin_country": "ES"}) == 404
    assert queries.get_listing(whole.id, "", seller_id=seller.id).origin_country == "IT"


def _post_status(reader: Reader, path: str, data: dict[str, Any]) -> int:
    token = reader.client.cookies.get("csrftoken")
    if token is None:
        reader.open("/ui/")
    value = reader.page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    return int(reader.client.post(path, {"csrfmiddlewaretoken": value, **data}).status_code)


def _price_page(seller: Any, *listings: ListingView, **asked: str) -> str:
    pairs = [("listing", str(one.id)) for one in listings] + list(asked.items())
    return f"/seller/{seller.id}/listings/prices/?{urlencode(pairs)}"


def test_prices_are_raised_by_a_percentage_after_a_preview() -> None:
    seller, whole, poor, paused = _shelf()
    reader = _reader(seller)
    _post(reader, f"/seller/{seller.id}/listings/bulk", {"do": "prices", "listing": [str(whole.id), str(poor.id)]})
    assert "2 variants are marked." in reader.words
    reader.open(_price_page(seller, whole, poor, way="percent", value="7.5", ending="ninety"))
    cells = [" ".join(node.text_content().split()) for node in reader.page.xpath("//tbody//td[@class='figure']")]
    assert cells == ["€20.00", "€21.90", "€10.00", "€10.90"]
    assert [_prices(one) for one in (whole, poor, paused)] == [["20.00"], ["10.00"], ["30.00"]]
    assert "Change 2 prices" in reader.words
    target = reader.page.xpath("//form[@data-once]")[0]
    mark = target.fields["mark"]
    _post(reader, reader.address, {"mark": mark})
    assert "2 prices were changed." in reader.words
    assert [_prices(one) for one in (whole, poor, paused)] == [["21.90"], ["10.90"], ["30.00"]]


def test_a_preview_that_is_out_of_date_changes_nothing() -> None:
    seller, whole, _, _ = _shelf()
    page = _price_page(seller, whole, way="amount", value="-5", ending="exact")
    reader = _reader(seller).open(page)
    mark = reader.page.xpath("//form[@data-once]")[0].fields["mark"]
    operations.set_prices(seller_id=seller.id, prices={whole.skus[0].seller_sku: ("50.00", "EUR")}, now=NOW)
    _post(reader, page, {"mark": mark})
    assert "Prices changed meanwhile, so nothing was done." in reader.words
    assert _prices(whole) == ["50.00"]
    assert "€45.00" in reader.words


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"way": "percent", "value": "-100"}, "Less than 100 percent can be taken off."),
        ({"way": "set", "value": "0"}, "The price must be above zero."),
        ({"way": "percent", "value": "ten"}, "Enter a number."),
    ],
)
def test_a_price_change_that_makes_no_sense_is_refused_beside_its_field(asked: dict[str, str], fault: str) -> None:
    seller, whole, _, _ = _shelf()
    reader = _reader(seller).open(_price_page(seller, whole, ending="exact", **asked))
    assert reader.status == 422
    assert reader.faults() == [fault]
    assert not reader.page.xpath("//form[@data-once]")


def test_stock_of_marked_listings_is_counted_on_one_page() -> None:
    seller, whole, poor, _ = _shelf()
    reader = _reader(seller)
    _post(reader, f"/seller/{seller.id}/listings/bulk", {"do": "stock", "listing": [str(whole.id), str(poor.id)]})
    names = {sku.sku_id: f"stock_{sku.sku_id}" for one in (whole, poor) for sku in one.skus}
    reader.send("/listings/stock/", **{names[poor.skus[0].sku_id]: "7"})
    assert "1 count was changed." in reader.words
    found = [queries.get_listing(one.id, "", seller_id=seller.id).skus[0].on_hand for one in (whole, poor)]
    assert found == [100, 7]


def test_a_count_that_changed_meanwhile_is_not_overwritten() -> None:
    seller, whole, _, _ = _shelf()
    reader = _reader(seller, f"listings/stock/?listing={whole.id}")
    sku = whole.skus[0]
    operations.set_stock(seller_id=seller.id, stock={sku.seller_sku: 3}, now=NOW)
    reader.send("/listings/stock/", **{f"stock_{sku.sku_id}": "101"})
    assert "was left as it is: There are 3 pieces by now; look again." in reader.words
    assert queries.get_listing(whole.id, "", seller_id=seller.id).skus[0].on_hand == 3


def test_who_packs_may_count_and_not_price() -> None:
    seller, whole, _, _ = _shelf()
    packer = Reader(person_id=seller_builders.seat(seller, "fulfilment"))
    packer.open(f"/seller/{seller.id}/listings/")
    assert packer.page.xpath("//button[@name='do']/@value") == ["stock"]
    assert packer.open(f"/seller/{seller.id}/listings/stock/?listing={whole.id}").status == 200
    assert packer.open(f"/seller/{seller.id}/listings/prices/?listing={whole.id}").status == 403
    packer.open(f"/seller/{seller.id}/listings/")
    address = f"/seller/{seller.id}/listings/bulk"
    assert _post_status(packer, address, {"do": "paused", "listing": [str(whole.id)]}) == 403
    assert _state(whole) == "active"


def test_a_sellers_own_category_finds_its_place_in_the_shop_and_its_listings_move() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, category=None, seller_category="Sciarpe di seta")
    row = next(row for row in queries.list_seller_categories(seller.id) if row.text == "Sciarpe di seta")
    reader = _reader(seller, "listings/categories/")
    reader.send("/listings/categories/", **{f"category_{row.id}": "no such shelf"})
    assert reader.status == 422
    assert reader.faults() == ["Choose one of the list: there is no such category."]
    path = next(
        value for value in reader.page.xpath("//datalist/option/@value") if value.endswith("Shirts and T-shirts")
    )
    reader.send("/listings/categories/", **{f"category_{row.id}": path})
    assert "Saved; 1 listing moved." in reader.words
    assert queries.get_listing(listing.id, "en").category_slug == "mens-shirts"
    reader.send("/listings/categories/")
    assert "Saved; 0 listings moved." in reader.words


def test_customs_facts_are_confirmed_for_a_whole_category() -> None:
    seller = orders.shop("CN")
    listing = orders.goods(seller, hs=None, origin="", seller_category="T-shirts")
    category = next(row for row in queries.list_seller_categories(seller.id) if row.text == "T-shirts")
    assert "In 1 of your categories customs still asks something" in _reader(seller).words
    reader = _reader(seller, f"listings/customs/{category.id}/")
    action = f"/customs/{category.id}/"
    reader.send(action, hs_code="61", origin_country="CN")
    assert reader.faults() == ["An HS code has 6 to 10 digits."]
    reader.send(action, hs_code="610910", origin_country="CN", default_weight_g="250")
    assert "Confirmed for 1 listing." in reader.words
    assert queries.get_listing(listing.id, "en").hs_code == "610910"


@pytest.mark.parametrize("choice", ["DE.EUR.en", "SA.SAR.ar"])
def test_every_page_of_listings_renders_in_both_directions(choice: str) -> None:
    seller = orders.shop("CN")
    options = ({"Size": "S"}, {"Size": "M"})
    skus = [SkuInput(seller_sku=f"a{n}", price="9.00", stock=1, options=one) for n, one in enumerate(options)]
    listing = catalog_builders.listing(seller, skus=skus, hs=None)
    reader = Reader(choice, person_id=seller_builders.owner_of(seller))
    category = queries.list_seller_categories(seller.id)[0]
    for page in (
        "listings/",
        "listings/new/",
        f"listings/{listing.id}/",
        f"listings/{listing.id}/words/es/",
        "listings/categories/",
        f"listings/customs/{category.id}/",
        "listings/codes/",
        f"listings/prices/?listing={listing.id}&way=percent&value=10&ending=exact",
        f"listings/stock/?listing={listing.id}",
        "import/",
    ):
        reader.open(f"/seller/{seller.id}/{page}")
        assert reader.status == 200, page
        assert reader.page.get("dir") == ("rtl" if choice.endswith("ar") else "ltr")
        assert unsafe_markup(reader.text) == [], page
        assert len(reader.text) < 400_000
