"""Reading exchange rates from files: the European Central Bank's XML and CSV, and a plain CSV for a second source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files

from entrepot.kernel.errors import DomainError
from entrepot.markets.rules import FxTable

ECB = "European Central Bank euro foreign exchange reference rates"
_NAMESPACE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}"


class UnreadableRates(DomainError):
    """The file is none of the three forms, or a row of it makes no sense: `line`, `reason`."""

    code = "unreadable_rates"
    summary = "The exchange rates in this file cannot be read."


@dataclass(frozen=True, slots=True)
class RateRow:
    """Units of a currency per euro on one day, by one source."""

    currency: str
    rate_date: date
    per_eur: Decimal
    source: str


def read_rates(text: str) -> list[RateRow]:
    """
    Return the rates of a file: ECB XML (daily, 90 days or history), ECB CSV (`Date, USD, …`), or our own CSV
    (`currency,rate_date,per_eur,source`). Gaps ("N/A") are left out.

    :raises UnreadableRates: nothing was taken.
    """
    head = text.lstrip("\ufeff \r\n\t")
    if head.startswith("<"):
        rows = list(_read_xml(head))
    elif head.lower().startswith("currency,"):
        rows = list(_read_own(head))
    elif head.lower().startswith("date"):
        rows = list(_read_ecb_csv(head))
    else:
        raise UnreadableRates(
            line=1,
            reason="neither ECB XML, nor ECB CSV, nor currency,rate_date,per_eur,source",
        )
    if not rows:
        raise UnreadableRates(line=1, reason="there is no rate in it")
    return rows


def _read_xml(text: str) -> Iterator[RateRow]:
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(text)
    except ParseError as fault:
        raise UnreadableRates(line=fault.position[0], reason=str(fault)) from None
    for day in root.iter(f"{_NAMESPACE}Cube"):
        if "time" in day.attrib:
            for cube in day.iter(f"{_NAMESPACE}Cube"):
                if "currency" in cube.attrib:
                    yield _row(
                        cube.attrib["currency"],
                        day.attrib["time"],
                        cube.attrib["rate"],
                        ECB,
                        line=0,
                    )


def _read_ecb_csv(text: str) -> Iterator[RateRow]:
    reader = csv.reader(io.StringIO(text), skipinitialspace=True)
    currencies = [name.strip() for name in next(reader)]
    for number, cells in enumerate(reader, start=2):
        for currency, cell in zip(currencies[1:], cells[1:], strict=False):
            if currency and cell.strip() not in ("", "N/A"):
                yield _row(currency, cells[0].strip(), cell.strip(), ECB, line=number)


def _read_own(text: str) -> Iterator[RateRow]:
    reader = csv.DictReader(io.StringIO(text))
    for number, cells in enumerate(reader, start=2):
        if None in cells.values():
            raise UnreadableRates(line=number, reason="a column is missing")
        yield _row(
            cells["currency"],
            cells["rate_date"],
            cells["per_eur"],
            cells["source"],
            line=number,
        )


def _row(currency: str, day: str, rate: str, source: str, *, line: int) -> RateRow:
    try:
        per_eur = Decimal(rate)
    except InvalidOperation:
        raise UnreadableRates(line=line, reason=f"{rate!r} is no number") from None
    if not per_eur.is_finite() or per_eur <= 0:
        raise UnreadableRates(line=line, reason=f"{rate!r} is no exchange rate")
    if len(currency) != 3 or not currency.isalpha() or not currency.isupper():
        raise UnreadableRates(line=line, reason=f"{currency!r} is no currency code")
    return RateRow(currency, _day(day, line), per_eur, source)


def _day(text: str, line: int) -> date:
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (a calendar day, no moment)
        except ValueError:
            continue
    raise UnreadableRates(line=line, reason=f"{text!r} is no date")


@cache
def shipped_rows() -> tuple[RateRow, ...]:
    """Return the dated snapshot that ships, so that a machine without internet quotes too."""
    text = files("entrepot.markets").joinpath("fx_snapshot.csv").read_text(encoding="utf-8")
    return tuple(read_rates("\n".join(line for line in text.splitlines() if not line.startswith("#"))))


def table_of(rows: list[RateRow] | tuple[RateRow, ...]) -> FxTable:
    """Return the newest rate of each currency as one table, dated by the ECB's newest day where there is one."""
    newest: dict[str, RateRow] = {}
    for row in rows:
        if row.currency not in newest or row.rate_date > newest[row.currency].rate_date:
            newest[row.currency] = row
    reference = [row for row in newest.values() if row.source == ECB] or list(newest.values())
    dated = max(reference, key=lambda row: row.rate_date)
    return FxTable(
        per_eur={row.currency: row.per_eur for row in newest.values()},
        date=dated.rate_date,
        source=dated.source,
        dates={row.currency: row.rate_date for row in newest.values()},
        sources={row.currency: row.source for row in newest.values()},
    )
