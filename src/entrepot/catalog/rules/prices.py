"""Prices changed by a rule: set, raised or lowered by a percentage or an amount, and ended as shops like it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from entrepot.kernel.money import Money, minor_digits

Way = Literal["set", "percent", "amount"]
Ending = Literal["exact", "whole", "ninety", "ninety_nine"]
_ENDINGS: dict[Ending, Decimal] = {"whole": Decimal(0), "ninety": Decimal("0.90"), "ninety_nine": Decimal("0.99")}


@dataclass(frozen=True, slots=True)
class PriceChange:
    """What becomes of prices: `value` is the new price, a percentage (10 raises by a tenth) or an amount."""

    way: Way
    value: Decimal
    ending: Ending = "exact"


def change_price(price: Money, change: PriceChange) -> Money:
    """
    Return a price after a change, rounded half up to what its currency has, or to the nearest one of its ending.

    It may be zero or less; whoever sets it refuses that. A currency without decimals knows whole prices only.
    """
    before = price.decimal
    if change.way == "set":
        after = change.value
    elif change.way == "percent":
        after = before * (100 + change.value) / 100
    else:
        after = before + change.value
    digits = minor_digits(price.currency)
    if change.ending != "exact" and after > 0:
        cents = _ENDINGS[change.ending] if digits else Decimal(0)
        whole = (after - cents).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        after = max(whole, Decimal(0 if cents else 1)) + cents
    minor = after.scaleb(digits).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Money(int(minor), price.currency)
