"""Every read of the ledger; frozen values only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money, sum_money
from entrepot.ledger.rules import ACCOUNT_KINDS, AccountRef


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


_BALANCES = f"""
SELECT kind, currency, owner, debit_minor::bigint, credit_minor::bigint
FROM ({sql.load(__package__, "accounts")}) account
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s::text)
  AND (%(owner)s::text IS NULL OR owner = %(owner)s::text)
  AND (%(currency)s::text IS NULL OR currency = %(currency)s::text)
ORDER BY kind, currency, owner
"""
_TRIAL_BALANCE = f"""
SELECT currency, kind, count(*)::bigint, sum(debit_minor)::bigint, sum(credit_minor)::bigint
FROM ({sql.load(__package__, "accounts")}) account
GROUP BY currency, kind ORDER BY currency, kind
"""


def _balances(*, kind: str | None, owner: str | None, currency: str | None) -> tuple[AccountBalance, ...]:
    rows = sql.fetch_all(_BALANCES, {"kind": kind, "owner": owner, "currency": currency})
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


@dataclass(frozen=True, slots=True)
class TrialRow:
    """All accounts of a kind in one currency; `debit` and `credit` are what is left on the side that is larger."""

    kind: str
    accounts: int
    debit: Money
    credit: Money


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """A currency's books: the kinds of account, and both sides' sums, which are equal."""

    currency: str
    rows: tuple[TrialRow, ...]
    debits: Money
    credits: Money

    @property
    def is_balanced(self) -> bool:
        return self.debits == self.credits


def trial_balances() -> tuple[TrialBalance, ...]:
    """Return the books of every currency, by its code: each kind of account with what is on it."""
    found: dict[str, list[TrialRow]] = {}
    for currency, kind, accounts, debit, credit in sql.fetch_all(_TRIAL_BALANCE):
        net = Money(debit - credit, currency)
        nothing = Money.zero(currency)
        found.setdefault(currency, []).append(
            TrialRow(kind, accounts, net if net.minor > 0 else nothing, -net if net.minor < 0 else nothing)
        )
    return tuple(
        TrialBalance(
            currency,
            tuple(rows),
            sum_money((row.debit for row in rows), currency),
            sum_money((row.credit for row in rows), currency),
        )
        for currency, rows in found.items()
    )


@dataclass(frozen=True, slots=True)
class AccountPage:
    """
    An account's entries, the newest first, each with the balance after it. `older` leads to the page before, or is "".
    """

    account: AccountRef
    balance: Money
    entries: tuple[tuple[TransferView, Money], ...]
    older: str


def page_account(account: AccountRef, *, before: str = "", limit: int = 50) -> AccountPage:
    """
    Return a page of an account; `before` is the `older` of the page after it.

    :raises NotFound: the account was never opened, or `before` is no place in it.
    """
    row = sql.fetch_one(
        "SELECT id FROM ledger_account WHERE kind = %s AND owner = %s AND currency = %s",
        [account.kind, account.owner, account.currency],
    )
    place = _PLACE.fullmatch(before)
    if row is None or (before and place is None):
        raise NotFound(account=str(account))
    wanted = {
        "account": row[0],
        "xid": place[1] if place else None,
        "id": int(place[2]) if place else None,
        "limit": limit + 1,
    }
    after = balance(account)
    on_page = after
    if place:
        moved = sql.fetch_all(sql.load(__package__, "moved_since"), wanted)[0]
        on_page = after - AccountBalance(account, *(Money(n, account.currency) for n in moved)).balance
    places = sql.fetch_all(sql.load(__package__, "entries"), wanted)
    by_id = {entry.id: entry for entry in _transfers("WHERE t.id = ANY(%s)", [[found[0] for found in places[:limit]]])}
    entries = []
    for transfer_id, _ in places[:limit]:
        entry = by_id[transfer_id]
        entries.append((entry, on_page))
        on_page -= entry.signed_for(account)
    older = f"{places[limit - 1][1]}-{places[limit - 1][0]}" if len(places) > limit else ""
    return AccountPage(account=account, balance=after, entries=tuple(entries), older=older)


_PLACE = re.compile(r"([0-9]{1,20})-([0-9]{1,18})")


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
