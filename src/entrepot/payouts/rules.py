"""What becomes of a payout, and why a seller is not paid now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from entrepot.kernel.money import Money


class PayoutState(StrEnum):
    """`made`: left the seller's due and waits for the bank. A payout that comes back after `confirmed` is `failed`."""

    MADE = "made"
    CONFIRMED = "confirmed"
    FAILED = "failed"


class Skip(StrEnum):
    """Why a seller with money on account is not paid now."""

    NOT_DUE = "not_due_yet"
    OWES_US = "owes_us"
    BELOW_MINIMUM = "below_minimum"
    SUSPENDED = "seller_suspended"
    FROZEN = "payouts_frozen"
    NO_ACCOUNT = "no_bank_account"
    ACCOUNT_RESTS = "bank_account_changed_recently"
    OTHER_CURRENCY = "account_in_other_currency"
    NO_OPERATOR_ACCOUNT = "operator_has_no_account_in_currency"


SKIP_WORDS = {
    Skip.NOT_DUE: "nothing is due yet",
    Skip.OWES_US: "the seller owes us",
    Skip.BELOW_MINIMUM: "less than the smallest payout",
    Skip.SUSPENDED: "the seller is suspended",
    Skip.FROZEN: "the seller's payouts are frozen",
    Skip.NO_ACCOUNT: "the seller gave no bank account",
    Skip.ACCOUNT_RESTS: "the seller's bank account was changed a short time ago",
    Skip.OTHER_CURRENCY: "the seller's bank account is in another currency",
    Skip.NO_OPERATOR_ACCOUNT: "the operator's pack names no account in this currency",
}


def end_of_delay(*, now: datetime, delay_days: int) -> datetime:
    """
    Return the moment from which on released money still waits.

    Whole days count (UTC), as sellers read them: what came on the 12th is payable on the 27th from its first hour on.
    """
    day = now.astimezone(UTC).date() - timedelta(days=delay_days - 1)
    return datetime.combine(day, time.min, UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """What a seller has on account in one currency: all of it, what is not due yet, and the rest."""

    seller_id: UUID
    seller_name: str
    country: str
    state: str
    balance: Money
    held: Money

    @property
    def amount(self) -> Money:
        return self.balance - self.held


def reason_to_skip(due: Due, *, minimum: Money, is_frozen: bool = False) -> Skip | None:
    """Return why nothing is paid, as far as the amounts and the seller's state say; None when it can be paid."""
    if due.balance.minor < 0:
        return Skip.OWES_US
    if due.amount.minor <= 0:
        return Skip.NOT_DUE
    if due.amount < minimum:
        return Skip.BELOW_MINIMUM
    if due.state != "approved":
        return Skip.SUSPENDED
    return Skip.FROZEN if is_frozen else None
