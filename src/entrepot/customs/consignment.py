"""A consignment as customs sees it, and what is worked out once about it: its values in every currency asked for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from operator import add

import msgspec

from entrepot.customs.charges import Part, Ratio, ratio
from entrepot.customs.lanes import Kind, Lane
from entrepot.customs.limits import Limit, exact
from entrepot.kernel.money import minor_digits
from entrepot.markets.packs import Channel
from entrepot.markets.rules import Rates


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


class Assessment(msgspec.Struct, frozen=True):
    """
    The charges of an import, why they may not be sure, the regimes that gave them (most often one), and what of them is
    paid with the order and what at the door.
    """

    parts: tuple[Part, ...]
    unsure: tuple[str, ...]
    regimes: tuple[str, ...]
    unknown: bool
    now: int
    at_door: int


class Work:
    """What is computed once per consignment and asked for often. Lives only inside `Import`."""

    __slots__ = (
        "_factors",
        "c",
        "cif",
        "cif_total",
        "goods",
        "goods_total",
        "kinds",
        "lane",
        "rates",
        "unknown",
        "unsure",
    )

    def __init__(self, consignment: Consignment, rates: Rates) -> None:
        self.lane = lane = consignment.lane
        self.rates = rates
        self.goods: list[int] = []
        self.kinds: list[Kind] = []
        for item in consignment.items:
            self.goods.append(item.goods)
            self.kinds.append(lane.kind(item.hs, item.origin, item.flags))
        self.goods_total = sum(self.goods)
        self._factors: dict[str, Decimal] = {}
        self.send(consignment)

    def send(self, consignment: Consignment) -> None:
        """Take a consignment of the same goods, with nothing found out about it yet."""
        self.c = consignment
        self.cif: list[int] = list(map(add, self.goods, consignment.freight_shares))
        self.cif_total = sum(self.cif)
        self.unsure: set[str] = set()
        self.unknown = False

    def factor_to(self, currency: str) -> Decimal:
        """Return how many major units of a currency one minor unit of the consignment's is worth."""
        found = self._factors.get(currency)
        if found is None:
            own = self.c.currency
            found = self._factors[currency] = _of_minor_unit(self.rates.rate(own, currency), own)
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

    def holds(self, limit: Limit, members: Sequence[int]) -> bool:
        """Say whether a limit holds for some items: each piece by itself, or all that the consignment has."""
        items = self.c.items
        if limit.basis == "weight_g":
            if limit.scope == "item":
                weights = [items[i].weight_g for i in members]
                return all(weight is None or limit.is_kept(Decimal(weight)) for weight in weights)
            return limit.is_kept(Decimal(sum((item.weight_g or 0) * item.quantity for item in items)))
        if limit.scope != "item":
            low, high = limit.span(self.factor_to(limit.currency))
            return low <= (self.goods_total if limit.basis == "goods" else self.cif_total) <= high
        factor = self.factor_to(limit.currency)
        values = self.goods if limit.basis == "goods" else self.cif
        return all(limit.is_kept(exact(values[i] * factor), items[i].quantity) for i in members)

    def is_within(self, limit: Limit, amount: Decimal) -> bool:
        """Say whether an amount in minor units, which may be a fraction of them, keeps to a limit."""
        return limit.is_kept(exact(amount * self.factor_to(limit.currency)))

    def over(self, limit: Limit, total: Decimal) -> Decimal:
        """Return which share of a total in minor units lies above the limit."""
        value = total * self.factor_to(limit.currency)
        most = limit.up_to or Decimal(0)
        return (value - most) / value if value > most else Decimal(0)


@lru_cache(maxsize=1024)
def _of_minor_unit(rate: Decimal, currency: str) -> Decimal:
    """Return what a minor unit of a currency is worth where a major one is worth a rate."""
    return rate.scaleb(-minor_digits(currency))
