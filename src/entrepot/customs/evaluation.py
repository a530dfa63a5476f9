"""
One regime over the items that it governs: its duties, fees and taxes, in the order in which the law computes them.

Duties on goods or on goods with freight; fees that are taxed; taxes on what their base names; fees that depend on
both; what is too little to collect. Every rounding is the regime's or the charge's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from entrepot.customs.charges import Part, Ratio, percent, ratio, split
from entrepot.customs.regime_parts import RegimeParts, round_ratio
from entrepot.customs.rulebook import FoundRate, group_by_rate
from entrepot.customs.tariffs import BASIC, PREFERENCE, PROOF_OF_ORIGIN, TariffRow
from entrepot.kernel.money import Money, minor_digits
from entrepot.markets.packs import AssessedValue, CollectionFloor, Doubt, Duty, Fee, RateRow, Tax

_HUNDRED = Decimal(100)
_NOTHING = Decimal(0)
_NONE: Ratio = (0, 1)
_WHOLE: Ratio = (1, 1)


def _times(amount: int, one: Ratio, other: Ratio) -> Ratio:
    return amount * one[0] * other[0], one[1] * other[1]


class Evaluation(RegimeParts):
    """One regime over the items that it governs: its duties, taxes, fees and floor, in the order of the law."""

    __slots__ = ()

    def run(self) -> list[Part]:
        work, regime = self.work, self.regime
        for duty in regime.duties:
            self._duty(duty)
        for fee in self.candidate.fees:
            self._fee(fee)
        for tax in regime.taxes:
            self._tax(tax)
        for fee in self.candidate.later_fees:
            self._fee(fee)
        if regime.collection_floor is not None:
            self._collect(regime.collection_floor)
        assessed = self.candidate.assessed
        if regime.confidence == "low" or (assessed is not None and assessed.confidence == "low"):
            work.unsure.add("regime_unconfirmed")
        if regime.doubts:
            note_doubts(regime.doubts, any(part.amount for part in self.parts), work.unsure)
        return self.parts

    def _duty(self, duty: Duty) -> None:
        if duty.kind == "none":
            self._zero(duty.code, "duty", duty.reason or "no_duty", duty.collector)
        elif self._exempt(duty.exempt):
            self._zero(duty.code, "duty", duty.reason or "below_threshold", duty.collector)
        elif duty.kind == "flat":
            self._flat_duty(duty)
        elif duty.kind == "percentage":
            self._percentage_duty(duty)
        else:
            self._tariff_duty(duty)

    def _bases(self, base: str) -> list[int]:
        if base == "assessed":
            return self.assessed
        return self.work.goods if base == "goods" else self.work.cif

    def _counted(self, base: str | Sequence[str]) -> AssessedValue | None:
        """Return what takes the place of the price in a base, if it does."""
        assessed = self.candidate.assessed
        return assessed if assessed is not None and "assessed" in base else None

    def _flat_duty(self, duty: Duty) -> None:
        items = self.work.c.items
        kinds: dict[str, list[int]] = {}
        for position in self.members:
            hs = items[position].hs
            # Goods without a code count as a kind of their own each: never fewer duties than customs would ask.
            name = hs[: duty.hs_digits] if hs else f"?{position}"
            kinds.setdefault(name, []).append(position)
        count = 1
        if duty.per == "subheading":
            count = len(kinds)
        elif duty.per == "item":
            count = sum([items[position].quantity for position in self.members])
        elif duty.per == "kg":
            count = -(-self._weight_g() // 1000)
        assert duty.amount is not None, "a flat duty has an amount"
        times, over = ratio(duty.amount)
        own = times * count * 10 ** minor_digits(duty.currency), over
        native = Money(round_ratio(own, self.regime.rounding), duty.currency)
        self._add(
            code=duty.code,
            group="duty",
            exact=own
            if duty.currency == self.work.c.currency
            else self.work.minor_units(duty.amount * count, duty.currency),
            column=self._flat_column(duty, kinds),
            members=self.members,
            collector=duty.collector,
            rounding=duty.rounding,
            reason=f"flat_per_{duty.per}",
            native=native,
        )

    def _flat_column(self, duty: Duty, kinds: dict[str, list[int]]) -> list[int]:
        """Return by what a flat duty is shared: pieces, value, or each kind the same and inside a kind by value."""
        work = self.work
        if duty.per == "item":
            return [item.quantity for item in work.c.items]
        if duty.per != "subheading" or len(kinds) == 1:
            return work.goods
        if len(kinds) == len(self.members):
            return [1] * self.count
        column = [0] * self.count
        for positions in kinds.values():
            shares = split(1_000_000, [work.goods[position] for position in positions])
            for position, share in zip(positions, shares, strict=True):
                column[position] = share
        return column

    def _weight_g(self) -> int:
        total = 0
        for position in self.members:
            item = self.work.c.items[position]
            if item.weight_g is None:
                self.work.unsure.add("weight_unknown")
            else:
                total += item.weight_g * item.quantity
        return total

    def _percentage_duty(self, duty: Duty) -> None:
        work = self.work
        factor = self._over(duty.exempt) if duty.on == "excess" else Decimal(1)
        bases = self._bases(duty.base)
        groups = self._by_rate(lambda position: self._percentage(duty, position))
        single = bool(duty.minimum_per_kg or duty.deduction or duty.maximum) or len(groups) == 1
        if not single:
            for rate, members in groups.items():
                base = sum([bases[position] for position in members])
                exact = base * factor * rate / _HUNDRED
                self._add_duty(duty, exact.as_integer_ratio(), members, bases, rate, base, "")
            return
        base = sum([bases[position] for position in self.members])
        exact = sum(
            (sum(bases[p] for p in members) * factor * rate / _HUNDRED for rate, members in groups.items()), Decimal(0)
        )
        reason = "on_excess" if duty.on == "excess" else ""
        if duty.deduction:
            exact = max(Decimal(0), exact - work.to_minor(duty.deduction, duty.currency))
            reason = "less_deduction"
        if duty.minimum_per_kg:
            least = work.to_minor(duty.minimum_per_kg * self._weight_g() / 1000, duty.currency)
            if least > exact:
                exact, reason = least, "minimum_per_kg"
        if duty.maximum is not None:
            exact = min(exact, work.to_minor(duty.maximum, duty.currency))
        rate_shown = next(iter(groups)) if len(groups) == 1 else None
        self._add_duty(duty, exact.as_integer_ratio(), self.members, bases, rate_shown, base, reason)

    def _add_duty(
        self,
        duty: Duty,
        exact: Ratio,
        members: list[int],
        bases: list[int],
        rate: Decimal | None,
        base: int | None,
        reason: str = "",
        code: str = "",
        source: str = "",
        valid_from: date | None = None,
    ) -> None:
        self._add(
            code=code or duty.code,
            group="duty",
            exact=exact,
            column=bases,
            members=members,
            collector=duty.collector,
            rounding=duty.rounding,
            rate=rate,
            base=base,
            source=source,
            valid_from=valid_from,
            reason=reason,
            counted=self._counted(duty.base),
        )

    def _by_rate(self, rate_of: Callable[[int], Decimal]) -> dict[Decimal, list[int]]:
        groups: dict[Decimal, list[int]] = {}
        for position in self.members:
            groups.setdefault(rate_of(position), []).append(position)
        return dict(sorted(groups.items()))

    def _percentage(self, duty: Duty, position: int) -> Decimal:
        c, item = self.work.c, self.work.c.items[position]
        if self.work.book.is_exempt(duty.code, country=c.country, origin=item.origin, hs=item.hs, on=c.on):
            return Decimal(0)
        return self._place_rate(duty.rates, duty.rate, position)

    def _place_rate(self, rows: Sequence[RateRow], otherwise: Decimal | None, position: int) -> Decimal:
        if rows:
            item = self.work.c.items[position]
            row = self.work.lane.best_row(rows, item.hs, item.origin)
            if row is not None:
                return row.rate
        return otherwise or Decimal(0)

    def _tariff_duty(self, duty: Duty) -> None:
        work, c = self.work, self.work.c
        bases = self._bases(duty.base)
        factor = self._over(duty.exempt).as_integer_ratio() if duty.on == "excess" else _WHOLE
        # By identity: the table's rows live as long as it does, and comparing them whole would cost more than the duty.
        groups: dict[int, tuple[TariffRow, list[int]]] = {}
        given: list[int] = []
        unknown: list[int] = []
        for position in self.members:
            item = c.items[position]
            if item.origin is None:
                work.unsure.add("origin_unknown")
            rows = None
            if item.hs is not None:
                rows = work.lane.tariff(item.hs, item.origin, PROOF_OF_ORIGIN in item.flags)
            if c.basic_duty_rate is not None:
                given.append(position)
                rows = tuple(row for row in rows or () if row.measure not in (BASIC, PREFERENCE))
            if rows is None:
                unknown.append(position)
            for row in rows or ():
                groups.setdefault(id(row), (row, []))[1].append(position)
        if given:
            assert c.basic_duty_rate is not None, "a given rate is there"
            base = sum([bases[position] for position in given])
            exact = _times(base, factor, percent(c.basic_duty_rate))
            source = "rate given by the caller"
            self._add_duty(duty, exact, given, bases, c.basic_duty_rate, base, source=source)
        for row, members in groups.values():
            self._tariff_row(duty, row, members, bases, factor)
        if unknown:
            work.unsure.add("tariff_unknown")
            work.unknown = True
            self._add_duty(duty, _NONE, unknown, bases, None, None, "tariff_unknown")

    def _tariff_row(self, duty: Duty, row: TariffRow, members: list[int], bases: list[int], factor: Ratio) -> None:
        work = self.work
        if row.doubt:
            work.unsure.add(row.doubt)
        if not row.is_known:
            return
        base = sum([bases[position] for position in members])
        exact = _times(base, factor, percent(row.rate))
        if row.specific or row.at_most is not None:
            exact = self._specific(row, members, exact)
        code = duty.code if row.measure in (BASIC, PREFERENCE) else row.measure
        reason = "" if row.rate or row.specific else "tariff_zero"
        if row.measure == PREFERENCE:
            reason = "preferential_rate"
        # A duty by weight or number alone has no percentage to show.
        rate = row.rate if row.rate or not row.specific else None
        self._add_duty(
            duty, exact, members, bases, rate, base, reason, code=code, source=row.source, valid_from=row.valid_from
        )

    def _specific(self, row: TariffRow, members: list[int], by_value: Ratio) -> Ratio:
        """Return a duty that is by weight or number too, in minor units."""
        work = self.work
        items = [work.c.items[position] for position in members]
        if row.specific_unit == "kg":
            if any(item.weight_g is None for item in items):
                work.unsure.add("weight_unknown")
            units = Decimal(sum((item.weight_g or 0) * item.quantity for item in items)) / 1000
        else:
            units = Decimal(sum(item.quantity for item in items))
        exact = Fraction(*by_value)
        specific = Fraction(work.to_minor(row.specific * units, row.specific_currency))
        exact = {"sum": exact + specific, "max": max(exact, specific), "min": min(exact, specific)}[row.combine]
        if row.at_most is not None:
            exact = min(exact, Fraction(work.to_minor(row.at_most * units, row.specific_currency)))
        return exact.as_integer_ratio()

    # --- taxes ---------------------------------------------------------------------------------------------------

    def _tax(self, tax: Tax) -> None:
        if tax.scheme and tax.scheme not in self.work.c.schemes:
            return
        if self._exempt(tax.exempt):
            self._zero(tax.code, "tax", tax.reason or "below_threshold", tax.collector)
            return
        bases = self._tax_bases(tax)
        factor = ratio(tax.factor)
        if tax.on == "excess":
            factor = (tax.factor * self._over(tax.exempt)).as_integer_ratio()
        groups = self._groups_by_rate(tax)
        if tax.minimum is not None and self._takes_minimum(tax, tax.minimum, groups, bases, factor):
            return
        counted = self._counted(tax.base)
        reason = tax.reason or ("on_excess" if tax.on == "excess" else "")
        started = len(self.parts)
        sums_before = {group: list(sums) for group, sums in self.sums.items()} if tax.exempt else {}
        for found, members in groups:
            rate = found.rate
            base = sum(bases) if len(members) == self.count else sum([bases[position] for position in members])
            times, over = percent(rate)
            self._add(
                code=tax.code,
                group="tax",
                exact=_times(base, factor, (times, over - times) if tax.inside else (times, over)),
                column=bases,
                members=members,
                collector=tax.collector,
                rounding=tax.rounding,
                rate=rate,
                base=base,
                source=found.source,
                valid_from=found.valid_from,
                reason=reason if rate else tax.reason or "zero_rate",
                counted=counted,
            )
        if tax.exempt is not None and tax.exempt.basis == "tax":
            levied = sum(part.amount for part in self.parts[started:])
            if self.work.holds(tax.exempt, self.members, tax=levied):
                del self.parts[started:]
                self.sums = sums_before
                self._zero(tax.code, "tax", "tax_below_minimum", tax.collector)

    def _groups_by_rate(self, tax: Tax) -> list[tuple[FoundRate, list[int]]]:
        """Return the members by the rate that a tax has for them; most often one rate for all."""
        if tax.rate == "standard":
            found = self._standard_rates()
        else:
            rates = [self._place_rate(tax.rates, tax.rate, position) for position in self.members]
            found = [self._rate_of_regime(rate) for rate in rates]
        first = found[0]
        for other in found:
            if other is not first:
                return group_by_rate(zip(self.members, found, strict=True))
        return [(first, self.members)]

    def _takes_minimum(
        self,
        tax: Tax,
        minimum: Decimal,
        groups: Sequence[tuple[FoundRate, list[int]]],
        bases: list[int],
        factor: Ratio,
    ) -> bool:
        """Add the least that a tax is where it would be less, and say so."""
        least = Fraction(self.work.to_minor(minimum, tax.currency))
        levied = sum(
            (
                Fraction(*_times(sum(bases[p] for p in members), factor, percent(found.rate)))
                for found, members in groups
            ),
            Fraction(0),
        )
        if not levied or levied >= least:
            return False
        self._add(
            code=tax.code,
            group="tax",
            exact=least.as_integer_ratio(),
            column=bases,
            members=self.members,
            collector=tax.collector,
            rounding=tax.rounding,
            base=sum(bases[position] for position in self.members),
            reason="minimum_tax",
        )
        return True

    def _tax_bases(self, tax: Tax) -> list[int]:
        """Return what a tax is on, for every item of the consignment."""
        work = self.work
        columns: list[Sequence[int]] = []
        for name in tax.base:
            if name == "goods":
                columns.append(work.goods)
            elif name == "freight":
                columns.append(work.c.freight_shares)
            elif name == "assessed":
                columns.append(self.assessed)
            elif (sums := self.sums.get("tax" if name == "taxes" else name)) is not None:
                columns.append(sums)
        if len(columns) == 2 and columns[0] is work.goods and columns[1] is work.c.freight_shares:
            return work.cif
        return list(map(sum, zip(*columns, strict=True))) if columns else [0] * self.count

    def _standard_rates(self) -> list[FoundRate]:
        """Return the country's own rate for each member."""
        work, items = self.work, self.work.c.items
        rates = []
        for position in self.members:
            found = work.lane.tax_rate(items[position].hs)
            if found is None:
                work.unsure.add("rate_unknown")
                found = self._rate_of_regime(_NOTHING)
            elif found.doubt:
                work.unsure.add(found.doubt)
            rates.append(found)
        return rates

    def _rate_of_regime(self, rate: Decimal) -> FoundRate:
        return FoundRate(rate, self.regime.source, self.regime.valid_from)

    # --- fees and floors -----------------------------------------------------------------------------------------

    def _fee(self, fee: Fee) -> None:
        work = self.work
        if fee.threshold is not None and not work.holds(fee.threshold, self.members):
            return
        charged = sum([part.amount for part in self.parts if part.group in ("duty", "tax")])
        if fee.when == "charged" and not charged:
            return
        if fee.confidence == "low":
            work.unsure.add("fee_unconfirmed")
        count = 1
        if fee.per == "line":
            count = len(self.members)
        elif fee.per == "item":
            count = sum([work.c.items[position].quantity for position in self.members])
        elif fee.per == "subheading":
            count = len({(work.c.items[p].hs or f"?{p}")[:6] for p in self.members})
        exact = work.minor_units(fee.amount * count, fee.currency)
        if fee.rate is not None:
            whole = Fraction(*exact) + Fraction(*_times(charged, _WHOLE, percent(fee.rate)))
            if fee.minimum is not None:
                whole = max(whole, Fraction(work.to_minor(fee.minimum, fee.currency)))
            exact = whole.as_integer_ratio()
        self._add(
            code=fee.code,
            group="fees",
            exact=exact,
            column=work.goods,
            members=self.members,
            collector=fee.collector,
            rounding=None,
            rate=fee.rate,
            base=charged if fee.rate is not None else None,
            source=fee.source,
            valid_from=fee.valid_from,
            reason=f"per_{fee.per}",
        )

    def _collect(self, floor: CollectionFloor) -> None:
        counted = [part for part in self.parts if part.group in floor.counts]
        total = sum(part.amount for part in counted)
        if not total or total * self.work.factor_to(floor.currency) > floor.up_to:
            return
        nothing = (0,) * self.count
        self.parts = [
            replace(
                part,
                amount=0,
                native=Money(0, part.native.currency),
                reason="collection_floor",
                shares=nothing,
                native_shares=nothing,
            )
            if part in counted
            else part
            for part in self.parts
        ]


def note_doubts(doubts: Sequence[Doubt], charged: bool, unsure: set[str]) -> None:
    """Add the reasons for which a rule is not sure; some count only where it charges something."""
    for doubt in doubts:
        if charged or doubt.when == "always":
            unsure.add(doubt.reason)
