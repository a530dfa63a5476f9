from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import gettext, override
from pypdf import PdfReader

from entrepot.kernel.money import Money
from entrepot.payouts import operations, queries, statements
from entrepot.payouts.queries import Statement
from entrepot.ui import formats, papers
from tests.builders import money, sellers as build

LONG_AGO = timedelta(days=20)


def statement_of(seller, now: datetime) -> Statement:
    (paid,) = operations.run_payouts(now=now).paid
    return queries.access_statement(seller_id=seller.id, payout_id=paid.payout_id)


@pytest.mark.django_db
def test_a_statement_for_systems_adds_up_in_decimal_strings(now: datetime) -> None:
    seller = build.approved_seller("IT")
    order_id = money.released(seller, goods=10000, delivery=650, tax=2343, commission=1065, at=now - LONG_AGO)
    money.released(seller, goods=500, at=now - timedelta(days=1))

    shown = statements.as_json(statement_of(seller, now))

    assert shown["currency"] == "EUR"
    assert (shown["opening_balance"], shown["lines_total"], shown["paid"], shown["closing_balance"]) == (
        "0.00", "124.28", "119.28", "5.00",
    )  # fmt: skip
    first, second = shown["lines"]
    assert first["reference"] == str(order_id)
    parts = ("goods", "delivery", "tax", "commission", "refunds", "other", "net")
    assert [first[part] for part in parts] == ["100.00", "6.50", "23.43", "-10.65", "0.00", "0.00", "119.28"]
    assert second["net"] == "5.00"
    assert (shown["period_start"], shown["period_end"], shown["state"]) == (None, now.isoformat(), "made")


@pytest.mark.django_db
def test_the_net_column_of_the_csv_is_an_account(now: datetime) -> None:
    seller = build.approved_seller("IT")
    money.released(seller, goods=10000, commission=1000, at=now - LONG_AGO)
    money.released(seller, goods=700, at=now)

    content = statements.as_csv(statement_of(seller, now))

    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["kind"] for row in rows] == ["opening_balance", "other", "other", "paid", "closing_balance"]
    assert sum(Decimal(row["net"]) for row in rows[:-1]) == Decimal(rows[-1]["net"]) == Decimal("7.00")
    assert {row["currency"] for row in rows} == {"EUR"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "name", "on_paper"),
    [
        ("TR", "Örnek Işık Ticaret A.Ş.", "Örnek Işık Ticaret A.Ş."),
        ("RU", "ООО «Пример»", "ООО «Пример»"),
        ("CN", "深圳示例", "Shen Zhen Shi Li"),
    ],
)
def test_the_paper_can_be_read_in_every_script(country: str, name: str, on_paper: str, now: datetime) -> None:
    seller = build.approved_seller(country, legal_name=name)
    money.released(seller, goods=123456, commission=1000, at=now - LONG_AGO)
    statement = statement_of(seller, now)

    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(statements.as_pdf(statement))).pages)

    assert f"Statement {statement.payout.number}" in text
    assert f"For {on_paper} ({formats.country(country, 'en')})" in text
    for amount in ("1,234.56", "-10.00", "1,224.56", "-1,224.56"):
        assert amount in text


@pytest.mark.django_db
def test_the_paper_speaks_the_sellers_language_as_far_as_its_letters_go(now: datetime) -> None:
    seller = build.approved_seller("IT", legal_name="Bottega S.r.l.")
    money.released(seller, goods=123456, commission=1000, at=now - LONG_AGO)
    statement = statement_of(seller, now)

    def words_in(language: str) -> str:
        reader = PdfReader(io.BytesIO(statements.as_pdf(statement, language)))
        assert reader.trailer["/Root"]["/Lang"] == language
        # The reader of these tests gives signs outside of the first font with a zero before each.
        return " ".join("\n".join(page.extract_text() for page in reader.pages).replace("\0", "").split())

    for language in ("es", "it", "ru", "tr", *(["zh-hans"] if papers.has_chinese_letters() else [])):
        with override(language):
            title = gettext("Statement %(number)s") % {"number": statement.payout.number}
        assert title in words_in(language)
        assert " ".join(formats.amount(Money(123456, "EUR"), language).split()) in words_in(language)
    assert statement.payout.number in words_in("ar")


@pytest.mark.django_db
def test_without_chinese_letters_on_the_machine_the_paper_is_english(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = build.approved_seller("CN", legal_name="苏州丝绸有限公司")
    money.released(seller, goods=123456, at=now - LONG_AGO)
    statement = statement_of(seller, now)
    monkeypatch.setattr(papers, "has_chinese_letters", lambda: False)
    reader = PdfReader(io.BytesIO(statements.as_pdf(statement, "zh-hans")))
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert f"Statement {statement.payout.number}" in reader.pages[0].extract_text()


@pytest.mark.django_db
def test_a_long_statement_goes_over_several_pages(now: datetime) -> None:
    seller = build.approved_seller("IT")
    for _ in range(70):
        money.released(seller, goods=100, at=now - LONG_AGO)

    reader = PdfReader(io.BytesIO(statements.as_pdf(statement_of(seller, now))))

    assert len(reader.pages) > 1
    assert all("Commission" in page.extract_text() for page in reader.pages[:-1])
