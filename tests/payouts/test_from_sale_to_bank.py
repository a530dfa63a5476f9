"""One sale from the buyer's money to the seller's bank file: every amount followed by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.config import verification
from entrepot.kernel import sql
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.payouts import operations, queries
from tests.builders import orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db


def test_what_the_buyer_paid_reaches_the_sellers_statement_to_the_minor_unit() -> None:
    order = orders.completed_order(quantity=2)
    due = order.quote.due_native

    report = operations.run_payouts(now=NOW + timedelta(days=40))

    (paid,) = report.paid
    statement = queries.access_statement(seller_id=order.seller_id, payout_id=paid.payout_id)
    (line,) = statement.lines
    assert (line.kind, line.label, line.reference) == ("order", order.number, order.id)
    assert (line.goods, line.delivery, line.tax) == (due.goods, due.delivery, due.tax)
    assert line.commission == -due.commission
    assert paid.amount == due.goods + due.delivery + due.tax - due.commission
    assert statement.payout.closing == Money.zero(paid.amount.currency)
    operations.confirm_payout(payout_id=paid.payout_id, bank_reference="B", actor="operator:1", now=NOW)

    assert verification.verify().faults == ()
    held = {row.account.kind: row.balance.minor for row in ledger.balances() if row.account.kind != "fx_position"}
    assert held["escrow"] == held["seller_payable"] == held["payout_clearing"] == 0
    assert held["bank"] == -paid.amount.minor


def test_a_cancelled_piece_is_neither_paid_nor_left_in_escrow(run_jobs) -> None:
    from entrepot.orders import operations as orders_operations

    order = orders.paid_order(quantity=3)
    orders_operations.cancel_lines(order_id=order.id, lines={order.lines[0].position: 1}, by="buyer", now=NOW)
    run_jobs()
    orders.ship(orders.queries.get_any_order(order.id), now=NOW + timedelta(days=1))
    orders.deliver(order, now=NOW + timedelta(days=9))
    orders_operations.confirm_receipt(order_id=order.id, now=NOW + timedelta(days=10))
    orders_operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=10))

    report = operations.run_payouts(now=NOW + timedelta(days=40))

    assert len(report.paid) == 1
    assert verification.verify().faults == ()
    balances = {row.account.kind: row.balance.minor for row in ledger.balances()}
    assert (balances["escrow"], balances["refund_pending"], balances["seller_payable"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("tax", "orders.taxes_and_duties_are_what_was_frozen"),
        ("duty", "orders.taxes_and_duties_are_what_was_frozen"),
        ("goods", "orders.seller_gets_what_was_frozen"),
        ("exchange", "orders.escrow_holds_what_is_held"),
        ("capture", "orders.captured_is_in_the_ledger"),
    ],
)
def test_one_cent_changed_anywhere_in_the_books_of_an_order_names_the_order(kind: str, check: str) -> None:
    order = orders.completed_order()
    assert verification.verify().faults == ()
    sql.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_append_only")
    spoiled = sql.execute("UPDATE ledger_transfer SET amount_minor = amount_minor + 1 WHERE kind = %s", [kind])
    sql.execute("ALTER TABLE ledger_transfer ENABLE TRIGGER ledger_transfer_append_only")
    assert spoiled == 1

    found = {fault.check: fault.subject for fault in verification.verify().faults}

    purchase = orders.queries.get_any_purchase(order.purchase_id)
    assert found[check] in (order.number, purchase.number)
