"""
Who publishes exchange rates, where, and in which form: the European Central Bank, and central banks that quote what it
leaves out. Each form is read by what it looks like, so that a file needs no name.

Every source quotes its own money; all become units per euro, through the euro that each of them quotes too.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element

from entrepot.kernel.errors import DomainError

ECB = "European Central Bank euro foreign exchange reference rates"
CBR = "Bank of Russia official exchange rates"
NBK = "National Bank of Kazakhstan official exchange rates"
TCMB = "Central Bank of the Republic of Türkiye indicative exchange rates"

_ECB_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_UNPACKED_BYTES_MAX = 64 * 1024 * 1024
_DIGITS = Decimal("1e-10")  # What the database keeps.


class UnreadableRates(DomainError):
    """The file is in no form that is known, or a row of it makes no sense: `line`, `reason`."""

    code = "unreadable_rates"
    summary = "The exchange rates in this file cannot be read."


@dataclass(frozen=True, slots=True)
class RateRow:
    """Units of a currency per euro on one day, by one source."""

    currency: str
    rate_date: date
    per_eur: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class FxSource:
    """Somebody who publishes rates: the name that rows carry, and the addresses by what they hold."""

    name: str
    addresses: dict[str, str]

    def address(self, what: str = "daily") -> str:
        """
        Return where the source publishes its rates.

        :raises UnreadableRates: it does not publish that.
        """
        if what not in self.addresses:
            raise UnreadableRates(line=0, reason=f"published are {', '.join(self.addresses)}")
        return self.addresses[what]


_ECB_FOLDER = "https://www.ecb.europa.eu/stats/eurofxref/"
SOURCES: dict[str, FxSource] = {
    "ecb": FxSource(
        ECB,
        {
            "daily": f"{_ECB_FOLDER}eurofxref-daily.xml",
            "90days": f"{_ECB_FOLDER}eurofxref-hist-90d.xml",
            "history": f"{_ECB_FOLDER}eurofxref-hist.zip",
        },
    ),
    "cbr": FxSource(CBR, {"daily": "https://www.cbr.ru/scripts/XML_daily.asp"}),
    "nbk": FxSource(NBK, {"daily": "https://nationalbank.kz/rss/rates_all.xml"}),
    "tcmb": FxSource(TCMB, {"daily": "https://www.tcmb.gov.tr/kurlar/today.xml"}),
}


def read_rates(content: bytes) -> list[RateRow]:
    """
    Return the rates of a file: XML of one of the sources, the ECB's CSV (`Date, USD, …`) plain or zipped, or a CSV of
    our own (`currency,rate_date,per_eur,source`). Gaps ("N/A") are left out.

    :raises UnreadableRates: nothing was taken.
    """
    if content.startswith(b"PK\x03\x04"):
        content = _unpack(content)
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    rows = list(_read_xml(head) if head.startswith(b"<") else _read_csv(head))
    if not rows:
        raise UnreadableRates(line=1, reason="there is no rate in it")
    return rows


def _unpack(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [entry for entry in archive.infolist() if entry.filename.lower().endswith((".csv", ".xml"))]
            if len(names) != 1 or names[0].file_size > _UNPACKED_BYTES_MAX:
                raise UnreadableRates(line=0, reason="the archive does not hold one table of rates")
            return archive.read(names[0])
    except zipfile.BadZipFile as fault:
        raise UnreadableRates(line=0, reason=str(fault)) from None


# --- XML -------------------------------------------------------------------------------------------------------------


def _read_xml(content: bytes) -> Iterator[RateRow]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(content)
    except ParseError as fault:
        raise UnreadableRates(line=fault.position[0], reason=str(fault)) from None
    except (DefusedXmlException, ValueError, LookupError) as fault:
        raise UnreadableRates(line=1, reason=str(fault) or type(fault).__name__) from None
    readers: dict[str, Callable[[Element], Iterator[RateRow]]] = {
        "ValCurs": _read_cbr,
        "Tarih_Date": _read_tcmb,
        "rates": _read_nbk,
        "rss": _read_nbk,
    }
    yield from readers.get(root.tag, _read_ecb)(root)


def _read_ecb(root: Element) -> Iterator[RateRow]:
    for day in root.iter(_ECB_CUBE):
        if "time" in day.attrib:
            for cube in day.iter(_ECB_CUBE):
                if "currency" in cube.attrib:
                    rate = _number(cube.get("rate"), 0)
                    yield _row(cube.attrib["currency"], _day(day.attrib["time"], 0), rate, ECB, line=0)


def _read_cbr(root: Element) -> Iterator[RateRow]:
    """Roubles for `Nominal` units, with a decimal comma."""
    quoted = {
        _text(node, "CharCode"): _number(_text(node, "Value").replace(",", "."), 0) / _number(_text(node, "Nominal"), 0)
        for node in root.iter("Valute")
    }
    yield from _through_euro(quoted, "RUB", _day(root.get("Date"), 0), CBR)


def _read_nbk(root: Element) -> Iterator[RateRow]:
    """Tenge for `quant` units; the day stands once in an archive, beside each rate in the feed."""
    days: dict[date, dict[str, Decimal]] = {}
    for node in root.iter("item"):
        said = _text(root, "date") or _text(node, "pubDate")
        value = _number(_text(node, "description").replace(",", "."), 0) / _number(_text(node, "quant") or "1", 0)
        days.setdefault(_day(said, 0), {})[_text(node, "title")] = value
    for day, quoted in days.items():
        yield from _through_euro(quoted, "KZT", day, NBK)


def _read_tcmb(root: Element) -> Iterator[RateRow]:
    """Lira for `Unit` units: the mean of buying and selling."""
    quoted = {}
    for node in root.iter("Currency"):
        sides = [_text(node, side) for side in ("ForexBuying", "ForexSelling")]
        prices = [_number(side, 0) for side in sides if side]
        if prices:  # The drawing right of the IMF and some others have no market price.
            code = node.get("CurrencyCode") or node.get("Kod") or ""
            quoted[code] = sum(prices, Decimal(0)) / len(prices) / _number(_text(node, "Unit"), 0)
    yield from _through_euro(quoted, "TRY", _day(root.get("Tarih"), 0), TCMB)


def _through_euro(quoted: dict[str, Decimal], own: str, day: date, source: str) -> Iterator[RateRow]:
    """Yield units per euro of prices of one unit in a bank's own money."""
    euro = quoted.get("EUR")
    if euro is None:
        raise UnreadableRates(line=0, reason="the euro is not among the currencies, so that nothing can be compared")
    yield _row(own, day, euro, source, line=0)
    for currency, price in quoted.items():
        if currency not in ("EUR", "XDR"):
            if price <= 0:
                raise UnreadableRates(line=0, reason=f"{price} is no exchange rate")
            yield _row(currency, day, euro / price, source, line=0)


def _text(node: Element, name: str) -> str:
    found = node.findtext(name)
    return (found or "").strip()


# --- CSV -------------------------------------------------------------------------------------------------------------


def _read_csv(content: bytes) -> Iterator[RateRow]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise UnreadableRates(line=1, reason=str(fault)) from None
    if text.lower().startswith("currency,"):
        yield from _read_own(text)
    elif text.lower().startswith("date"):
        yield from _read_ecb_csv(text)
    else:
        reason = "neither XML of a known source, nor the ECB's CSV, nor currency,rate_date,per_eur,source"
        raise UnreadableRates(line=1, reason=reason)


def _read_ecb_csv(text: str) -> Iterator[RateRow]:
    reader = csv.reader(io.StringIO(text), skipinitialspace=True)
    currencies = [name.strip() for name in next(reader)]
    for number, cells in enumerate(reader, start=2):
        day = _day(cells[0].strip(), number) if cells else None
        for currency, cell in zip(currencies[1:], cells[1:], strict=False):
            if day and currency and cell.strip() not in ("", "N/A"):
                yield _row(currency, day, _number(cell, number), ECB, line=number)


def _read_own(text: str) -> Iterator[RateRow]:
    reader = csv.DictReader(io.StringIO(text))
    for number, cells in enumerate(reader, start=2):
        if None in cells.values():
            raise UnreadableRates(line=number, reason="a column is missing")
        day, rate = _day(cells["rate_date"], number), _number(cells["per_eur"], number)
        yield _row(cells["currency"], day, rate, cells["source"], line=number)


def _number(text: Any, line: int) -> Decimal:
    try:
        number = Decimal(str(text).strip())
    except InvalidOperation:
        raise UnreadableRates(line=line, reason=f"{text!r} is no number") from None
    if not number.is_finite() or number <= 0:
        raise UnreadableRates(line=line, reason=f"{str(text).strip()!r} is no exchange rate")
    return number


def _row(currency: str, day: date, per_eur: Decimal, source: str, *, line: int) -> RateRow:
    if len(currency) != 3 or not currency.isalpha() or not currency.isascii() or not currency.isupper():
        raise UnreadableRates(line=line, reason=f"{currency!r} is no currency code")
    kept = per_eur.quantize(_DIGITS) if per_eur.as_tuple().exponent < -10 else per_eur  # type: ignore[operator]
    if kept <= 0:
        raise UnreadableRates(line=line, reason=f"{per_eur} is no exchange rate")
    return RateRow(currency, day, kept, source)


def _day(text: str | None, line: int) -> date:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y"):
        try:
            return datetime.strptime((text or "").strip(), form).date()  # noqa: DTZ007  (a calendar day, no moment)
        except ValueError:
            continue
    raise UnreadableRates(line=line, reason=f"{text!r} is no date")
