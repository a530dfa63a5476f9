"""A consignment as customs sees it, and what is worked out once about it: its values in every currency asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from entrepot.customs.candidates import Limit
from entrepot.customs.charges import Part, Ratio, ratio
from entrepot.customs.lanes import Lane
from entrepot.kernel.money import minor_digits
from entrepot.markets.packs import Channel, Threshold
from entrepot.markets.rules import Rates

_MILLIONTH = Decimal("0.000001")


class Item(msgspec.Struct, frozen=True):
    """Goods of one kind in a consignment; `goods` is the net price of all pieces in the consignment's minor units."""

    goods: int
    quantity: int
    hs: str | None = None
    hs_confirmed: bool = True
    origin: str | None = None
    weight_g: int | None = None
    flags: frozenset[str] = frozenset()


class Consignment(msgspec.Struct, frozen=True):
    """What customs sees as one: one seller, one dispatch place, one destination, one day (the last three a lane)."""

    items: tuple[Item, ...]
    freight_shares: tuple[int, ...]
    currency: str
    lane: Lane
    channel: Channel | None
    schemes: frozenset[str]
    duties_prepaid: bool = False
    basic_duty_rate: Decimal | None = None

    @property
    def country(self) -> str:
        return self.lane.there.country

    @property
    def on(self) -> date:
        return self.lane.on


class Assessment(msgspec.Struct, frozen=True):
    """The charges of an import, why they may not be sure, and the regimes that gave them (most of them one)."""

    parts: tuple[Part, ...]
    unsure: tuple[str, ...]
    regimes: tuple[str, ...]
    unknown: bool


class Work:
    """What is computed once per consignment and asked for often. Lives only inside `assess_import`."""

    __slots__ = (
        "_major",
        "_values",
        "book",
        "c",
        "cif",
        "cif_total",
        "goods",
        "goods_total",
        "lane",
        "rates",
        "unknown",
        "unsure",
    )

    def __init__(self, consignment: Consignment, rates: Rates) -> None:
        self.c = consignment
        self.lane = consignment.lane
        self.book = consignment.lane.book
        self.rates = rates
        self.goods = [item.goods for item in consignment.items]
        self.cif = [goods + freight for goods, freight in zip(self.goods, consignment.freight_shares, strict=True)]
        self.goods_total = sum(self.goods)
        self.cif_total = sum(self.cif)
        self.unsure: set[str] = set()
        self.unknown = False
        self._major: dict[str, Decimal] = {}
        self._values: dict[tuple[str, str], Decimal] = {}

    def factor_to(self, currency: str) -> Decimal:
        """Return how many major units of a currency one minor unit of the consignment's is worth."""
        found = self._major.get(currency)
        if found is None:
            own = self.c.currency
            found = self.rates.rate(own, currency).scaleb(-minor_digits(own))
            self._major[currency] = found
        return found

    def to_minor(self, amount: Decimal, currency: str) -> Decimal:
        """Return an amount of major units of a currency in minor units of the consignment's, unrounded."""
        if currency == self.c.currency:
            return amount.scaleb(minor_digits(currency))
        return (amount * self.rates.rate(currency, self.c.currency)).scaleb(minor_digits(self.c.currency))

    def minor_units(self, amount: Decimal, currency: str) -> Ratio:
        """Return what `to_minor` does as a ratio, for an amount that a rule names."""
        if currency == self.c.currency:
            times, over = ratio(amount)
            return times * 10 ** minor_digits(currency), over
        return self.to_minor(amount, currency).as_integer_ratio()

    def holds(self, threshold: Threshold | Limit, members: Sequence[int], tax: int | None = None) -> bool:
        """Say whether a limit holds for some items: each piece by itself, or all that the consignment has."""
        if threshold.basis == "weight_g":
            return all(self._weight_holds(threshold, members))
        if threshold.basis == "tax":
            return self.is_within(threshold, Decimal(tax or 0))
        if threshold.scope != "item":
            return _within(threshold, self._value_in(threshold.basis, threshold.currency), 1)
        factor = self.factor_to(threshold.currency)
        values = self.goods if threshold.basis == "goods" else self.cif
        return all(_within(threshold, _exact(values[i] * factor), self.c.items[i].quantity) for i in members)

    def is_within(self, threshold: Threshold | Limit, amount: Decimal) -> bool:
        """Say whether an amount in minor units, which may be a fraction of them, keeps to a limit."""
        return _within(threshold, _exact(amount * self.factor_to(threshold.currency)), 1)

    def _value_in(self, basis: str, currency: str) -> Decimal:
        found = self._values.get((basis, currency))
        if found is None:
            total = self.goods_total if basis == "goods" else self.cif_total
            found = self._values[basis, currency] = _exact(total * self.factor_to(currency))
        return found

    def _weight_holds(self, threshold: Threshold | Limit, members: Sequence[int]) -> list[bool]:
        if threshold.scope == "item":
            weights = [self.c.items[i].weight_g for i in members]
            return [weight is None or _within(threshold, Decimal(weight), 1) for weight in weights]
        total = sum((item.weight_g or 0) * item.quantity for item in self.c.items)
        return [_within(threshold, Decimal(total), 1)]

    def over(self, threshold: Threshold | Limit, total: Decimal) -> Decimal:
        """Return which share of a total in minor units lies above the limit."""
        value = total * self.factor_to(threshold.currency)
        limit = threshold.up_to or Decimal(0)
        return (value - limit) / value if value > limit else Decimal(0)


def _exact(value: Decimal) -> Decimal:
    # A rate's last digits must not push 50 USD told in reals over the limit of 50 USD.
    return value.quantize(_MILLIONTH)


def _within(threshold: Threshold | Limit, value: Decimal, pieces: int) -> bool:
    # Comparing the value of all pieces with the limit times the pieces keeps the boundary exact.
    if threshold.above is not None and not value > threshold.above * pieces:
        return False
    if threshold.at_least is not None and not value >= threshold.at_least * pieces:
        return False
    if threshold.below is not None and not value < threshold.below * pieces:
        return False
    return threshold.up_to is None or value <= threshold.up_to * pieces
