"""
Buying with pages, in a real browser: each test is one person's way. They share one shop, which is stocked once; so each
looks at its own cart, purchase and letters alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from entrepot.accounts import queries as people
from entrepot.catalog.queries import ListingView
from entrepot.kernel import clock
from entrepot.orders import fulfilment, queries as orders
from entrepot.sellers.queries import SellerView
from entrepot.shipping.rules import make_s10
from tests import conftest
from tests.builders import catalog
from tests.builders.accounts import PASSWORD
from tests.journeys import books, pages, stage
from tests.journeys.pages import DESKTOP, PHONE, Reader, text, texts
from tests.journeys.people import Caller
from tests.journeys.stage import Calendar

pytestmark = pytest.mark.usefixtures("transactional_db")

RIYADH = {
    "email": "noura@example.sa",
    "name": "نورة القحطاني",
    "street": "شارع الملك فهد 12",
    "city": "الرياض",
    "postal_code": "12211",
    "phone": "+966501234567",
}
LEEDS = {
    "email": "hannah@example.co.uk",
    "name": "Hannah Whitfield",
    "street": "4 Mill Lane",
    "city": "Leeds",
    "postal_code": "LS1 4AP",
    "phone": "+441132430000",
}
SHANGHAI = {
    "email": "lin@example.cn",
    "name": "林晓",
    "street": "南京西路100号",
    "region": "上海市",
    "city": "静安区",
    "postal_code": "200040",
    "id_ric": "360426199101010071",
    "phone": "+862162790000",
}


@dataclass(frozen=True)
class Shop:
    """The one shop of these journeys: a bowl of a Chinese seller and a bag of an Italian one."""

    url: str
    calendar: Calendar
    chinese: SellerView
    italian: SellerView
    bowl: ListingView
    bag: ListingView

    @property
    def visitor(self) -> Caller:
        return Caller(self.url)


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any, words: None) -> Iterator[Shop]:
    """Stock a shop and serve it, once for all tests of this file; the tables are emptied at the end."""
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock(), time_machine.travel(conftest.NOW, tick=True) as traveller:
        server = LiveServer("localhost")
        try:
            yield _stocked(server.url, Calendar(traveller, conftest.do_all_jobs))
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False)


def _stocked(url: str, calendar: Calendar) -> Shop:
    stage.open_shop()
    chinese = stage.settled_seller("CN", email="wei@example.cn", store="Jingdezhen Kiln", slug="jingdezhen")
    italian = stage.settled_seller("IT", email="bianca@example.it", store="Bottega Lungarno", slug="lungarno")
    now = clock.now()
    bowl = catalog.listing(
        chinese, title="青花瓷碗", price="128.00", hs="691110", category="handmade", weight_g=600, stock=20, now=now,
        translations={"ar": "وعاء خزفي أزرق", "en": "Blue porcelain bowl"},
    )  # fmt: skip
    bag = catalog.listing(
        italian, title="Borsa a mano in pelle", price="89.90", hs="420221", category="handbags", weight_g=900, now=now,
        translations={"ar": "حقيبة يد جلدية", "en": "Leather handbag", "zh": "真皮手提包"},
    )  # fmt: skip
    calendar.settle()
    return Shop(url, calendar, chinese, italian, bowl, bag)


@pytest.fixture
def transactional_db(shop: Shop) -> None:
    """In place of pytest-django's own, which empties the tables after each test: here they stay for the whole file."""


@pytest.fixture
def address(shop: Shop) -> str:
    return shop.url


def _find_and_add(reader: Reader, visitor: Caller, words: str, *, country: str, currency: str) -> None:
    """Search on the page, open what is found, hold its price against the API's, put it into the cart."""
    page = reader.goto("/")
    page.fill("#search", words)
    page.press("#search", "Enter")
    page.wait_for_url("**/search?**")
    card = page.locator("article.card").first
    card_price = text(card.locator(".card-price"))
    card.locator("h3 a").click()
    page.wait_for_url("**/listing/**")
    listing_id = page.url.split("/listing/")[1].split("/")[0]
    asked = f"country={country}&currency={currency}&language={reader.language}"
    delivered = visitor.get(f"/listings/{listing_id}?{asked}")["delivered"]
    shown = reader.money(delivered["amount"], currency)
    assert card_price == shown
    assert text(page.locator(".price-figure")) == shown
    fold = page.locator(".price details.fold:has(table)")
    pages.assert_parts_shown(reader, fold, delivered, delivered["amount"], currency)
    page.locator("form.buy button").click()
    page.wait_for_url("**/cart")


def _check_out(reader: Reader, address: dict[str, str], *, way: str) -> None:
    """Fill in the checkout and order; where the address moves the total, the page says so and is asked again."""
    page = reader.goto("/checkout")
    reader.fill_in(address)
    for _ in range(2):
        if page.locator("[name=accept_due_at_door]").count():
            page.locator("[name=accept_due_at_door]").check()
        page.locator(f"input[name=way][value='sandbox:{way}']").check(force=True)
        page.locator("form.checkout aside button").click()
        if "/purchase/" in page.url:
            return
    raise AssertionError(text(page.locator("main")))


def test_a_guest_at_a_desk_cancels_one_parcel_receives_the_other_and_finds_the_order_again(
    shop: Shop, read: Callable[..., Reader]
) -> None:
    reader = read(locale="en-GB", device=DESKTOP)
    page = reader.page
    for words in ("porcelain", "handbag"):
        _find_and_add(reader, shop.visitor, words, country="GB", currency="GBP")
    with page.expect_navigation():
        page.locator(f"#q-{shop.bowl.sku}").select_option("2")
    cart = reader.cart(shop.visitor)
    assert {line["sku"]: line["quantity"] for line in cart["lines"]} == {shop.bowl.sku: 2, shop.bag.sku: 1}
    assert reader.sums() == reader.figures(cart["quote"], "GBP")
    _check_out(reader, LEEDS, way="tok_ok")
    purchase = reader.purchase(shop.visitor)
    assert (purchase["state"], purchase["total"]) == ("paid", cart["quote"]["total"])

    bag = page.locator("section.panel-flush", has_text="Bottega Lungarno")
    bag.locator("summary", has_text="Cancel something").click()
    bag.locator("input[name=line]").check()
    bag.get_by_role("button", name="Cancel what is marked").click()
    assert "comes back to you" in text(page.locator(".toast"))
    assert "Given back to you." in text(page.locator("section.panel-flush", has_text="Bottega Lungarno"))

    shop.calendar.settle()
    mail.outbox.clear()
    page.goto("/find-order")
    reader.fill_in({"number": purchase["number"].lower(), "email": LEEDS["email"]})
    reader.press("Send me the link")
    shop.calendar.settle()
    (letter,) = [letter for letter in mail.outbox if "link to your order" in letter.subject]
    assert letter.to == [LEEDS["email"]]
    address = next(word for word in str(letter.body).split() if "/purchase/" in word)
    page.goto("/purchase/" + address.partition("/purchase/")[2])
    assert purchase["number"] in text(page.locator("h1"))

    order = next(one for one in purchase["orders"] if one["seller"]["slug"] == "jingdezhen")
    number = make_s10("LX", 47312482, "CN")
    fulfilment.ship_order(
        seller_id=shop.chinese.id, order_id=UUID(order["id"]), tracking_number=number, now=clock.now()
    )
    page.reload()
    assert number in text(page.locator(".timeline").first.locator("xpath=.."))
    reader.press("I have the goods")
    assert "Thank you. The seller will be paid." in text(page.locator(".toast"))
    assert page.get_by_role("button", name="I have the goods").count() == 0
    books.assert_verified()


def test_somebody_new_opens_an_account_on_a_phone_orders_to_the_address_book_and_takes_the_data_along(
    shop: Shop, read: Callable[..., Reader]
) -> None:
    reader = read(locale="en-GB", device=PHONE)
    page = reader.goto("/account/sign-up/")
    reader.fill_in({"email": "grace@example.co.uk", "password1": PASSWORD})
    reader.press("Open an account")
    page.goto("/account/addresses/")
    page.get_by_role("link", name="Add an address").click()
    reader.fill_in({**LEEDS, "name": "Grace Whitfield"})
    reader.press("Save")
    assert "Grace Whitfield 4 Mill Lane" in text(page.locator("address"))

    _find_and_add(reader, shop.visitor, "handbag", country="GB", currency="GBP")
    assert page.locator(".foot-bar a.button").is_visible(), "the total stays in view"
    page.locator(".foot-bar a.button").click()
    page.wait_for_url("**/checkout")
    assert page.locator("[name=email]").input_value() == "grace@example.co.uk"
    assert page.locator("[name=street]").input_value() == "4 Mill Lane"
    page.locator("form.checkout aside button").click()
    page.wait_for_url("**/purchase/**")
    purchase = reader.purchase(shop.visitor)

    page.goto("/account/orders/")
    page.get_by_role("link", name=purchase["number"]).click()
    page.wait_for_url("**/purchase/**")
    assert "token=" not in page.url, "the owner needs no secret"
    assert "Held safely until you have the goods." in text(page.locator("main"))
    stranger = read(locale="en-GB", device=PHONE)
    stranger.goto(f"/purchase/{purchase['id']}")
    assert purchase["number"] not in text(stranger.page.locator("main"))

    page.goto("/account/data/")
    told = json.loads(pages.download(reader, page.get_by_role("link", name="Download the file")))
    assert told["address_book"][0]["name"] == "Grace Whitfield"
    assert [one["number"] for one in told["orders"]["purchases"]] == [purchase["number"]]
    assert "1 order has not ended yet." in text(page.locator("main"))
    assert page.get_by_role("button", name="Erase my data").count() == 0

    page.goto(f"/purchase/{purchase['id']}")
    page.locator("summary", has_text="Cancel something").click()
    page.locator("input[name=line]").check()
    reader.press("Cancel what is marked")
    page.goto("/account/data/")
    reader.fill_in({"password": PASSWORD, "is_sure": "on"})
    reader.press("Erase my data")
    assert people.find_person("grace@example.co.uk") is None
    assert orders.get_any_purchase(UUID(purchase["id"])).address is None
    books.assert_verified()


def test_a_guest_on_a_phone_in_arabic_is_declined_pays_with_a_challenge_and_shares_the_link(
    shop: Shop, read: Callable[..., Reader]
) -> None:
    reader = read(locale="ar-SA", device=PHONE)
    page = reader.goto("/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    for words in ("وعاء", "حقيبة"):
        _find_and_add(reader, shop.visitor, words, country="SA", currency="SAR")
    cart = reader.cart(shop.visitor)
    assert [order["seller"]["slug"] for order in cart["quote"]["orders"]] == ["jingdezhen", "lungarno"]
    assert reader.sums() == reader.figures(cart["quote"], "SAR")
    for section, order in zip(page.locator("section.panel").all(), cart["quote"]["orders"], strict=True):
        assert texts(section.locator(".sum dd")) == reader.figures(order, "SAR")

    _check_out(reader, RIYADH, way="tok_decline")
    purchase = reader.purchase(shop.visitor)
    assert (purchase["state"], purchase["payment"]["state"]) == ("awaiting_payment", "declined")
    assert purchase["total"] == cart["quote"]["total"]
    assert page.locator("[role=alert]").count() == 1
    page.locator("input[name=way][value='sandbox:tok_challenge']").check(force=True)
    page.locator("form[data-once] button").click()
    assert reader.purchase(shop.visitor)["payment"]["state"] == "challenge"
    page.locator("section a.button").first.click()
    page.wait_for_url("**/sandbox-payments/**")
    page.locator("button[value=approve]").click()
    page.wait_for_url("**/purchase/**")

    purchase = reader.purchase(shop.visitor)
    assert (purchase["state"], purchase["payment"]["state"]) == ("paid", "captured")
    assert reader.money(purchase["total"], "SAR") in text(page.locator("main header"))
    shop.calendar.settle()
    for section, order in zip(page.locator("section.panel-flush").all(), purchase["orders"], strict=True):
        fold = section.locator("details.fold:has(table)")
        pages.assert_parts_shown(reader, fold, order, order["total"], "SAR")

    link = page.url
    friend = read(locale="ar-SA", device=PHONE)
    friend.goto(link)
    assert purchase["number"] in text(friend.page.locator("h1").first)
    friend.goto(link.partition("?")[0])
    assert purchase["number"] not in text(friend.page.locator("main"))
    books.assert_verified()


def test_a_guest_in_china_buys_italian_goods_in_chinese(shop: Shop, read: Callable[..., Reader]) -> None:
    reader = read(locale="zh-CN", device=DESKTOP)
    page = reader.goto("/")
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    _find_and_add(reader, shop.visitor, "手提包", country="CN", currency="CNY")
    cart = reader.cart(shop.visitor)
    assert cart["lines"] == [{"sku": shop.bag.sku, "quantity": 1}]
    assert reader.sums() == reader.figures(cart["quote"], "CNY")
    _check_out(reader, SHANGHAI, way="tok_ok")
    purchase = reader.purchase(shop.visitor)
    assert purchase["state"] == "paid"
    assert reader.money(purchase["total"], "CNY") in text(page.locator("main header"))
    assert "林晓" in text(page.locator("address"))


def test_a_guest_without_scripts_changes_the_cart_misses_a_field_and_orders(
    shop: Shop, read: Callable[..., Reader]
) -> None:
    reader = read(locale="en-GB", device=DESKTOP, scripts=False)
    page = reader.page
    for words in ("porcelain", "handbag"):
        _find_and_add(reader, shop.visitor, words, country="GB", currency="GBP")
    page.locator(f"#q-{shop.bowl.sku}").select_option("2")
    reader.press("Change", within=f"form:has(#q-{shop.bowl.sku})")
    reader.press("Remove", within=f".line:has-text('{shop.bag.title}'), .line:has-text('Leather handbag')")
    cart = reader.cart(shop.visitor)
    assert cart["lines"] == [{"sku": shop.bowl.sku, "quantity": 2}]
    page.get_by_role("link", name="Go to checkout").first.click()
    reader.press("Order and pay")
    assert page.url.endswith("/checkout"), "an address is missing, and nothing was placed"
    assert page.locator(".fault").count() > 0
    _check_out(reader, LEEDS, way="tok_ok")
    purchase = reader.purchase(shop.visitor)
    assert (purchase["state"], purchase["total"]) == ("paid", cart["quote"]["total"])
    assert purchase["placed_at"] <= (clock.now() + timedelta(minutes=1)).isoformat()
