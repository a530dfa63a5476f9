from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import URLPattern

from entrepot.operator_console import urls
from entrepot.orders import operations as order_operations, queries
from entrepot.payouts import queries as payouts
from entrepot.sellers import queries as sellers
from tests.builders import accounts, orders, sellers as seller_builders
from tests.conftest import NOW
from tests.pages import Reader, moment, unsafe_markup

pytestmark = pytest.mark.django_db


def _operator(choice: str = "DE.EUR.en") -> Reader:
    return Reader(choice, person_id=accounts.operator().id)


def _filled(pattern: URLPattern) -> str:
    values = {"code": "IT", "origin": "CN", "destination": "DE", "kind": "escrow", "currency": "EUR", "scheme": "IOSS"}
    address = re.sub(r"<str:(\w+)>|<slug:(\w+)>", lambda found: values[found[1] or found[2]], str(pattern.pattern))
    return "/operator/" + re.sub(r"<uuid:\w+>", lambda _: str(uuid4()), address).replace("<int:job_id>", "1")


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda pattern: pattern.name)
def test_only_operators_enter(pattern: URLPattern) -> None:
    address = _filled(pattern)
    assert Reader().open(address).address.startswith("/account/sign-in/")
    somebody = Reader(person_id=accounts.person().id)
    assert somebody.open(address).status == 403
    token = somebody.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    answer = somebody.client.post(address, {"csrfmiddlewaretoken": token}, follow=True)
    assert answer.status_code in (403, 405)


@pytest.mark.parametrize("choice", ["DE.EUR.en", "SA.SAR.ar"])
def test_every_page_of_the_console_renders_in_both_directions(choice: str) -> None:
    waiting = seller_builders.submitted_seller("IT")
    purchase = orders.place(orders.cart((orders.goods(orders.shop("CN")), 1)))
    reader = _operator(choice)
    for page in (
        "", "markets/", "markets/?side=buying", "markets/IT/", "corridors/", "corridors/?from=CN", "corridors/CN/DE/",
        "corridors/CN/CN/", "verification/", "sellers/", f"sellers/{waiting.id}/", "purchases/",
        f"purchases/{purchase.id}/", "payments/", "ledger/", "ledger/accounts/", "ledger/accounts/escrow/EUR/",
        "payouts/", "work/", "work/facts/", "work/proofs/", "audit/",
    ):  # fmt: skip
        reader.open(f"/operator/{page}")
        assert reader.status == 200, page
        assert unsafe_markup(reader.text) == [], page


def test_a_seller_is_verified_on_one_screen() -> None:
    seller = seller_builders.submitted_seller("IT")
    reader = _operator().open("/operator/verification/")
    assert seller.legal_name in reader.words
    reader.open(f"/operator/sellers/{seller.id}/")
    paper = reader.page.xpath("//a[contains(@href, '/papers/')]/@href")[0]
    reader.open(paper)
    assert "attachment" in reader.headers["Content-Disposition"]
    assert (
        reader.headers["Cache-Control"].startswith("private, no-store") or "no-store" in reader.headers["Cache-Control"]
    )
    reader.open(f"/operator/sellers/{seller.id}/").send("/decide", button="approve")
    assert "Decided; the seller is told." in reader.words
    assert sellers.get_seller(seller.id).state == "approved"


def test_nobody_is_refused_or_stopped_without_a_reason() -> None:
    seller = seller_builders.submitted_seller("IT")
    reader = _operator().open(f"/operator/sellers/{seller.id}/")
    reader.send("/decide", button="approve")
    reader.send("/decide", button="suspend", reason="")
    assert reader.status == 422
    assert reader.faults() == ["This is needed."]
    assert sellers.get_seller(seller.id).state == "approved"
    reader.send("/decide", button="suspend", reason="Counterfeit goods.")
    assert sellers.get_seller(seller.id).state == "suspended"
    reader.send("/decide", button="reinstate")
    assert sellers.get_seller(seller.id).state == "approved"


def test_a_purchase_explains_where_every_amount_went() -> None:
    purchase = orders.place(orders.cart((orders.goods(orders.shop("CN")), 1)))
    reader = _operator().open(f"/operator/purchases/?q={purchase.orders[0].number}")
    assert reader.address == f"/operator/purchases/{purchase.id}/"
    assert "The buyer paid" in reader.words
    assert "Owed by the payment service" in reader.words
    assert "There is no purchase and no order of this number." in reader.open("/operator/purchases/?q=XXXXX").words


def test_a_payout_run_is_made_and_what_the_bank_said_recorded() -> None:
    seller = orders.shop("IT")
    orders.place(orders.cart((orders.goods(seller), 2)))
    order = queries.list_seller_orders(seller.id)[0]
    order_operations.ship(order_id=order.id, seller_id=seller.id, tracking_number="RR473124829IT", now=NOW)
    order_operations.confirm_receipt(order_id=order.id, now=NOW)
    order_operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=1))
    with moment(NOW + timedelta(days=90)):
        reader = _operator().open("/operator/payouts/")
        assert seller.legal_name in reader.words
        reader.send("/payouts/run")
        assert "1 payout made." in reader.words
        file = reader.page.xpath("//a[contains(@href, '/payouts/files/')]/@href")[0]
        run = reader.address
        assert b"<Document" in reader.open(file).content
        reader.open(run).send("/bank", button="paid", word="REF 77")
        assert "Paid" in reader.words
    assert payouts.list_runs()[0].payouts[0].bank_reference == "REF 77"


def test_the_first_page_says_what_waits_and_counts() -> None:
    reader = _operator().open("/operator/")
    assert "The books were never proven" in reader.words
    assert "waits for verification" not in reader.words
    seller_builders.submitted_seller("IT")
    orders.place(orders.cart((orders.goods(orders.shop("CN")), 1)))
    reader.open("/operator/")
    assert "1 seller waits for verification" in reader.words
    assert "1 order in 14 days (UTC)" in reader.words
    bars = ["".join(row.text_content().split()) for row in reader.page.xpath("//table[@class='bars'][1]//tr")]
    assert bars[0] == "Nov20,20261"
    assert bars[1] == "Nov19,20260"
    assert any(row.startswith("Germany") for row in bars), "what is held stands by the buyer's country"


def test_only_one_page_of_a_list_is_read_at_a_time() -> None:
    seller_builders.submitted_seller("IT")
    reader = _operator().open("/operator/sellers/?page=99")
    assert "Nobody here." in reader.words
    assert reader.open("/operator/sellers/?page=x").status == 200
