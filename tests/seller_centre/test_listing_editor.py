"""The listing editor: written, previewed, published, changed by two at once; nothing typed is ever lost."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import SkuInput
from entrepot.catalog.queries import ListingView
from entrepot.kernel.money import Money
from entrepot.pricing import queries as pricing
from entrepot.sellers import operations as sellers
from entrepot.ui import formats
from tests.builders import catalog as catalog_builders, orders, sellers as seller_builders
from tests.conftest import NOW
from tests.pages import Reader

pytestmark = pytest.mark.django_db


def _png(colour: str, side: int = 120) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(target, "PNG")
    return target.getvalue()


def _editor(seller: Any, listing: ListingView | None = None) -> Reader:
    catalog_builders.ensure_categories()
    path = f"/seller/{seller.id}/listings/{listing.id if listing else 'new'}/"
    return Reader(person_id=seller_builders.owner_of(seller)).open(path)


def _press(reader: Reader, do: str, *, files: list[SimpleUploadedFile] | None = None, **fields: Any) -> Reader:
    """Fill in the editor as it stands on the page and press a button."""
    form = reader.page.get_element_by_id("listing-form")
    data: dict[str, Any] = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    data = {name: values if len(values) > 1 else values[0] for name, values in data.items()}
    data |= {name.replace("__", "-"): value for name, value in fields.items()}
    data["do"] = do
    data["pictures"] = files or []
    address = reader.address.partition("#")[0]
    return reader._take(reader.client.post(address, data, follow=True), address)


def _only(seller: Any) -> ListingView:
    (row,) = queries.list_seller_listings(seller.id).items
    return queries.get_listing(row.id, "", seller_id=seller.id)


def test_a_simple_listing_is_written_as_a_draft_and_put_on_sale() -> None:
    seller = orders.shop("IT")
    reader = _editor(seller)
    _press(reader, "save", title="Olive oil, half a litre")
    assert "The draft is saved." in reader.words
    draft = _only(seller)
    assert (draft.title, draft.state, draft.skus, draft.category_slug) == (
        "Olive oil, half a litre", "draft", (), "everything-else",
    )  # fmt: skip
    _press(reader, "publish")
    assert reader.status == 422
    assert "Nothing can be bought without a price." in reader.words
    _press(
        reader,
        "publish",
        description="Cold pressed.\r\n\r\n<script>alert(1)</script><b>Fruity</b>",
        v0__price="12.50",
        v0__stock="30",
        v0__weight_g="950",
        v0__length_cm="7.5",
        v0__width_cm="7.5",
        v0__height_cm="26",
        v0__gtin="4006381333931",
        hs_code="1509 20",
        origin_country="IT",
        attribute_name=["Harvest", "", ""],
        attribute_value=["2026", "", ""],
    )
    assert "It is on sale." in reader.words
    sold = _only(seller)
    assert sold.state == "active"
    assert "alert" not in sold.description
    assert "<b>Fruity</b>" in sold.description
    assert sold.attributes == (("Harvest", "2026"),)
    assert (sold.hs_code, sold.origin_country, sold.tax_included) == ("150920", "IT", True)
    (sku,) = sold.skus
    assert (sku.price.text, sku.on_hand, sku.weight_g, sku.gtin) == ("12.50", 30, 950, "4006381333931")
    assert (sku.length_mm, sku.width_mm, sku.height_mm) == (75, 75, 260)


def test_what_is_taken_away_in_the_editor_is_gone() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, brand="Acme", hs="610910", home_tax_rate=Decimal(4))
    reader = _editor(seller, listing)
    _press(reader, "save", brand="", hs_code="", v0__weight_g="", home_tax_rate="", origin_country="")
    assert "Saved." in reader.words
    found = _only(seller)
    assert (found.brand, found.hs_code, found.home_tax_rate, found.origin_country) == ("", None, None, None)
    assert found.skus[0].weight_g is None


def test_options_make_the_variants_and_each_has_its_own_facts() -> None:
    seller = orders.shop("IT")
    reader = _editor(seller)
    _press(
        reader,
        "variants",
        title="Wool scarf",
        v0__price="20.00",
        v0__weight_g="200",
        option_name=["Colour", "Size"],
        option_values=["red, blue,red", "S;M"],
    )
    legends = [" ".join(node.text_content().split()) for node in reader.page.xpath("//fieldset/legend")]
    assert legends[1:] == ["red · S", "red · M", "blue · S", "blue · M"]
    assert reader.page.xpath("//input[@name='title']/@value") == ["Wool scarf"]
    assert queries.list_seller_listings(seller.id).count == 0, "nothing is saved by looking"
    _press(reader, "publish", v1__price="22.00", v1__stock="5", v3__seller_sku="scarf-blue-m", v2__is_removed="on")
    assert "It is on sale." in reader.words
    found = _only(seller)
    assert [(dict(sku.options), sku.price.text, sku.on_hand, sku.weight_g) for sku in found.skus] == [
        ({"Colour": "red", "Size": "S"}, "20.00", 0, 200),
        ({"Colour": "red", "Size": "M"}, "22.00", 5, 200),
        ({"Colour": "blue", "Size": "M"}, "20.00", 0, 200),
    ]
    assert found.skus[2].seller_sku == "scarf-blue-m"
    assert len({sku.seller_sku for sku in found.skus}) == 3


def test_another_option_value_adds_variants_and_a_missing_one_retires_them() -> None:
    seller = orders.shop("IT")
    sizes = [SkuInput(seller_sku=f"s-{n}", price="9.00", stock=4, options={"Size": n}) for n in ("S", "M")]
    listing = catalog_builders.listing(seller, skus=sizes)
    reader = _editor(seller, listing)
    _press(reader, "save", option_values=["S, L", ""])
    assert "The variants were made from your options. Look at their prices, then save." in reader.words
    assert len(_only(seller).skus) == 2, "nothing is saved before the prices were seen"
    _press(reader, "save")
    found = {sku.seller_sku: sku for sku in _only(seller).skus}
    assert (found["s-S"].state, found["s-M"].state, found["s-S"].on_hand) == ("active", "retired", 4)
    (fresh,) = [sku for name, sku in found.items() if name not in ("s-S", "s-M")]
    assert (dict(fresh.options), fresh.price.text, fresh.on_hand) == ({"Size": "L"}, "9.00", 0)
    number = next(
        node.get("name").partition("-")[0]
        for node in reader.page.xpath("//input[contains(@name, '-known') and @value='s-M']")
    )
    brought_back: dict[str, Any] = {f"{number}__is_removed": ""}
    _press(reader, "save", **brought_back)
    assert {sku.seller_sku for sku in _only(seller).skus if sku.state == "active"} >= {"s-S", "s-M"}


def test_a_listing_from_elsewhere_is_saved_as_it_is_whatever_its_options_hold() -> None:
    seller = orders.shop("IT")
    choices = [
        {"Colour": "red, dark", "Size": "S; slim", "A": "1", "B": "2", "C": "3"},
        {"Colour": "blue", "Size": "M", "A": "1", "B": "2", "C": "3"},
    ]
    skus = [SkuInput(seller_sku=f"s-{n}", price="9.00", stock=4, options=one) for n, one in enumerate(choices)]
    described = "<p>One <b>bold</b> word.</p>\n<ul>\n<li>a</li>\n</ul>"
    listing = catalog_builders.listing(seller, skus=skus, description=described)
    reader = _editor(seller, listing)
    _press(reader, "save", brand="Acme")
    assert "Saved." in reader.words
    found = _only(seller)
    assert [(sku.sku, sku.options, sku.state) for sku in found.skus] == [
        (sku.sku, sku.options, "active") for sku in listing.skus
    ]
    assert (found.brand, found.description) == ("Acme", listing.description)


def test_values_with_commas_are_told_apart_by_semicolons() -> None:
    reader = _editor(orders.shop("IT"))
    _press(reader, "variants", v0__price="9", option_name=["Colour", ""], option_values=["red, dark; blue", ""])
    legends = [" ".join(node.text_content().split()) for node in reader.page.xpath("//fieldset/legend")]
    assert legends[1:] == ["red, dark", "blue"]
    _press(reader, "variants")
    again = [" ".join(node.text_content().split()) for node in reader.page.xpath("//fieldset/legend")]
    assert again == legends


def test_faults_stand_beside_their_fields_and_what_was_typed_is_kept() -> None:
    seller = orders.shop("IT")
    reader = _editor(seller)
    _press(
        reader,
        "publish",
        title="x",
        description="Kept words",
        category="no such shelf",
        hs_code="12",
        v0__price="cheap",
        v0__gtin="4006381333932",
        v0__stock="-1",
        files=[SimpleUploadedFile("good.png", _png("teal"))],
    )
    assert reader.status == 422
    assert set(reader.page.xpath("//*[@aria-invalid='true']/@name")) == {
        "title", "category", "hs_code", "v0-price", "v0-gtin", "v0-stock",
    }  # fmt: skip
    assert reader.page.xpath("//textarea[@name='description']")[0].text.strip() == "Kept words"
    assert reader.page.xpath("//input[@name='v0-price']/@value") == ["cheap"]
    assert len(reader.page.xpath("//input[@name='picture']")) == 1, "an uploaded picture is not lost with the page"
    summary = reader.page.xpath("//div[@role='alert']//a/@href")
    assert "#id_v0-price" in summary
    assert queries.list_seller_listings(seller.id).count == 0
    category = next(value for value in reader.page.xpath("//datalist/option/@value") if value.endswith("Belts"))
    _press(
        reader, "publish", title="A belt", category=category, hs_code="420330", v0__price="30", v0__gtin="",
        v0__stock="1",
    )  # fmt: skip
    found = _only(seller)
    assert (found.category_slug, len(found.pictures)) == ("belts", 1)


def test_hostile_files_are_refused_by_name_and_good_ones_are_kept() -> None:
    seller = orders.shop("IT")
    reader = _editor(seller)
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    _press(
        reader,
        "upload",
        title="Bowl",
        files=[
            SimpleUploadedFile("evil.svg", svg),
            SimpleUploadedFile("page.png", b"<html></html>"),
            SimpleUploadedFile("tiny.png", _png("red", 10)),
            SimpleUploadedFile("bowl.png", _png("orange")),
        ],
    )
    assert reader.faults() == [
        (
            "evil.svg: The file is no picture (JPEG, PNG, WebP, GIF), or it is damaged."
            " page.png: The file is no picture (JPEG, PNG, WebP, GIF), or it is damaged."
            " tiny.png: The picture is 10 × 10 pixels; at least 50 a side are needed."
        )
    ]
    assert len(reader.page.xpath("//input[@name='picture']")) == 1
    assert reader.page.xpath("//input[@name='title']/@value") == ["Bowl"]


def test_pictures_are_put_in_order_given_to_variants_and_removed() -> None:
    seller = orders.shop("IT")
    colours = [SkuInput(seller_sku=name, price="9.00", options={"Colour": name}) for name in ("red", "blue")]
    listing = catalog_builders.listing(seller, skus=colours)
    reader = _editor(seller, listing)
    files = [SimpleUploadedFile(f"{name}.png", _png(name)) for name in ("red", "blue", "green")]
    _press(reader, "save", files=files)
    first = [picture.id for picture in _only(seller).pictures]
    assert len(first) == 3
    _press(reader, "up-1", shows=["", "red", "blue"])
    assert reader.page.xpath("//input[@name='picture']/@value") == [f"id:{first[n]}" for n in (1, 0, 2)]
    assert [one.id for one in _only(seller).pictures] == first, "nothing is saved before it is saved"
    _press(reader, "drop-2")
    _press(reader, "save")
    codes = {sku.seller_sku: sku.sku for sku in _only(seller).skus}
    assert [(one.id, one.sku) for one in _only(seller).pictures] == [(first[1], codes["red"]), (first[0], None)]


def test_a_picture_of_somebody_else_cannot_be_named() -> None:
    other = orders.shop("ES")
    theirs = orders.goods(other)
    operations.add_picture(seller_id=other.id, listing_ids=[theirs.id], content=_png("black"), now=NOW)
    picture = queries.get_listing(theirs.id, "", seller_id=other.id).pictures[0]
    seller = orders.shop("IT")
    listing = orders.goods(seller)
    reader = _editor(seller, listing)
    _press(reader, "save", picture=[f"id:{picture.id}", "forged:token"], shows=["", ""])
    assert _only(seller).pictures == ()
    assert len(queries.get_listing(theirs.id, "", seller_id=other.id).pictures) == 1


def test_a_change_by_somebody_else_is_shown_and_not_overwritten() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, title="Wool scarf", price="20.00")
    reader = _editor(seller, listing)
    name = listing.skus[0].seller_sku
    operations.set_prices(seller_id=seller.id, prices={name: ("25.00", "EUR")}, now=NOW)
    _press(reader, "save", title="Warm wool scarf")
    assert reader.status == 409
    assert "This listing was changed meanwhile, so nothing was saved" in reader.words
    cells = [" ".join(node.text_content().split()) for node in reader.page.xpath("//section[@role='alert']//td")]
    assert cells == ["Title", "Wool scarf", "Warm wool scarf", f"{name}: Price", "25.00", "20.00"]
    assert (_only(seller).title, _only(seller).skus[0].price.text) == ("Wool scarf", "25.00")
    _press(reader, "save", v0__price="25.00")
    assert "Saved." in reader.words
    assert (_only(seller).title, _only(seller).skus[0].price.text) == ("Warm wool scarf", "25.00")


def test_a_sale_meanwhile_does_not_disturb_and_its_count_is_not_undone() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, stock=10)
    name = listing.skus[0].seller_sku
    reader = _editor(seller, listing)
    operations.set_stock(seller_id=seller.id, stock={name: 8}, now=NOW)
    _press(reader, "save", title="Another title")
    assert "Saved." in reader.words
    assert _only(seller).skus[0].on_hand == 8, "a count that was not touched is not sent"
    operations.set_stock(seller_id=seller.id, stock={name: 6}, now=NOW)
    _press(reader, "save", v0__stock="20")
    assert "There are 6 pieces by now; look again." in reader.words
    assert _only(seller).skus[0].on_hand == 6


def test_the_price_in_five_countries_follows_what_is_typed() -> None:
    orders.open_buying("DE", "US", "GB", "SA", "BR", "KZ")
    seller = orders.shop("IT")
    reader = _editor(seller)
    assert "Type a price to see it here" in reader.words
    _press(reader, "preview", title="Scarf", v0__price="20.00", v0__weight_g="300", hs_code="611710")
    rows = reader.page.xpath("//section[@id='preview']/ul/li")
    assert len(rows) == 5
    assert "Germany" in rows[0].text_content()
    assert "You receive" in rows[0].text_content()
    assert queries.list_seller_listings(seller.id).count == 0
    _press(reader, "preview", country=["KZ", "DE", "DE", "US", "GB"])
    names = [row.text_content() for row in reader.page.xpath("//section[@id='preview']/ul/li")]
    assert "Kazakhstan" in names[0]
    assert len(names) == 5
    again = reader.open(f"/seller/{seller.id}/listings/new/")
    chosen = again.page.xpath("//select[@name='country']/option[@selected]/@value")
    assert chosen[:4] == ["KZ", "DE", "US", "GB"]


def test_the_preview_of_a_saved_listing_is_what_buyers_pay() -> None:
    orders.open_buying("DE")
    seller = orders.shop("CN")
    listing = orders.goods(seller, price="99.00")
    quote = pricing.get_quote(
        lines=[(listing.skus[0].sku, 1)], destination=pricing.reference_destination("DE"), currency="EUR", at=NOW
    )
    reader = _editor(seller, listing)
    first = reader.page.xpath("//section[@id='preview']/ul/li")[0].text_content()
    assert formats.money(Money(quote.total, "EUR"), "en") in first


def test_the_checklist_says_what_is_missing_and_what_it_costs() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, hs=None, weight_g=None)
    reader = _editor(seller, listing)
    assert "Buyers abroad see no sure price." in reader.words
    assert "The price of delivery is estimated." in reader.words
    assert "Nothing can be bought without it." not in reader.words


def test_words_in_another_language_are_given_and_taken_back() -> None:
    seller = orders.shop("IT")
    sizes = [SkuInput(seller_sku="s", price="9.00", options={"Colore": "rosso"})]
    listing = catalog_builders.listing(
        seller, skus=sizes, language="it", title="Sciarpa", attributes=(("Materiale", "lana"),)
    )
    reader = _editor(seller, listing).open(f"/seller/{seller.id}/listings/{listing.id}/words/en/")
    reader.send("/words/en/", title="x")
    assert reader.status == 422
    reader.send(
        "/words/en/",
        title="Scarf",
        description="Warm.",
        attribute_0_name="Material",
        attribute_0_value="wool",
        option_0="Colour",
        option_1="red",
    )
    assert "The words in English are saved." in reader.words
    english = queries.get_listing(listing.id, "en", seller_id=seller.id)
    assert (english.title, english.attributes, english.skus[0].options) == (
        "Scarf", (("Material", "wool"),), (("Colour", "red"),),
    )  # fmt: skip
    reader.open(f"/seller/{seller.id}/listings/{listing.id}/words/en/")
    assert reader.form("/words/en/").fields["option_1"] == "red"
    reader.send("/words/en/remove")
    assert queries.get_listing(listing.id, "en", seller_id=seller.id).language == "it"
    assert reader.open(f"/seller/{seller.id}/listings/{listing.id}/words/it/").status == 404
    assert reader.open(f"/seller/{seller.id}/listings/{listing.id}/words/xx/").status == 404


def test_a_seller_without_a_store_is_led_to_opening_it() -> None:
    seller = seller_builders.submitted_seller("IT")
    sellers.approve_seller(seller_id=seller.id, actor="system", now=NOW)
    reader = _editor(seller)
    assert reader.address.endswith("/store/")
    assert "Open your store first: listings stand in a store." in reader.words


def test_a_viewer_does_not_write() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller)
    viewer = Reader(person_id=seller_builders.seat(seller, "viewer"))
    assert viewer.open(f"/seller/{seller.id}/listings/{listing.id}/").status == 403
    assert viewer.open(f"/seller/{seller.id}/listings/new/").status == 403


def test_a_code_that_may_mean_a_battery_is_asked_about_and_what_is_declared_is_kept() -> None:
    seller = orders.shop("CN")
    listing = catalog_builders.listing(seller, hs="851713", title="Phone", flags={"lithium_g": "1.5"})
    reader = _editor(seller, listing)
    assert "Say which battery is in it: some may not travel by post." in reader.words
    assert reader.page.xpath("//details[.//select[@name='lithium']]/@open")
    _press(reader, "save", lithium="UN3481", battery_wh="14.8", is_flammable="on")
    kept = {"lithium": "UN3481", "battery_wh": "14.8", "flammable": True, "lithium_g": "1.5"}
    assert _only(seller).flags == kept
    reader = _editor(seller, listing)
    assert "Say which battery is in it" not in reader.words
    _press(reader, "save", lithium="", battery_wh="", is_flammable=[])
    assert _only(seller).flags == {"lithium_g": "1.5"}


def test_goods_without_a_question_are_not_asked_about() -> None:
    seller = orders.shop("CN")
    reader = _editor(seller, catalog_builders.listing(seller, hs="610910"))
    assert "Say which battery is in it" not in reader.words
    assert not reader.page.xpath("//details[.//select[@name='lithium']]/@open")
