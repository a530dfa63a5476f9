"""
From the rates of several sources to one table: whose rate counts, how old it is, and where two sources disagree.

The ECB's rate goes before all others as long as it is not much older; of the others the newest counts, and of one day's
the one that came last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from entrepot.markets.fx_sources import ECB, RateRow, UnreadableRates, read_rates
from entrepot.markets.rules import FxTable

__all__ = [
    "ECB",
    "Disagreement",
    "RateRow",
    "UnreadableRates",
    "find_disagreements",
    "read_rates",
    "shipped_rows",
    "table_of",
]

# Weekends and holidays leave gaps of some days; beyond that a newer rate of somebody else says more.
_ECB_PREFERRED_FOR = timedelta(days=7)
# Rates of days further apart than this differ because the market moved.
_COMPARABLE_WITHIN = timedelta(days=3)
DISAGREEMENT_PERCENT = Decimal(3)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two sources that quote a currency differently: the rate that counts, and the other one."""

    counts: RateRow
    other: RateRow
    percent: Decimal


@cache
def shipped_rows() -> tuple[RateRow, ...]:
    """Return the dated snapshot that ships, so that a machine without internet quotes too."""
    text = files("entrepot.markets").joinpath("fx_snapshot.csv").read_text(encoding="utf-8")
    return tuple(read_rates("\n".join(line for line in text.splitlines() if not line.startswith("#")).encode()))


def _by_currency(rows: Iterable[RateRow]) -> dict[str, list[RateRow]]:
    """Return the newest rate of each source, by currency."""
    newest: dict[tuple[str, str], RateRow] = {}
    for row in rows:
        key = row.currency, row.source
        if key not in newest or row.rate_date > newest[key].rate_date:
            newest[key] = row
    found: dict[str, list[RateRow]] = {}
    for row in newest.values():
        found.setdefault(row.currency, []).append(row)
    return found


def _choose(rows: list[RateRow]) -> RateRow:
    # Of one day's rates the ECB's, else the one that came last.
    latest = max(reversed(rows), key=lambda row: (row.rate_date, row.source == ECB))
    own = next((row for row in rows if row.source == ECB), None)
    if own is not None and latest.rate_date - own.rate_date <= _ECB_PREFERRED_FOR:
        return own
    return latest


def table_of(rows: Iterable[RateRow]) -> FxTable:
    """Return the rate that counts of each currency as one table, dated by the ECB's newest day where there is one."""
    chosen = {currency: _choose(found) for currency, found in _by_currency(rows).items()}
    reference = [row for row in chosen.values() if row.source == ECB] or list(chosen.values())
    dated = max(reference, key=lambda row: row.rate_date)
    return FxTable(
        per_eur={row.currency: row.per_eur for row in chosen.values()},
        date=dated.rate_date,
        source=dated.source,
        dates={row.currency: row.rate_date for row in chosen.values()},
        sources={row.currency: row.source for row in chosen.values()},
    )


def find_disagreements(rows: Iterable[RateRow], *, percent: Decimal = DISAGREEMENT_PERCENT) -> list[Disagreement]:
    """Return where a source quotes a currency more than `percent` off the rate that counts, the widest first."""
    found = []
    for quoted in _by_currency(rows).values():
        counts = _choose(quoted)
        for other in quoted:
            if other is counts or abs(other.rate_date - counts.rate_date) > _COMPARABLE_WITHIN:
                continue
            apart = abs(other.per_eur - counts.per_eur) * 100 / counts.per_eur
            if apart > percent:
                found.append(Disagreement(counts, other, apart.quantize(Decimal("0.1"))))
    return sorted(found, key=lambda one: (-one.percent, one.counts.currency, one.other.source))
