"""Every read of payouts. A seller's reads take its id and find nothing of others; the rest is the operator's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.core.files.storage import storages

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.payouts.rules import Due, PayoutState, end_of_delay


@dataclass(frozen=True, slots=True)
class PayoutView:
    """A payout with the frame of its statement."""

    id: UUID
    run_id: UUID
    seller_id: UUID
    seller_name: str
    number: str
    opening: Money
    lines_total: Money
    amount: Money
    closing: Money
    country: str
    rail: str
    account_hint: str
    state: PayoutState
    failure_reason: str
    bank_reference: str
    period_start: datetime | None
    made_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One order's (or returned payout's) part of a statement; what costs the seller is negative."""

    kind: str
    reference: UUID | None
    label: str
    booked_at: datetime
    goods: Money
    delivery: Money
    tax: Money
    commission: Money
    refunds: Money
    other: Money
    net: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """The account of a payout: opening + lines − amount = closing, to the minor unit."""

    payout: PayoutView
    lines: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class BankFileView:
    """A file for the bank."""

    id: UUID
    run_id: UUID
    name: str
    form: str
    payments: int
    total: Money
    sha256: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class RunView:
    """A payout run with its payouts and files."""

    id: UUID
    actor: str
    made_at: datetime
    payouts: tuple[PayoutView, ...]
    files: tuple[BankFileView, ...]


_PAYOUT = """
SELECT id, run_id, seller_id, seller_name, number, opening_minor, lines_minor, amount_minor, closing_minor, currency,
       country, rail, account_hint, state, failure_reason, bank_reference, period_start, made_at, settled_at
FROM payouts_payout
WHERE
"""


def _payouts(clause: str, params: Sequence[Any]) -> tuple[PayoutView, ...]:
    return tuple(
        PayoutView(
            id=row[0],
            run_id=row[1],
            seller_id=row[2],
            seller_name=row[3],
            number=row[4],
            opening=Money(row[5], row[9]),
            lines_total=Money(row[6], row[9]),
            amount=Money(row[7], row[9]),
            closing=Money(row[8], row[9]),
            country=row[10],
            rail=row[11],
            account_hint=row[12],
            state=PayoutState(row[13]),
            failure_reason=row[14],
            bank_reference=row[15],
            period_start=row[16],
            made_at=row[17],
            settled_at=row[18],
        )
        for row in sql.fetch_all(_PAYOUT + clause, params)
    )


def list_due(*, now: datetime, currency: str | None = None, seller_id: UUID | None = None) -> tuple[Due, ...]:
    """
    Return what each seller has on account and how much of it is due now, by currency and name.

    Money is due when the pack's `payout_delay_days` have passed since its release.
    """
    cutoffs = {
        pack.code: end_of_delay(now=now, delay_days=pack.deadlines.payout_delay_days) for pack in markets.list_packs()
    }
    params = {
        "cutoffs": orjson.dumps(cutoffs).decode(),  # One document: an array of a hundred moments is dear to send.
        "currency": currency,
        "seller_id": seller_id,
    }
    return tuple(
        Due(
            seller_id=row[0],
            seller_name=row[4],
            country=row[2],
            state=row[3],
            balance=Money(row[5], row[1]),
            held=Money(row[6], row[1]),
        )
        for row in sql.fetch_all(sql.load(__package__, "due"), params)
    )


def list_seller_payouts(*, seller_id: UUID, limit: int = 50, before: datetime | None = None) -> tuple[PayoutView, ...]:
    """Return a seller's payouts, the newest first."""
    return _payouts(
        "seller_id = %s AND (%s::timestamptz IS NULL OR made_at < %s) ORDER BY made_at DESC, id DESC LIMIT %s",
        [seller_id, before, before, limit],
    )


def access_statement(*, seller_id: UUID, payout_id: UUID) -> Statement:
    """
    Return the statement of one of a seller's own payouts.

    :raises NotFound: there is none, or it is another seller's.
    """
    return _statement(_payouts("id = %s AND seller_id = %s", [payout_id, seller_id]))


def get_statement(payout_id: UUID) -> Statement:
    """
    Return any statement, for the operator.

    :raises NotFound: there is none.
    """
    return _statement(_payouts("id = %s", [payout_id]))


def _statement(found: tuple[PayoutView, ...]) -> Statement:
    if not found:
        raise NotFound()
    payout = found[0]
    rows = sql.fetch_all(
        """
        SELECT kind, reference, label, booked_at, goods_minor, delivery_minor, tax_minor, commission_minor,
               refunds_minor, other_minor, net_minor
        FROM payouts_payoutline WHERE payout_id = %s ORDER BY position
        """,
        [payout.id],
    )
    currency = payout.amount.currency
    lines = tuple(StatementLine(*row[:4], *(Money(minor, currency) for minor in row[4:])) for row in rows)
    return Statement(payout=payout, lines=lines)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One posting on a seller's account that no payout has paid yet: what it is for, and from when it is payable."""

    order_id: UUID | None
    label: str
    booked_at: datetime
    ready_at: datetime
    amount: Money


def list_account_lines(*, seller_id: UUID, delay_days: int) -> tuple[AccountLine, ...]:
    """
    Return what is on a seller's account and was not paid out, what becomes payable first at the top.

    :param delay_days: how long money waits after its release (the pack's `payout_delay_days`).
    """
    params = {"seller_id": seller_id, "delay": timedelta(days=delay_days)}
    return tuple(
        AccountLine(row[0], row[1], row[2], row[3], Money(row[4], row[5]))
        for row in sql.fetch_all(sql.load(__package__, "account"), params)
    )


def sum_payouts(*, seller_id: UUID) -> dict[tuple[PayoutState, str], Money]:
    """Return a seller's payouts summed by what became of them and by currency."""
    rows = sql.fetch_all(
        "SELECT state, currency, sum(amount_minor)::bigint FROM payouts_payout WHERE seller_id = %s GROUP BY 1, 2",
        [seller_id],
    )
    return {(PayoutState(state), currency): Money(minor, currency) for state, currency, minor in rows}


def lock_payout(payout_id: UUID) -> PayoutView:
    """
    Return one payout and lock its row until the transaction ends.

    :raises NotFound: there is none.
    """
    found = _payouts("id = %s FOR NO KEY UPDATE", [payout_id])
    if not found:
        raise NotFound()
    return found[0]


def list_payouts(
    *, state: PayoutState | None = None, run_id: UUID | None = None, limit: int = 100
) -> tuple[PayoutView, ...]:
    """Return payouts of all sellers for the operator, the newest first."""
    return _payouts(
        "(%s::text IS NULL OR state = %s) AND (%s::uuid IS NULL OR run_id = %s) "
        "ORDER BY made_at DESC, currency, number LIMIT %s",
        [state, state, run_id, run_id, limit],
    )


def list_runs(*, limit: int = 50) -> tuple[RunView, ...]:
    """Return payout runs for the operator, the newest first."""
    rows = sql.fetch_all(
        "SELECT id, actor, made_at FROM payouts_payoutrun ORDER BY made_at DESC, id DESC LIMIT %s", [limit]
    )
    return tuple(_run(*row) for row in rows)


def get_run(run_id: UUID) -> RunView:
    """
    Return one run with its payouts and files.

    :raises NotFound: there is none.
    """
    row = sql.fetch_one("SELECT id, actor, made_at FROM payouts_payoutrun WHERE id = %s", [run_id])
    if row is None:
        raise NotFound()
    return _run(*row)


def _run(run_id: UUID, actor: str, made_at: datetime) -> RunView:
    payouts = _payouts("run_id = %s ORDER BY currency, number", [run_id])
    return RunView(id=run_id, actor=actor, made_at=made_at, payouts=payouts, files=list_bank_files(run_id))


def list_bank_files(run_id: UUID) -> tuple[BankFileView, ...]:
    """Return a run's files for the bank, by name."""
    return _files("run_id = %s ORDER BY name", [run_id])


def read_bank_file(file_id: UUID) -> tuple[BankFileView, bytes]:
    """
    Return a file for the bank with its content, for the operator alone.

    :raises NotFound: there is none.
    """
    found = _files("id = %s", [file_id])
    if not found:
        raise NotFound()
    row = sql.fetch_one("SELECT storage_key FROM payouts_bankfile WHERE id = %s", [file_id])
    assert row is not None
    with storages["private"].open(row[0]) as stored:
        return found[0], stored.read()


def _files(clause: str, params: Sequence[Any]) -> tuple[BankFileView, ...]:
    rows = sql.fetch_all(
        "SELECT id, run_id, name, form, payments, total_minor, currency, sha256, made_at "
        f"FROM payouts_bankfile WHERE {clause}",
        params,
    )
    return tuple(
        BankFileView(
            id=row[0],
            run_id=row[1],
            name=row[2],
            form=row[3],
            payments=row[4],
            total=Money(row[5], row[6]),
            sha256=row[7],
            made_at=row[8],
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Payee:
    """A payout with the account that it goes to, encrypted: for the bank files alone."""

    payout: PayoutView
    account_details: str


def list_payees(run_id: UUID) -> tuple[Payee, ...]:
    """Return a run's payouts with their accounts, in order of number."""
    details = dict(sql.fetch_all("SELECT id, account_details FROM payouts_payout WHERE run_id = %s", [run_id]))
    return tuple(
        Payee(payout=payout, account_details=details[payout.id])
        for payout in _payouts("run_id = %s ORDER BY currency, number", [run_id])
    )


def list_runs_without_files() -> tuple[UUID, ...]:
    """Return runs whose bank files were not made yet (the process ended in between)."""
    return tuple(row[0] for row in sql.fetch_all("SELECT id FROM payouts_payoutrun WHERE files_made_at IS NULL"))


@dataclass(frozen=True, slots=True)
class HoldView:
    """A seller whose payouts are frozen: since when, by whom and why."""

    seller_id: UUID
    seller_name: str
    reason: str
    held_by: str
    held_at: datetime


_HOLDS = """
SELECT h.seller_id, s.legal_name, h.reason, h.held_by, h.held_at
FROM payouts_hold h JOIN sellers_seller s ON s.id = h.seller_id
WHERE h.lifted_at IS NULL AND (%(seller_id)s::uuid IS NULL OR h.seller_id = %(seller_id)s)
ORDER BY h.held_at, h.id
"""


def list_holds() -> tuple[HoldView, ...]:
    """Return the sellers whose payouts are frozen now, the longest first."""
    return tuple(HoldView(*row) for row in sql.fetch_all(_HOLDS, {"seller_id": None}))


def find_hold(seller_id: UUID) -> HoldView | None:
    """Return why a seller's payouts are frozen, or None."""
    row = sql.fetch_one(_HOLDS, {"seller_id": seller_id})
    return None if row is None else HoldView(*row)


def find_payouts(payout_ids: Sequence[UUID]) -> dict[UUID, PayoutView]:
    """Return the payouts among some ids, in one statement."""
    return {payout.id: payout for payout in _payouts("id = ANY(%s::uuid[])", [list(payout_ids)])}


def count_payouts() -> dict[str, int]:
    """Return how many payouts are in each state."""
    return dict(sql.fetch_all("SELECT state, count(*) FROM payouts_payout GROUP BY state"))
