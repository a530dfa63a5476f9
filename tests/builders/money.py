"""Rows of money made through operations, for every room's tests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from entrepot.kernel.money import Money
from entrepot.ledger import operations as ledger
from entrepot.ledger.rules import AccountRef, NewTransfer

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
