"""What the tariff says of some goods, for a person: every row that speaks of them, which count and why, the sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.customs.rulebook import RuleBook
from entrepot.customs.tariffs import BASIC, PREFERENCE, TariffRow, Weighed

VERDICTS = {
    "applies": "applies",
    "proof_needed": "applies with a proof of origin, in place of the basic rate",
    "other_day": "does not hold on this day",
    "replaced_by_import": "an imported schedule stands in its place",
    "other_origin_row": "a row for this origin goes before one for any",
    "longer_prefix": "a row with more digits of the code goes before it",
    "national_code": "holds for some national codes under this one",
    "passed_over": "another row with the same code goes before it",
}

DOUBTS = {
    "tariff_unknown": "no rate is known for these goods",
    "tariff_unconfirmed": "a rate was not confirmed",
    "tariff_by_national_code": "the rate hangs on further digits of the code; the highest is taken",
    "surcharge_unconfirmed": "an additional duty may fall on them that cannot be computed",
}


@dataclass(frozen=True, slots=True)
class TariffReport:
    """The rows that were weighed, those that count, and what they come to."""

    destination: str
    hs: str
    origin: str | None
    on: date
    weighed: tuple[Weighed, ...]
    taken: tuple[TariffRow, ...] | None

    @property
    def percent(self) -> Decimal:
        return sum((row.rate for row in self.taken or () if row.is_known), Decimal(0))

    @property
    def doubts(self) -> tuple[str, ...]:
        if self.taken is None:
            return ("tariff_unknown",)
        return tuple(sorted({row.doubt for row in self.taken if row.doubt}))

    def as_plain(self) -> dict[str, Any]:
        """Return it as a document of strings."""
        return {
            "destination": self.destination,
            "hs": self.hs,
            "origin": self.origin,
            "on": self.on.isoformat(),
            "known": self.taken is not None,
            "sure": not self.doubts,
            "doubts": list(self.doubts),
            "total": {"percent": f"{self.percent:f}", "words": sum_in_words(self.taken)},
            "rows": [{**row_as_plain(one.row), "verdict": one.verdict} for one in self.weighed],
        }


def report(book: RuleBook, *, destination: str, hs: str, origin: str | None, on: date) -> TariffReport:
    """Weigh every row of the tariff that speaks of goods entering a country."""
    areas, origins = book.tariff_areas(destination), book.areas(origin)
    return TariffReport(
        destination=destination,
        hs=hs,
        origin=origin,
        on=on,
        weighed=tuple(book.tariff.weigh(destinations=areas, origins=origins, hs=hs, on=on)),
        taken=book.tariff.find(destinations=areas, origins=origins, hs=hs, on=on),
    )


def row_as_plain(row: TariffRow) -> dict[str, Any]:
    """Return a row as a document of strings, in the columns of a tariff file."""
    has_amount = bool(row.specific or row.at_most is not None)
    return {
        "destination": row.destination,
        "measure": row.measure,
        "hs_prefix": row.hs_prefix or "*",
        "origin": " ".join(row.origins) or "*",
        "rate": rate_in_words(row),
        "rate_percent": _figure(row.rate) if row.is_known else None,
        "specific_amount": _figure(row.specific) if row.specific else None,
        "specific_currency": row.specific_currency if has_amount else None,
        "specific_unit": row.specific_unit if has_amount else None,
        "combine": row.combine,
        "at_most": None if row.at_most is None else _figure(row.at_most),
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "source": row.source,
        "confidence": row.confidence,
        "note": row.note,
        "doubt": row.doubt or None,
    }


def rate_in_words(row: TariffRow) -> str:
    """Return a rate as people write it: `16.5 %`, `8 % + 0.5 EUR/kg`, `4.5 %, at least 0.3 EUR/piece`."""
    if not row.is_known:
        return f"not computable ({row.note})" if row.note else "not computable"
    percent, unit = f"{_figure(row.rate)} %", f"{row.specific_currency}/{row.specific_unit}"
    amount = f"{_figure(row.specific)} {unit}"
    if not row.specific:
        words = percent
    elif row.combine == "sum":
        words = f"{percent} + {amount}" if row.rate else amount
    else:
        words = f"{percent}, {'at least' if row.combine == 'max' else 'at most'} {amount}"
    return words if row.at_most is None else f"{words}, no more than {_figure(row.at_most)} {unit}"


def sum_in_words(rows: Sequence[TariffRow] | None) -> str:
    """Return what rows come to together."""
    if rows is None:
        return "not known"
    known = [row for row in rows if row.is_known]
    if all(row.combine == "sum" and row.at_most is None for row in known):
        words = [f"{_figure(sum((row.rate for row in known), Decimal(0)))} % of the value"]
        words += [
            f"{_figure(row.specific)} {row.specific_currency}/{row.specific_unit}" for row in known if row.specific
        ]
    else:
        words = [rate_in_words(row) for row in known]
    if len(known) < len(rows):
        words.append("an additional duty that is not known")
    return " + ".join(words)


def measure_in_words(measure: str) -> str:
    """Return what a measure is called."""
    named = {BASIC: "basic rate", PREFERENCE: "preference"}
    return named.get(measure, measure.replace("_", " "))


def _figure(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
