"""Every write of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from entrepot.kernel import sql
from entrepot.kernel.transactions import step, transaction as operation
from entrepot.ledger.rules import AccountRef, NewTransfer


class PostingKeyReused(AssertionError):
    """A posting key came back with other transfers: two acts share one key, which is a fault in the caller."""


@step
def post(*, key: str, transfers: Sequence[NewTransfer], at: datetime) -> bool:
    """
    Write the transfers of one act under its key, in one statement when their accounts are open already.

    :returns: False when the key was posted before; nothing was written then.
    :raises PostingKeyReused: the key was posted before with other transfers.
    """
    return key in post_many(postings={key: transfers}, at=at)


@step
def post_many(*, postings: Mapping[str, Sequence[NewTransfer]], at: datetime) -> frozenset[str]:
    """
    Write the transfers of several acts, each under its own key, in one statement when their accounts are open already.

    :returns: the keys that were written; a key posted before writes nothing.
    :raises PostingKeyReused: a key was posted before with other transfers.
    """
    rows = {(key, seq): new for key, transfers in postings.items() for seq, new in enumerate(transfers)}
    assert all(postings.values()), "a posting has at least one transfer"
    try:
        written = _insert_between(rows, at)
    except KeyError:  # Not all of the accounts are known to this process.
        written = _insert(rows, at)
        if len(written) < len(rows):
            missing = {place: new for place, new in rows.items() if place not in written}
            _open_accounts({ref for new in missing.values() for ref in (new.debit, new.credit)})
            written |= _insert(missing, at)
    if len(written) < len(rows):
        _require_replays({place: new for place, new in rows.items() if place not in written}, postings)
    return frozenset(key for key, _ in written)


Place = tuple[str, int]

# Accounts are never deleted: what was once committed can be known for good. Migrating or emptying a database clears it.
_known_accounts: dict[AccountRef, int] = {}


def forget_accounts(**_: Any) -> None:
    """Forget the accounts known to this process (its database was emptied, or is another one)."""
    _known_accounts.clear()


def _insert_between(rows: Mapping[Place, NewTransfer], at: datetime) -> set[Place]:
    """Write transfers between accounts that this process knows; return the places written. KeyError: it does not."""
    transfers = [
        {
            "key": key,
            "seq": seq,
            "debit": _known_accounts[new.debit],
            "credit": _known_accounts[new.credit],
            "amount": new.amount.minor,
            "currency": new.amount.currency,
            "kind": new.kind,
            "reference": new.reference,
            "memo": new.memo,
        }
        for (key, seq), new in rows.items()
    ]
    params = {"at": at, "transfers": orjson.dumps(transfers).decode()}
    return set(sql.fetch_all(sql.load(__package__, "post"), params))


def _insert(rows: Mapping[Place, NewTransfer], at: datetime) -> set[Place]:
    """Write those transfers whose accounts are open, found by their meaning; return the places written."""
    news = rows.values()
    columns = {
        "keys": [key for key, _ in rows],
        "seqs": [seq for _, seq in rows],
        "debit_kinds": [new.debit.kind for new in news],
        "debit_owners": [new.debit.owner for new in news],
        "credit_kinds": [new.credit.kind for new in news],
        "credit_owners": [new.credit.owner for new in news],
        "currencies": [new.amount.currency for new in news],
        "amounts": [new.amount.minor for new in news],
        "kinds": [new.kind for new in news],
        "references": [new.reference for new in news],
        "memos": [new.memo for new in news],
        "at": at,
    }
    written = sql.fetch_all(sql.load(__package__, "post_by_meaning"), columns)
    found: dict[AccountRef, int] = {}
    for key, seq, debit_id, credit_id in written:
        new = rows[key, seq]
        found |= {new.debit: debit_id, new.credit: credit_id}
    # An account opened by this very transaction is not there for others until it commits.
    transaction.on_commit(lambda: _known_accounts.update(found))
    return {(key, seq) for key, seq, _, _ in written}


def _open_accounts(accounts: Iterable[AccountRef]) -> None:
    """Open those that are not open yet; sorted, so that two transactions opening the same ones cannot deadlock."""
    refs = sorted(accounts)
    sql.execute(
        """
        INSERT INTO ledger_account (kind, owner, currency)
        SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])
        ON CONFLICT (kind, owner, currency) DO NOTHING
        """,
        [[ref.kind for ref in refs], [ref.owner for ref in refs], [ref.currency for ref in refs]],
    )


def _require_replays(refused: Mapping[Place, NewTransfer], postings: Mapping[str, Sequence[NewTransfer]]) -> None:
    """See that what was not written now stands there already, whole and the same."""
    keys = sorted({key for key, _ in refused})
    stored: dict[str, dict[int, tuple[Any, ...]]] = {key: {} for key in keys}
    for key, seq, *content in sql.fetch_all(sql.load(__package__, "postings"), {"keys": keys}):
        stored[key][seq] = tuple(content)
    for key in keys:
        asked = {seq: _content(new) for seq, new in enumerate(postings[key])}
        again = all((key, seq) in refused for seq in asked)
        if not again or stored[key] != asked:
            raise PostingKeyReused(f"the posting {key} exists with other transfers")


def _content(new: NewTransfer) -> tuple[Any, ...]:
    return (
        new.debit.kind,
        new.debit.owner,
        new.credit.kind,
        new.credit.owner,
        new.amount.currency,
        new.amount.minor,
        new.kind,
        new.reference,
    )


@operation
def take_snapshots(*, now: datetime) -> int:
    """
    Bring every account's snapshot up to the oldest transaction still running; safe to run at any time, by several.

    A snapshot from the future (a dump restored into a younger cluster, whose transaction ids start again) is dropped:
    balances are then summed from all transfers until the next one.

    :returns: the number of snapshots written.
    """
    sql.execute("DELETE FROM ledger_snapshot WHERE below_xid > pg_snapshot_xmin(pg_current_snapshot())")
    return sql.execute(sql.load(__package__, "take_snapshots"), {"now": now})
