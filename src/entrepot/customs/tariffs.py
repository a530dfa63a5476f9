"""
The tariff table: duty rates by destination, HS prefix, origin and date, in memory and looked up by prefix. Pure.

Of the rows that hold on a day, one for the goods' origin goes before one for any origin; among those the longest
prefix wins. `duty` is the basic rate; other measures are added to it; `preference` takes its place for goods of an
origin that come with a proof of it. What an operator imported goes before what ships.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

BASIC = "duty"
PREFERENCE = "preference"
# `<code>_exempt`: goods that an additional duty of an import rule (`code`) leaves free.
EXEMPT = "_exempt"
ANY = "*"
# What an item's flags say when the seller encloses a proof of origin.
PROOF_OF_ORIGIN = "proof_of_origin"

_REMEMBERED_MAX = 50_000


@dataclass(frozen=True, slots=True)
class TariffRow:
    """
    One rate: ad valorem, specific, or both combined. `origins` are countries or unions (none: any origin); `specific`
    is per `kg` or `piece`, and so is `at_most`, which caps the whole; `combine` is `sum`, `max`, `min`, or `unknown`
    for a rate that is published and cannot be computed. `doubt` says why a quote that rests on it is not sure.
    """

    destination: str
    measure: str
    hs_prefix: str
    origins: tuple[str, ...]
    rate: Decimal
    specific: Decimal
    specific_currency: str
    specific_unit: str
    combine: str
    at_most: Decimal | None
    valid_from: date | None
    valid_to: date | None
    source: str
    confidence: str
    note: str
    doubt: str = ""

    @property
    def is_known(self) -> bool:
        return self.combine != "unknown"

    @property
    def charge(self) -> tuple[object, ...]:
        """What is charged: rows that charge the same are as good as one."""
        return (self.rate, self.specific, self.specific_currency, self.specific_unit, self.combine, self.at_most)

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def is_for(self, origin: str) -> bool:
        return origin in self.origins if self.origins else origin == ANY


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of one destination and measure by prefix; `since`: the first day of any of them (None: always)."""

    by_prefix: Mapping[str, tuple[TariffRow, ...]]
    prefixes: tuple[str, ...]
    since: date | None

    def below(self, hs: str) -> Sequence[str]:
        """Return the longer prefixes that begin with a code."""
        first = bisect_left(self.prefixes, hs)
        last = bisect_left(self.prefixes, hs + ":")  # The sign after 9.
        return [prefix for prefix in self.prefixes[first:last] if prefix != hs]


Layer = Mapping[str, Mapping[str, Lines]]  # By destination, by measure.


@dataclass(frozen=True, slots=True)
class Weighed:
    """One row that was looked at for some goods, and why it was taken or passed over (a code)."""

    row: TariffRow
    verdict: str


@dataclass(frozen=True, eq=False)
class TariffTable:
    """All rows, indexed; `version` is the newest import in it (0: only what ships)."""

    layers: tuple[Layer, ...]
    version: int = 0
    exempted: frozenset[str] = frozenset()
    _found: dict[tuple[object, ...], tuple[TariffRow, ...] | None] = field(default_factory=dict, repr=False)

    def find(
        self, *, destinations: Sequence[str], origins: Sequence[str], hs: str, on: date, proof: bool = False
    ) -> tuple[TariffRow, ...] | None:
        """
        Return the rows that apply to goods: the basic rate first, then what is added to it.

        `destinations` is the country and its unions, `origins` the country of origin and its unions (empty: unknown),
        most particular first; `proof`: the goods come with a proof of origin. A code of six digits where the rates
        hang on national digits gets the dearest of them, with a doubt. None: the basic rate is not known.
        """
        key = (destinations[0], hs, origins[0] if origins else None, on, proof)
        if key in self._found:
            return self._found[key]
        if len(self._found) > _REMEMBERED_MAX:
            self._found.clear()
        found = self._found[key] = self._find(destinations, origins, hs, on, proof)
        return found

    def _find(
        self, destinations: Sequence[str], origins: Sequence[str], hs: str, on: date, proof: bool
    ) -> tuple[TariffRow, ...] | None:
        basic = self._resolve(destinations, BASIC, origins, hs, on)
        if proof and origins:
            lower = self._resolve(destinations, PREFERENCE, origins, hs, on)
            if lower is not None and lower.is_known:
                basic = lower
        if basic is None or not basic.is_known:
            return None
        added = (self._resolve(destinations, measure, origins, hs, on) for measure in self.added_measures(destinations))
        return (basic, *(row for row in added if row is not None))

    def added_measures(self, destinations: Sequence[str]) -> list[str]:
        """Return the measures that come on top of the basic rate somewhere."""
        names = (name for place in destinations for layer in self.layers for name in layer.get(place, ()))
        added = (name for name in names if name not in (BASIC, PREFERENCE) and not name.endswith(EXEMPT))
        return list(dict.fromkeys(added))

    def is_exempt(
        self, code: str, *, destinations: Sequence[str], origins: Sequence[str], hs: str | None, on: date
    ) -> bool:
        """Say whether goods are free of an additional duty that an import rule lays on nearly all."""
        return hs is not None and self.best(destinations, code + EXEMPT, origins, hs, on) is not None

    def _resolve(
        self, destinations: Sequence[str], measure: str, origins: Sequence[str], hs: str, on: date
    ) -> TariffRow | None:
        """Return the row of a measure: the best one, or the dearest of those that hang on further digits."""
        best = self.best(destinations, measure, origins, hs, on)
        national = self._national_codes(destinations, measure, hs, on)
        if not national:
            return best
        found = [self.best(destinations, measure, origins, code, on) for code in national]
        if best is not None or (measure != BASIC and not self._national_codes(destinations, BASIC, hs, on)):
            found.append(best)  # What the national codes leave of the code is a kind of its own.
        charges = {None if row is None else row.charge for row in found}
        rows = [row for row in found if row is not None]
        if len(charges) == 1 or not rows:
            return rows[0] if rows else None
        if measure == PREFERENCE and None in charges:
            return None
        dearest = max(rows, key=lambda row: (not row.is_known, row.rate, row.specific))
        return replace(dearest, doubt=dearest.doubt or "tariff_by_national_code")

    def _national_codes(self, destinations: Sequence[str], measure: str, hs: str, on: date) -> list[str]:
        names = [measure] if measure == BASIC else [BASIC, measure]
        codes: dict[str, None] = {}
        for name in names:
            for lines in self._lines(destinations, name, on):
                for prefix in lines.below(hs):
                    if any(row.is_valid_on(on) for row in lines.by_prefix[prefix]):
                        codes[prefix] = None
        return list(codes)

    def _lines(self, destinations: Sequence[str], measure: str, on: date) -> list[Lines]:
        """Return the lines of a measure that count: those of the first layer that speaks of it on that day."""
        for layer in self.layers:
            lines = [layer[place][measure] for place in destinations if measure in layer.get(place, ())]
            if any(one.since is None or one.since <= on for one in lines):
                return lines
        return []

    def best(
        self, destinations: Sequence[str], measure: str, origins: Sequence[str], hs: str, on: date
    ) -> TariffRow | None:
        """
        Return the row of a measure for exactly this code.

        An imported list of an additional measure is whole: what it does not name does not bear it. The basic rate of
        a code that an imported schedule does not have is looked up in what ships.
        """
        for layer in self.layers:
            lines = [layer[place][measure] for place in destinations if measure in layer.get(place, ())]
            row = next(_matching(lines, origins, hs, on), None)
            if row is not None:
                return row
            if measure != BASIC and any(one.since is None or one.since <= on for one in lines):
                return None
        return None

    def weigh(self, *, destinations: Sequence[str], origins: Sequence[str], hs: str, on: date) -> list[Weighed]:
        """Return every row that speaks of goods, and why it is or is not the one that counts."""
        weighed = []
        exempt = [code + EXEMPT for code in sorted(self.exempted)]
        for measure in (BASIC, PREFERENCE, *self.added_measures(destinations), *exempt):
            taken = self._resolve(destinations, measure, origins, hs, on)
            counted = self._lines(destinations, measure, on)
            for layer in self.layers:
                for lines in (layer[place][measure] for place in destinations if measure in layer.get(place, ())):
                    weighed += [
                        Weighed(row, _verdict(row, taken, origins, hs, on, any(lines is one for one in counted)))
                        for row in _touching(lines, hs)
                        if row.is_for(ANY) or any(row.is_for(origin) for origin in origins)
                    ]
        return weighed

    def list_rows(self, destinations: Iterable[str]) -> list[TariffRow]:
        """Return the rows of some destinations, by measure, prefix and origin."""
        rows = [
            row
            for destination in dict.fromkeys(destinations)
            for layer in self.layers
            for lines in layer.get(destination, {}).values()
            for group in lines.by_prefix.values()
            for row in group
        ]
        return sorted(rows, key=lambda row: (row.measure, row.hs_prefix, row.origins, row.valid_from or date.min))

    def list_destinations(self) -> list[str]:
        """Return the countries and unions that rows are written for."""
        return sorted({place for layer in self.layers for place in layer})


def _matching(lines: Sequence[Lines], origins: Sequence[str], hs: str, on: date) -> Iterator[TariffRow]:
    for origin in (*origins, ANY):
        for length in range(len(hs), -1, -1):
            for one in lines:
                for row in one.by_prefix.get(hs[:length], ()):
                    if row.is_for(origin) and row.is_valid_on(on):
                        yield row


def _touching(lines: Lines, hs: str) -> Iterator[TariffRow]:
    for length in range(len(hs) + 1):
        yield from lines.by_prefix.get(hs[:length], ())
    for prefix in lines.below(hs):
        yield from lines.by_prefix[prefix]


def _verdict(row: TariffRow, taken: TariffRow | None, origins: Sequence[str], hs: str, on: date, counts: bool) -> str:
    if not row.is_valid_on(on):
        return "other_day"
    if taken is not None and replace(row, doubt="") == replace(taken, doubt=""):
        return "proof_needed" if row.measure == PREFERENCE else "applies"
    if not counts and (taken is None or row.measure != BASIC):
        return "replaced_by_import"
    if row.origins == () and taken is not None and taken.origins:
        return "other_origin_row"
    if len(row.hs_prefix) > len(hs):
        return "national_code"
    if taken is not None and len(row.hs_prefix) < len(taken.hs_prefix):
        return "longer_prefix"
    return "passed_over"


def make_layer(rows: Iterable[TariffRow]) -> Layer:
    """Return rows indexed by destination, measure and prefix; of rows with one prefix the later start comes first."""
    index: dict[str, dict[str, dict[str, list[TariffRow]]]] = {}
    for row in rows:
        index.setdefault(row.destination, {}).setdefault(row.measure, {}).setdefault(row.hs_prefix, []).append(row)
    return {
        place: {measure: _make_lines(by_prefix) for measure, by_prefix in measures.items()}
        for place, measures in index.items()
    }


def _make_lines(by_prefix: Mapping[str, list[TariffRow]]) -> Lines:
    starts = [row.valid_from for rows in by_prefix.values() for row in rows]
    return Lines(
        by_prefix={
            prefix: tuple(sorted(rows, key=lambda row: row.valid_from or date.min, reverse=True))
            for prefix, rows in by_prefix.items()
        },
        prefixes=tuple(sorted(by_prefix)),
        since=None if None in starts else min(start for start in starts if start is not None),
    )


def make_table(rows: Iterable[TariffRow], *, imported: Iterable[TariffRow] = (), version: int = 0) -> TariffTable:
    """Return rows as a table to look up in, imported ones before those that ship."""
    layers = tuple(layer for layer in (make_layer(group) for group in (imported, rows)) if layer)
    measures = {measure for layer in layers for place in layer.values() for measure in place}
    exempted = frozenset(measure.removesuffix(EXEMPT) for measure in measures if measure.endswith(EXEMPT))
    return TariffTable(layers=layers, version=version, exempted=exempted)
