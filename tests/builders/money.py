"""Rows of money made through operations, for every room's tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from entrepot.kernel import ids
from entrepot.kernel.money import Money
from entrepot.ledger import operations as ledger
from entrepot.ledger.rules import AccountRef, NewTransfer
from entrepot.payments import operations as payments
from entrepot.payments.ports import ChargeResult, PaymentOption, RefundResult, ServiceDidNotAnswer
from entrepot.payments.queries import Attempt, Refund
from entrepot.sellers.queries import SellerView

ESCROW = AccountRef("escrow", "EUR")
RECEIVABLE = AccountRef("psp_receivable", "EUR")


def transfer(
    debit: AccountRef = RECEIVABLE,
    credit: AccountRef = ESCROW,
    *,
    minor: int = 1000,
    kind: str = "capture",
    reference: UUID | None = None,
    memo: str = "",
) -> NewTransfer:
    """Return a transfer of `minor` units between two accounts of one currency."""
    return NewTransfer(debit, credit, Money(minor, debit.currency), kind, reference, memo)


def posted(key: str, *transfers: NewTransfer, at: datetime) -> bool:
    """Post under a key in a transaction of its own."""
    with transaction.atomic():
        return ledger.post(key=key, transfers=transfers or (transfer(),), at=at)


@dataclass
class ServiceInMemory:
    """A payment service that says what it is told to and remembers what it was asked: the fake of the port."""

    says: ChargeResult = field(default_factory=lambda: ChargeResult(state="captured", service_reference="ref"))
    refunds_as: RefundResult = field(default_factory=lambda: RefundResult(state="succeeded", service_reference="back"))
    silent: bool = False
    charged: list[tuple[str, Money, str]] = field(default_factory=list)
    refunded: list[tuple[str, str, Money]] = field(default_factory=list)

    def list_options(self) -> tuple[PaymentOption, ...]:
        return (PaymentOption("tok", "Card"),)

    def charge(self, *, key: str, amount: Money, token: str, description: str, return_url: str) -> ChargeResult:
        self.charged.append((key, amount, token))
        return self._answer()

    def look_up(self, *, key: str) -> ChargeResult:
        return self._answer()

    def complete_challenge(self, *, key: str) -> ChargeResult:
        return self._answer()

    def refund(self, *, key: str, charge_key: str, amount: Money) -> RefundResult:
        self.refunded.append((key, charge_key, amount))
        if self.silent:
            raise ServiceDidNotAnswer("silent")
        return self.refunds_as

    def _answer(self) -> ChargeResult:
        if self.silent:
            raise ServiceDidNotAnswer("silent")
        return self.says


def opened(*, now: datetime, minor: int = 1000, currency: str = "EUR", method: str = "sandbox") -> Attempt:
    """Return an attempt whose row is written, for a purchase that nobody knows."""
    with transaction.atomic():
        return payments.open_attempt(
            purchase_id=ids.new_id(), amount=Money(minor, currency), method=method, token="tok_ok", now=now
        )


def recorded(attempt: Attempt, state: str, *, now: datetime, **fields: Any) -> payments.Outcome:
    """Record that the service said `state`."""
    with transaction.atomic():
        return payments.record_outcome(attempt_id=attempt.id, result=ChargeResult(state=state, **fields), now=now)


def refund_requested(attempt: Attempt, minor: int, *, now: datetime, **fields: Any) -> Refund:
    """Decide to give `minor` units of an attempt back."""
    with transaction.atomic():
        amount = Money(minor, attempt.amount.currency)
        given = {"reference": ids.new_id(), "reason": "cancelled", **fields}
        return payments.request_refund(attempt_id=attempt.id, amount=amount, now=now, **given)


def released(
    seller: SellerView,
    *,
    at: datetime,
    goods: int = 0,
    delivery: int = 0,
    tax: int = 0,
    commission: int = 0,
    order_id: UUID | None = None,
) -> UUID:
    """Post what an order's release brings a seller, in minor units of its payout currency; return the order's id."""
    order_id = order_id or ids.new_id()
    currency = seller.payout_currency
    payable = AccountRef("seller_payable", currency, str(seller.id))
    position, revenue = AccountRef("fx_position", currency), AccountRef("commission_revenue", currency)
    amounts = (("goods", goods), ("delivery", delivery), ("seller_tax", tax))
    transfers = [
        transfer(position, payable, minor=minor, kind=kind, reference=order_id) for kind, minor in amounts if minor
    ]
    if commission:
        transfers.append(transfer(payable, revenue, minor=commission, kind="commission", reference=order_id))
    assert posted(f"release:{order_id}:1", *transfers, at=at)
    return order_id


def clawed_back(seller: SellerView, minor: int, *, order_id: UUID, at: datetime) -> None:
    """Post that a seller owes an order's refund."""
    payable = AccountRef("seller_payable", seller.payout_currency, str(seller.id))
    position = AccountRef("fx_position", seller.payout_currency)
    charge = transfer(payable, position, minor=minor, kind="clawback", reference=order_id)
    assert posted(f"clawback:{ids.new_id()}", charge, at=at)
