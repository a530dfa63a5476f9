from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from entrepot.kernel.errors import InvalidField
from entrepot.markets import fx, operations, queries
from entrepot.markets.fx import ECB, RateRow, UnreadableRates
from entrepot.markets.models import FxRate
from entrepot.markets.rules import FallbackRates, FrozenRates, FxTable, UnknownCurrency


@pytest.fixture(autouse=True)
def _fresh_rates() -> Iterator[None]:
    queries.forget_fx()
    yield
    queries.forget_fx()


XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
 <gesmes:subject>Reference rates</gesmes:subject>
 <Cube>
  <Cube time="2026-11-19"><Cube currency="USD" rate="1.1492"/><Cube currency="JPY" rate="180.50"/></Cube>
  <Cube time="2026-11-18"><Cube currency="USD" rate="1.1480"/></Cube>
 </Cube>
</gesmes:Envelope>"""


def test_pairs_are_triangulated_through_the_euro() -> None:
    table = FxTable({"USD": Decimal("1.25"), "CNY": Decimal(8)}, date(2026, 11, 19), "test")
    assert table.rate("CNY", "EUR") == Decimal("0.125")
    assert table.rate("USD", "CNY") == Decimal("6.4")
    assert table.rate("EUR", "EUR") == 1
    with pytest.raises(UnknownCurrency):
        table.rate("EUR", "XXX")


def test_a_pair_can_be_set_by_hand_both_ways() -> None:
    table = FxTable({"USD": Decimal("1.25"), "BRL": Decimal(6)}, date(2026, 11, 19), "test")
    changed = table.with_pairs({"USD/BRL": Decimal("5.50")})
    assert changed.rate("USD", "BRL") == Decimal("5.50")
    assert (changed.rate("BRL", "USD") * 330).quantize(Decimal("0.000001")) == 60
    assert table.rate("USD", "BRL") == Decimal("4.8")


def test_frozen_rates_come_back_and_fall_back_to_the_moments_table_for_new_pairs() -> None:
    frozen = FrozenRates({"CNY/EUR": "0.125"}, date(2026, 11, 18))
    assert FrozenRates.from_json(frozen.as_json()) == frozen
    table = FxTable({"USD": Decimal("1.25"), "CNY": Decimal(9)}, date(2026, 11, 19), "test")
    both = FallbackRates(frozen, table)
    assert (both.rate("CNY", "EUR"), both.rate("USD", "EUR")) == (Decimal("0.125"), Decimal("0.8"))
    assert both.date == date(2026, 11, 18)
    with pytest.raises(UnknownCurrency):
        frozen.rate("USD", "EUR")


def test_the_snapshot_that_ships_is_dated_and_says_what_is_approximate() -> None:
    table = queries.get_shipped_fx()
    assert (table.date, table.source) == (date(2026, 4, 13), ECB)
    assert table.per_eur["USD"] == Decimal("1.1684")
    assert table.rate("USD", "SAR") == Decimal("3.75")
    assert table.rate("USD", "AED") == Decimal("3.6725")
    assert table.sources["RUB"].startswith("approximate")
    assert {pack.currency for pack in queries.list_packs()} <= {"EUR", *table.per_eur}


def test_ecb_xml_is_read() -> None:
    rows = fx.read_rates(XML.encode())
    assert rows[0] == RateRow("USD", date(2026, 11, 19), Decimal("1.1492"), ECB)
    assert [(row.currency, row.rate_date.day) for row in rows] == [("USD", 19), ("JPY", 19), ("USD", 18)]


def test_ecb_csv_is_read_with_its_blanks_and_gaps() -> None:
    rows = fx.read_rates(b"Date, USD, JPY, RUB, \n13 April 2026, 1.1684, 186.75, N/A, \n")
    assert [(row.currency, row.per_eur) for row in rows] == [("USD", Decimal("1.1684")), ("JPY", Decimal("186.75"))]
    assert rows[0].rate_date == date(2026, 4, 13)


def test_a_second_source_is_read() -> None:
    (row,) = fx.read_rates(b"currency,rate_date,per_eur,source\nRUB,2026-11-19,91.5,Bank of Russia\n")
    assert row == RateRow("RUB", date(2026, 11, 19), Decimal("91.5"), "Bank of Russia")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hello", 1),
        ("<a>", 1),
        ("Date,USD\n2026-11-19,zero\n", 2),
        ("Date,USD\n2026-11-19,-1\n", 2),
        ("Date,USD\nyesterday,1\n", 2),
        ("currency,rate_date,per_eur,source\nrub,2026-11-19,1,x\n", 2),
        ("currency,rate_date,per_eur,source\nRUB,2026-11-19\n", 2),
        ("Date,USD\n", 1),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableRates) as refusal:
        fx.read_rates(text.encode())
    assert refusal.value.fields["line"] == line


@pytest.mark.django_db
def test_imported_rates_go_before_the_snapshot_and_keep_their_history(now: datetime) -> None:
    assert operations.load_fx(rows=fx.read_rates(XML.encode()), now=now) == 3
    table = queries.get_fx(at=now)
    assert (table.per_eur["USD"], table.date) == (Decimal("1.1492"), date(2026, 11, 19))
    assert table.per_eur["TRY"] == Decimal("52.2478")
    assert queries.get_fx(at=now - timedelta(days=2)).per_eur["USD"] == Decimal("1.1480")
    history = queries.list_fx_history("USD", until=now.date())
    assert [rate for _, rate, _ in history] == [Decimal("1.1492"), Decimal("1.1480")]


@pytest.mark.django_db
def test_the_same_rates_again_change_nothing_and_a_corrected_one_replaces(now: datetime) -> None:
    rows = fx.read_rates(XML.encode())
    operations.load_fx(rows=rows, now=now)
    assert operations.load_fx(rows=rows, now=now) == 0
    corrected = RateRow("USD", date(2026, 11, 19), Decimal("1.15"), ECB)
    assert operations.load_fx(rows=[corrected], now=now) == 1
    assert queries.get_fx(at=now).per_eur["USD"] == Decimal("1.15")


@pytest.mark.django_db
def test_a_rate_of_tomorrow_is_refused_and_nothing_is_taken(now: datetime) -> None:
    rows = [*fx.read_rates(XML.encode()), RateRow("USD", date(2026, 11, 21), Decimal(1), ECB)]
    with pytest.raises(InvalidField):
        operations.load_fx(rows=rows, now=now)
    assert not FxRate.objects.exists()


@pytest.mark.django_db
def test_the_command_imports_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("currency,rate_date,per_eur,source\nRUB,2026-04-20,91.5,Bank of Russia\n", encoding="utf-8")
    out = StringIO()
    call_command("fx", "import", str(path), stdout=out)
    assert out.getvalue() == "1 rates of 2026-04-20 to 2026-04-20 read, 1 added or changed\n"
    with pytest.raises(CommandError):
        call_command("fx", "import", str(tmp_path / "none.csv"))
    queries.forget_fx()
