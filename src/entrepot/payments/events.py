"""What payments tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel.facts import Event


@dataclass(frozen=True)
class PaymentCaptured(Event):
    """The service holds the buyer's money for us."""

    attempt_id: UUID
    purchase_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PaymentDeclined(Event):
    """The service refused; the buyer may try again."""

    attempt_id: UUID
    purchase_id: UUID
    decline_code: str


@dataclass(frozen=True)
class RefundSettled(Event):
    """The service took a refund on, or refused it for good (`state` is `succeeded` or `failed`)."""

    refund_id: UUID
    purchase_id: UUID
    reference: UUID
    state: str
