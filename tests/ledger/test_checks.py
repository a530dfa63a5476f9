"""The books are spoiled past the database's guards, as a superuser could; `verify` must name what was touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from entrepot.kernel import ids, sql
from entrepot.kernel.verification import Fault
from entrepot.ledger import checks, operations
from entrepot.ledger.rules import AccountRef
from tests.builders import money

ESCROW, RECEIVABLE = money.ESCROW, money.RECEIVABLE


@contextmanager
def guards_off() -> Iterator[None]:
    sql.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        sql.execute("RESET session_replication_role")


@pytest.mark.django_db(transaction=True)
def test_true_books_have_no_fault(now: datetime) -> None:
    order_id = ids.new_id()
    money.posted("capture:1", money.transfer(reference=order_id), at=now)
    operations.take_snapshots(now=now)
    money.posted("refund:1", money.transfer(ESCROW, RECEIVABLE, kind="refund", reference=order_id), at=now)

    assert list(checks.find_faults()) == []


@pytest.mark.django_db(transaction=True)
def test_a_changed_amount_is_found_by_its_snapshot_and_its_order(now: datetime) -> None:
    order_id = ids.new_id()
    money.posted("capture:1", money.transfer(reference=order_id), at=now)
    money.posted("refund:1", money.transfer(ESCROW, RECEIVABLE, kind="refund", reference=order_id), at=now)
    operations.take_snapshots(now=now)
    with guards_off():
        sql.execute("UPDATE ledger_transfer SET amount_minor = 1001 WHERE posting_key = 'refund:1'")

    assert list(checks.find_faults()) == [
        Fault(
            "ledger.snapshots",
            "escrow[EUR]",
            "snapshot says debit 1000, credit 1000; transfers say debit 1001, credit 1000",
        ),
        Fault(
            "ledger.snapshots",
            "psp_receivable[EUR]",
            "snapshot says debit 1000, credit 1000; transfers say debit 1000, credit 1001",
        ),
        Fault("ledger.signs", "escrow[EUR]", "the balance is -1"),
        Fault("ledger.escrow", str(order_id), "escrow EUR is -1"),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_deleted_transfer_leaves_a_gap_in_its_posting(now: datetime) -> None:
    money.posted("capture:1", money.transfer(), money.transfer(minor=5), money.transfer(minor=6), at=now)
    with guards_off():
        sql.execute("DELETE FROM ledger_transfer WHERE seq = 1")

    assert list(checks.find_faults()) == [Fault("ledger.postings", "capture:1", "2 transfers, the last is number 2")]


@pytest.mark.django_db(transaction=True)
def test_a_transfer_between_currencies_is_found(now: datetime) -> None:
    money.posted("capture:1", at=now)
    with guards_off():
        sql.execute("UPDATE ledger_transfer SET currency = 'USD'")
        transfer_id = sql.fetch_one("SELECT id FROM ledger_transfer")[0]

    assert [(fault.check, fault.subject) for fault in checks.find_faults()] == [("ledger.transfers", str(transfer_id))]


@pytest.mark.django_db(transaction=True)
def test_a_false_snapshot_spoils_the_trial_balance(now: datetime) -> None:
    money.posted("capture:1", at=now)
    operations.take_snapshots(now=now)
    sql.execute("UPDATE ledger_snapshot SET debit_minor = debit_minor + 1 WHERE debit_minor > 0")

    assert [(fault.check, fault.subject) for fault in checks.find_faults()] == [
        ("ledger.snapshots", "psp_receivable[EUR]"),
        ("ledger.trial_balance", "EUR"),
    ]


@pytest.mark.django_db
def test_a_seller_below_zero_needs_a_refund_as_its_reason(now: datetime) -> None:
    payable, position = AccountRef("seller_payable", "CNY", "s"), AccountRef("fx_position", "CNY")
    clearing = AccountRef("payout_clearing", "CNY")
    money.posted("release:1", money.transfer(position, payable, minor=100, kind="goods"), at=now)
    money.posted("payout:1", money.transfer(payable, clearing, minor=130, kind="payout"), at=now)

    assert list(checks.find_faults()) == [
        Fault("ledger.seller_payable", "seller_payable[CNY s]", "the balance is -30 and nothing was charged back")
    ]

    money.posted("refund:1", money.transfer(payable, position, minor=1, kind="clawback"), at=now)
    assert list(checks.find_faults()) == []
