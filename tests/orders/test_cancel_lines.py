"""Cancelling before dispatch: the money goes back to the minor unit, the platform's tax with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.kernel import ids
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.money import Money
from entrepot.orders import jobs, operations, queries
from entrepot.orders.operations import OrderNotInState, TooManyPieces
from entrepot.payments import queries as payments
from tests.builders import orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing():
    return orders.goods(orders.shop("CN"), price="33.33")


def order_of(purchase, place=0):
    return queries.get_any_order(purchase.orders[place].id)


def cancel(order, lines=None, *, by="buyer", seller_id=None, now=NOW):
    return operations.cancel_lines(order_id=order.id, by=by, lines=lines, seller_id=seller_id, now=now)


def test_cancelling_everything_gives_everything_back(listing):
    order = order_of(orders.purchase((listing, 3)))
    assert cancel(order) == order.total
    cancelled = queries.get_any_order(order.id)
    assert (cancelled.state, cancelled.end_reason, cancelled.money_state) == (
        "cancelled",
        "cancelled_by_buyer",
        "refunded",
    )
    assert (cancelled.held, cancelled.refunded) == (Money.zero("EUR"), order.total)
    total = order.total.minor
    assert orders.balances() == {"psp_receivable[EUR]": total, "refund_pending[EUR]": total}
    assert orders.stock_of(listing) == (100, 0)
    (refund,) = cancelled.refunds
    assert (refund.amount, refund.reason, refund.state, refund.lines) == (
        order.total,
        "cancelled_by_buyer",
        "requested",
        ((0, 3),),
    )
    (asked,) = payments.list_refunds(reference=order.id)
    assert (asked.id, asked.amount) == (refund.id, order.total)
    assert orders.faults() == []


def test_one_of_three_gives_a_third_of_every_charge_back_and_the_rest_follows_exactly(listing):
    order = order_of(orders.purchase((listing, 3)))
    first = cancel(order, {0: 1})
    assert abs(3 * first.minor - order.total.minor) <= 3 * len(order.quote.parts)
    again = queries.get_any_order(order.id)
    assert (again.state, again.money_state) == ("to_ship", "held")
    assert again.lines[0].to_ship == 2
    assert orders.stock_of(listing) == (100, 2)
    assert orders.faults() == []
    second, third = cancel(order, {0: 1}), cancel(order, {0: 1})
    assert first + second + third == order.total
    assert queries.get_any_order(order.id).state == "cancelled"
    assert orders.balances()["refund_pending[EUR]"] == order.total.minor
    assert orders.faults() == []


def test_a_line_of_several_is_cancelled_alone():
    seller = orders.shop("CN")
    first, second = orders.goods(seller), orders.goods(seller, price="10.00", hs="910211")
    order = order_of(orders.purchase((first, 1), (second, 2)))
    position = next(line.position for line in order.lines if line.sku == orders.code_of(second))
    refund = cancel(order, {position: 2})
    assert refund == order.lines[position].total
    assert orders.stock_of(first) == (100, 1)
    assert orders.stock_of(second) == (100, 0)
    assert orders.faults() == []


def test_a_tax_in_another_currency_comes_back_at_the_frozen_amount():
    listing = orders.goods(orders.shop("CN"), price="300.00")
    purchase = orders.purchase((listing, 2), currency="USD")
    order = order_of(purchase)
    assert orders.balances()["tax_payable[EUR platform:IOSS]"] > 0
    cancel(order)
    assert "tax_payable[EUR platform:IOSS]" not in orders.balances()
    assert {kind for kind in orders.balances() if kind.startswith("fx_position")} == set()
    assert orders.balances()["refund_pending[USD]"] == order.total.minor
    assert orders.faults() == []


def test_a_seller_cancels_only_its_own_order(listing):
    order = order_of(orders.purchase((listing, 1)))
    other = orders.shop("IT")
    before = orders.snapshot()
    with pytest.raises(NotFound):
        cancel(order, by="seller", seller_id=other.id)
    with pytest.raises(NotFound):
        operations.cancel_lines(order_id=ids.new_id(), by="seller", now=NOW)
    assert orders.snapshot() == before
    cancel(order, by="seller", seller_id=order.seller_id)
    assert queries.get_any_order(order.id).end_reason == "cancelled_by_seller"


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [({0: 3}, TooManyPieces), ({0: 0}, InvalidField), ({0: -1}, InvalidField), ({7: 1}, InvalidField)],
)
def test_wrong_pieces_are_refused_and_nothing_changes(listing, lines, refusal):
    order = order_of(orders.purchase((listing, 2)))
    before = orders.snapshot()
    with pytest.raises(refusal):
        cancel(order, lines)
    assert orders.snapshot() == before


def test_an_unpaid_order_has_nothing_to_give_back(listing):
    purchase = orders.purchase((listing, 1), token="tok_decline")
    before = orders.snapshot()
    with pytest.raises(OrderNotInState) as refusal:
        operations.cancel_lines(order_id=purchase.orders[0].id, by="buyer", now=NOW)
    assert refusal.value.fields["state"] == "awaiting_payment"
    assert orders.snapshot() == before


def test_what_was_shipped_cannot_be_cancelled(listing):
    order = order_of(orders.purchase((listing, 2)))
    orders.ship(order, lines={0: 1})
    before = orders.snapshot()
    with pytest.raises(TooManyPieces) as refusal:
        cancel(order, {0: 2})
    assert refusal.value.fields["lines"] == [{"position": 0, "wanted": 2, "left": 1}]
    assert orders.snapshot() == before
    cancel(order)
    assert queries.get_any_order(order.id).state == "shipped"
    before = orders.snapshot()
    with pytest.raises(OrderNotInState):
        cancel(order)
    assert orders.snapshot() == before


def test_when_the_rest_is_cancelled_a_part_that_arrived_is_the_whole(listing):
    order = order_of(orders.purchase((listing, 2)))
    orders.ship(order, lines={0: 1})
    orders.deliver(order, now=NOW + timedelta(days=5))
    assert queries.get_any_order(order.id).state == "part_shipped"
    cancel(order, now=NOW + timedelta(days=6))
    done = queries.get_any_order(order.id)
    assert (done.state, done.delivered_at) == ("delivered", NOW + timedelta(days=6))
    assert orders.facts_of("OrderDelivered") == ["OrderDelivered"]
    assert orders.faults() == []


def test_a_missed_dispatch_date_cancels_by_itself(listing, monkeypatch):
    order = order_of(orders.purchase((listing, 2)))
    due = order.dispatch_due_at
    assert due == datetime(2026, 11, 27, 23, 59, 59, 999999, tzinfo=UTC), "the whole of the day is the seller's"
    assert operations.cancel_undispatched(order_id=order.id, now=due - timedelta(seconds=1)) is None
    monkeypatch.setattr("entrepot.kernel.clock.now", lambda: due)
    jobs.cancel_undispatched()
    jobs.cancel_undispatched()
    ended = queries.get_any_order(order.id)
    assert (ended.state, ended.end_reason, ended.refunded) == ("cancelled", "not_dispatched", order.total)
    assert len(ended.refunds) == 1
    assert orders.faults() == []


def test_a_missed_date_cancels_only_what_was_not_shipped(listing):
    order = order_of(orders.purchase((listing, 3)))
    orders.ship(order, lines={0: 1})
    refund = operations.cancel_undispatched(order_id=order.id, now=order.dispatch_due_at)
    assert Money.zero("EUR") < refund < order.total
    rest = queries.get_any_order(order.id)
    assert (rest.state, rest.lines[0].cancelled, rest.lines[0].shipped) == ("shipped", 2, 1)
    assert operations.cancel_undispatched(order_id=order.id, now=order.dispatch_due_at) is None
    assert orders.faults() == []


def test_the_cancellation_is_told(listing):
    order = order_of(orders.purchase((listing, 1)))
    cancel(order)
    assert orders.facts_of("OrderLinesCancelled") == ["OrderLinesCancelled"]
