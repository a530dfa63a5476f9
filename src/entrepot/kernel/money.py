"""
Money: an integer number of minor units with a currency. No float ever, no division without a named rounding.

Minor units follow ISO 4217 (compute with these; what a person sees is formatted by CLDR, which differs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

import msgspec

from entrepot.kernel.errors import DomainError

# ISO 4217: currencies whose minor unit is not a hundredth.
_MINOR_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


MINOR_MAX = 10**18  # Amounts stay below it, so that they and their small sums fit PostgreSQL's bigint.


class Rounding(StrEnum):
    """How a fraction of a minor unit is settled; a rule names its own."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


_DECIMAL_MODE = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.UP: ROUND_UP,
}


class CurrencyMismatch(DomainError):
    """Two amounts of different currencies were to be added or compared."""

    code = "currency_mismatch"
    summary = "Amounts of different currencies cannot be added or compared."


class AmountNotRepresentable(DomainError):
    """The text is no number, or has more decimals than the currency has minor digits."""

    code = "amount_not_representable"
    summary = "This amount cannot be written in this currency."


def minor_digits(currency: str) -> int:
    """Return the ISO 4217 number of decimals of a currency code."""
    return _MINOR_DIGITS.get(currency, 2)


def round_to_int(value: Decimal | Fraction, rounding: Rounding) -> int:
    """Return the value as an integer under a named rounding; exact for fractions, ties away from zero for half up."""
    if isinstance(value, Decimal):
        return int(value.quantize(Decimal(1), rounding=_DECIMAL_MODE[rounding]))
    sign = -1 if value < 0 else 1
    whole, rest = divmod(abs(value.numerator), value.denominator)
    twice = 2 * rest
    up = {
        Rounding.DOWN: False,
        Rounding.UP: rest > 0,
        Rounding.HALF_UP: twice >= value.denominator,
        Rounding.HALF_EVEN: twice > value.denominator or (twice == value.denominator and whole % 2 == 1),
    }[rounding]
    return sign * (whole + up)


class Money(msgspec.Struct, frozen=True, array_like=True):
    """An amount in minor units (cents, yen, fils) of one ISO 4217 currency; in JSON the pair `[minor, currency]`."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str | Decimal | int, currency: str, *, rounding: Rounding | None = None) -> Money:
        """
        Return money from a decimal number of major units ("12.50").

        :raises AmountNotRepresentable: it is no finite number, or needs more decimals and no rounding was named.
        """
        refusal = AmountNotRepresentable(amount=str(text)[:60], currency=currency)
        try:
            number = Decimal(text)
        except (InvalidOperation, ValueError):
            raise refusal from None
        # Bounded before any arithmetic: "1e999999999" must not become an integer of that many digits.
        if number == 0:
            return cls(0, currency)
        if not number.is_finite() or not -40 <= number.adjusted() < 18 or len(str(text)) > 60:
            raise refusal
        scaled = Fraction(number) * 10 ** minor_digits(currency)
        if abs(scaled) >= MINOR_MAX or (scaled.denominator != 1 and rounding is None):
            raise refusal
        return cls(round_to_int(scaled, rounding or Rounding.HALF_UP), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's number of decimals."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    @property
    def text(self) -> str:
        """The amount as a plain decimal string, as the API gives it ("12.50", "1980")."""
        return f"{self.decimal:f}"

    def __add__(self, other: Money) -> Money:
        self._require_same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._require_same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._require_same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._require_same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.text} {self.currency}"

    def times(self, factor: int | Decimal | Fraction, *, rounding: Rounding) -> Money:
        """Return the amount multiplied by a factor, rounded to the minor unit as named."""
        return Money(round_to_int(self.minor * Fraction(factor), rounding), self.currency)

    def convert(self, rate: Decimal | Fraction, currency: str, *, rounding: Rounding) -> Money:
        """Return the amount in another currency; `rate` is units of `currency` per one unit of this one."""
        scale = Fraction(10) ** (minor_digits(currency) - minor_digits(self.currency))
        return Money(round_to_int(self.minor * Fraction(rate) * scale, rounding), currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """
        Split the amount in proportion to the weights; the shares add up to the amount to the minor unit.

        The units left over by rounding down go to the largest remainders, the earlier share first.
        """
        assert weights, "there is at least one weight"
        assert min(weights) >= 0, "no weight is negative"
        total = sum(weights) or len(weights)
        parts = list(weights) if sum(weights) else [1] * len(weights)
        sign = -1 if self.minor < 0 else 1
        shares = [divmod(abs(self.minor) * part, total) for part in parts]
        left = abs(self.minor) - sum(share for share, _ in shares)
        by_remainder = sorted(range(len(parts)), key=lambda i: (-shares[i][1], i))
        extra = set(by_remainder[:left])
        return [Money(sign * (share + (i in extra)), self.currency) for i, (share, _) in enumerate(shares)]

    def _require_same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)


def sum_money(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of amounts that must all be in `currency`; zero when there are none."""
    total = Money.zero(currency)
    for amount in amounts:
        total += amount
    return total
