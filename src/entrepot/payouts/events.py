"""What payouts tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel.facts import Event


@dataclass(frozen=True)
class PayoutMade(Event):
    """A seller's money left its due and waits for the bank."""

    payout_id: UUID
    seller_id: UUID


@dataclass(frozen=True)
class PayoutConfirmed(Event):
    """The bank paid."""

    payout_id: UUID
    seller_id: UUID


@dataclass(frozen=True)
class PayoutFailed(Event):
    """The bank did not pay, or the money came back: it is the seller's due again."""

    payout_id: UUID
    seller_id: UUID
    reason: str


@dataclass(frozen=True)
class PayoutsStopped(Event):
    """An operator froze a seller's payouts."""

    seller_id: UUID


@dataclass(frozen=True)
class PayoutsResumed(Event):
    """A seller is paid again."""

    seller_id: UUID
