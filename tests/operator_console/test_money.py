"""Purchases, payments, the ledger and payouts: every amount is found, explained, and led back to what caused it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.kernel import audit
from entrepot.ledger import queries as ledger
from entrepot.orders import operations as order_operations, queries as orders_queries
from entrepot.payments import operations as payments, queries as payment_queries
from entrepot.payments.ports import RefundResult
from entrepot.payouts import operations as payouts, queries as payout_queries
from tests.builders import accounts, money, orders, sellers
from tests.conftest import NOW
from tests.operator_console.desk import operator, table
from tests.pages import moment

pytestmark = pytest.mark.django_db


def test_purchases_are_found_by_number_mailbox_state_and_country() -> None:
    person = accounts.person(email="anna@example.com")
    goods = orders.goods(orders.shop("CN"))
    hers = orders.place(orders.cart((goods, 1), person_id=person.id, email="anna@example.com"))
    other = orders.place(orders.cart((goods, 1)))
    reader = operator()
    for number in (hers.number, hers.orders[0].number.lower()):
        assert reader.open(f"/operator/purchases/?q={number}").address == f"/operator/purchases/{hers.id}/"
    reader.open("/operator/purchases/?q=Anna@example.com")
    assert hers.number in reader.words
    assert other.number not in reader.words
    assert "Nobody has signed up with this address." in reader.open("/operator/purchases/?q=guest@example.com").words
    assert other.number in reader.open("/operator/purchases/?state=to_ship&country=DE").words
    assert "No purchases here" in reader.open("/operator/purchases/?state=delivered").words
    assert "No purchases here" in reader.open("/operator/purchases/?country=FR").words


def test_a_purchase_says_where_its_money_is_and_every_posting_leads_on() -> None:
    purchase = orders.place(orders.cart((orders.goods(orders.shop("CN")), 1)))
    order = purchase.orders[0]
    reader = operator().open(f"/operator/purchases/{purchase.id}/")
    assert "Escrow holds" in reader.words
    first = table(reader, "Postings")[0]
    assert first[1] == f"The buyer paid €{order.total.decimal}: escrow holds it for order {order.number}."
    assert first[2:] == ["Owed by the payment service", "Held for buyers", f"€{order.total.decimal}"]
    posting = reader.page.xpath("//table[caption='Postings']//a[contains(@href, '/ledger/posting')]/@href")[0]
    reader.open(posting)
    assert reader.page.xpath(f"//a[@href='/operator/purchases/{purchase.id}/']"), "a posting leads to its cause"
    escrow = reader.page.xpath("//a[contains(@href, '/ledger/accounts/escrow/EUR/')]/@href")[0]
    entries = table(reader.open(escrow), "Held for buyers")
    (last, *_) = ledger.page_account(ledger.balances("escrow")[0].account).entries
    assert len(entries) == len(ledger.page_account(ledger.balances("escrow")[0].account).entries)
    assert entries[0][4] == f"€{last[1].decimal}"
    assert f"€{ledger.balances('escrow')[0].balance.decimal}" in reader.words


def test_a_name_is_kept_where_personal_data_are_asked_for_only() -> None:
    purchase = orders.place(orders.cart((orders.goods(orders.shop("CN")), 1)))
    reader = operator()
    assert "Jürgen Müller" in reader.open(f"/operator/purchases/{purchase.id}/").words
    for address in ("/operator/purchases/", "/operator/work/facts/", "/operator/ledger/", "/operator/payments/"):
        reader.open(address)
        assert "Jürgen" not in reader.text, address
        assert "buyer@example.com" not in reader.text, address


def test_the_books_of_every_currency_balance_on_one_page() -> None:
    orders.place(orders.cart((orders.goods(orders.shop("CN")), 1)))
    reader = operator().open("/operator/ledger/")
    assert "balanced" in reader.words
    assert "out of balance" not in reader.words
    (book,) = [book for book in ledger.trial_balances() if book.currency == "EUR"]
    total = f"€{book.debits.decimal}"
    assert [cell.text_content() for cell in reader.page.xpath("//table[contains(caption, 'Euro')]/tfoot//td")] == [
        total,
        total,
    ]
    rows = table(reader.open("/operator/ledger/accounts/?kind=escrow"), "Accounts")
    assert [row[0] for row in rows] == ["Held for buyers"]
    for unknown in ("ledger/accounts/nothing/EUR/", "ledger/accounts/escrow/KWD/", "ledger/posting?key=none"):
        assert reader.open(f"/operator/{unknown}").status == 404, unknown
    assert reader.open("/operator/ledger/accounts/escrow/EUR/?before=x").status == 404


def test_a_refund_that_was_refused_waits_for_an_operator_who_has_it_tried_again() -> None:
    order = orders.paid_order(quantity=2)
    order_operations.cancel_lines(order_id=order.id, seller_id=order.seller_id, by="seller", lines={0: 1}, now=NOW)
    (refund,) = payment_queries.list_refunds(purchase_id=order.purchase_id)
    payments.record_refund(
        refund_id=refund.id, result=RefundResult(state="failed", failure_code="card_closed"), now=NOW
    )
    reader = operator()
    assert "1 payment or refund to look at" in reader.open("/operator/").words
    reader.open("/operator/payments/")
    assert "card closed" in reader.words
    reader.send("/retry")
    assert "The payment service is asked once more." in reader.words
    assert payment_queries.get_refund(refund.id).state == "requested"
    assert "The seller cancelled" in reader.open(f"/operator/purchases/{order.purchase_id}/").words
    assert audit.list_entries(subject_kind="refund")[0].action == "retry_refund"
    token = reader.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    reader.client.post(f"/operator/payments/refunds/{refund.id}/retry", {"csrfmiddlewaretoken": token})
    assert len(audit.list_entries(subject_kind="refund")) == 1, "pressed twice, it is asked once"


def _released_seller() -> tuple[orders_queries.OrderView, str]:
    seller = orders.shop("IT")
    orders.place(orders.cart((orders.goods(seller), 2)))
    order = orders_queries.list_seller_orders(seller.id)[0]
    order_operations.ship(order_id=order.id, seller_id=seller.id, tracking_number="RR473124829IT", now=NOW)
    order_operations.confirm_receipt(order_id=order.id, now=NOW)
    order_operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=1))
    return order, seller.legal_name


def test_payouts_of_a_seller_are_frozen_with_a_reason_and_released() -> None:
    order, name = _released_seller()
    with moment(NOW + timedelta(days=90)):
        reader = operator().open(f"/operator/sellers/{order.seller_id}/")
        reader.send("/payouts", button="freeze", reason="")
        assert "Write why the payouts are frozen." in reader.words
        reader.send("/payouts", button="freeze", reason="Counterfeits?")
        assert "The payouts are frozen: what is due stays due." in reader.words
        reader.open("/operator/payouts/")
        assert [[name, "the seller's payouts are frozen"]] == [
            row[:2] for row in table(reader, "The next run would pay")
        ]
        assert not reader.page.xpath("//form[contains(@action, '/payouts/run')]")
        reader.open(f"/operator/sellers/{order.seller_id}/").send("/payouts", button="release")
        assert payout_queries.find_hold(order.seller_id) is None
        reader.open("/operator/payouts/").send("/payouts/run")
        assert "1 payout made." in reader.words


def test_a_payout_that_came_back_is_paid_again() -> None:
    _released_seller()
    with moment(NOW + timedelta(days=90)):
        (paid,) = payouts.run_payouts(now=NOW + timedelta(days=90)).paid
        assert paid.payout_id is not None
        run = payout_queries.list_runs()[0].id
        reader = operator().open(f"/operator/payouts/runs/{run}/")
        assert "Hand in one of the two." not in reader.words
        reader.send("/bank", button="failed", word="Account closed")
        assert "Came back" in reader.words
        reader.open("/operator/payouts/")
        assert "Account closed" in reader.words
        reader.send("/again")
        assert "1 payout made." in reader.words
        assert payout_queries.count_payouts() == {"failed": 1, "made": 1}
        assert "nothing is due any more" in reader.open("/operator/payouts/").words


def test_where_banks_take_a_form_of_their_own_the_same_payments_are_not_handed_in_twice() -> None:
    money.released(sellers.approved_seller("CN"), goods=9000, at=NOW - timedelta(days=20))
    run_id = payouts.run_payouts(now=NOW).run_id
    with moment(NOW):
        reader = operator().open(f"/operator/payouts/runs/{run_id}/")
    assert "2026-11-20-CNY-CN-1.csv" in reader.words
    assert "Hand in one of the two." in reader.words
