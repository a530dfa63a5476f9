"""
Duties, taxes and fees of a regime in the form in which they are levied: what hangs on no amount is worked out once.

What a duty lays on goods (which rows of the tariff, at which rate, from which source) depends on the kind of goods
alone. So a consignment looks it up, and only reckons. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from entrepot.customs.charges import Charge, FoundRate, Group, Ratio, percent, ratio
from entrepot.customs.limits import Limit
from entrepot.customs.tariffs import BASIC, PREFERENCE, TariffRow
from entrepot.kernel.money import Rounding, minor_digits
from entrepot.markets.packs import AssessedValue, Collector, Duty, Fee, RateRow, Regime, Tax

if TYPE_CHECKING:
    from entrepot.customs.lanes import Kind

_NOTHING: Ratio = (0, 1)
_ZERO = Decimal(0)


class Levied(msgspec.Struct, frozen=True, eq=False):
    """What one duty or tax lays on goods of a kind: its charges, and why they are not sure."""

    charges: tuple[Charge, ...]
    doubts: tuple[str, ...] = ()


class DutyLevy:
    """One duty of a regime; what it lays on a kind of goods the kind remembers."""

    __slots__ = (
        "_assessed",
        "_made",
        "_regime",
        "_rows",
        "amount",
        "base",
        "currency",
        "exempt",
        "flat",
        "hs_digits",
        "is_plain",
        "kind",
        "law",
        "nothing",
        "on_excess",
        "per",
        "unknown",
    )

    def __init__(self, law: Duty, regime: Regime, assessed: AssessedValue | None) -> None:
        self.law = law
        self.kind, self.base, self.on_excess = law.kind, law.base, law.on == "excess"
        self.per, self.hs_digits, self.currency = law.per, law.hs_digits, law.currency
        # A flat amount in minor units.
        times, over = ratio(law.amount or _ZERO)
        self.amount: Ratio = times * 10 ** minor_digits(law.currency), over
        self.exempt = None if law.exempt is None else Limit(law.exempt)
        # Nothing but a rate on a base.
        self.is_plain = not (self.on_excess or law.minimum_per_kg or law.deduction or law.maximum is not None)
        self._regime = regime
        self._assessed = assessed if law.base == "assessed" else None
        self._rows: dict[int, tuple[TariffRow, Charge]] = {}
        self._made: dict[str, Charge] = {}
        why = "no_duty" if law.kind == "none" else "below_threshold"
        self.nothing = _charge(regime, law.code, "duty", law.collector, reason=law.reason or why)
        # A flat duty is the same on all goods.
        self.flat = _charge(
            regime, law.code, "duty", law.collector, reason=f"flat_per_{law.per}", rounding=law.rounding
        )
        self.unknown = self._make(_NOTHING, None, reason="tariff_unknown")

    def on(self, kind: Kind) -> Levied:
        """Return what is laid on goods of a kind by the tariff or by the duty's own rates."""
        found = kind.levied.get(self)
        if found is None:
            found = self._by_tariff(kind) if self.kind == "tariff" else Levied((self._by_percentage(kind),))
            kind.levied[self] = found
        return found

    def given(self, basic_rate: Decimal) -> Charge:
        """Return the charge of a rate that the caller gives in place of the tariff's basic one."""
        return self._make(percent(basic_rate), basic_rate, source="rate given by the caller")

    def beside(self, given: Charge, kind: Kind) -> Levied:
        """Return what is laid on goods of a kind where the basic rate is given."""
        added = [row for row in kind.tariff() or () if row.measure not in (BASIC, PREFERENCE)]
        return self._of_rows(kind, added, (given,))

    def _by_tariff(self, kind: Kind) -> Levied:
        rows = kind.tariff()
        if rows is None:
            return self._of_rows(kind, (), (self.unknown,), ("tariff_unknown",))
        return self._of_rows(kind, rows)

    def _of_rows(
        self, kind: Kind, rows: Sequence[TariffRow], charges: tuple[Charge, ...] = (), doubts: tuple[str, ...] = ()
    ) -> Levied:
        own = tuple(self._of_row(row) for row in rows if row.is_known)
        reasons = tuple(row.doubt for row in rows if row.doubt)
        if kind.origin is None:
            reasons = (*reasons, "origin_unknown")
        return Levied(charges + own, doubts + reasons)

    def _of_row(self, row: TariffRow) -> Charge:
        known = self._rows.get(id(row))  # Holds on to the row, so that nothing else can take that id.
        if known is None:
            reason = "" if row.rate or row.specific else "tariff_zero"
            if row.measure == PREFERENCE:
                reason = "preferential_rate"
            # A duty by weight or number alone has no percentage to show.
            rate = row.rate if row.rate or not row.specific else None
            made = self._make(percent(row.rate), rate, reason=reason, source=row.source, row=row)
            known = self._rows[id(row)] = row, made
        return known[1]

    def _by_percentage(self, kind: Kind) -> Charge:
        lane = kind.lane
        free = lane.book.is_exempt(
            self.law.code, country=lane.there.country, origin=kind.origin, hs=kind.hs, on=lane.on
        )
        rate = _ZERO if free else _place_rate(self.law.rates, self.law.rate, kind)
        key = str(rate)
        if key not in self._made:
            self._made[key] = self._make(percent(rate), rate)
        return self._made[key]

    def _make(
        self, share: Ratio, rate: Decimal | None, *, reason: str = "", source: str = "", row: TariffRow | None = None
    ) -> Charge:
        law = self.law
        return _charge(
            self._regime,
            law.code if row is None or row.measure in (BASIC, PREFERENCE) else row.measure,
            "duty",
            law.collector,
            share=share,
            rate=rate,
            source=source,
            valid_from=None if row is None else row.valid_from,
            reason=reason,
            rounding=law.rounding,
            assessed=self._assessed,
            row=row if row is not None and (row.specific or row.at_most is not None) else None,
        )


class TaxLevy:
    """One tax of a regime; what it lays on a kind of goods the kind remembers."""

    __slots__ = (
        "_assessed",
        "_known",
        "_made",
        "_reason",
        "_regime",
        "exempt",
        "factor",
        "law",
        "least",
        "nothing",
        "on_cif",
        "on_excess",
        "scheme",
        "sums",
        "too_little",
        "values",
    )

    def __init__(self, law: Tax, regime: Regime, assessed: AssessedValue | None) -> None:
        self.law = law
        self.scheme, self.on_excess, self.factor = law.scheme, law.on == "excess", ratio(law.factor)
        # What the tax is on: the value of the goods, most often with freight, and sums of what else is charged.
        values = {name for name in law.base if name in ("goods", "freight", "assessed")}
        self.on_cif = values == {"goods", "freight"}
        self.values = () if self.on_cif else tuple(name for name in law.base if name in values)
        self.sums = tuple("tax" if name == "taxes" else name for name in law.base if name not in values)
        self.exempt = None if law.exempt is None else Limit(law.exempt)
        self._regime = regime
        self._assessed = assessed if "assessed" in law.base else None
        self._made: dict[object, Charge] = {}
        self._known: dict[tuple[Charge, str], Levied] = {}
        self._reason = law.reason or ("on_excess" if self.on_excess else "")
        self.nothing = _charge(regime, law.code, "tax", law.collector, reason=law.reason or "below_threshold")
        self.too_little = _charge(regime, law.code, "tax", law.collector, reason="tax_below_minimum")
        self.least = _charge(regime, law.code, "tax", law.collector, reason="minimum_tax", rounding=law.rounding)

    def on(self, kind: Kind) -> Levied:
        """Return what is laid on goods of a kind: the country's own rate for them, or the tax's."""
        found = kind.levied.get(self)
        if found is None:
            found = kind.levied[self] = self._levy(kind)
        return found

    def _levy(self, kind: Kind) -> Levied:
        if self.law.rate != "standard":
            return self._alike(self._of_regime(_place_rate(self.law.rates, self.law.rate, kind)))
        found = kind.lane.tax_rate(kind.hs)
        if found is None:
            return self._alike(self._of_regime(_ZERO), "rate_unknown")
        return self._alike(self._of_rate(found), found.doubt)

    def _alike(self, charge: Charge, doubt: str = "") -> Levied:
        """Return the one object for all kinds of goods that bear the same."""
        found = self._known.get((charge, doubt))
        if found is None:
            found = self._known[charge, doubt] = Levied((charge,), (doubt,) if doubt else ())
        return found

    def _of_regime(self, rate: Decimal) -> Charge:
        return self._of_rate(FoundRate(rate, self._regime.source, self._regime.valid_from))

    def _of_rate(self, found: FoundRate) -> Charge:
        key = str(found.rate), found.source, found.valid_from
        made = self._made.get(key)
        if made is None:
            law, rate = self.law, found.rate
            times, over = percent(rate)
            made = self._made[key] = _charge(
                self._regime,
                law.code,
                "tax",
                law.collector,
                share=(times, over - times) if law.inside else (times, over),
                rate=rate,
                source=found.source,
                valid_from=found.valid_from,
                reason=self._reason if rate else law.reason or "zero_rate",
                rounding=law.rounding,
                assessed=self._assessed,
            )
        return made


class FeeLevy:
    """One fee of a regime."""

    __slots__ = ("charge", "law", "threshold")

    def __init__(self, law: Fee, regime: Regime) -> None:
        self.law = law
        self.threshold = None if law.threshold is None else Limit(law.threshold)
        self.charge = _charge(
            regime,
            law.code,
            "fees",
            law.collector,
            rate=law.rate,
            source=law.source,
            valid_from=law.valid_from,
            reason=f"per_{law.per}",
        )


def _place_rate(rows: Sequence[RateRow], otherwise: Decimal | None, kind: Kind) -> Decimal:
    """Return the rate of the row that fits goods on their way best, else another."""
    lane = kind.lane
    row = lane.book.best_row(
        rows,
        hs=kind.hs,
        origin=kind.origin,
        dispatch_country=lane.here.code,
        region=lane.there.region,
        postal_code=lane.there.postal_code,
    )
    return row.rate if row is not None else otherwise or _ZERO


def _charge(
    regime: Regime,
    code: str,
    group: Group,
    collector: Collector | None,
    *,
    share: Ratio = _NOTHING,
    rate: Decimal | None = None,
    source: str = "",
    valid_from: date | None = None,
    reason: str = "",
    rounding: Rounding | None = None,
    assessed: AssessedValue | None = None,
    row: TariffRow | None = None,
) -> Charge:
    """Return a charge of a regime; `assessed` took the place of the price in its base."""
    source = source or regime.source
    if assessed is not None:
        source, reason = f"{source}; {assessed.source}", reason or assessed.reason
    return Charge(
        code=code,
        group=group,
        share=share,
        rate=rate,
        source=source,
        valid_from=valid_from or regime.valid_from,
        reason=reason,
        rule=regime.id,
        rounding=rounding or regime.rounding,
        is_platforms=(collector or regime.collector) == "platform",
        row=row,
    )
