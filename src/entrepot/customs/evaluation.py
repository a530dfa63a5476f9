"""
One regime over the items that it governs: its duties, fees and taxes, in the order in which the law computes them.

Duties on goods or on goods with freight; fees that are taxed; taxes on what their base names; fees that depend on
both; what is too little to collect. Every rounding is the regime's or the charge's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from operator import add

from msgspec.structs import replace

from entrepot.customs.charges import Charge, Part, Ratio, percent, split
from entrepot.customs.levies import DutyLevy, FeeLevy, Levied, TaxLevy
from entrepot.customs.regime_parts import RegimeParts, round_ratio
from entrepot.customs.tariffs import TariffRow
from entrepot.kernel.money import Money
from entrepot.markets.packs import CollectionFloor, Doubt, Duty

_HUNDRED = Decimal(100)
_WHOLE: Ratio = (1, 1)

# Charges with the positions of the items that they fall on.
Groups = list[tuple[Charge, list[int]]]


def _times(amount: int, one: Ratio, other: Ratio) -> Ratio:
    return amount * one[0] * other[0], one[1] * other[1]


class Evaluation(RegimeParts):
    """One regime over the items that it governs: its duties, taxes, fees and floor, in the order of the law."""

    __slots__ = ()

    def run(self) -> list[Part]:
        work, candidate = self.work, self.candidate
        for duty in candidate.duties:
            self._duty(duty)
        for fee in candidate.fees:
            self._fee(fee)
        for tax in candidate.taxes:
            self._tax(tax)
        for fee in candidate.later_fees:
            self._fee(fee)
        if candidate.floor is not None:
            self._collect(candidate.floor)
        if candidate.is_unconfirmed:
            work.unsure.add("regime_unconfirmed")
        if candidate.doubts:
            note_doubts(candidate.doubts, any(part.amount for part in self.parts), work.unsure)
        return self.parts

    def _sum(self, column: Sequence[int], members: Sequence[int]) -> int:
        """Return what some items come to in a column."""
        if len(members) == 1:
            return column[members[0]]
        return sum(column) if len(members) == self.count else sum([column[position] for position in members])

    def _gather(self, levied: Sequence[Levied]) -> Groups:
        """Return the charges that were found for the members, each with those that it falls on."""
        first, add_doubt = levied[0], self.work.unsure.add
        for other in levied:
            if other is not first:
                break
        else:
            for doubt in first.doubts:
                add_doubt(doubt)
            return [(charge, self.members) for charge in first.charges]
        groups: dict[Charge, list[int]] = {}
        for position, found in zip(self.members, levied, strict=True):
            for doubt in found.doubts:
                add_doubt(doubt)
            for charge in found.charges:
                known = groups.get(charge)
                if known is None:
                    groups[charge] = [position]
                else:
                    known.append(position)
        return list(groups.items())

    # --- duties --------------------------------------------------------------------------------------------------

    def _duty(self, levy: DutyLevy) -> None:
        if levy.kind == "none" or (levy.exempt is not None and self._exempt(levy.exempt)):
            self._nothing(levy.nothing)
        elif levy.kind == "tariff":
            self._tariff_duty(levy)
        elif levy.kind == "flat":
            self._flat_duty(levy)
        else:
            self._percentage_duty(levy)

    def _bases(self, base: str) -> list[int]:
        if base == "assessed":
            return self.assessed
        return self.work.goods if base == "goods" else self.work.cif

    def _flat_duty(self, levy: DutyLevy) -> None:
        duty, items = levy.law, self.work.c.items
        kinds: dict[str, list[int]] = {}
        for position in self.members:
            hs = items[position].hs
            # Goods without a code count as a kind of their own each: never fewer duties than customs would ask.
            name = hs[: levy.hs_digits] if hs else f"?{position}"
            kinds.setdefault(name, []).append(position)
        count = 1
        if levy.per == "subheading":
            count = len(kinds)
        elif levy.per == "item":
            count = sum([items[position].quantity for position in self.members])
        elif levy.per == "kg":
            count = -(-self._weight_g() // 1000)
        times, over = levy.amount
        own = exact = times * count, over
        native = Money(round_ratio(own, self.regime.rounding), levy.currency)
        if levy.currency != self.work.c.currency:
            assert duty.amount is not None, "a flat duty has an amount"
            exact = self.work.minor_units(duty.amount * count, levy.currency)
        self._add(levy.flat, exact, None, self._flat_column(levy.per, kinds), self.members, native)

    def _flat_column(self, per: str, kinds: dict[str, list[int]]) -> list[int]:
        """Return by what a flat duty is shared: pieces, value, or each kind the same and inside a kind by value."""
        work = self.work
        if per == "item":
            return [item.quantity for item in work.c.items]
        if per != "subheading" or len(kinds) == 1:
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

    def _percentage_duty(self, levy: DutyLevy) -> None:
        kinds, duty, bases = self.work.kinds, levy.law, self._bases(levy.base)
        groups = _merge_rates(self._gather([levy.on(kinds[position]) for position in self.members]))
        if levy.is_plain:
            for charge, members in groups:
                base = self._sum(bases, members)
                times, over = charge.share
                self._add(charge, (base * times, over), base, bases, members)
            return
        factor = self._over(levy.exempt) if levy.on_excess else Decimal(1)
        exacts = [self._sum(bases, members) * factor * (charge.rate or 0) / _HUNDRED for charge, members in groups]
        if len(groups) > 1 and not duty.minimum_per_kg and not duty.deduction and not duty.maximum:
            for (charge, members), exact in zip(groups, exacts, strict=True):
                self._add(charge, exact.as_integer_ratio(), self._sum(bases, members), bases, members)
            return
        exact, reason = self._bound(duty, sum(exacts, Decimal(0)))
        charge = groups[0][0]
        charge = replace(
            charge,
            rate=charge.rate if len(groups) == 1 else None,
            reason=reason or ("on_excess" if levy.on_excess else charge.reason),
        )
        self._add(charge, exact.as_integer_ratio(), self._sum(bases, self.members), bases, self.members)

    def _bound(self, duty: Duty, exact: Decimal) -> tuple[Decimal, str]:
        """Return a duty less its deduction, at least by weight, at most so much, and which of the first two counted."""
        work, reason = self.work, ""
        if duty.deduction:
            exact = max(Decimal(0), exact - work.to_minor(duty.deduction, duty.currency))
            reason = "less_deduction"
        if duty.minimum_per_kg:
            least = work.to_minor(duty.minimum_per_kg * self._weight_g() / 1000, duty.currency)
            if least > exact:
                exact, reason = least, "minimum_per_kg"
        if duty.maximum is not None:
            exact = min(exact, work.to_minor(duty.maximum, duty.currency))
        return exact, reason

    def _tariff_duty(self, levy: DutyLevy) -> None:
        work, bases = self.work, self._bases(levy.base)
        kinds, basic_rate = work.kinds, work.c.basic_duty_rate
        more, fewer = self._over(levy.exempt).as_integer_ratio() if levy.on_excess else _WHOLE
        if basic_rate is None:
            levied = [levy.on(kinds[position]) for position in self.members]
        else:
            given = levy.given(basic_rate)
            levied = [levy.beside(given, kinds[position]) for position in self.members]
        unknown: list[int] = []
        for charge, members in self._gather(levied):
            if charge is levy.unknown:
                unknown = members
                continue
            base = self._sum(bases, members)
            times, over = charge.share
            exact = base * times * more, over * fewer
            if charge.row is not None:
                exact = self._specific(charge.row, members, exact)
            self._add(charge, exact, base, bases, members)
        if unknown:
            work.unknown = True
            self._add(levy.unknown, levy.unknown.share, None, bases, unknown)

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

    def _tax(self, levy: TaxLevy) -> None:
        if levy.scheme and levy.scheme not in self.work.c.schemes:
            return
        if levy.exempt is not None and self._exempt(levy.exempt):
            self._nothing(levy.nothing)
            return
        kinds, bases = self.work.kinds, self._tax_bases(levy)
        factor = levy.factor
        if levy.on_excess:
            factor = (levy.law.factor * self._over(levy.exempt)).as_integer_ratio()
        groups = _merge_rates(self._gather([levy.on(kinds[position]) for position in self.members]))
        if levy.law.minimum is not None and self._takes_minimum(levy, levy.law.minimum, groups, bases, factor):
            return
        started = len(self.parts)
        sums_before = {group: list(sums) for group, sums in self.sums.items()} if levy.exempt else {}
        for charge, members in groups:
            base = self._sum(bases, members)
            self._add(charge, _times(base, factor, charge.share), base, bases, members)
        if levy.exempt is not None and levy.exempt.basis == "tax":
            levied = sum([part.amount for part in self.parts[started:]])
            if self.work.is_within(levy.exempt, Decimal(levied)):
                del self.parts[started:]
                self.sums = sums_before
                self._nothing(levy.too_little)

    def _takes_minimum(
        self, levy: TaxLevy, minimum: Decimal, groups: Groups, bases: Sequence[int], factor: Ratio
    ) -> bool:
        """Add the least that a tax is where it would be less, and say so."""
        least = Fraction(self.work.to_minor(minimum, levy.law.currency))
        levied = Fraction(0)
        for charge, members in groups:
            levied += Fraction(*_times(self._sum(bases, members), factor, percent(charge.rate or Decimal(0))))
        if not levied or levied >= least:
            return False
        base = self._sum(bases, self.members)
        self._add(levy.least, least.as_integer_ratio(), base, bases, self.members)
        return True

    def _tax_bases(self, levy: TaxLevy) -> Sequence[int]:
        """Return what a tax is on, for every item of the consignment."""
        work = self.work
        total = work.cif if levy.on_cif else [0] * self.count
        columns = {"goods": work.goods, "freight": work.c.freight_shares, "assessed": self.assessed}
        for value in levy.values:
            total = list(map(add, total, columns[value]))
        for name in levy.sums:
            sums = self.sums.get(name)
            if sums is not None:
                total = list(map(add, total, sums))
        return total

    # --- fees and floors -----------------------------------------------------------------------------------------

    def _fee(self, levy: FeeLevy) -> None:
        work, fee = self.work, levy.law
        if levy.threshold is not None and not work.holds(levy.threshold, self.members):
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
        self._add(levy.charge, exact, charged if fee.rate is not None else None, work.goods, self.members)

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


def _merge_rates(groups: Groups) -> Groups:
    """Return charges by their rate as it is written, the lowest first; most often there is one rate for all."""
    if len(groups) == 1:
        return groups
    merged: Groups = []
    for charge, members in groups:
        for known, same in merged:
            if (known.rate, known.source, known.valid_from) == (charge.rate, charge.source, charge.valid_from):
                same.extend(members)
                break
        else:
            merged.append((charge, members))
    for _, members in merged:
        members.sort()
    return sorted(merged, key=_rate_of)


def _rate_of(group: tuple[Charge, list[int]]) -> Decimal:
    return group[0].rate or Decimal(0)
