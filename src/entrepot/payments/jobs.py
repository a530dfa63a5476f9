"""The work of payments after the answer: refunds."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from entrepot.kernel import clock, jobs
from entrepot.payments import coordinator, operations, queries
from entrepot.payments.rules import RefundState


@jobs.job
def send_refund(*, refund_id: str) -> None:
    """Ask the service for one refund and record its answer; run twice, it gives back once."""
    refund = queries.get_refund(UUID(refund_id))
    if refund.state not in (RefundState.REQUESTED, RefundState.UNKNOWN):
        return
    result = coordinator.send_refund(refund)
    operations.record_refund(refund_id=refund.id, result=result, now=clock.now())


@jobs.periodic(cron="*/5 * * * *")
def resend_refunds() -> None:
    """Ask again for refunds without a final answer."""
    for refund in queries.list_refunds_to_send(before=clock.now() - timedelta(minutes=2)):
        send_refund(refund_id=str(refund.id))
