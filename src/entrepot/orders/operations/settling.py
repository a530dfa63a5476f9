"""Settling a payment: transaction 2. What the service said becomes the purchase's state and the ledger's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from entrepot.catalog import operations as catalog
from entrepot.kernel import facts, sql
from entrepot.kernel.facts import Event
from entrepot.kernel.money import Money
from entrepot.kernel.transactions import transaction
from entrepot.ledger import operations as ledger
from entrepot.ledger.rules import NewTransfer
from entrepot.orders.events import PurchaseExpired, PurchasePaid
from entrepot.orders.operations.orders import end_of_day
from entrepot.orders.operations.placing import Answer
from entrepot.orders.rules.postings import capture_transfers, settled_refund_transfers, stray_capture_transfers
from entrepot.payments import operations as payments, queries as payment_queries
from entrepot.payments.ports import ChargeResult
from entrepot.payments.queries import Attempt
from entrepot.payments.rules import UNRESOLVED, AttemptState, RefundState


@dataclass(frozen=True, slots=True)
class Settled:
    """
    What settling did: the answer to give, whether the purchase became paid by it, and a payment that came too late
    or twice and is on its way back.
    """

    purchase_id: UUID
    answer: Answer
    became_paid: bool
    given_back: bool


_MARK_PAID = f"""
WITH paid AS (
  UPDATE orders_purchase SET paid_at = %(now)s, captured_minor = total_minor, captured_attempt_id = %(attempt_id)s
  WHERE id = %(purchase_id)s AND paid_at IS NULL AND ended_at IS NULL
    AND total_minor = %(amount)s AND currency = %(currency)s
  RETURNING id
), orders AS (
  UPDATE orders_order o SET
    paid_at = %(now)s, held_minor = due_minor, due_minor = 0,
    dispatch_due_at = {end_of_day("%(now)s::timestamptz + make_interval(days => o.dispatch_days)")}
  FROM paid WHERE o.purchase_id = paid.id
  RETURNING o.id, o.total_minor, o.taxes_at_capture
), fact AS (
  {facts.INSERT}, paid
), answer AS (
  UPDATE orders_idempotencykey k SET answer = %(answer)s::jsonb
  FROM paid WHERE k.scope = %(scope)s AND k.key = %(key)s AND k.purchase_id = paid.id AND k.answer IS NULL
)
SELECT id, total_minor, taxes_at_capture::text FROM orders ORDER BY id
"""
_STORE_ANSWER = """
UPDATE orders_idempotencykey SET answer = %s::jsonb WHERE scope = %s AND key = %s AND answer IS NULL
"""


@transaction
def settle_payment(
    *,
    attempt_id: UUID,
    result: ChargeResult,
    now: datetime,
    key_scope: UUID | None = None,
    idempotency_key: str | None = None,
) -> Settled:
    """
    Record what a payment service said of an attempt; page, API, callback and sweeper all come here. Five statements.

    Captured: the purchase is paid, its money held, the platform's taxes set aside. Captured too late or a second time:
    it goes back by itself. News that comes twice or out of order changes nothing. The answer to a request in flight
    is stored with it.

    :raises NotFound: there is no such attempt.
    """
    outcome = payments.record_outcome(attempt_id=attempt_id, result=result, now=now)
    attempt = outcome.attempt
    if not outcome.changed or attempt.state != AttemptState.CAPTURED:
        answer = _current_answer(attempt, now=now, changed=outcome.changed)
        if idempotency_key is not None:
            sql.execute(_STORE_ANSWER, [answer.encode(), key_scope, idempotency_key])
        facts.record(*outcome.events)
        return Settled(attempt.purchase_id, answer, became_paid=False, given_back=False)

    answer = Answer(state="paid", payment_state=AttemptState.CAPTURED, next_action=None, decline_code="")
    rows = sql.fetch_all(
        _MARK_PAID,
        {
            "now": now,
            "attempt_id": attempt.id,
            "purchase_id": attempt.purchase_id,
            "amount": attempt.amount.minor,
            "currency": attempt.amount.currency,
            "answer": answer.encode(),
            "scope": key_scope,
            "key": idempotency_key,
            **facts.parameters(*outcome.events, PurchasePaid(purchase_id=attempt.purchase_id)),
        },
    )
    if not rows:
        return _give_back(attempt, outcome.events, now=now, key_scope=key_scope, idempotency_key=idempotency_key)
    ledger.post(key=f"capture:{attempt.id}", transfers=_capture(rows, attempt), at=now)
    return Settled(attempt.purchase_id, answer, became_paid=True, given_back=False)


def _capture(rows: Sequence[tuple[Any, ...]], attempt: Attempt) -> list[NewTransfer]:
    transfers: list[NewTransfer] = []
    for order_id, total, taxes in rows:
        transfers += capture_transfers(
            order_id=order_id, total=Money(total, attempt.amount.currency), taxes=orjson.loads(taxes)
        )
    return transfers


def _give_back(
    attempt: Attempt,
    events: Sequence[Event],
    *,
    now: datetime,
    key_scope: UUID | None,
    idempotency_key: str | None,
) -> Settled:
    """Take a payment that came too late or twice into the books, and send it back."""
    ledger.post(
        key=f"capture:{attempt.id}",
        transfers=list(stray_capture_transfers(purchase_id=attempt.purchase_id, amount=attempt.amount)),
        at=now,
    )
    payments.request_refund(
        attempt_id=attempt.id,
        amount=attempt.amount,
        reference=attempt.purchase_id,
        reason="paid_too_late_or_twice",
        now=now,
    )
    answer = _current_answer(attempt, now=now, changed=True)
    if idempotency_key is not None:
        sql.execute(_STORE_ANSWER, [answer.encode(), key_scope, idempotency_key])
    facts.record(*events)
    return Settled(attempt.purchase_id, answer, became_paid=False, given_back=True)


def _current_answer(attempt: Attempt, *, now: datetime, changed: bool) -> Answer:
    """Return the purchase's state as it stands, and this attempt's."""
    if changed and attempt.state in (*UNRESOLVED, AttemptState.DECLINED):
        # The common refusal costs no read: an attempt in this state has not paid its purchase.
        return Answer("awaiting_payment", attempt.state, attempt.next_action, attempt.decline_code)
    row = sql.fetch_one("SELECT state FROM orders_purchase WHERE id = %s", [attempt.purchase_id])
    assert row is not None, f"attempt {attempt.id} has no purchase"
    return Answer(row[0], attempt.state, attempt.next_action, attempt.decline_code)


def expire_purchase(*, purchase_id: UUID, now: datetime) -> bool:
    """
    Give up a purchase whose payment did not come by its time: the stock is free again.

    :returns: False when it was paid, given up before, or still has time.
    """
    return _try_to_end(purchase_id=purchase_id, reason="not_paid", due_before=now, now=now)


def give_up_purchase(*, purchase_id: UUID, now: datetime) -> bool:
    """
    Give up an unpaid purchase because its buyer wants so; the caller has seen that it is the buyer's.

    :returns: False when it was paid or given up before.
    """
    return _try_to_end(purchase_id=purchase_id, reason="cancelled_by_buyer", due_before=None, now=now)


class _StillStands(Exception):
    """The purchase was paid or ended meanwhile, or has time left: undo what was done to its attempts."""


def _try_to_end(*, purchase_id: UUID, reason: str, due_before: datetime | None, now: datetime) -> bool:
    try:
        _end_unpaid(purchase_id=purchase_id, reason=reason, due_before=due_before, now=now)
    except _StillStands:
        return False
    return True


_END_UNPAID = """
WITH ended AS (
  UPDATE orders_purchase SET ended_at = %(now)s, end_reason = %(reason)s
  WHERE id = %(purchase_id)s AND paid_at IS NULL AND ended_at IS NULL
    AND (%(due_before)s::timestamptz IS NULL OR payment_due_at <= %(due_before)s::timestamptz)
  RETURNING id
), orders AS (
  UPDATE orders_order o SET
    ended_at = %(now)s, end_reason = %(reason)s, pieces_cancelled = pieces_ordered, waived_minor = due_minor,
    due_minor = 0
  FROM ended WHERE o.purchase_id = ended.id
  RETURNING o.id
), lines AS (
  UPDATE orders_orderline l SET cancelled = ordered, cancelled_minor = total_minor
  FROM orders WHERE l.order_id = orders.id
  RETURNING l.sku_id, l.ordered
)
SELECT sku_id, sum(ordered)::int FROM lines GROUP BY sku_id
"""


@transaction
def _end_unpaid(*, purchase_id: UUID, reason: str, due_before: datetime | None, now: datetime) -> None:
    # Attempts first, as settling locks them first. Money that still comes from one is given back when it comes.
    payments.cancel_attempts(purchase_id=purchase_id, now=now)
    rows = sql.fetch_all(
        _END_UNPAID, {"now": now, "reason": reason, "purchase_id": purchase_id, "due_before": due_before}
    )
    if not rows:
        raise _StillStands
    facts.record(PurchaseExpired(purchase_id=purchase_id))
    catalog.return_stock(quantities=dict(rows), reference=purchase_id, at=now)


@transaction
def book_refund(*, refund_id: UUID, now: datetime) -> bool:
    """
    Book that the payment service took a refund on; again, it books nothing.

    :returns: whether it was booked now.
    :raises NotFound: there is no such refund.
    """
    refund = payment_queries.get_refund(refund_id)
    if refund.state != RefundState.SUCCEEDED:
        return False
    transfers = list(settled_refund_transfers(reference=refund.reference, amount=refund.amount))
    return ledger.post(key=f"refund-settled:{refund.id}", transfers=transfers, at=now)
