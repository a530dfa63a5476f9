"""Every read of the ledger; frozen values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.money import Money
from entrepot.ledger.rules import ACCOUNT_KINDS, TRANSFER_WORDS, AccountRef


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account with all that was ever debited and credited to it."""

    account: AccountRef
    debits: Money
    credits: Money

    @property
    def balance(self) -> Money:
        """What is on it, positive on the side on which its kind grows."""
        side = ACCOUNT_KINDS[self.account.kind].side
        return self.debits - self.credits if side == "debit" else self.credits - self.debits


@dataclass(frozen=True, slots=True)
class TransferView:
    """A transfer as it stands in the books."""

    id: int
    posting_key: str
    seq: int
    kind: str
    reference: UUID | None
    amount: Money
    debit: AccountRef
    credit: AccountRef
    memo: str
    posted_at: datetime

    def signed_for(self, account: AccountRef) -> Money:
        """The amount as it changes the balance of one of its two accounts."""
        assert account in (self.debit, self.credit), f"{account} is no side of transfer {self.id}"
        grows = self.debit if ACCOUNT_KINDS[account.kind].side == "debit" else self.credit
        return self.amount if account == grows else -self.amount


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """An account over a period: opening balance, its transfers in order, closing balance."""

    account: AccountRef
    opening: Money
    entries: tuple[TransferView, ...]
    closing: Money


def balance(account: AccountRef) -> Money:
    """Return what is on an account: its last snapshot and all transfers since; zero when it was never used."""
    found = _balances(kind=account.kind, owner=account.owner, currency=account.currency)
    return found[0].balance if found else Money.zero(account.currency)


def balances(
    kind: str | None = None, *, currency: str | None = None, owner: str | None = None
) -> tuple[AccountBalance, ...]:
    """Return the accounts of a kind, a currency, an owner (or all of them) with their balances, in order of name."""
    return _balances(kind=kind, owner=owner, currency=currency)


def _balances(*, kind: str | None, owner: str | None, currency: str | None) -> tuple[AccountBalance, ...]:
    rows = sql.fetch_all(sql.load(__package__, "balances"), {"kind": kind, "owner": owner, "currency": currency})
    return tuple(
        AccountBalance(AccountRef(row[0], row[1], row[2]), Money(row[3], row[1]), Money(row[4], row[1])) for row in rows
    )


def transfers_of(reference: UUID) -> tuple[TransferView, ...]:
    """Return every transfer that carries a reference (an order, a payout), in the order of posting."""
    return _transfers("WHERE t.reference = %s::uuid ORDER BY t.id", [reference])


def transfers_of_references(references: Sequence[UUID]) -> dict[UUID, tuple[TransferView, ...]]:
    """Return the transfers of several references in one statement; a reference without any has an empty tuple."""
    found: dict[UUID, list[TransferView]] = {reference: [] for reference in references}
    for transfer in _transfers("WHERE t.reference = ANY(%s::uuid[]) ORDER BY t.id", [list(references)]):
        assert transfer.reference is not None
        found[transfer.reference].append(transfer)
    return {reference: tuple(transfers) for reference, transfers in found.items()}


def transfers_of_posting(key: str) -> tuple[TransferView, ...]:
    """Return the transfers of one posting in their order; none when the key was never posted."""
    return _transfers("WHERE t.posting_key = %s ORDER BY t.seq", [key])


def get_statement(account: AccountRef, *, start: datetime, end: datetime) -> AccountStatement:
    """Return an account's transfers with `start <= posted_at < end` between opening and closing balance."""
    found = sql.fetch_one(
        "SELECT id FROM ledger_account WHERE kind = %s AND owner = %s AND currency = %s",
        [account.kind, account.owner, account.currency],
    )
    if found is None:
        return AccountStatement(account, Money.zero(account.currency), (), Money.zero(account.currency))
    account_id = found[0]
    before = sql.fetch_one(
        """
        SELECT coalesce(sum(amount_minor) FILTER (WHERE debit_account_id = %(id)s), 0)::bigint,
               coalesce(sum(amount_minor) FILTER (WHERE credit_account_id = %(id)s), 0)::bigint
        FROM ledger_transfer
        WHERE (debit_account_id = %(id)s OR credit_account_id = %(id)s) AND posted_at < %(start)s
        """,
        {"id": account_id, "start": start},
    )
    assert before is not None
    opening = AccountBalance(account, *(Money(minor, account.currency) for minor in before)).balance
    entries = _transfers(
        "WHERE (t.debit_account_id = %s OR t.credit_account_id = %s) AND t.posted_at >= %s AND t.posted_at < %s "
        "ORDER BY t.posted_at, t.id",
        [account_id, account_id, start, end],
    )
    closing = opening
    for entry in entries:
        closing += entry.signed_for(account)
    return AccountStatement(account, opening, entries, closing)


def explain(transfer: TransferView) -> str:
    """Say one transfer in words, for the operator."""
    sentence = TRANSFER_WORDS.get(transfer.kind, "{amount} moved from {debit} to {credit}.")
    text = sentence.format(amount=transfer.amount, debit=_words(transfer.debit), credit=_words(transfer.credit))
    return f"{text} ({transfer.memo})" if transfer.memo else text


def _words(account: AccountRef) -> str:
    words = ACCOUNT_KINDS[account.kind].words
    return f"{words} ({account.owner})" if account.owner else words


def _transfers(clause: str, params: Sequence[Any]) -> tuple[TransferView, ...]:
    rows = sql.fetch_all(f"{sql.load(__package__, 'transfers')} {clause}", params)
    return tuple(
        TransferView(
            id=row[0],
            posting_key=row[1],
            seq=row[2],
            kind=row[3],
            reference=row[4],
            amount=Money(row[5], row[6]),
            memo=row[7],
            posted_at=row[8],
            debit=AccountRef(row[9], row[6], row[10]),
            credit=AccountRef(row[11], row[6], row[12]),
        )
        for row in rows
    )
