"""Many at once on one database: the last pieces, one cart in two tabs, acts that race each other."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from entrepot.catalog.operations import OutOfStock
from entrepot.kernel.errors import DomainError
from entrepot.orders import operations, queries
from entrepot.orders.operations import CartNotOpen, RequestInFlight
from entrepot.payments import queries as payments
from entrepot.payments.ports import ChargeResult
from tests.builders import orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run the acts in threads of their own that start together; return what each returned or refused with."""
    barrier = threading.Barrier(len(acts))

    def run(act):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(run, acts))


def test_fifty_buyers_at_once_for_the_last_ten_pieces_make_ten_orders_and_forty_refusals():
    listing = orders.goods(orders.shop("CN"), stock=10)
    carts = [orders.cart((listing, 1)) for _ in range(50)]
    answers = at_once(*(lambda cart=cart: orders.place(cart) for cart in carts))
    assert Counter(type(answer).__name__ for answer in answers) == {"PurchaseView": 10, "OutOfStock": 40}
    refusals = [answer for answer in answers if isinstance(answer, OutOfStock)]
    assert all(
        refusal.fields["skus"] == [{"sku": orders.code_of(listing), "wanted": 1, "available": 0}]
        for refusal in refusals
    )
    assert orders.stock_of(listing) == (10, 10)
    assert orders.faults() == []


def test_carts_that_share_goods_in_any_order_do_not_deadlock():
    listings = [orders.goods(orders.shop(country), stock=1000) for country in ("CN", "IT")]
    carts = [orders.cart(*((listing, 1) for listing in listings[:: 1 if n % 2 else -1])) for n in range(12)]
    answers = at_once(*(lambda cart=cart: orders.place(cart) for cart in carts))
    assert {answer.state for answer in answers} == {"paid"}
    assert [orders.stock_of(listing) for listing in listings] == [(1000, 12)] * 2
    assert orders.faults() == []


def test_two_tabs_that_place_one_cart_make_one_purchase():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    answers = at_once(*(lambda: orders.place(cart) for _ in range(4)))
    assert Counter(isinstance(answer, CartNotOpen) for answer in answers) == {True: 3, False: 1}
    assert orders.facts_of("PurchasePlaced") == ["PurchasePlaced"]
    assert orders.faults() == []


def test_one_click_sent_twice_makes_one_purchase_and_one_answer():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    answers = at_once(*(lambda: orders.place(cart, key="click") for _ in range(4)))
    made = {answer.id for answer in answers if not isinstance(answer, DomainError)}
    assert len(made) == 1
    assert all(isinstance(answer, RequestInFlight) for answer in answers if isinstance(answer, DomainError))
    assert orders.place(cart, key="click").id in made
    assert orders.faults() == []


def test_a_capture_told_many_times_at_once_is_booked_once():
    purchase = orders.purchase((orders.goods(orders.shop("CN")), 1), token="tok_challenge")
    (attempt,) = payments.list_attempts(purchase.id)
    result = ChargeResult(state="captured", service_reference="ch_1")
    answers = at_once(
        *(lambda: operations.settle_payment(attempt_id=attempt.id, result=result, now=NOW) for _ in range(6))
    )
    assert Counter(answer.became_paid for answer in answers) == {True: 1, False: 5}
    assert orders.facts_of("PurchasePaid") == ["PurchasePaid"]
    assert orders.faults() == []


def test_a_payment_and_the_end_of_its_time_race_and_one_wins():
    listing = orders.goods(orders.shop("CN"))
    result = ChargeResult(state="captured", service_reference="ch_1")
    for _ in range(6):
        purchase = orders.purchase((listing, 1), token="tok_challenge")
        (attempt,) = payments.list_attempts(purchase.id)
        due = purchase.payment_due_at
        settled, expired = at_once(
            lambda attempt=attempt, due=due: operations.settle_payment(attempt_id=attempt.id, result=result, now=due),
            lambda purchase=purchase, due=due: operations.expire_purchase(purchase_id=purchase.id, now=due),
        )
        state = queries.get_any_purchase(purchase.id).state
        assert (settled.became_paid, settled.given_back, expired) in [(True, False, False), (False, True, True)]
        assert state == ("expired" if expired else "paid")
    assert orders.faults() == []


def test_buyer_and_seller_act_on_the_same_pieces_and_one_wins():
    listing = orders.goods(orders.shop("CN"))
    for _ in range(5):
        order = queries.get_any_order(orders.purchase((listing, 1)).orders[0].id)
        number = orders.fresh_tracking_number(order)
        at_once(
            lambda order=order: operations.cancel_lines(order_id=order.id, by="buyer", now=NOW),
            lambda order=order, number=number: orders.ship(order, tracking_number=number),
            lambda order=order: operations.cancel_undispatched(order_id=order.id, now=NOW + timedelta(days=30)),
        )
        ended = queries.get_any_order(order.id)
        assert ended.state in ("cancelled", "shipped")
        assert len(ended.parcels) + len(ended.refunds) == 1
    assert orders.faults() == []


def test_release_told_twice_at_once_pays_once():
    order = orders.paid_order()
    orders.ship(order)
    operations.confirm_receipt(order_id=order.id, now=NOW)
    answers = at_once(*(lambda: operations.release_escrow(order_id=order.id, now=NOW) for _ in range(4)))
    assert Counter(answers) == {True: 1, False: 3}
    assert orders.faults() == []
