"""What the books say after a journey: the ledger, `entrepot verify`, the bank's files."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

from django.core.management import call_command

from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import ACCOUNT_KINDS, AccountRef
from entrepot.payouts import queries as payouts

_PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def command(*arguments: str) -> Any:
    """Run an `entrepot` command that reports with --json and return its report."""
    printed = StringIO()
    call_command(*arguments, "--json", stdout=printed)
    return json.loads(printed.getvalue())


def assert_verified() -> None:
    """Have `entrepot verify` prove books and stock (it exits with 1 where it cannot)."""
    report = command("verify")
    assert report["ok"], [fault for check in report["checks"] for fault in check["faults"]]
    assert {check["check"].partition(".")[0] for check in report["checks"]} >= {"ledger", "payouts", "payments"}


def moved(reference: UUID, kind: str, *, currency: str) -> dict[str, Decimal]:
    """Return what the transfers of an order brought to accounts of a kind, by owner (less what left them)."""
    found: dict[str, int] = {}
    for transfer in ledger.transfers_of(reference):
        for account, sign in ((transfer.credit, 1), (transfer.debit, -1)):
            if (account.kind, account.currency) == (kind, currency):
                grows = sign if ACCOUNT_KINDS[kind].side == "credit" else -sign
                found[account.owner] = found.get(account.owner, 0) + grows * transfer.amount.minor
    return {owner: Decimal(Money(minor, currency).text) for owner, minor in found.items()}


def balance(kind: str, currency: str, owner: str = "") -> Decimal:
    """Return what is on an account."""
    return Decimal(ledger.balance(AccountRef(kind, currency, owner)).text)


def payments_in(document: bytes) -> dict[str, tuple[Decimal, str]]:
    """Return what a pain.001 file tells the bank to pay, by statement number; its control sums are held against it."""
    root = ET.fromstring(document)
    found: dict[str, tuple[Decimal, str]] = {}
    for entry in root.iter(f"{_PAIN}CdtTrfTxInf"):
        amount = entry.find(f"{_PAIN}Amt/{_PAIN}InstdAmt")
        number = entry.findtext(f"{_PAIN}PmtId/{_PAIN}EndToEndId")
        assert amount is not None
        assert number is not None
        found[number] = (Decimal(amount.text or ""), amount.get("Ccy", ""))
    for control in root.iter(f"{_PAIN}CtrlSum"):
        assert Decimal(control.text or "") == sum(amount for amount, _ in found.values())
    return found


def bank_payments(run_id: str) -> dict[str, tuple[Decimal, str]]:
    """Return what all pain.001 files of a payout run tell the bank to pay."""
    found: dict[str, tuple[Decimal, str]] = {}
    for file in payouts.list_bank_files(UUID(run_id)):
        if file.name.endswith(".xml"):
            _, content = payouts.read_bank_file(file.id)
            payments = payments_in(content)
            assert Decimal(file.total.text) == sum(amount for amount, _ in payments.values())
            found |= payments
    return found
