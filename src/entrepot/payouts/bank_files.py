"""
Files that a bank takes payments from: ISO 20022 pain.001 (by sepaxml within SEPA, our own writer elsewhere), and the
text forms that a country's pack describes. Pure: payments in, bytes out.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree as ET

from sepaxml import SepaTransfer

from entrepot.kernel.money import Money, sum_money
from entrepot.markets.packs import BankFile, OperatorBankAccount

SCHEMA = "pain.001.001.09"
_NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: to whom, how much, under which number. `fields` are the account's own, as the pack names them."""

    number: str
    amount: Money
    holder: str
    description: str
    iban: str = ""
    bic: str = ""
    account: str = ""
    bank_code: str = ""
    bank_clearing: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays, from which account."""

    name: str
    account: OperatorBankAccount


def sepa_credit_transfer(*, debtor: Debtor, payments: Sequence[Payment], at: datetime) -> bytes:
    """Return a SEPA credit transfer (pain.001.001.09), checked against its schema."""
    config = {"name": debtor.name[:70], "IBAN": debtor.account.iban, "batch": True, "currency": "EUR"}
    if debtor.account.bic:
        config["BIC"] = debtor.account.bic
    document = SepaTransfer(config, schema=SCHEMA, clean=True)
    for payment in payments:
        entry = {
            "name": payment.holder[:70],
            "IBAN": payment.iban,
            "amount": payment.amount.minor,
            "execution_date": at.date(),
            "description": payment.description[:140],
            "endtoend_id": payment.number,
        }
        if payment.bic:
            entry["BIC"] = payment.bic
        document.add_payment(entry)
    return document.export(validate=True)


def credit_transfer(*, run_id: UUID, debtor: Debtor, payments: Sequence[Payment], at: datetime) -> bytes:
    """Return a credit transfer in any currency (pain.001.001.09): accounts by IBAN or number, banks by BIC or code."""
    currency = debtor.account.currency
    total = sum_money((payment.amount for payment in payments), currency)
    document = ET.Element("Document", xmlns=_NAMESPACE)
    root = ET.SubElement(document, "CstmrCdtTrfInitn")
    header = ET.SubElement(root, "GrpHdr")
    _text(header, "MsgId", run_id.hex)
    _text(header, "CreDtTm", at.strftime("%Y-%m-%dT%H:%M:%S"))
    _text(header, "NbOfTxs", str(len(payments)))
    _text(header, "CtrlSum", total.text)
    _text(header, "InitgPty/Nm", debtor.name[:140])
    batch = ET.SubElement(root, "PmtInf")
    _text(batch, "PmtInfId", f"{run_id.hex[:28]}-{currency}")
    _text(batch, "PmtMtd", "TRF")
    _text(batch, "NbOfTxs", str(len(payments)))
    _text(batch, "CtrlSum", total.text)
    _text(batch, "ReqdExctnDt/Dt", at.date().isoformat())
    _text(batch, "Dbtr/Nm", debtor.name[:140])
    account = ET.SubElement(batch, "DbtrAcct")
    _account(account, iban=debtor.account.iban, number=debtor.account.account)
    _text(account, "Ccy", currency)
    agent = ET.SubElement(batch, "DbtrAgt")
    if debtor.account.bic:
        _text(agent, "FinInstnId/BICFI", debtor.account.bic)
    else:
        _text(agent, "FinInstnId/Nm", debtor.account.bank[:140])
    _text(batch, "ChrgBr", "SHAR")
    for payment in payments:
        _transaction(batch, payment)
    return ET.tostring(document, encoding="utf-8", xml_declaration=True)


def _transaction(batch: ET.Element, payment: Payment) -> None:
    entry = ET.SubElement(batch, "CdtTrfTxInf")
    _text(entry, "PmtId/EndToEndId", payment.number)
    amount = _text(entry, "Amt/InstdAmt", payment.amount.text)
    amount.set("Ccy", payment.amount.currency)
    if payment.bic:
        _text(entry, "CdtrAgt/FinInstnId/BICFI", payment.bic)
    elif payment.bank_code:
        agent = ET.SubElement(entry, "CdtrAgt")
        member = ET.SubElement(ET.SubElement(agent, "FinInstnId"), "ClrSysMmbId")
        if payment.bank_clearing:
            _text(member, "ClrSysId/Cd", payment.bank_clearing)
        _text(member, "MmbId", payment.bank_code)
    _text(entry, "Cdtr/Nm", payment.holder[:140])
    _account(ET.SubElement(entry, "CdtrAcct"), iban=payment.iban, number=payment.account)
    _text(entry, "RmtInf/Ustrd", payment.description[:140])


def _account(parent: ET.Element, *, iban: str, number: str) -> None:
    if iban:
        _text(parent, "Id/IBAN", iban)
    else:
        _text(parent, "Id/Othr/Id", number[:34])


def _text(parent: ET.Element, path: str, text: str) -> ET.Element:
    """Add a chain of elements and put the text into the last."""
    for tag in path.split("/"):
        parent = ET.SubElement(parent, tag)
    parent.text = text
    return parent


def local_form(form: BankFile, *, payments: Sequence[Payment], at: datetime) -> bytes:
    """Return the payments as a bank's own text form, its columns as the country's pack describes them."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=form.delimiter, lineterminator="\r\n")
    writer.writerow([column.title for column in form.columns])
    for payment in payments:
        known = defaultdict(str) | {
            **payment.fields,
            "holder": payment.holder,
            "amount": payment.amount.text,
            "currency": payment.amount.currency,
            "reference": payment.number,
            "description": payment.description,
            "date": at.date().isoformat(),
        }
        writer.writerow([column.value.format_map(known) for column in form.columns])
    return target.getvalue().encode(form.encoding, errors="replace")
