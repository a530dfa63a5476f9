"""Another try to pay a purchase that is placed and not paid yet."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.kernel.transactions import transaction
from entrepot.orders import queries
from entrepot.orders.operations.placing import (
    IN_FLIGHT_FOR,
    IS_IN_FLIGHT,
    Answer,
    IdempotencyKeyReused,
    Placed,
    RequestInFlight,
)
from entrepot.payments import operations as payments, queries as payment_queries
from entrepot.payments.rules import AttemptState


class PurchaseNotPayable(DomainError):
    """It was paid, or given up, or its time to pay is over."""

    code = "purchase_not_payable"
    kind = "conflict"
    summary = "This purchase cannot be paid: it was paid already, or its time is over."


class PaymentInProgress(DomainError):
    """Nobody can tell yet what became of the last attempt; paying again might pay twice."""

    code = "payment_in_progress"
    kind = "conflict"
    summary = "The last payment attempt is not decided yet."


_LOCK_PURCHASE = """
SELECT total_minor, currency, payment_due_at, paid_at IS NULL AND ended_at IS NULL
FROM orders_purchase WHERE id = %s
FOR NO KEY UPDATE
"""
_FIND_KEY = f"SELECT body_hash, answer::text, {IS_IN_FLIGHT} FROM orders_idempotencykey WHERE scope = %s AND key = %s"
_ADD_KEY = """
INSERT INTO orders_idempotencykey (scope, key, body_hash, purchase_id, locked_until, session, created_at)
VALUES (%s, %s, %s, %s, %s, pg_backend_pid(), %s)
"""


@transaction
def open_next_attempt(
    *,
    purchase_id: UUID,
    token: str | None = None,
    person_id: UUID | None = None,
    idempotency_key: str | None = None,
    body_hash: bytes = b"",
    payment_method: str,
    payment_token: str,
    now: datetime,
) -> Placed:
    """
    Open another attempt for a purchase that is still to be paid; `checkout.pay_again` charges it after the commit.

    :raises NotFound: there is no such purchase, or neither token nor person opens it.
    :raises IdempotencyKeyReused: the key came before with another body.
    :raises RequestInFlight: the key's first request is still being worked on.
    :raises PurchaseNotPayable: it was paid or given up, or its time is over.
    :raises PaymentInProgress: the last attempt may still collect the money.
    :raises UnknownPaymentMethod: no service of this name is offered here.
    """
    queries.get_purchase(purchase_id, token=token, person_id=person_id)
    row = sql.fetch_one(_LOCK_PURCHASE, [purchase_id])
    assert row is not None, "the purchase was read just now"
    total, currency, payment_due_at, is_open = row
    if idempotency_key is not None and (known := sql.fetch_one(_FIND_KEY, [now, purchase_id, idempotency_key])):
        if bytes(known[0]) != body_hash:
            raise IdempotencyKeyReused()
        if known[1] is not None:
            return Placed(purchase_id=purchase_id, attempt=None, answer=Answer(**json.loads(known[1])))
        if known[2]:
            raise RequestInFlight()
        return Placed(purchase_id=purchase_id, attempt=None)
    if not is_open or payment_due_at <= now:
        raise PurchaseNotPayable()
    # A challenge that the buyer walked away from does not stand in the way: should it still be passed, the second
    # payment goes back by itself.
    undecided = (AttemptState.OPEN, AttemptState.UNKNOWN, AttemptState.PENDING)
    if any(attempt.state in undecided for attempt in payment_queries.list_attempts(purchase_id)):
        raise PaymentInProgress()
    attempt = payments.open_attempt(
        purchase_id=purchase_id, amount=Money(total, currency), method=payment_method, token=payment_token, now=now
    )
    if idempotency_key is not None:
        sql.execute(_ADD_KEY, [purchase_id, idempotency_key, body_hash, purchase_id, now + IN_FLIGHT_FOR, now])
    return Placed(purchase_id=purchase_id, attempt=attempt)
