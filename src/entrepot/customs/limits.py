"""Limits of a rule in the plainest form there is: they are asked of each consignment. Pure."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from entrepot.markets.packs import Threshold

_MILLIONTH = Decimal("0.000001")
_REMEMBERED_MAX = 500
_NO_END = 10**30  # Minor units of any currency.


class Limit:
    """A threshold of a pack: by it a regime is chosen, or goods are exempted."""

    __slots__ = ("_spans", "above", "at_least", "basis", "below", "currency", "scope", "up_to")

    def __init__(self, threshold: Threshold) -> None:
        self.basis = threshold.basis
        self.scope = threshold.scope
        self.currency = threshold.currency
        self.above, self.at_least = threshold.above, threshold.at_least
        self.below, self.up_to = threshold.below, threshold.up_to
        self._spans: dict[Decimal, tuple[int, int]] = {}

    def is_kept(self, value: Decimal, pieces: int = 1) -> bool:
        """Say whether a value, or that of each of some pieces that are worth it together, keeps to the limit."""
        # Comparing the value of all pieces with the limit times the pieces keeps the boundary exact.
        if self.above is not None and not value > self.above * pieces:
            return False
        if self.at_least is not None and not value >= self.at_least * pieces:
            return False
        if self.below is not None and not value < self.below * pieces:
            return False
        return self.up_to is None or value <= self.up_to * pieces

    def span(self, factor: Decimal) -> tuple[int, int]:
        """Return the least and the most whole units that keep to the limit; `factor` is the value of one of them."""
        found = self._spans.get(factor)
        if found is None:
            if len(self._spans) > _REMEMBERED_MAX:
                self._spans.clear()
            low, high = 0, _NO_END
            if self.above is not None:
                low = max(low, _count_to(self.above, factor) + 1)
            if self.at_least is not None:
                low = max(low, _count_below(self.at_least, factor) + 1)
            if self.below is not None:
                high = min(high, _count_below(self.below, factor))
            if self.up_to is not None:
                high = min(high, _count_to(self.up_to, factor))
            found = self._spans[factor] = low, high
        return found


def exact(value: Decimal) -> Decimal:
    """Return a value that came of an exchange rate without the last digits of that."""
    # They must not push 50 USD told in reals over the limit of 50 USD.
    return value.quantize(_MILLIONTH)


def _count_to(limit: Decimal, factor: Decimal) -> int:
    """Return how many units are worth a limit at the most."""
    return _most(lambda count: exact(count * factor) <= limit, int(limit / factor))


def _count_below(limit: Decimal, factor: Decimal) -> int:
    """Return how many units are worth less than a limit; -1: not even none of them are."""
    return _most(lambda count: exact(count * factor) < limit, int(limit / factor))


def _most(holds: Callable[[int], bool], guess: int) -> int:
    """Return the greatest count for which something holds that holds for all below it, -1 for none; a guess is near."""
    low, step = min(guess, _NO_END), 1
    while low >= 0 and not holds(low):
        low, step = low - step, 2 * step
    low = max(low, -1)
    high, step = low + 1, 1
    while high < _NO_END and holds(high):
        low, high, step = high, high + step, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low
