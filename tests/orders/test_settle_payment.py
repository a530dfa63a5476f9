"""Settling: late, double and out-of-order news changes nothing twice, and stray money goes back by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.kernel import ids, sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.orders import checkout, jobs, operations, queries
from entrepot.orders.operations import PaymentInProgress, PurchaseNotPayable
from entrepot.payments import queries as payments
from entrepot.payments.ports import ChargeResult
from tests.builders import orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db

CAPTURED = ChargeResult(state="captured", service_reference="ch_1")
DECLINED = ChargeResult(state="declined", decline_code="insufficient_funds")


@pytest.fixture
def listing():
    return orders.goods(orders.shop("CN"))


def attempt_of(purchase):
    return payments.list_attempts(purchase.id)[-1]


def settle(attempt, result, *, now=NOW):
    return operations.settle_payment(attempt_id=attempt.id, result=result, now=now)


def test_the_capture_puts_the_money_into_escrow_and_the_platforms_tax_aside(listing):
    purchase = orders.purchase((listing, 1))
    (order,) = queries.get_any_purchase(purchase.id).orders
    tax = sum(part.amount for part in order.quote.parts if part.group == "tax" and part.liable == "platform")
    assert tax > 0
    assert orders.balances() == {
        "psp_receivable[EUR]": order.total.minor,
        "escrow[EUR]": order.total.minor - tax,
        "tax_payable[EUR platform:IOSS]": tax,
    }
    assert (order.held, order.due) == (order.total, Money.zero("EUR"))


def test_a_capture_told_twice_is_booked_once(listing):
    purchase = orders.purchase((listing, 1))
    before = orders.snapshot()
    settled = settle(attempt_of(purchase), CAPTURED)
    assert (settled.became_paid, settled.given_back) == (False, False)
    assert settled.answer.state == "paid"
    assert orders.snapshot() == before


def test_a_decline_told_after_the_capture_changes_nothing(listing):
    purchase = orders.purchase((listing, 1))
    before = orders.snapshot()
    settle(attempt_of(purchase), DECLINED)
    assert orders.snapshot() == before


def test_a_declined_purchase_waits_and_can_be_paid_again(listing):
    purchase = orders.purchase((listing, 1), token="tok_decline")
    assert (purchase.state, purchase.payment.state) == ("awaiting_payment", "declined")
    assert purchase.payment.decline_code
    assert orders.stock_of(listing) == (100, 1)
    paid = checkout.pay_again(
        purchase_id=purchase.id, token=purchase.token, payment_method="sandbox", payment_token="tok_ok", now=NOW
    )
    assert (paid.state, paid.payment.state) == ("paid", "captured")
    assert len(payments.list_attempts(purchase.id)) == 2
    assert orders.faults() == []


def test_paying_again_twice_with_one_key_pays_once(listing):
    purchase = orders.purchase((listing, 1), token="tok_decline")
    fields = {
        "purchase_id": purchase.id,
        "token": purchase.token,
        "payment_method": "sandbox",
        "payment_token": "tok_ok",
        "idempotency_key": "once",
        "body_hash": b"x",
        "now": NOW,
    }
    first = checkout.pay_again(**fields)
    assert checkout.pay_again(**fields) == first
    assert len(payments.list_attempts(purchase.id)) == 2


def test_a_paid_purchase_cannot_be_paid_again(listing):
    purchase = orders.purchase((listing, 1))
    before = orders.snapshot()
    with pytest.raises(PurchaseNotPayable):
        checkout.pay_again(
            purchase_id=purchase.id, token=purchase.token, payment_method="sandbox", payment_token="tok_ok", now=NOW
        )
    with pytest.raises(NotFound):
        checkout.pay_again(
            purchase_id=purchase.id, token="wrong", payment_method="sandbox", payment_token="tok_ok", now=NOW
        )
    assert orders.snapshot() == before


def test_after_its_time_a_purchase_cannot_be_paid(listing):
    purchase = orders.purchase((listing, 1), token="tok_decline")
    with pytest.raises(PurchaseNotPayable):
        checkout.pay_again(
            purchase_id=purchase.id,
            token=purchase.token,
            payment_method="sandbox",
            payment_token="tok_ok",
            now=purchase.payment_due_at,
        )


def test_an_attempt_nobody_knows_of_stands_in_the_way_of_another(listing):
    purchase = orders.purchase((listing, 1), token="tok_timeout")
    assert purchase.payment.state == "unknown"
    before = orders.snapshot()
    with pytest.raises(PaymentInProgress):
        checkout.pay_again(
            purchase_id=purchase.id, token=purchase.token, payment_method="sandbox", payment_token="tok_ok", now=NOW
        )
    assert orders.snapshot() == before


def test_the_sweeper_finds_out_what_became_of_an_unknown_attempt(listing):
    purchase = orders.purchase((listing, 1), token="tok_timeout")
    checkout.sweep_attempt(attempt_of(purchase), now=NOW + timedelta(minutes=3))
    swept = queries.get_any_purchase(purchase.id)
    assert swept.state in ("paid", "awaiting_payment")
    assert swept.payment.state in ("captured", "declined")
    assert orders.faults() == []


def test_an_attempt_left_by_a_killed_process_is_swept_and_the_purchase_can_be_paid(listing):
    orders.bind_sandbox()
    cart = orders.cart((listing, 1))
    placed = operations.place_purchase(
        cart_id=cart.id,
        token=cart.token,
        idempotency_key="key",
        body_hash=b"body",
        shown_total=Money(cart.quote.total, "EUR"),
        payment_method="sandbox",
        payment_token="tok_ok",
        accept_due_at_door=True,
        now=NOW,
    )
    checkout.sweep_attempt(placed.attempt, now=NOW + timedelta(minutes=3))
    purchase = queries.get_any_purchase(placed.purchase_id)
    assert (purchase.state, purchase.payment.state) == ("awaiting_payment", "declined")
    paid = checkout.pay_again(
        purchase_id=purchase.id, token=purchase.token, payment_method="sandbox", payment_token="tok_ok", now=NOW
    )
    assert paid.state == "paid"
    assert orders.faults() == []


def test_a_challenge_is_taken_up_when_the_buyer_comes_back(listing):
    purchase = orders.purchase((listing, 1), token="tok_challenge")
    assert purchase.payment.state == "challenge"
    assert purchase.payment.next_action
    with pytest.raises(NotFound):
        checkout.finish_challenge(purchase_id=purchase.id, token="wrong", now=NOW)
    taken = checkout.finish_challenge(purchase_id=purchase.id, token=purchase.token, now=NOW)
    assert taken.state in ("paid", "awaiting_payment")


def test_no_challenge_no_way_back_from_it(listing):
    purchase = orders.purchase((listing, 1), token="tok_decline")
    with pytest.raises(checkout.NoChallenge):
        checkout.finish_challenge(purchase_id=purchase.id, token=purchase.token, now=NOW)


def test_what_is_not_paid_in_time_gives_its_stock_back(listing):
    purchase = orders.purchase((listing, 3), token="tok_decline")
    due = purchase.payment_due_at
    assert not operations.expire_purchase(purchase_id=purchase.id, now=due - timedelta(seconds=1))
    assert operations.expire_purchase(purchase_id=purchase.id, now=due)
    assert not operations.expire_purchase(purchase_id=purchase.id, now=due)
    expired = queries.get_any_purchase(purchase.id)
    assert (expired.state, expired.end_reason) == ("expired", "not_paid")
    (order,) = expired.orders
    assert (order.state, order.end_reason, order.money_state) == ("cancelled", "not_paid", "waived")
    assert orders.stock_of(listing) == (100, 0)
    assert orders.facts_of("PurchaseExpired") == ["PurchaseExpired"]
    assert orders.faults() == []


def test_a_paid_purchase_does_not_expire(listing):
    purchase = orders.purchase((listing, 1))
    before = orders.snapshot()
    assert not operations.expire_purchase(purchase_id=purchase.id, now=purchase.payment_due_at)
    assert not operations.give_up_purchase(purchase_id=purchase.id, now=NOW)
    assert orders.snapshot() == before


def test_a_buyer_gives_an_unpaid_purchase_up(listing):
    purchase = orders.purchase((listing, 1), token="tok_decline")
    assert operations.give_up_purchase(purchase_id=purchase.id, now=NOW)
    assert queries.get_any_purchase(purchase.id).end_reason == "cancelled_by_buyer"
    assert orders.stock_of(listing) == (100, 0)


def test_a_payment_that_comes_after_the_end_goes_back_by_itself(listing, run_jobs):
    purchase = orders.purchase((listing, 1), token="tok_decline")
    operations.expire_purchase(purchase_id=purchase.id, now=purchase.payment_due_at)
    settled = settle(attempt_of(purchase), CAPTURED, now=purchase.payment_due_at + timedelta(hours=1))
    assert (settled.became_paid, settled.given_back) == (False, True)
    assert queries.get_any_purchase(purchase.id).state == "expired"
    total = purchase.total.minor
    assert orders.balances() == {"psp_receivable[EUR]": total, "refund_pending[EUR]": total}
    assert orders.stock_of(listing) == (100, 0)
    before = orders.snapshot()
    settle(attempt_of(purchase), CAPTURED, now=NOW)
    assert orders.snapshot() == before
    (refund,) = payments.list_refunds(purchase_id=purchase.id)
    assert (refund.amount, refund.reason) == (purchase.total, "paid_too_late_or_twice")


def test_a_second_payment_of_one_purchase_goes_back_by_itself(listing):
    purchase = orders.purchase((listing, 1), token="tok_challenge")
    first = attempt_of(purchase)
    paid = checkout.pay_again(
        purchase_id=purchase.id, token=purchase.token, payment_method="sandbox", payment_token="tok_ok", now=NOW
    )
    assert paid.state == "paid"
    settled = settle(first, CAPTURED)
    assert settled.given_back
    assert orders.balances()["refund_pending[EUR]"] == purchase.total.minor
    assert orders.faults() == []


def test_a_refund_that_the_service_took_on_leaves_the_waiting_account(listing):
    purchase = orders.purchase((listing, 2))
    refund = operations.cancel_lines(order_id=purchase.orders[0].id, by="buyer", lines={0: 1}, now=NOW)
    (waiting,) = payments.list_refunds(purchase_id=purchase.id)
    assert not operations.book_refund(refund_id=waiting.id, now=NOW)
    assert orders.balances()["refund_pending[EUR]"] == refund.minor
    from entrepot.payments import operations as payment_operations
    from entrepot.payments.ports import RefundResult

    payment_operations.record_refund(
        refund_id=waiting.id, result=RefundResult(state="succeeded", service_reference="re_1"), now=NOW
    )
    assert operations.book_refund(refund_id=waiting.id, now=NOW)
    assert not operations.book_refund(refund_id=waiting.id, now=NOW)
    assert "refund_pending[EUR]" not in orders.balances()
    assert orders.balances()["psp_receivable[EUR]"] == purchase.total.minor - refund.minor
    assert orders.faults() == []


def test_news_of_an_attempt_that_is_not_ours_is_refused():
    with pytest.raises(NotFound):
        operations.settle_payment(attempt_id=ids.new_id(), result=CAPTURED, now=NOW)


def test_the_jobs_of_the_clock_find_what_is_due(listing, monkeypatch):
    late = orders.purchase((listing, 1), token="tok_decline")
    monkeypatch.setattr("entrepot.kernel.clock.now", lambda: late.payment_due_at)
    jobs.expire_purchases()
    jobs.expire_purchases()
    assert queries.get_any_purchase(late.id).state == "expired"
    assert sql.fetch_all("SELECT count(*) FROM kernel_fact WHERE kind = 'PurchaseExpired'") == [(1,)]
