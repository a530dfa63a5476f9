"""
The tariff table: duty rates by destination, HS prefix, origin and date, read from CSV files and looked up by prefix.

Columns: destination (country or union), measure (`duty` is the basic rate; further measures are added to it),
hs_prefix (a prefix, a range of chapters such as `25-97`, or `*`), origin (`*`, country or union), rate_percent,
specific_amount, specific_currency, specific_unit (`kg` or `piece`), combine (`sum`, `max` or `min` of the two),
valid_from, valid_to, source, confidence, note. A row for the goods' origin goes before one for any origin; among
those the longest prefix wins.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files

from entrepot.kernel.errors import DomainError

BASIC = "duty"
ANY = "*"
COLUMNS = (
    "destination measure hs_prefix origin rate_percent specific_amount specific_currency specific_unit combine "
    "valid_from valid_to source confidence note"
).split()


class BadTariff(DomainError):
    """A row of a tariff file cannot be used: `file`, `line`, `reason`."""

    code = "bad_tariff"
    summary = "A tariff file cannot be used."


@dataclass(frozen=True, slots=True)
class TariffRow:
    """One rate: ad valorem, specific, or both combined."""

    destination: str
    measure: str
    hs_prefix: str
    origin: str
    rate: Decimal
    specific: Decimal
    specific_currency: str
    specific_unit: str
    combine: str
    valid_from: date | None
    valid_to: date | None
    source: str
    confidence: str
    note: str

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class TariffTable:
    """All rows, indexed by destination, measure, origin and prefix."""

    rows: Mapping[tuple[str, str, str, str], tuple[TariffRow, ...]]
    measures: Mapping[str, tuple[str, ...]]
    _found: dict[tuple[str, str, str | None, date], tuple[TariffRow, ...] | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def find(
        self, *, destinations: Sequence[str], origins: Sequence[str], hs: str, on: date
    ) -> tuple[TariffRow, ...] | None:
        """
        Return the rows that apply to goods: the basic rate first, then what is added to it.

        `destinations` is the country and its unions, `origins` the country of origin and its unions (empty: unknown),
        most particular first. None: the basic rate is not known.
        """
        key = (destinations[0], hs, origins[0] if origins else None, on)
        if key in self._found:
            return self._found[key]
        if len(self._found) > 50_000:
            self._found.clear()
        found = self._find(destinations, origins, hs, on)
        self._found[key] = found
        return found

    def _find(
        self, destinations: Sequence[str], origins: Sequence[str], hs: str, on: date
    ) -> tuple[TariffRow, ...] | None:
        taken: list[TariffRow] = []
        for measure in dict.fromkeys([BASIC, *(m for place in destinations for m in self.measures.get(place, ()))]):
            row = self._best(destinations, measure, origins, hs, on)
            if row is not None:
                taken.append(row)
            elif measure == BASIC:
                return None
        return tuple(taken)

    def _best(
        self, destinations: Sequence[str], measure: str, origins: Sequence[str], hs: str, on: date
    ) -> TariffRow | None:
        for origin in (*origins, ANY):
            for length in range(len(hs), -1, -1):
                for destination in destinations:
                    for row in self.rows.get((destination, measure, origin, hs[:length]), ()):
                        if row.is_valid_on(on):
                            return row
        return None

    def list_rows(self, destinations: Iterable[str]) -> list[TariffRow]:
        """Return the rows of some destinations, by prefix and origin."""
        wanted = set(destinations)
        rows = [row for (destination, *_), group in self.rows.items() if destination in wanted for row in group]
        return sorted(rows, key=lambda row: (row.measure, row.hs_prefix, row.origin, row.valid_from or date.min))


def read_tariff(text: str, *, file: str) -> list[TariffRow]:
    """
    Return the rows of a tariff CSV; lines that begin with `#` are comments.

    :raises BadTariff: a row cannot be used.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if not line.startswith("#")]
    reader = csv.DictReader(io.StringIO("\n".join(line for _, line in lines)))
    if reader.fieldnames != COLUMNS:
        raise BadTariff(file=file, line=1, reason=f"the columns must be {','.join(COLUMNS)}")
    rows = []
    for (number, _), cells in zip(lines[1:], reader, strict=True):
        try:
            rows.extend(_rows_of(cells))
        except (ValueError, InvalidOperation, TypeError, KeyError) as fault:
            raise BadTariff(file=file, line=number, reason=str(fault) or "a number or date is malformed") from None
    return rows


def _rows_of(cells: Mapping[str, str]) -> list[TariffRow]:
    prefix = cells["hs_prefix"]
    if "-" in prefix:
        first, last = prefix.split("-")
        prefixes = [f"{chapter:02d}" for chapter in range(int(first), int(last) + 1)]
    else:
        prefixes = [""] if prefix == ANY else [prefix]
    if not all(p.isdigit() or p == "" for p in prefixes):
        raise ValueError(f"{prefix!r} is no HS prefix")
    if cells["confidence"] not in ("high", "medium", "low"):
        raise ValueError(f"confidence {cells['confidence']!r} is none of high, medium, low")
    if not cells["source"]:
        raise ValueError("a rate needs a source")
    if not cells["rate_percent"] and not cells["specific_amount"]:
        raise ValueError("a row needs a rate or a specific amount")
    return [
        TariffRow(
            destination=cells["destination"],
            measure=cells["measure"],
            hs_prefix=hs_prefix,
            origin=cells["origin"],
            rate=Decimal(cells["rate_percent"] or 0),
            specific=Decimal(cells["specific_amount"] or 0),
            specific_currency=cells["specific_currency"],
            specific_unit=cells["specific_unit"],
            combine=cells["combine"] or "sum",
            valid_from=date.fromisoformat(cells["valid_from"]) if cells["valid_from"] else None,
            valid_to=date.fromisoformat(cells["valid_to"]) if cells["valid_to"] else None,
            source=cells["source"],
            confidence=cells["confidence"],
            note=cells["note"],
        )
        for hs_prefix in prefixes
    ]


def make_table(rows: Iterable[TariffRow]) -> TariffTable:
    """Return rows as a table to look up in; of rows with the same key the later start comes first."""
    index: dict[tuple[str, str, str, str], list[TariffRow]] = {}
    measures: dict[str, dict[str, None]] = {}
    for row in rows:
        index.setdefault((row.destination, row.measure, row.origin, row.hs_prefix), []).append(row)
        measures.setdefault(row.destination, {})[row.measure] = None
    for group in index.values():
        group.sort(key=lambda row: row.valid_from or date.min, reverse=True)
    return TariffTable(
        rows={key: tuple(group) for key, group in index.items()},
        measures={place: tuple(names) for place, names in measures.items()},
    )


@cache
def shipped_table() -> TariffTable:
    """Return the table that ships: a modest one, marked by confidence."""
    file = files("entrepot.customs").joinpath("tariff.csv")
    return make_table(read_tariff(file.read_text(encoding="utf-8"), file="tariff.csv"))
