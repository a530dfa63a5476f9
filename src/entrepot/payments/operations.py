"""Every write of payments. No call to a service here: those are the coordinator's, outside any transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from entrepot.kernel import audit, facts, ids, jobs, sql
from entrepot.kernel.errors import DomainError
from entrepot.kernel.facts import Event
from entrepot.kernel.money import Money
from entrepot.kernel.transactions import step, transaction
from entrepot.ledger import operations as ledger
from entrepot.ledger.rules import AccountRef, NewTransfer
from entrepot.payments import ports, queries
from entrepot.payments.events import PaymentCaptured, PaymentDeclined, RefundSettled
from entrepot.payments.ports import ChargeResult, RefundResult
from entrepot.payments.queries import Attempt, Refund
from entrepot.payments.rules import UNRESOLVED, AttemptState, RefundState, states_before


class RefundExceedsPayment(DomainError):
    """The refund, with those before it, would give back more than was captured."""

    code = "refund_exceeds_payment"
    kind = "conflict"
    summary = "More cannot be given back than was paid."


class AttemptNotCaptured(DomainError):
    """There is no money to give back from this attempt."""

    code = "attempt_not_captured"
    kind = "conflict"
    summary = "This payment was not captured."


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What recording a piece of news did: the attempt as it stands now, and whether this news changed it.

    `events` are the facts to be recorded with the rest of the caller's transaction, in its one statement.
    """

    attempt: Attempt
    changed: bool
    events: tuple[Event, ...]


_OPEN = """
INSERT INTO payments_attempt (id, purchase_id, service, service_key, amount_minor, currency, state, created_at)
VALUES (%s, %s, %s, %s, %s, %s, 'open', %s)
"""


@step
def open_attempt(*, purchase_id: UUID, amount: Money, method: str, token: str, now: datetime) -> Attempt:
    """
    Write down that a service is about to be asked for the amount; one statement.

    The token stays in the returned value only (it is never stored), for `coordinator.charge` after the commit.

    :raises UnknownPaymentMethod: no service of this name is offered here.
    """
    ports.get(method)
    assert amount.minor > 0, f"a payment collects a positive amount, not {amount}"
    attempt_id = ids.new_id()
    key = f"pay-{attempt_id.hex}"
    sql.execute(_OPEN, [attempt_id, purchase_id, method, key, amount.minor, amount.currency, now])
    return Attempt(
        id=attempt_id,
        purchase_id=purchase_id,
        service=method,
        service_key=key,
        service_reference="",
        amount=amount,
        state=AttemptState.OPEN,
        next_action=None,
        decline_code="",
        created_at=now,
        resolved_at=None,
        token=token,
    )


_RECORD = f"""
UPDATE payments_attempt
SET state = %s, next_action = %s::jsonb, decline_code = %s, resolved_at = %s,
    service_reference = coalesce(nullif(%s, ''), service_reference)
WHERE id = %s AND state = ANY(%s::text[])
RETURNING {queries.ATTEMPT_COLUMNS}
"""


@step
def record_outcome(*, attempt_id: UUID, result: ChargeResult, now: datetime) -> Outcome:
    """
    Record what the service said, by one conditional UPDATE; news that is late, double or out of order changes nothing.

    :raises NotFound: there is no such attempt.
    """
    state = AttemptState(result.state)
    final = state not in UNRESOLVED
    row = sql.fetch_one(
        _RECORD,
        [
            state,
            orjson.dumps(result.next_action).decode() if result.next_action else None,
            result.decline_code,
            now if final else None,
            result.service_reference,
            attempt_id,
            list(states_before(state)),
        ],
    )
    if row is None:
        return Outcome(attempt=queries.get_attempt(attempt_id), changed=False, events=())
    attempt = queries.read_attempt(row)
    return Outcome(attempt=attempt, changed=True, events=_events_of(attempt))


def _events_of(attempt: Attempt) -> tuple[Event, ...]:
    if attempt.state == AttemptState.CAPTURED:
        return (PaymentCaptured(attempt.id, attempt.purchase_id, attempt.amount.minor, attempt.amount.currency),)
    if attempt.state == AttemptState.DECLINED:
        return (PaymentDeclined(attempt.id, attempt.purchase_id, attempt.decline_code),)
    return ()


@step
def cancel_attempts(*, purchase_id: UUID, now: datetime) -> int:
    """
    Close every unresolved attempt of a purchase that is given up. Money that still comes is recorded as captured.

    :returns: how many were open.
    """
    return sql.execute(
        """
        UPDATE payments_attempt SET state = 'cancelled', resolved_at = %s, next_action = NULL
        WHERE purchase_id = %s AND state = ANY(%s::text[])
        """,
        [now, purchase_id, list(UNRESOLVED)],
    )


@step
def request_refund(
    *,
    attempt_id: UUID,
    amount: Money,
    reference: UUID,
    reason: str,
    now: datetime,
    refund_id: UUID | None = None,
) -> Refund:
    """
    Decide to give money back; a job asks the service after the commit, again and again until it has an answer.

    `refund_id` makes the request safe to repeat: the same id again returns the first one. The caller posts
    `refund:<refund id>` to the ledger in the same transaction.

    :raises NotFound: there is no such attempt.
    :raises AttemptNotCaptured: no money came from it.
    :raises RefundExceedsPayment: refunds would exceed what was captured; nothing was written.
    """
    assert amount.minor > 0, f"a refund gives back a positive amount, not {amount}"
    attempt = queries.lock_attempt(attempt_id)  # Two refunds at once must see each other.
    if refund_id is not None and (known := queries.find_refund(refund_id)) is not None:
        return known
    if attempt.state != AttemptState.CAPTURED:
        raise AttemptNotCaptured(attempt_id=str(attempt_id), state=attempt.state)
    refunded = queries.get_refunded(attempt_id, currency=attempt.amount.currency)
    if attempt.amount < refunded + amount:
        raise RefundExceedsPayment(paid=attempt.amount, refunded=refunded, asked=amount)
    refund = Refund(
        id=refund_id or ids.new_id(),
        attempt_id=attempt_id,
        purchase_id=attempt.purchase_id,
        reference=reference,
        service=attempt.service,
        service_key=attempt.service_key,
        amount=amount,
        reason=reason,
        state=RefundState.REQUESTED,
        failure_code="",
        requested_at=now,
        resolved_at=None,
    )
    sql.execute(
        """
        INSERT INTO payments_refund
          (id, attempt_id, purchase_id, reference, amount_minor, currency, reason, state, requested_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, 'requested', %s)
        """,
        [refund.id, attempt_id, refund.purchase_id, reference, amount.minor, amount.currency, reason, now],
    )
    jobs.defer("entrepot.payments.jobs.send_refund", refund_id=str(refund.id))
    return refund


@transaction
def record_refund(*, refund_id: UUID, result: RefundResult, now: datetime) -> Refund:
    """Record what the service said of a refund; a final answer stands."""
    final = RefundState(result.state) != RefundState.UNKNOWN
    changed = sql.execute(
        """
        UPDATE payments_refund
        SET state = %s, failure_code = %s, resolved_at = %s,
            service_reference = coalesce(nullif(%s, ''), service_reference)
        WHERE id = %s AND state IN ('requested', 'unknown')
        """,
        [result.state, result.failure_code, now if final else None, result.service_reference, refund_id],
    )
    refund = queries.get_refund(refund_id)
    if changed and final:
        facts.record(RefundSettled(refund.id, refund.purchase_id, refund.reference, refund.state))
    return refund


@transaction
def retry_refund(*, refund_id: UUID, actor: str) -> Refund:
    """
    Ask the service once more for a refund that failed (an operator's decision, when the cause is gone). One that has
    not failed is left alone.

    :raises NotFound: there is no such refund.
    """
    changed = sql.execute(
        """
        UPDATE payments_refund SET state = 'requested', failure_code = '', resolved_at = NULL
        WHERE id = %s AND state = 'failed'
        """,
        [refund_id],
    )
    if changed:
        jobs.defer("entrepot.payments.jobs.send_refund", refund_id=str(refund_id))
        audit.record(actor=actor, action="retry_refund", subject_kind="refund", subject_id=refund_id)
    return queries.get_refund(refund_id)


@transaction
def record_settlement(*, service: str, reference: str, paid: Money, fee: Money, at: datetime) -> bool:
    """
    Book that a service paid out to our bank what it had collected, less its fee (one line of its report).

    :returns: False when this report line was booked before.
    """
    receivable = AccountRef("psp_receivable", paid.currency)
    transfers = []
    if paid:
        bank = AccountRef("bank", paid.currency)
        transfers.append(NewTransfer(bank, receivable, paid, "settlement", None, f"{service} {reference}"))
    if fee:
        fees = AccountRef("psp_fees", fee.currency)
        transfers.append(NewTransfer(fees, receivable, fee, "service_fee", None, f"{service} {reference}"))
    return ledger.post(key=f"settlement:{service}:{reference}", transfers=transfers, at=at)
