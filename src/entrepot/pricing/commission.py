"""The commission schedule: data, dated, by category and seller country. Frozen into each order's seller due."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from entrepot.markets.loader import BadPack, find_line
from entrepot.markets.packs import Country, Dated, Strict, Text

SHIPPED = Path(__file__).resolve().parent / "commission.toml"


class CommissionRow(Dated):
    """One rate in percent, of the categories (slugs) and seller countries it names; none named: all."""

    rate: Annotated[Decimal, Field(ge=0, le=100)]
    categories: tuple[Text, ...] = ()
    markets: tuple[Country, ...] = ()


class CommissionFile(Strict):
    rates: Annotated[tuple[CommissionRow, ...], Field(min_length=1)]


class Schedule:
    """
    The rows of one file, asked by category, seller country and day; answers are remembered.

    A listing's category is given as its path of slugs (`electronics/phones`); a row may name any of them.
    """

    def __init__(self, rows: Sequence[CommissionRow]) -> None:
        self.rows = tuple(rows)
        self._known: dict[tuple[str, str, date], Decimal] = {}

    def rate(self, *, category: str, country: str, on: date) -> Decimal:
        """Return the percentage of a sale; zero where no row fits."""
        key = (category, country, on)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > 10_000:
                self._known.clear()
            found = self._known[key] = self._find(category, country, on)
        return found

    def _find(self, category: str, country: str, on: date) -> Decimal:
        path = set(category.split("/"))
        fitting = [
            row
            for row in self.rows
            if row.is_valid_on(on)
            and (not row.categories or path.intersection(row.categories))
            and (not row.markets or country in row.markets)
        ]
        if not fitting:
            return Decimal(0)
        best = max(fitting, key=lambda row: (bool(row.categories), bool(row.markets), row.valid_from or date.min))
        return best.rate


def read_schedule(path: Path = SHIPPED) -> Schedule:
    """
    Return the schedule of a file.

    :raises BadPack: it is no TOML or does not fit, with file, line and reason.
    """
    text = path.read_text(encoding="utf-8")
    try:
        return Schedule(CommissionFile.model_validate(tomllib.loads(text, parse_float=Decimal)).rates)
    except tomllib.TOMLDecodeError as fault:
        raise BadPack(faults=[{"file": str(path), "line": 0, "reason": str(fault)}]) from None
    except ValidationError as refusal:
        raise BadPack(
            faults=[
                {
                    "file": str(path),
                    "line": find_line(text, error["loc"]),
                    "reason": f"{'.'.join(map(str, error['loc']))}: {error['msg']}",
                }
                for error in refusal.errors()
            ]
        ) from None
