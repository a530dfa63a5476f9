"""What customs, and pricing after it, say of one charge: frozen values of codes and integers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from entrepot.kernel.money import Money
from entrepot.kernel.values import Value

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
    shares = [amount * weight // total for weight in weights]
    left = amount - sum(shares)
    if left:
        rests = [amount * weight % total for weight in weights]
        for position in sorted(range(count), key=rests.__getitem__, reverse=True)[:left]:
            shares[position] += 1
    return tuple(shares)
