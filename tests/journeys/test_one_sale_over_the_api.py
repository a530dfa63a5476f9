"""
One sale from end to end over HTTP: two sellers abroad, one buyer elsewhere, in other languages and currencies.

Every amount is followed through the API, the ledger, the sellers' statements and the bank's files, to the minor unit.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from pytest_django.live_server_helper import LiveServer

from entrepot.orders import jobs as orders_jobs
from entrepot.shipping import jobs as shipping_jobs
from entrepot.shipping.rules import make_s10
from tests.journeys import books, stage
from tests.journeys.people import Caller, assert_adds_up, place
from tests.journeys.stage import Calendar

pytestmark = pytest.mark.django_db(transaction=True)

REAL_FEED = Path(__file__).parents[3] / "shared" / "data" / "p-yml-ru-kz" / "alstyle.yml.gz"

LEEDS = {
    "name": "Hannah Whitfield",
    "street": "4 Mill Lane",
    "city": "Leeds",
    "postal_code": "LS1 4AP",
    "country": "GB",
    "phone": "+441132430000",
}
BERLIN = {
    "name": "Jürgen Müller",
    "street": "Hauptstraße 5",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
    "phone": "+4930901820",
}

HS_BY_WORD = {"клавиатур": "847160", "мыш": "847160", "кабель": "854442", "наушник": "851830", "сумк": "420212"}


@pytest.fixture
def visitor(live_server: LiveServer) -> Caller:
    return Caller(live_server.url)


def _find(visitor: Caller, query: str, *, country: str, currency: str, language: str) -> dict[str, Any]:
    found = visitor.get(f"/listings?q={quote(query)}&country={country}&currency={currency}&language={language}")
    assert found["count"] >= 1, f"nothing is found for {query}"
    shown = found["items"][0]
    listing = visitor.get(f"/listings/{shown['id']}?country={country}&currency={currency}&language={language}")
    assert listing["delivered"]["amount"] == shown["delivered"]["amount"], "card and page quote the same"
    parts = sum(Decimal(part["amount"]) for part in listing["delivered"]["parts"])
    assert parts == Decimal(listing["delivered"]["amount"])
    return dict(listing)


def _confirm_customs(system: Caller, category: str, *, hs_code: str, origin: str, weight_g: int) -> None:
    body = {"seller_category": category, "hs_code": hs_code, "origin_country": origin, "default_weight_g": weight_g}
    assert system.done("PUT", "/seller/categories/customs", body)["listings"] >= 1


def _only_order(system: Caller) -> dict[str, Any]:
    found = system.get("/seller/orders")["items"]
    assert len(found) == 1
    return dict(found[0])


def _papers(system: Caller, order_id: str, parcel_id: str) -> bytes:
    found = system.call("GET", f"/seller/orders/{order_id}/parcels/{parcel_id}/papers")
    assert (found.status, found.content_type) == (200, "application/pdf")
    assert found.content.startswith(b"%PDF-")
    return found.content


def _statement(system: Caller) -> dict[str, Any]:
    payouts = system.get("/seller/payouts")["items"]
    assert len(payouts) == 1
    statement: dict[str, Any] = system.get(f"/seller/payouts/{payouts[0]['id']}")
    payout, lines = statement["payout"], statement["lines"]
    columns = ("goods", "delivery", "tax", "commission", "refunds", "other")
    for line in lines:
        assert sum(Decimal(line[column]) for column in columns) == Decimal(line["net"])
    assert sum(Decimal(line["net"]) for line in lines) == Decimal(payout["lines_total"])
    after = Decimal(payout["opening"]) + Decimal(payout["lines_total"]) - Decimal(payout["amount"])
    assert after == Decimal(payout["closing"])
    return statement


def _assert_paid_out(
    system: Caller, order: dict[str, Any], report: dict[str, Any], payments: dict[str, tuple[Decimal, str]]
) -> None:
    """Hold what a seller was promised at placement against ledger, statement, payout report and bank file."""
    due, currency = order["due"], order["due"]["currency"]
    statement = _statement(system)
    (line,) = statement["lines"]
    assert line["reference"] == order["id"]
    assert [Decimal(line[name]) for name in ("goods", "delivery", "tax")] == [
        Decimal(due[name]) for name in ("goods", "delivery", "tax")
    ]
    assert Decimal(line["commission"]) == -Decimal(due["commission"])
    assert Decimal(line["net"]) == Decimal(due["net"])
    payout = statement["payout"]
    assert Decimal(payout["amount"]) == Decimal(due["net"])
    assert payments[payout["number"]] == (Decimal(due["net"]), currency)
    seller_id = system.get("/seller/me")["id"]
    (paid,) = [paid for paid in report["paid"] if paid["seller_id"] == seller_id]
    assert (Decimal(paid["amount"]), paid["currency"]) == (Decimal(due["net"]), currency)
    brought = books.moved(UUID(order["id"]), "seller_payable", currency=currency)
    assert brought == {seller_id: Decimal(due["net"])}
    assert books.balance("seller_payable", currency, seller_id) == 0
    assert system.get("/seller/balance")["items"] == []


def _assert_all_went_where_the_quote_said(order: dict[str, Any], currency: str) -> None:
    """Hold an order of the buyer's against the ledger, in the currency that the buyer paid in."""
    order_id, refunded = UUID(order["id"]), Decimal(order["refunded"])
    assert order["money_state"] == "released"
    assert (
        sum(books.moved(order_id, "psp_receivable", currency=currency).values()) == Decimal(order["total"]) - refunded
    )
    assert books.moved(order_id, "escrow", currency=currency) == {"": Decimal(0)}
    if refunded:
        return
    taxes = [part for part in order["parts"] if part["code"] == "vat" and Decimal(part["amount"])]
    assert {part["liable"] for part in taxes} == {"platform"}
    assert sum(books.moved(order_id, "tax_payable", currency=currency).values()) == Decimal(order["tax"])
    exchanged = sum(books.moved(order_id, "fx_position", currency=currency).values())
    assert abs(exchanged) == Decimal(order["goods"]) + Decimal(order["delivery"])


@pytest.mark.usefixtures("simulated_carrier")
def test_goods_of_two_sellers_are_bought_abroad_shipped_and_paid_out_to_the_minor_unit(
    calendar: Calendar, visitor: Caller, live_server: LiveServer
) -> None:
    stage.open_shop()
    almaty = stage.settled_seller("KZ", email="aigul@example.kz", store="Алма Дом", slug="alma-dom")
    firenze = stage.settled_seller("IT", email="bianca@example.it", store="Bottega Lungarno", slug="lungarno")
    kazakh, italian = stage.system_of(almaty, live_server.url), stage.system_of(firenze, live_server.url)

    imported = stage.import_feed(stage.FEEDS / "almaty.yml", "alma-dom")
    assert (imported["read"], imported["created"]) == (4, 3)
    assert [(row["row"], row["field"]) for row in imported["rejected"]] == [(4, "price")]
    again = stage.import_feed(stage.FEEDS / "almaty.yml", "alma-dom")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)
    assert stage.import_feed(stage.FEEDS / "firenze.xml", "lungarno")["created"] == 2
    calendar.settle()

    before = _find(visitor, "пиала", country="GB", currency="GBP", language="en")
    assert not before["delivered"]["sure"], "without an HS code nobody knows what customs will say"
    for category in kazakh.get("/seller/categories")["items"]:
        hs_code = "691110" if "Керамика" in category["text"] else "640520"
        _confirm_customs(kazakh, category["text"], hs_code=hs_code, origin="KZ", weight_g=450)
    for category in italian.get("/seller/categories")["items"]:
        hs_code = "420221" if category["text"] == "Borse" else "420330"
        _confirm_customs(italian, category["text"], hs_code=hs_code, origin="IT", weight_g=600)
    calendar.settle()

    cup = _find(visitor, "пиала", country="GB", currency="GBP", language="en")
    belt = _find(visitor, "cintura", country="GB", currency="GBP", language="en")
    assert (cup["delivered"]["sure"], cup["delivered"]["import_charges"]) == (True, "prepaid")
    body = {"country": "GB", "currency": "GBP", "language": "en", "email": "hannah@example.co.uk", "address": LEEDS}
    lines = [{"sku": cup["skus"][0]["sku"], "quantity": 3}, {"sku": belt["skus"][0]["sku"], "quantity": 2}]
    cart = visitor.done("POST", "/carts", {**body, "lines": lines})
    assert (cart["needs"], cart["quote"]["import_charges"]) == ([], "prepaid")
    assert_adds_up(cart["quote"])
    placed = place(visitor, cart, key="journey-1")
    assert placed.status == 201, placed.content
    purchase = placed.json["purchase"]
    assert (purchase["state"], purchase["total"]) == ("paid", cart["quote"]["total"])
    assert_adds_up(purchase)
    mine = f"/purchases/{purchase['id']}?token={purchase['token']}"
    assert visitor.call("GET", f"/purchases/{purchase['id']}").status == 404
    of_kazakh, of_italian = _only_order(kazakh), _only_order(italian)
    assert {of_kazakh["due"]["currency"], of_italian["due"]["currency"]} == {"KZT", "EUR"}
    assert of_kazakh["lines"][0]["unit_price"] == {"amount": "4990.00", "currency": "KZT"}

    # The buyer thinks better of one of two belts; its whole share of every charge comes back.
    belts = f"/purchases/{purchase['id']}/orders/{of_italian['id']}/cancellations?token={purchase['token']}"
    refunded = visitor.done("POST", belts, {"lines": [{"position": 0, "quantity": 1}]})["purchase"]
    calendar.settle()
    back = next(order for order in refunded["orders"] if order["id"] == of_italian["id"])
    assert Decimal(back["refunded"]) == pytest.approx(Decimal(back["total"]) / 2, abs=Decimal("0.05"))

    calendar.pass_time(days=1)
    number = make_s10("LX", 47312482, "KZ")
    wrong = kazakh.call("POST", f"/seller/orders/{of_kazakh['id']}/parcels", {"tracking_number": "LX473124825KZ"})
    assert (wrong.status, wrong.json["code"]) == (422, "invalid_field")
    for system, order, body in ((kazakh, of_kazakh, {"tracking_number": number}), (italian, of_italian, {})):
        shipped = system.done("POST", f"/seller/orders/{order['id']}/parcels", body)
        assert shipped["order"]["state"] == "shipped"
        _papers(system, order["id"], shipped["parcel_id"])
    assert [parcel["tracking_number"] for parcel in _only_order(kazakh)["parcels"]] == [number]

    for _ in range(9):  # The calendar carries the parcels; protection would end long after.
        calendar.pass_time(days=5)
        shipping_jobs.follow_parcels()
        calendar.settle()
    orders = visitor.get(mine)["purchase"]["orders"]
    assert [order["state"] for order in orders] == ["delivered", "delivered"]

    received = f"/purchases/{purchase['id']}/orders/{of_kazakh['id']}/receipt?token={purchase['token']}"
    visitor.done("POST", received, {})
    calendar.settle()
    by_id = {order["id"]: order for order in visitor.get(mine)["purchase"]["orders"]}
    assert by_id[of_kazakh["id"]]["money_state"] == "released"
    assert by_id[of_italian["id"]]["money_state"] == "held", "nobody has said that it arrived well"
    calendar.pass_time(days=60)
    orders_jobs.end_protections()
    calendar.settle()
    finished = visitor.get(mine)["purchase"]
    assert [order["state"] for order in finished["orders"]] == ["completed", "completed"]
    for order in finished["orders"]:
        _assert_all_went_where_the_quote_said(order, "GBP")

    calendar.pass_time(days=20)
    report = books.command("payout")
    assert {paid["currency"] for paid in report["paid"]} == {"KZT", "EUR"}
    payments = books.bank_payments(report["run_id"])
    _assert_paid_out(kazakh, of_kazakh, report, payments)
    statement = _statement(italian)["payout"]
    assert payments[statement["number"]] == (Decimal(statement["amount"]), "EUR")
    left = books.moved(UUID(of_italian["id"]), "seller_payable", currency="EUR")
    assert left == {str(firenze.id): Decimal(statement["amount"])}
    assert Decimal(statement["amount"]) == pytest.approx(Decimal(of_italian["due"]["net"]) / 2, abs=Decimal("0.05"))

    assert books.balance("escrow", "GBP") == books.balance("refund_pending", "GBP") == 0
    returned = sum(Decimal(order["refunded"]) for order in finished["orders"])
    assert books.balance("psp_receivable", "GBP") == Decimal(purchase["total"]) - returned
    assert books.command("payout")["paid"] == []
    books.assert_verified()


def test_a_real_kazakh_feed_is_imported_and_bought_from_abroad_with_the_import_charges_known(
    calendar: Calendar, visitor: Caller, live_server: LiveServer
) -> None:
    feed = stage.skip_without(REAL_FEED)
    stage.open_shop()
    seller = stage.settled_seller("KZ", email="opt@example.kz", store="Alstyle", slug="alstyle")
    system = stage.system_of(seller, live_server.url)
    imported = stage.import_feed(feed, "alstyle")
    assert imported["created"] > 2000
    assert imported["created"] + len(imported["rejected"]) == imported["read"]
    again = stage.import_feed(feed, "alstyle")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, imported["created"])
    calendar.settle()

    wanted = next(
        item
        for item in system.get("/seller/listings?page_size=100")["items"]
        if item["on_hand"] - item["reserved"] >= 2
        and item["state"] == "active"
        and Decimal(2000) < Decimal(item["price"]["amount"]) < Decimal(60000)
    )
    address = f"/listings/{wanted['id']}?country=DE&currency=EUR&language=en"
    assert not visitor.get(address)["delivered"]["sure"]
    for category in system.get("/seller/categories")["items"]:
        hs_code = next((hs for word, hs in HS_BY_WORD.items() if word in category["text"].lower()), "847330")
        _confirm_customs(system, category["text"], hs_code=hs_code, origin="CN", weight_g=400)
    categories = system.get("/seller/categories")["items"]
    assert {category["without_hs"] + category["without_origin"] for category in categories} == {0}
    calendar.settle()
    delivered = visitor.get(address)["delivered"]
    assert (delivered["sure"], delivered["import_charges"]) == (True, "prepaid")

    sku = visitor.get(address)["skus"][0]["sku"]
    body = {"country": "DE", "currency": "EUR", "language": "en", "email": "juergen@example.de", "address": BERLIN}
    cart = visitor.done("POST", "/carts", {**body, "lines": [{"sku": sku, "quantity": 1}]})
    assert cart["quote"]["total"] == delivered["amount"], "one piece to Berlin costs what the page said"
    assert_adds_up(cart["quote"])
    placed = place(visitor, cart, key="journey-2")
    assert placed.status == 201, placed.content
    assert placed.json["purchase"]["state"] == "paid"
    hs_code = system.get(f"/seller/listings/{wanted['id']}")["hs_code"]
    assert _only_order(system)["lines"][0]["hs_code"] == hs_code

    # The feed comes again: what a buyer has reserved is still reserved.
    assert stage.import_feed(feed, "alstyle")["updated"] == 0
    (row,) = [item for item in system.get("/seller/listings?page_size=100")["items"] if item["id"] == wanted["id"]]
    assert (row["on_hand"], row["reserved"]) == (wanted["on_hand"], 1)
    books.assert_verified()
