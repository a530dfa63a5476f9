"""The words of the ledger: kinds of account with their side, an account, a transfer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from entrepot.kernel.money import Money

Side = Literal["debit", "credit"]


@dataclass(frozen=True, slots=True)
class AccountKind:
    """What an account is for: the side on which it grows, whose it is, and whether its balance may pass below zero."""

    side: Side
    owner: str
    """What the owner text holds; empty: the platform itself, no owner text."""
    below_zero: str
    """Why a negative balance can be right; empty: it never is."""
    words: str


ACCOUNT_KINDS: dict[str, AccountKind] = {
    "psp_receivable": AccountKind(
        "debit", "", "refunds went out after the service had settled", "what the payment service owes us"
    ),
    "bank": AccountKind("debit", "", "payouts left before the service settled", "our bank account"),
    "escrow": AccountKind("credit", "", "", "buyers' money held until delivery"),
    "seller_payable": AccountKind(
        "credit",
        "seller id",
        "a refund was charged to the seller after the money had been paid out",
        "the seller's due",
    ),
    "tax_payable": AccountKind(
        "credit", "<liable>:<authority>", "a tax was refunded after it had been paid over", "tax to pay over"
    ),
    "duty_payable": AccountKind("credit", "carrier", "a carrier gave duty back", "import duty to pay over"),
    "fee_payable": AccountKind("credit", "carrier", "a carrier gave a fee back", "import fees to pay over"),
    "commission_revenue": AccountKind("credit", "", "commission was given back", "our commission"),
    "psp_fees": AccountKind("debit", "", "the service gave fees back", "what the payment service charges us"),
    "fx_position": AccountKind("credit", "", "we owe this currency and hold another", "our exchange position"),
    "rounding": AccountKind("credit", "", "rounding went against us", "rounding differences, ours to bear"),
    "duty_variance": AccountKind("credit", "", "duties cost more than quoted", "duty and delivery against the quote"),
    "refund_pending": AccountKind("credit", "", "", "refunds not yet with the payment service"),
    "payout_clearing": AccountKind("credit", "", "", "payouts on their way to the bank"),
}

EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True, order=True)
class AccountRef:
    """An account by its meaning; it is opened at its first posting."""

    kind: str
    currency: str
    owner: str = ""

    def __post_init__(self) -> None:
        assert self.kind in ACCOUNT_KINDS, f"{self.kind!r} is no kind of account"

    def __str__(self) -> str:
        return f"{self.kind}[{self.currency}{' ' + self.owner if self.owner else ''}]"


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """
    One movement to be posted: `debit` is the account debited, `credit` the account credited.

    What we own (payment-service receivable, bank) grows by debit; what we owe or earn (escrow, payables, commission)
    grows by credit. The amount is positive; both accounts have its currency.
    """

    debit: AccountRef
    credit: AccountRef
    amount: Money
    kind: str
    reference: UUID | None
    memo: str = ""

    def __post_init__(self) -> None:
        assert self.amount.minor > 0, f"a transfer moves a positive amount, not {self.amount}"
        assert self.debit != self.credit, f"a transfer has two sides, not {self.debit} twice"
        assert self.debit.currency == self.credit.currency == self.amount.currency, (
            f"{self.amount} cannot move from {self.debit} to {self.credit}"
        )


def move(
    *,
    debit: AccountRef,
    credit: AccountRef,
    given: Money,
    due: Money,
    kind: str,
    reference: UUID | None,
    memo: str = "",
) -> Iterator[NewTransfer]:
    """
    Yield what takes `given` out of one account and puts `due` into another, through `fx_position` when the
    currencies differ. An amount of zero moves nothing on its side.
    """
    if given.currency == due.currency:
        assert given == due, f"{given} cannot become {due} without an exchange"
        if given:
            yield NewTransfer(debit, credit, given, kind, reference, memo)
        return
    if given:
        position = AccountRef("fx_position", given.currency)
        yield NewTransfer(debit, position, given, EXCHANGE, reference, memo or f"for {kind}, {due}")
    if due:
        position = AccountRef("fx_position", due.currency)
        yield NewTransfer(position, credit, due, kind, reference, memo)
