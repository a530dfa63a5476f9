"""
The order's life as a state machine: any acts in any order, doubled, late and refused; the books are right after each.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from entrepot.kernel.errors import DomainError
from entrepot.orders import checkout, operations, queries
from entrepot.payments import operations as payments, queries as payment_queries
from entrepot.payments.ports import ChargeResult, RefundResult
from tests.builders import orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db

PLACES = st.integers(0, 1)
RESULTS = st.sampled_from(
    [
        ChargeResult(state="captured", service_reference="late"),
        ChargeResult(state="declined", decline_code="refused"),
        ChargeResult(state="pending"),
        ChargeResult(state="unknown"),
    ]
)
TERMINAL = {"completed", "cancelled"}
_RANK = {"awaiting_payment": 0, "to_ship": 1, "part_shipped": 2, "shipped": 3, "delivered": 4, "completed": 5}


class OrderLife(RuleBasedStateMachine):
    """Two orders of two sellers in one purchase; `listings` is set by the test."""

    listings = ()

    @initialize(
        token=st.sampled_from(["tok_ok", "tok_ok", "tok_decline", "tok_challenge", "tok_timeout", "tok_late"]),
        quantities=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    )
    def buy(self, token, quantities):
        self.now = NOW
        self.cart = orders.cart(*zip(self.listings, quantities, strict=True))
        self.key = f"life-{self.cart.id}"
        self.purchase = orders.place(self.cart, token=token, key=self.key)
        self.ids = [order.id for order in self.purchase.orders]
        self.before = self.states()
        self.paid = False

    @contextmanager
    def refusals(self):
        """A refusal is fine, if it changed nothing."""
        before = orders.snapshot()
        try:
            yield
        except DomainError:
            assert orders.snapshot() == before

    def states(self):
        return {order.id: order.state for order in queries.get_any_purchase(self.purchase.id).orders}

    @rule(minutes=st.sampled_from([1, 30, 61, 24 * 60, 8 * 24 * 60, 80 * 24 * 60]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def repeat_the_request(self):
        with self.refusals():
            before = orders.snapshot()
            again = orders.place(self.cart, key=self.key, now=self.now)
            assert again == self.purchase
            assert orders.snapshot() == before

    @rule(token=st.sampled_from(["tok_ok", "tok_decline", "tok_late"]))
    def pay_again(self, token):
        with self.refusals():
            checkout.pay_again(
                purchase_id=self.purchase.id,
                token=self.purchase.token,
                payment_method="sandbox",
                payment_token=token,
                now=self.now,
            )

    @rule(result=RESULTS, which=st.integers(0, 5))
    def hear_of_a_payment(self, result, which):
        attempts = payment_queries.list_attempts(self.purchase.id)
        attempt = attempts[which % len(attempts)]
        operations.settle_payment(attempt_id=attempt.id, result=result, now=self.now)
        before = orders.snapshot()
        operations.settle_payment(attempt_id=attempt.id, result=result, now=self.now)
        assert orders.snapshot() == before

    @rule()
    def sweep(self):
        for attempt in payment_queries.list_attempts(self.purchase.id):
            checkout.sweep_attempt(attempt, now=self.now)

    @rule(wanted=st.booleans())
    def run_out_of_time_or_give_up(self, wanted):
        act = operations.give_up_purchase if wanted else operations.expire_purchase
        act(purchase_id=self.purchase.id, now=self.now)
        before = orders.snapshot()
        assert not act(purchase_id=self.purchase.id, now=self.now)
        assert orders.snapshot() == before

    @rule(place=PLACES, pieces=st.none() | st.integers(1, 3), by=st.sampled_from(["buyer", "seller"]))
    def cancel(self, place, pieces, by):
        with self.refusals():
            operations.cancel_lines(
                order_id=self.ids[place], by=by, lines=None if pieces is None else {0: pieces}, now=self.now
            )

    @rule(place=PLACES)
    def miss_the_dispatch(self, place):
        operations.cancel_undispatched(order_id=self.ids[place], now=self.now)

    @rule(place=PLACES, pieces=st.none() | st.integers(1, 3))
    def ship(self, place, pieces):
        order = queries.get_any_order(self.ids[place])
        number = orders.fresh_tracking_number(order)
        with self.refusals():
            orders.ship(order, lines=None if pieces is None else {0: pieces}, tracking_number=number, now=self.now)

    @rule(place=PLACES)
    def deliver(self, place):
        orders.deliver(queries.get_any_order(self.ids[place]), now=self.now)
        before = orders.snapshot()
        assert not operations.record_delivery(order_id=self.ids[place], now=self.now)
        assert orders.snapshot() == before

    @rule(place=PLACES)
    def confirm(self, place):
        with self.refusals():
            operations.confirm_receipt(order_id=self.ids[place], now=self.now)

    @rule(place=PLACES)
    def end_protection(self, place):
        operations.end_protection(order_id=self.ids[place], now=self.now)

    @rule(place=PLACES)
    def release(self, place):
        with self.refusals():
            operations.release_escrow(order_id=self.ids[place], now=self.now)

    @rule(state=st.sampled_from(["succeeded", "succeeded", "failed", "unknown"]))
    def hear_of_refunds(self, state):
        for refund in payment_queries.list_refunds(purchase_id=self.purchase.id):
            payments.record_refund(refund_id=refund.id, result=RefundResult(state=state), now=self.now)
            operations.book_refund(refund_id=refund.id, now=self.now)
            assert not operations.book_refund(refund_id=refund.id, now=self.now)

    @invariant()
    def nothing_goes_back(self):
        if not hasattr(self, "ids"):
            return
        purchase = queries.get_any_purchase(self.purchase.id)
        assert purchase.paid_at is not None or not self.paid
        self.paid = purchase.paid_at is not None
        after = {order.id: order.state for order in purchase.orders}
        for order_id, state in after.items():
            before = self.before[order_id]
            assert state == before or before not in TERMINAL
            # A cancellation may turn "part shipped" into "shipped"; nothing turns the other way.
            assert state == "cancelled" or _RANK[state] >= _RANK[before]
        self.before = after

    @invariant()
    def the_books_are_right(self):
        assert orders.faults() == []

    def teardown(self):
        if not hasattr(self, "ids"):
            return
        # Everything that can still end, ends; what is left in escrow then is nobody's.
        self.now += timedelta(days=400)
        operations.expire_purchase(purchase_id=self.purchase.id, now=self.now)
        for order_id in self.ids:
            operations.cancel_undispatched(order_id=order_id, now=self.now)
        self.now += timedelta(days=400)  # What was shipped in part is protected from the day the rest was cancelled.
        for order_id in self.ids:
            operations.end_protection(order_id=order_id, now=self.now)
            with self.refusals():
                operations.release_escrow(order_id=order_id, now=self.now)
        assert set(self.states().values()) <= TERMINAL
        purchase = queries.get_any_purchase(self.purchase.id)
        assert all(order.held.minor == order.due.minor == 0 for order in purchase.orders)
        assert orders.faults() == []  # Escrow holds what is held, so it is empty; what is reserved is open in orders.


def test_an_orders_life_in_any_order_leaves_the_books_right():
    orders.bind_sandbox()
    OrderLife.listings = (
        orders.goods(orders.shop("CN"), price="33.33", stock=10_000),
        orders.goods(orders.shop("IT"), price="24.40", stock=10_000, tax_included=True),
    )
    run_state_machine_as_test(
        OrderLife,
        settings=settings(
            max_examples=settings.default.max_examples // 5,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],  # An example costs too much to be shrunk.
        ),
    )
