"""
A seller lists goods by hand, in a real browser: writes a listing with two options and pictures, looks at its price in
five countries, puts it on sale, and raises all prices at once.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page
from pytest_django.live_server_helper import LiveServer

from entrepot.catalog import queries
from entrepot.sellers.queries import SellerView
from tests.journeys import books, stage
from tests.journeys.pages import DESKTOP, PHONE, Reader, text, texts
from tests.journeys.people import Caller
from tests.journeys.stage import Calendar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("words")]

SELLER = "giulia@example.it"


def _picture(name: str, colour: str) -> FilePayload:
    target = io.BytesIO()
    Image.new("RGB", (640, 640), colour).save(target, "PNG")
    return FilePayload(name=f"{name}.png", mimeType="image/png", buffer=target.getvalue())


def _write(seller: Reader, page: Page) -> None:
    """Type the words, choose a shelf, and make four variants of two options."""
    seller.fill_in(
        {"title": "Scialle di lana", "description": "Tessuto a Biella.\n\nLana vergine.", "hs_code": "621420"}
    )
    page.fill("[name=category]", page.locator("#shelves option").nth(30).get_attribute("value") or "")
    page.fill("[name=v0-price]", "80")
    page.fill("[name=v0-weight_g]", "300")
    page.locator("[name=option_name]").nth(0).fill("Colore")
    page.locator("[name=option_values]").nth(0).fill("rosso, blu")
    seller.press("Make the variants")
    page.locator("[name=option_name]").nth(1).fill("Misura")
    page.locator("[name=option_values]").nth(1).fill("S, M")
    seller.press("Make the variants")
    assert texts(page.locator(".variant > legend")) == ["rosso · S", "rosso · M", "blu · S", "blu · M"]
    for number, pieces in enumerate(("5", "0", "7", "2")):
        page.fill(f"[name=v{number}-stock]", pieces)


def _add_pictures(seller: Reader, page: Page) -> None:
    """Upload two pictures and a file that is none; put the second first and say what each shows."""
    text_file = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"not a picture")
    page.set_input_files("[name=pictures]", files=[_picture("rosso", "#a03030"), _picture("blu", "#3030a0"), text_file])
    seller.press("Upload")
    assert "notes.txt: The file is no picture" in text(page.locator("#pictures .fault"))
    assert page.locator("[name=picture]").count() == 2
    assert page.input_value("[name=title]") == "Scialle di lana", "what was typed is kept"
    page.get_by_role("button", name="Picture 2 earlier").click()
    page.locator("[name=shows]").nth(0).select_option("blu · S")


def _preview(seller: Reader, page: Page) -> None:
    """Change a price and see the five delivered prices follow without leaving the page."""
    before = texts(page.locator("#preview b.num"))
    assert len(before) == 5
    page.fill("[name=v0-price]", "95")
    page.locator("[name=v0-price]").blur()
    page.wait_for_function("old => document.querySelector('#preview b.num').innerText !== old", arg=before[0])
    assert len(texts(page.locator("#preview b.num"))) == 5
    assert page.input_value("[name=title]") == "Scialle di lana"


def test_a_seller_writes_a_listing_with_two_options_previews_it_in_five_countries_and_raises_its_prices(
    calendar: Calendar, live_server: LiveServer, read: Callable[..., Reader]
) -> None:
    stage.open_shop()
    firm = stage.settled_seller("IT", email=SELLER, store="Filati Biella", slug="filati-biella")
    seller = read(locale="en-GB", device=DESKTOP)
    seller.sign_in(SELLER)
    page = seller.goto(f"/seller/{firm.id}/listings/")
    page.get_by_role("link", name="New listing").first.click()
    _write(seller, page)
    _add_pictures(seller, page)
    _preview(seller, page)
    seller.press("Put on sale")
    assert "It is on sale." in text(page.locator(".toasts"))
    calendar.settle()
    _raise_prices(seller, page, firm)
    calendar.settle()
    _look_as_a_buyer(Caller(live_server.url), firm)
    _pause_on_a_phone(read(locale="en-GB", device=PHONE), firm)
    books.assert_verified()


def _raise_prices(seller: Reader, page: Page, firm: SellerView) -> None:
    """Mark the listing, raise its prices by a tenth, look at the preview, confirm."""
    seller.goto(f"/seller/{firm.id}/listings/")
    assert not page.locator(".bulk-bar").is_visible()
    page.locator("[data-every-row]").check()
    seller.press("Change prices")
    seller.fill_in({"way": "percent", "value": "10", "ending": "ninety"})
    seller.press("Preview")
    then = [seller.money(amount, "EUR") for amount in ("104.90", "87.90", "87.90", "87.90")]
    assert texts(page.locator("td.figure b")) == then
    seller.press("Change 4 prices")
    assert "4 prices were changed." in text(page.locator(".toasts"))


def _look_as_a_buyer(visitor: Caller, firm: SellerView) -> None:
    """See the listing as it is sold: the raised price, its options, its pictures in order."""
    (found,) = visitor.get("/listings?q=scialle&country=DE&currency=EUR&language=it")["items"]
    whole: dict[str, Any] = visitor.get(f"/listings/{found['id']}?country=DE&currency=EUR&language=it")
    assert len(whole["skus"]) == 4
    (row,) = queries.list_seller_listings(firm.id).items
    listing = queries.get_listing(row.id, "", seller_id=firm.id)
    assert [sku.price.text for sku in listing.skus] == ["104.90", "87.90", "87.90", "87.90"]
    assert [sku.on_hand for sku in listing.skus] == [5, 0, 7, 2]
    blue = next(sku.sku for sku in listing.skus if dict(sku.options) == {"Colore": "blu", "Misura": "S"})
    assert [picture.sku for picture in listing.pictures] == [blue, None]


def _pause_on_a_phone(seller: Reader, firm: SellerView) -> None:
    """Take the listing off sale from a phone."""
    seller.sign_in(SELLER)
    page = seller.goto(f"/seller/{firm.id}/listings/")
    page.locator("[data-row]").first.check()
    page.locator(".bulk-bar").get_by_role("button", name="Pause").click()
    assert "1 listing was paused." in text(page.locator(".toasts"))
