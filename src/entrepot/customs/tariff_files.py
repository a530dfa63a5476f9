"""
Tariff files: the documented CSV, read strictly (file, line, reason), and what a reader of any format returns.

Columns: see `COLUMNS` and docs/tariffs.md. Lines that begin with `#` are comments.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any

from entrepot.customs.tariffs import ANY, TariffRow, TariffTable, make_table
from entrepot.kernel.errors import DomainError

COLUMNS = (
    "destination measure hs_prefix origin rate_percent specific_amount specific_currency specific_unit combine "
    "at_most valid_from valid_to source confidence note"
).split()
UNITS = ("kg", "piece")
COMBINATIONS = ("sum", "max", "min", "unknown")
CONFIDENCES = ("high", "medium", "low")
_RATE_MAX = Decimal(10_000)
DECIMALS = 6


class BadTariff(DomainError):
    """A tariff file cannot be used: `file`, `line`, `reason`, and how many `faults` it has in all."""

    code = "bad_tariff"
    summary = "A tariff file cannot be used."


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that was not taken, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Schedule:
    """
    What a reader found in a file: rows, lines that were not taken, lines whose published rate cannot be computed (their
    rows say so), and figures worth a remark, by name.
    """

    rows: list[TariffRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    not_understood: list[Fault] = field(default_factory=list)
    read: int = 0
    remarks: dict[str, int] = field(default_factory=dict)

    def remark(self, name: str, count: int = 1) -> None:
        self.remarks[name] = self.remarks.get(name, 0) + count


def read_csv(text: str, *, file: str) -> Schedule:
    """
    Return what a CSV in the documented form holds, a bad line with its reason beside the good rows.

    :raises BadTariff: the columns are others.
    """
    schedule = Schedule()
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if not line.startswith("#")]
    lines = [(number, line) for number, line in lines if line.strip()]
    if not lines or next(csv.reader([lines[0][1]])) != COLUMNS:
        raise BadTariff(file=file, line=lines[0][0] if lines else 1, reason=f"the columns must be {','.join(COLUMNS)}")
    for number, line in lines[1:]:
        schedule.read += 1
        try:
            schedule.rows.extend(_rows_of(next(csv.reader([line], strict=True))))
        except (ValueError, csv.Error) as fault:
            schedule.faults.append(Fault(number, str(fault)))
    return schedule


def read_tariff(text: str, *, file: str) -> list[TariffRow]:
    """
    Return the rows of a CSV that must be without fault.

    :raises BadTariff: a row cannot be used.
    """
    schedule = read_csv(text, file=file)
    if schedule.faults:
        first = schedule.faults[0]
        raise BadTariff(file=file, line=first.line, reason=first.reason, faults=len(schedule.faults))
    return schedule.rows


def _rows_of(values: list[str]) -> Iterator[TariffRow]:
    if len(values) != len(COLUMNS):
        raise ValueError(f"{len(values)} cells in place of {len(COLUMNS)}")
    cells = dict(zip(COLUMNS, (value.strip() for value in values), strict=True))
    destinations = _places(cells["destination"], "destination")
    origins = () if cells["origin"] == ANY else _places(cells["origin"], "origin")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", cells["measure"]):
        raise ValueError(f"measure {cells['measure']!r} is no lower-case word")
    if cells["confidence"] not in CONFIDENCES:
        raise ValueError(f"confidence {cells['confidence']!r} is none of {', '.join(CONFIDENCES)}")
    if not cells["source"]:
        raise ValueError("a rate needs a source")
    charge = _charge_of(cells)
    start, end = _day(cells, "valid_from"), _day(cells, "valid_to")
    if start and end and end < start:
        raise ValueError("valid_to lies before valid_from")
    for destination in destinations:
        for prefix in _prefixes(cells["hs_prefix"]):
            yield make_row(
                destination=destination,
                measure=cells["measure"],
                hs_prefix=prefix,
                origins=origins,
                valid_from=start,
                valid_to=end,
                source=cells["source"],
                confidence=cells["confidence"],
                note=cells["note"],
                **charge,
            )


def make_row(
    *,
    destination: str,
    measure: str,
    hs_prefix: str,
    source: str,
    confidence: str,
    origins: tuple[str, ...] = (),
    rate: Decimal = Decimal(0),
    specific: Decimal = Decimal(0),
    specific_currency: str = "",
    specific_unit: str = "",
    combine: str = "sum",
    at_most: Decimal | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    note: str = "",
) -> TariffRow:
    """Return a row, with the doubt that its confidence casts on quotes."""
    doubt = "tariff_unconfirmed" if confidence == "low" else ""
    if combine == "unknown":
        doubt = "surcharge_unconfirmed"
    return TariffRow(
        destination=destination,
        measure=measure,
        hs_prefix=hs_prefix,
        origins=origins,
        rate=rate,
        specific=specific,
        specific_currency=specific_currency,
        specific_unit=specific_unit,
        combine=combine,
        at_most=at_most,
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        confidence=confidence,
        note=note,
        doubt=doubt,
    )


def _charge_of(cells: Mapping[str, str]) -> dict[str, Any]:
    combine = cells["combine"] or "sum"
    if combine not in COMBINATIONS:
        raise ValueError(f"combine {combine!r} is none of {', '.join(COMBINATIONS)}")
    rate = _number(cells, "rate_percent", _RATE_MAX)
    specific, at_most = _number(cells, "specific_amount"), _number(cells, "at_most")
    if combine == "unknown":
        if rate is not None or specific is not None or not cells["note"]:
            raise ValueError("an unknown rate has no figures and says in its note what is published")
        return {"combine": combine}
    if rate is None and specific is None:
        raise ValueError("a row needs a rate or a specific amount")
    if specific is None and at_most is None:
        if cells["specific_currency"] or cells["specific_unit"]:
            raise ValueError("a currency or unit without a specific amount")
    else:
        if not re.fullmatch(r"[A-Z]{3}", cells["specific_currency"]):
            raise ValueError("a specific amount needs its currency (ISO 4217)")
        if cells["specific_unit"] not in UNITS:
            raise ValueError(f"specific_unit {cells['specific_unit']!r} is none of {', '.join(UNITS)}")
    if combine in ("max", "min") and (rate is None or specific is None):
        raise ValueError(f"{combine!r} needs a rate and a specific amount")
    return {
        "rate": rate or Decimal(0),
        "specific": specific or Decimal(0),
        "specific_currency": cells["specific_currency"],
        "specific_unit": cells["specific_unit"],
        "combine": combine,
        "at_most": at_most,
    }


def _number(cells: Mapping[str, str], name: str, most: Decimal | None = None) -> Decimal | None:
    if not cells[name]:
        return None
    try:
        value = Decimal(cells[name])
    except InvalidOperation:
        raise ValueError(f"{name} {cells[name]!r} is no number") from None
    if not value.is_finite() or value < 0 or (most is not None and value > most):
        raise ValueError(f"{name} {cells[name]!r} is out of bounds")
    if value != round(value, DECIMALS):
        raise ValueError(f"{name} {cells[name]!r} has more than {DECIMALS} decimals")
    return value


def _day(cells: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(cells[name]) if cells[name] else None
    except ValueError:
        raise ValueError(f"{name} {cells[name]!r} is no date (YYYY-MM-DD)") from None


def _places(text: str, name: str) -> tuple[str, ...]:
    places = tuple(dict.fromkeys(text.split()))
    if not places or not all(re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]+)?|[A-Z]{3,6}", place) for place in places):
        raise ValueError(f"{name} {text!r} names no countries or unions")
    return places


def _prefixes(text: str) -> Iterable[str]:
    if text == ANY:
        return ("",)
    found: dict[str, None] = {}
    for word in text.split():
        if spread := re.fullmatch(r"(\d{2}|\d{4})-(\d{2}|\d{4})", word):
            first, last = spread[1], spread[2]
            if len(first) != len(last) or first > last:
                raise ValueError(f"{word!r} is no range of chapters or headings")
            found.update((f"{code:0{len(first)}d}", None) for code in range(int(first), int(last) + 1))
        elif re.fullmatch(r"\d{2,10}", word):
            found[word] = None
        else:
            raise ValueError(f"{word!r} is no HS prefix")
    if not found:
        raise ValueError("an HS prefix is needed; * is all goods")
    return found


@cache
def shipped_rows() -> tuple[TariffRow, ...]:
    """Return the rows that ship: a modest table, marked by confidence."""
    file = files("entrepot.customs").joinpath("tariff.csv")
    return tuple(read_tariff(file.read_text(encoding="utf-8"), file="tariff.csv"))


@cache
def shipped_table() -> TariffTable:
    """Return the table of what ships alone."""
    return make_table(shipped_rows())
