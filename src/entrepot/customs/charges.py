"""What customs, and pricing after it, say of one charge: frozen values of codes and integers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import msgspec

from entrepot.kernel.money import Money, Rounding, minor_digits
from entrepot.kernel.values import Value

if TYPE_CHECKING:
    from entrepot.customs.tariffs import TariffRow

# A number that is not negative as a fraction of whole ones, (22, 100): exact, and a fifth of the time of decimals.
Ratio = tuple[int, int]
Group = Literal["goods", "delivery", "duty", "tax", "fees"]
Payable = Literal["now", "door"]
Liable = Literal["platform", "seller", "carrier", "buyer"]


class Part(Value, frozen=True):
    """
    One charge of an order. `amount`, `base` and `shares` are minor units of the quote's currency; `rate` is percent;
    `native` is the same charge in the tax's own currency (frozen: the ledger owes that); `reason` is a code that says
    why, for a zero too; `shares` split it over the order's lines to the minor unit, in the lines' order.
    """

    code: str
    group: Group
    amount: int
    payable: Payable
    rate: Decimal | None
    base: int | None
    liable: Liable | None
    source: str
    valid_from: date | None
    reason: str
    native: Money
    rule: str
    shares: tuple[int, ...]
    native_shares: tuple[int, ...]


class FoundRate(msgspec.Struct, frozen=True):
    """A tax rate with where it is written; `doubt` says why it is not sure: a reduced rate may apply, or local ones."""

    rate: Decimal
    source: str
    valid_from: date | None
    doubt: str = ""


class Charge(msgspec.Struct, frozen=True, eq=False):
    """
    What a duty, tax or fee asks of all goods alike: everything of its parts but the amounts.

    `share` is what it takes of its base, `row` the tariff's where that hangs on weight or number too. Charges are told
    apart as objects.
    """

    code: str
    group: Group
    share: Ratio
    rate: Decimal | None
    source: str
    valid_from: date | None
    reason: str
    rule: str
    rounding: Rounding
    is_platforms: bool
    row: TariffRow | None


@lru_cache(maxsize=8192)
def ratio(value: Decimal) -> Ratio:
    """Return a decimal number as a ratio."""
    return value.as_integer_ratio()


@lru_cache(maxsize=8192)
def percent(rate: Decimal) -> Ratio:
    """Return so many percent as a ratio."""
    times, over = rate.as_integer_ratio()
    return times, over * 100


@lru_cache(maxsize=8192)
def between_minor_units(rate: Decimal, source: str, target: str) -> Ratio:
    """Return an exchange rate, which is of major units, as minor units of the target per one of the source."""
    return rate.scaleb(minor_digits(target) - minor_digits(source)).as_integer_ratio()


@lru_cache(maxsize=8192)
def net_of(rate: Decimal) -> Ratio:
    """Return what is left of a price that has so many percent of tax in it."""
    times, over = percent(rate)
    return over, over + times


def portion(amount: int, part: Ratio) -> int:
    """Return a part of an amount that is not negative, to the nearest unit, halves up."""
    times, over = part
    return (2 * amount * times + over) // (2 * over)


def half_up(value: Decimal) -> int:
    """Return the nearest integer, halves away from zero (`Rounding.HALF_UP`, without the way to ask for another)."""
    return int(value.to_integral_value(ROUND_HALF_UP))


def split(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """
    Split an amount in proportion to the weights, to the unit; equally where all weights are zero.

    Units left over by rounding down go to the largest remainders, the earlier share first (as `Money.allocate`).
    """
    count = len(weights)
    if count == 1:
        return (amount,)
    if not amount:
        return (0,) * count
    total = sum(weights)
    if not total:
        weights, total = [1] * count, count
    if amount < 0:
        return tuple(-share for share in split(-amount, weights))
    shares: list[int] = []
    rests: list[int] = []
    left = amount
    for weight in weights:
        whole = amount * weight
        share = whole // total
        shares.append(share)
        rests.append(whole - share * total)
        left -= share
    while left:
        position = rests.index(max(rests))
        shares[position] += 1
        rests[position] = -1
        left -= 1
    return tuple(shares)


def group_by_rate(members: Sequence[int], found: Sequence[FoundRate]) -> list[tuple[FoundRate, list[int]]]:
    """Return positions by the rate found for each as it is written, whatever the doubts, the lowest rate first."""
    groups: list[tuple[FoundRate, list[int]]] = []
    for position, rate in zip(members, found, strict=True):
        for known, same in groups:
            if known is rate or (
                known.rate == rate.rate and known.source == rate.source and known.valid_from == rate.valid_from
            ):
                same.append(position)
                break
        else:
            groups.append((rate, [position]))
    if len(groups) > 1:
        groups.sort(key=lambda group: group[0].rate)
    return groups
