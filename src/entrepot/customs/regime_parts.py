"""Putting the parts of a regime together: what each evaluation of a duty, tax or fee ends in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from entrepot.customs.candidates import Candidate
from entrepot.customs.charges import Charge, Liable, Part, Payable, Ratio, percent, portion, split
from entrepot.customs.consignment import Work
from entrepot.customs.limits import Limit
from entrepot.kernel.money import Money, Rounding, minor_digits, round_to_int
from entrepot.markets.packs import AssessedValue, Regime

_HALF_UP = Rounding.HALF_UP  # Looked up in its class it takes as long as the rounding.
_ALL = Decimal(1)
_BY_PLATFORM: tuple[Payable, Liable] = ("now", "platform")
_LONG_SCOPES = frozenset({"person_month", "person_quarter", "person_year"})


def round_ratio(exact: Ratio, mode: Rounding) -> int:
    """Return an amount that is not negative as a whole number, rounded as a rule names."""
    times, over = exact
    if mode is _HALF_UP:
        return (2 * times + over) // (2 * over)
    return round_to_int(Fraction(times, over), mode)


class RegimeParts:
    """
    The parts of one regime's charges as they are put together: rounded, spread over the items, owed and collected.

    Amounts per item (a *column*) stay in lists over all items of the consignment.
    """

    __slots__ = (
        "assessed",
        "at_border",
        "candidate",
        "count",
        "currency",
        "members",
        "nothing",
        "one_money",
        "parts",
        "regime",
        "sums",
        "work",
    )

    def __init__(self, work: Work, candidate: Candidate, members: list[int]) -> None:
        self.work = work
        self.candidate = candidate
        self.regime: Regime = candidate.regime
        self.currency = candidate.currency
        self.members = members
        self.count = len(work.goods)
        self.nothing = (0,) * self.count
        self.one_money = work.c.currency == candidate.currency
        # When and by whom what the platform does not collect is paid.
        self.at_border: tuple[Payable, Liable] = ("now", "carrier") if work.c.duties_prepaid else ("door", "buyer")
        # What the regime counts in place of the price, a whole number for each item.
        self.assessed: list[int] = work.cif if candidate.assessed is None else self._assess(candidate.assessed)
        self.parts: list[Part] = []
        self.sums: dict[str, list[int]] = {}

    def _add(
        self,
        charge: Charge,
        exact: Ratio,
        base: int | None,
        column: Sequence[int],
        members: Sequence[int],
        native: Money | None = None,
    ) -> None:
        """Add a part of `exact` minor units, spread over `members` by their amounts in a column."""
        times, over = exact
        amount = (
            (2 * times + over) // (2 * over) if charge.rounding is _HALF_UP else round_ratio(exact, charge.rounding)
        )
        shares = native_shares = self._spread(amount, column, members) if amount else self.nothing
        if native is None and self.one_money:
            native = Money(amount, self.currency)
        else:
            native = native or self._native(amount)
            if native.minor != amount:
                native_shares = self._spread(native.minor, column, members)
        payable, liable = _BY_PLATFORM if charge.is_platforms else self.at_border
        self.parts.append(
            Part(
                charge.code,
                charge.group,
                amount,
                payable,
                charge.rate,
                base,
                liable,
                charge.source,
                charge.valid_from,
                charge.reason,
                native,
                charge.rule,
                shares,
                native_shares,
            )
        )
        if amount:
            sums = self.sums.get(charge.group)
            if sums is None:
                self.sums[charge.group] = list(shares)
            else:
                for position in members:
                    sums[position] += shares[position]

    def _nothing(self, charge: Charge) -> None:
        """Add a part of nothing, which says why."""
        self._add(charge, charge.share, None, self.nothing, self.members)

    def _spread(self, amount: int, column: Sequence[int], members: Sequence[int]) -> tuple[int, ...]:
        if not amount:
            return self.nothing
        if len(members) == self.count:
            return split(amount, column)
        whole = [0] * self.count
        if len(members) == 1:
            whole[members[0]] = amount
        else:
            shares = split(amount, [column[position] for position in members])
            for position, share in zip(members, shares, strict=True):
                whole[position] = share
        return tuple(whole)

    def _native(self, amount: int) -> Money:
        """Return an amount in the charge's own money, which is not the consignment's."""
        if not amount:
            return Money(0, self.currency)
        major = amount * self.work.factor_to(self.currency)
        return Money(round_to_int(major.scaleb(minor_digits(self.currency)), self.regime.rounding), self.currency)

    def _exempt(self, limit: Limit | None) -> bool:
        if limit is None or limit.basis == "tax":
            return False
        if limit.basis == "assessed":
            held = self.work.is_within(limit, self._total(limit.basis))
        else:
            held = self.work.holds(limit, self.members)
        if held and limit.scope in _LONG_SCOPES:
            self.work.unsure.add("person_limit_unknown")
        return held

    def _over(self, exempt: Limit | None) -> Decimal:
        """Return which share of the value lies above an exemption."""
        return self.work.over(exempt, self._total(exempt.basis)) if exempt is not None else _ALL

    def _assess(self, value: AssessedValue) -> list[int]:
        goods, freight = percent(value.goods_percent), percent(value.freight_percent)
        amounts = zip(self.work.goods, self.work.c.freight_shares, strict=True)
        return [portion(price, goods) + portion(delivery, freight) for price, delivery in amounts]

    def _total(self, basis: str) -> Decimal:
        """Return the value of the whole consignment, unrounded: a limit must be exact at its boundary."""
        work, counted = self.work, self.candidate.assessed
        if basis == "goods":
            return Decimal(work.goods_total)
        if basis == "cif" or counted is None:
            return Decimal(work.cif_total)
        freight = work.cif_total - work.goods_total
        return (work.goods_total * counted.goods_percent + freight * counted.freight_percent) / 100
