"""
One sale with pages, in a real browser: a trader begins to register, comes back and finishes, the operator approves, a
feed comes in, a buyer abroad buys, a part of the order leaves with its papers and then the rest, the buyer has the
goods, the operator pays out. The amounts agree everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from playwright.sync_api import FilePayload
from pytest_django.live_server_helper import LiveServer

from entrepot.accounts import operations as accounts
from entrepot.demo import identities
from entrepot.kernel import clock
from entrepot.orders import jobs as orders_jobs
from entrepot.sellers import queries as sellers
from entrepot.shipping import jobs as shipping_jobs
from entrepot.shipping.rules import make_s10
from tests.builders import accounts as build_accounts
from tests.builders.accounts import PASSWORD
from tests.journeys import books, pages, stage
from tests.journeys.pages import DESKTOP, Reader, text, texts
from tests.journeys.people import Caller, place
from tests.journeys.stage import Calendar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("words", "simulated_carrier")]

SELLER, OPERATOR = "aigul@example.kz", "olga@example.sg"
NAME = "ТОО «Алма Дом»"
BERLIN = {
    "name": "Jürgen Müller",
    "street": "Hauptstraße 5",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
    "phone": "+4930901820",
}


def _begin_to_register(seller: Reader) -> str:
    """Fill in a little and stop for the day; return the seller's id."""
    page = seller.goto("/seller/register/")
    seller.fill_in({"country": "KZ", "form": "company"})
    seller.press("Begin")
    seller_id = page.url.split("/seller/")[1].split("/")[0]
    seller.fill_in({"legal_name": NAME, "city": "Алматы"})
    seller.press("Save and come back later")
    assert "0 of 5 steps are complete" in text(page.locator(".desk-head"))
    return seller_id


def _finish_registering(seller: Reader) -> None:
    """Come back, find what was kept, go through the five steps and send it."""
    page = seller.goto("/seller/")
    page.get_by_role("link", name="Begin").click()
    assert page.input_value("[name=legal_name]") == NAME
    numbers = identities.business_ids("KZ", "company", 7)
    seller.fill_in(
        {
            "representative": "Айгуль Сатпаева",
            "street": "пр. Абая 10",
            "postal_code": "050000",
            "phone": identities.phone("KZ"),
            "email": SELLER,
            "register_name": "Государственная база данных «Юридические лица»",
            "register_number": next(iter(numbers.values())),
        }
    )
    seller.press("Save and go on")
    seller.fill_in({f"id_{kind}": value for kind, value in numbers.items()} | {"vat_registered": "on"})
    seller.press("Save and go on")
    papers = [form.locator("[name=kind]").get_attribute("value") for form in page.locator("form.panel").all()]
    for kind in papers:
        scan = FilePayload(name=f"{kind}.pdf", mimeType="application/pdf", buffer=identities.paper(str(kind), "7"))
        page.set_input_files(f"#paper-{kind}", files=[scan])
        seller.press("Upload", within=f"form:has(#paper-{kind})")
    page.get_by_role("link", name="Go on").click()
    seller.fill_in({**identities.bank_fields("KZ", 7), "account_holder": NAME})
    seller.press("Save and go on")
    assert "пр. Абая 10" in text(page.locator("main")), "all that was said stands there once more"
    seller.fill_in({"terms": "on", "promise": "on"})
    seller.press("Send the registration")
    assert "With us" in text(page.locator(".desk-head"))


def _approve(operator: Reader, seller_id: str) -> None:
    page = operator.goto("/operator/verification/")
    page.get_by_role("link", name=NAME).click()
    assert seller_id in page.url
    paper = pages.download(operator, page.locator("a[href*='/papers/']").first)
    assert paper.startswith(b"%PDF-")
    operator.press("Approve")
    assert "Approved" in text(page.locator(".desk-head"))


def _open_store(seller: Reader, seller_id: str) -> None:
    page = seller.goto(f"/seller/{seller_id}/store/")
    seller.fill_in({"name": "Алма Дом", "slug": "alma-dom", "dispatch_city": "Алматы", "language": "ru"})
    seller.fill_in({"dispatch_postal_code": "050000"})
    seller.press("Open the store")
    seller.goto(f"/seller/{seller_id}/store/safety/")
    assert "Buyers in the European Union cannot buy your goods" in text(page.locator("main"))
    page.get_by_role("link", name="Add one").click()
    seller.fill_in({"name": "Alma Vertretung GmbH", "address": "Hauptstraße 1, 10115 Berlin", "country": "DE"})
    seller.fill_in({"email": "safety@alma.example"})
    seller.press("Save")
    page.get_by_label("Responsible person in the European Union").select_option("Alma Vertretung GmbH – Germany")
    seller.press("Save")
    assert "cannot buy your goods" not in text(page.locator("main"))
    seller.goto(f"/seller/{seller_id}/store/delivery/")
    seller.press("Take this over")
    assert "Kazpost" in text(page.locator("main"))


def _import_feed(seller: Reader, seller_id: str, calendar: Calendar) -> None:
    page = seller.goto(f"/seller/{seller_id}/import/")
    page.set_input_files("[name=feed]", Path(stage.FEEDS / "almaty.yml"))
    seller.press("Try it first")
    calendar.settle()
    page.reload()
    assert "Would be new" in text(page.locator("main"))
    seller.press("Import it now")
    calendar.settle()
    page.reload()
    assert texts(page.locator(".figure-card b")) == ["4", "3", "0", "0", "1"]
    assert "Price" in text(page.locator("main table"))


def _confirm_customs(seller: Reader, seller_id: str, calendar: Calendar) -> None:
    page = seller.goto(f"/seller/{seller_id}/listings/categories/")
    for link in [row.get_attribute("href") for row in page.locator("a[href*='/listings/customs/']").all()]:
        page.goto(str(link))
        hs_code = "691110" if "Керамика" in text(page.locator("h1")) else "640520"
        seller.fill_in({"hs_code": hs_code, "origin_country": "KZ", "default_weight_g": "450"})
        seller.press("Confirm")
    assert "Open" not in texts(page.locator("table .badge"))
    calendar.settle()


def _buy(visitor: Caller) -> dict[str, Any]:
    found = visitor.get("/listings?q=&country=DE&currency=EUR&language=en")["items"]
    assert len(found) == 3
    cup = next(item for item in found if "пиала" in item["title"])
    sku = visitor.get(f"/listings/{cup['id']}?country=DE&currency=EUR&language=en")["skus"][0]["sku"]
    body = {"country": "DE", "currency": "EUR", "language": "en", "email": "j@example.de", "address": BERLIN}
    cart = visitor.done("POST", "/carts", {**body, "lines": [{"sku": sku, "quantity": 2}]})
    assert (cart["quote"]["sure"], cart["quote"]["import_charges"]) == (True, "prepaid")
    placed = place(visitor, cart, key="chromium-1")
    assert placed.status == 201, placed.content
    purchase: dict[str, Any] = placed.json["purchase"]
    assert purchase["total"] == cart["quote"]["total"]
    return purchase


def _ship(seller: Reader, seller_id: str, numbers: tuple[str, str], due: dict[str, str]) -> None:
    """Send one of the two pieces, then the other."""
    page = seller.goto(f"/seller/{seller_id}/orders/?state=to_ship")
    net = seller.money(due["net"], due["currency"])
    assert net in text(page.locator("table"))
    page.locator("table a").first.click()
    assert texts(page.locator("aside .sum dd"))[-1] == net
    seller.fill_in({"line_0": "1", "tracking_number": "LX473124825KZ"})
    seller.press("The parcel has left")
    assert page.locator(".fault").count() >= 1, "a wrong check digit is refused and said beside the field"
    page.fill("[name=tracking_number]", numbers[0])
    seller.press("The parcel has left")
    assert "Partly sent" in text(page.locator(".desk-head"))
    papers = pages.download(seller, page.get_by_role("link", name="Label and customs papers"))
    assert papers.startswith(b"%PDF-")
    assert page.input_value("[name=line_0]") == "1"
    page.fill("[name=tracking_number]", numbers[1])
    seller.press("The parcel has left")
    assert page.get_by_role("button", name="The parcel has left").count() == 0
    assert all(number in text(page.locator("main")) for number in numbers)


def _receive(buyer: Reader, purchase: dict[str, Any]) -> None:
    page = buyer.goto(f"/purchase/{purchase['id']}?token={purchase['token']}")
    assert buyer.money(purchase["total"], "EUR") in text(page.locator("main header"))
    buyer.press("I have the goods")
    assert page.get_by_role("button", name="I have the goods").count() == 0


def _pay_out(operator: Reader, due: dict[str, str]) -> tuple[str, bytes]:
    """Press the button of the payout run; return the statement's number and the file for the bank."""
    page = operator.goto("/operator/payouts/")
    net = operator.money(due["net"], due["currency"])
    assert net in texts(page.locator("td.figure"))
    operator.press("Pay what is due")
    assert "/payouts/runs/" in page.url
    row = page.locator("table tbody tr").first
    assert net in text(row)
    xml = page.locator("a[href*='/payouts/files/']", has_text=".xml")
    return text(row.locator("td").first), pages.download(operator, xml)


def test_a_trader_registers_sells_abroad_and_is_paid_at_home_with_pages_alone(
    calendar: Calendar, live_server: LiveServer, read: Callable[..., Reader]
) -> None:
    stage.open_shop()
    visitor = Caller(live_server.url)
    accounts.create_person(email=SELLER, name="Айгуль", password=PASSWORD, email_confirmed=True, now=clock.now())
    build_accounts.operator(email=OPERATOR, password=PASSWORD, now=clock.now())
    seller, operator = read(locale="en-GB", device=DESKTOP), read(locale="en-GB", device=DESKTOP)
    seller.sign_in(SELLER)
    operator.sign_in(OPERATOR)

    seller_id = _begin_to_register(seller)
    _finish_registering(seller)
    _approve(operator, seller_id)
    calendar.settle()
    assert [SELLER] in [letter.to for letter in mail.outbox], "the seller hears of it by e-mail"
    _open_store(seller, seller_id)
    _import_feed(seller, seller_id, calendar)
    _confirm_customs(seller, seller_id, calendar)

    purchase = _buy(visitor)
    calendar.settle()
    system = stage.system_of(sellers.get_seller(UUID(seller_id)), live_server.url)
    (order,) = system.get("/seller/orders")["items"]
    _ship(seller, seller_id, (make_s10("LX", 47312482, "KZ"), make_s10("LX", 47312483, "KZ")), order["due"])
    page = seller.goto(f"/seller/{seller_id}/money/")
    net = seller.money(order["due"]["net"], order["due"]["currency"])
    assert texts(page.locator(".figure-card b"))[0] == net, "the money is held for the order"
    assert "Held until the buyer confirms receipt" in text(page.locator("main"))

    for _ in range(9):
        calendar.pass_time(days=5)
        shipping_jobs.follow_parcels()
        calendar.settle()
    _receive(read(locale="en-GB", device=DESKTOP), purchase)
    calendar.settle()
    orders_jobs.release_completed()
    assert (
        visitor.get(f"/purchases/{purchase['id']}?token={purchase['token']}")["purchase"]["orders"][0]["money_state"]
        == "released"
    )

    calendar.pass_time(days=20)
    operator, seller = read(locale="en-GB", device=DESKTOP), read(locale="en-GB", device=DESKTOP)
    operator.sign_in(OPERATOR)  # Weeks have passed: whoever was signed in is not any more.
    number, xml = _pay_out(operator, order["due"])
    assert books.payments_in(xml) == {number: (Decimal(order["due"]["net"]), "KZT")}
    seller.sign_in(SELLER)
    page = seller.goto(f"/seller/{seller_id}/money/")
    assert net in texts(page.locator(".figure-card b")), "it is on its way to the bank"
    page.get_by_role("link", name=number).click()
    net = seller.money(order["due"]["net"], "KZT")
    assert texts(page.locator("tfoot td.figure")) == [net, seller.money("0.00", "KZT")]
    (payout,) = system.get("/seller/payouts")["items"]
    assert (payout["number"], payout["amount"]) == (number, order["due"]["net"])
    assert books.balance("escrow", "EUR") == 0
    books.assert_verified()
