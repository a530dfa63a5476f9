"""Every read of payments; frozen values only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.payments import ports
from entrepot.payments.rules import UNRESOLVED, AttemptState, RefundState


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to collect a purchase's total. `token` is there only between opening and charging."""

    id: UUID
    purchase_id: UUID
    service: str
    service_key: str
    service_reference: str
    amount: Money
    state: AttemptState
    next_action: dict[str, Any] | None
    decline_code: str
    created_at: datetime
    resolved_at: datetime | None
    token: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to go back, or gone back, to the buyer; `service_key` is that of the charge it comes out of."""

    id: UUID
    attempt_id: UUID
    purchase_id: UUID
    reference: UUID
    service: str
    service_key: str
    amount: Money
    reason: str
    state: RefundState
    failure_code: str
    requested_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentWay:
    """A way to pay that is open to buyers now: which service, and what it offers (`label` is a message)."""

    method: str
    token: str
    label: str
    hint: str


def list_ways_to_pay() -> tuple[PaymentWay, ...]:
    """Return what the bound payment services offer; empty when none is bound, and nobody can pay."""
    return tuple(
        PaymentWay(name, option.token, option.label, option.hint)
        for name in ports.names()
        for option in ports.get(name).list_options()
    )


ATTEMPT_COLUMNS = (
    "id, purchase_id, service, service_key, service_reference, amount_minor, currency, state, next_action, "
    "decline_code, created_at, resolved_at"
)


def read_attempt(row: Sequence[Any]) -> Attempt:
    """Return a row of ATTEMPT_COLUMNS as a value."""
    action = row[8]
    return Attempt(
        id=row[0],
        purchase_id=row[1],
        service=row[2],
        service_key=row[3],
        service_reference=row[4],
        amount=Money(row[5], row[6]),
        state=AttemptState(row[7]),
        next_action=json.loads(action) if isinstance(action, str) else action,
        decline_code=row[9],
        created_at=row[10],
        resolved_at=row[11],
    )


def get_attempt(attempt_id: UUID) -> Attempt:
    """
    Return one attempt.

    :raises NotFound: there is none.
    """
    return _one_attempt("id = %s", [attempt_id])


def lock_attempt(attempt_id: UUID) -> Attempt:
    """
    Return one attempt and lock its row until the transaction ends.

    :raises NotFound: there is none.
    """
    return _one_attempt("id = %s FOR NO KEY UPDATE", [attempt_id])


def get_attempt_by_key(*, service: str, service_key: str) -> Attempt:
    """
    Return the attempt that a service's news is about.

    :raises NotFound: no attempt of ours went to this service under this key.
    """
    return _one_attempt("service = %s AND service_key = %s", [service, service_key])


def list_attempts(purchase_id: UUID) -> tuple[Attempt, ...]:
    """Return a purchase's attempts, the oldest first."""
    return _attempts("purchase_id = %s ORDER BY created_at, id", [purchase_id])


def list_unresolved(*, before: datetime, limit: int = 100) -> tuple[Attempt, ...]:
    """Return attempts opened before a moment whose end is not known yet, the oldest first: the sweeper's work."""
    return _attempts(
        "state = ANY(%s::text[]) AND created_at < %s ORDER BY created_at, id LIMIT %s",
        [list(UNRESOLVED), before, limit],
    )


def list_newest_attempts(*, state: str | None = None, limit: int = 50, offset: int = 0) -> tuple[Attempt, ...]:
    """Return attempts of all buyers, the newest first, of one state or of all."""
    return _attempts(
        "(%s::text IS NULL OR state = %s) ORDER BY created_at DESC, id DESC LIMIT %s OFFSET %s",
        [state, state, limit, offset],
    )


def count_attempts() -> dict[str, int]:
    """Return how many attempts are in each state."""
    return dict(sql.fetch_all("SELECT state, count(*) FROM payments_attempt GROUP BY state"))


# Whoever has to confirm a payment and does not has changed their mind: that is nobody's work here.
_OURS = [state for state in UNRESOLVED if state != AttemptState.CHALLENGE]


def list_stuck(*, before: datetime, limit: int = 100) -> tuple[Attempt, ...]:
    """Return attempts that the service has not answered since a moment, the oldest first."""
    return _attempts(
        "state = ANY(%s::text[]) AND created_at < %s ORDER BY created_at, id LIMIT %s", [_OURS, before, limit]
    )


_COUNT_STUCK = """
SELECT (SELECT count(*) FROM payments_attempt WHERE state = ANY(%(unresolved)s::text[]) AND created_at < %(before)s)
     + (SELECT count(*) FROM payments_refund
        WHERE state = 'failed' OR (state IN ('requested', 'unknown') AND requested_at < %(before)s))
"""


def count_to_look_at(*, before: datetime) -> int:
    """Return how many attempts and refunds wait for an answer since before a moment, and refunds that failed."""
    row = sql.fetch_one(_COUNT_STUCK, {"unresolved": _OURS, "before": before})
    assert row is not None
    return int(row[0])


def _one_attempt(clause: str, params: Sequence[Any]) -> Attempt:
    found = _attempts(clause, params)
    if not found:
        raise NotFound()
    return found[0]


def _attempts(clause: str, params: Sequence[Any]) -> tuple[Attempt, ...]:
    rows = sql.fetch_all(f"SELECT {ATTEMPT_COLUMNS} FROM payments_attempt WHERE {clause}", params)
    return tuple(read_attempt(row) for row in rows)


_REFUND = """
SELECT r.id, r.attempt_id, r.purchase_id, r.reference, a.service, a.service_key, r.amount_minor, r.currency, r.reason,
       r.state, r.failure_code, r.requested_at, r.resolved_at
FROM payments_refund r
JOIN payments_attempt a ON a.id = r.attempt_id
WHERE
"""


def find_refund(refund_id: UUID) -> Refund | None:
    """Return one refund, or None."""
    found = _refunds("r.id = %s", [refund_id])
    return found[0] if found else None


def get_refund(refund_id: UUID) -> Refund:
    """
    Return one refund.

    :raises NotFound: there is none.
    """
    refund = find_refund(refund_id)
    if refund is None:
        raise NotFound()
    return refund


def list_refunds(*, purchase_id: UUID | None = None, reference: UUID | None = None) -> tuple[Refund, ...]:
    """Return the refunds of a purchase or of one reference (an order), the oldest first."""
    return _refunds(
        "(%s::uuid IS NULL OR r.purchase_id = %s) AND (%s::uuid IS NULL OR r.reference = %s) "
        "ORDER BY r.requested_at, r.id",
        [purchase_id, purchase_id, reference, reference],
    )


def list_refunds_to_send(*, before: datetime, limit: int = 100) -> tuple[Refund, ...]:
    """Return refunds asked for before a moment that the service has not answered for good."""
    return _refunds(
        "r.state IN ('requested', 'unknown') AND r.requested_at < %s ORDER BY r.requested_at, r.id LIMIT %s",
        [before, limit],
    )


def list_failed_refunds(*, limit: int = 100) -> tuple[Refund, ...]:
    """Return refunds that the service refused: a person's work, the oldest first."""
    return _refunds("r.state = 'failed' ORDER BY r.requested_at, r.id LIMIT %s", [limit])


def get_refunded(attempt_id: UUID, *, currency: str) -> Money:
    """Return what of an attempt was given back or is on its way (a failed refund still is)."""
    row = sql.fetch_one(
        "SELECT coalesce(sum(amount_minor), 0)::bigint FROM payments_refund WHERE attempt_id = %s", [attempt_id]
    )
    assert row is not None
    return Money(row[0], currency)


def _refunds(clause: str, params: Sequence[Any]) -> tuple[Refund, ...]:
    return tuple(
        Refund(
            id=row[0],
            attempt_id=row[1],
            purchase_id=row[2],
            reference=row[3],
            service=row[4],
            service_key=row[5],
            amount=Money(row[6], row[7]),
            reason=row[8],
            state=RefundState(row[9]),
            failure_code=row[10],
            requested_at=row[11],
            resolved_at=row[12],
        )
        for row in sql.fetch_all(_REFUND + clause, params)
    )
