from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sepaxml
from lxml import etree

from entrepot.kernel import encryption, sql
from entrepot.kernel.errors import NotFound
from entrepot.payouts import jobs, operations, queries
from entrepot.payouts.operations import PayoutReport
from tests.builders import money, sellers as build

LONG_AGO = timedelta(days=20)
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
SCHEMA = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"


def run_of(now: datetime, *countries: str, goods: int = 10050) -> PayoutReport:
    for number, country in enumerate(countries):
        money.released(build.approved_seller(country), goods=goods + number, at=now - LONG_AGO)
    return operations.run_payouts(now=now)


def content_of(report: PayoutReport, name: str) -> bytes:
    (file,) = [file for file in report.files if file.name.endswith(name)]
    return queries.read_bank_file(file.id)[1]


def texts(content: bytes, path: str) -> list[str]:
    return [str(found) for found in etree.fromstring(content).xpath(path, namespaces=NS)]


def require_valid(content: bytes) -> None:
    etree.XMLSchema(etree.parse(str(SCHEMA))).assertValid(etree.fromstring(content))


@pytest.mark.django_db
def test_euro_sellers_are_paid_by_one_sepa_file_that_agrees_with_the_statements(now: datetime) -> None:
    report = run_of(now, "IT", "ES", "IT")

    assert [(file.name, file.form, file.payments, file.total.text) for file in report.files] == [
        ("2026-11-20-EUR-sepa.xml", "pain.001.001.09", 3, "301.53")
    ]
    content = content_of(report, "sepa.xml")
    require_valid(content)
    assert texts(content, "//p:GrpHdr/p:CtrlSum/text()") == ["301.53"]
    paid = dict(
        zip(
            texts(content, "//p:CdtTrfTxInf/p:PmtId/p:EndToEndId/text()"),
            texts(content, "//p:CdtTrfTxInf/p:Amt/p:InstdAmt/text()"),
            strict=True,
        )
    )
    assert paid == {payout.number: payout.amount.text for payout in queries.list_payouts(run_id=report.run_id)}
    assert set(texts(content, "//p:InstdAmt/@Ccy")) == {"EUR"}
    assert len(texts(content, "//p:CdtrAcct//p:IBAN/text()")) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "bank", "account"),
    [
        ("CN", "p:ClrSysMmbId/p:ClrSysId/p:Cd[text()='CNAPS']", "p:Othr/p:Id"),
        ("RU", "p:ClrSysMmbId/p:ClrSysId/p:Cd[text()='RUCBC']", "p:Othr/p:Id"),
        ("KZ", "p:BICFI", "p:IBAN"),
    ],
)
def test_other_currencies_are_paid_by_a_credit_transfer_that_fits_the_schema(
    country: str, bank: str, account: str, now: datetime
) -> None:
    report = run_of(now, country, country, goods=1_000_000)

    content = content_of(report, "credit-transfer.xml")
    require_valid(content)
    payouts = queries.list_payouts(run_id=report.run_id)
    assert sum(Decimal(text) for text in texts(content, "//p:InstdAmt/text()")) == sum(
        payout.amount.decimal for payout in payouts
    )
    assert texts(content, "//p:PmtInf/p:CtrlSum/text()") == [report.files[0].total.text]
    assert set(texts(content, "//p:EndToEndId/text()")) == {payout.number for payout in payouts}
    assert len(texts(content, f"//p:CdtrAgt/p:FinInstnId/{bank}/text()")) == 2
    assert len(texts(content, f"//p:CdtrAcct/p:Id/{account}/text()")) == 2


@pytest.mark.django_db
def test_an_account_known_by_its_iban_alone_needs_no_bank(now: datetime) -> None:
    content = content_of(run_of(now, "TR"), "credit-transfer.xml")

    require_valid(content)
    assert texts(content, "//p:CdtrAgt//text()") == []
    assert len(texts(content, "//p:CdtrAcct/p:Id/p:IBAN/text()")) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("country", "encoding"), [("CN", "gb18030"), ("RU", "cp1251"), ("TR", "utf-8")])
def test_a_countrys_own_form_is_made_as_its_pack_says(country: str, encoding: str, now: datetime) -> None:
    report = run_of(now, country)

    delimiter = "," if country == "CN" else ";"
    rows = list(csv.reader(io.StringIO(content_of(report, f"{country}-1.csv").decode(encoding)), delimiter=delimiter))

    (payout,) = queries.list_payouts(run_id=report.run_id)
    assert len(rows) == 2
    assert payout.amount.text in rows[1]
    assert any(cell.endswith(payout.account_hint) for cell in rows[1])


@pytest.mark.django_db
def test_bank_accounts_are_kept_encrypted_and_files_out_of_reach(now: datetime) -> None:
    report = run_of(now, "IT")
    (iban,) = texts(content_of(report, "sepa.xml"), "//p:CdtrAcct//p:IBAN/text()")

    (details,) = sql.fetch_one("SELECT account_details FROM payouts_payout")
    assert iban not in details
    assert iban in encryption.decrypt(details)
    (key,) = sql.fetch_one("SELECT storage_key FROM payouts_bankfile")
    assert report.files[0].name not in key
    with pytest.raises(NotFound):
        queries.read_bank_file(report.run_id)


@pytest.mark.django_db
def test_the_file_pays_the_account_that_was_frozen_with_the_statement(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = build.approved_seller("IT")
    money.released(seller, goods=10000, at=now - LONG_AGO)
    with monkeypatch.context() as patch:
        patch.setattr(operations, "make_bank_files", lambda **_: ())  # The process ends here.
        report = operations.run_payouts(now=now)
    sql.execute("UPDATE sellers_bankaccount SET details = 'changed since' WHERE seller_id = %s", [seller.id])

    jobs.make_missing_bank_files()
    jobs.make_missing_bank_files()

    (file,) = queries.list_bank_files(report.run_id)
    assert (file.payments, file.total.minor) == (1, 10000)
    require_valid(queries.read_bank_file(file.id)[1])
    assert operations.make_bank_files(run_id=report.run_id, now=now) == (file,)
