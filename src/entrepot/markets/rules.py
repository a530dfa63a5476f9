"""Pure rules of markets: exchange rates and their triangulation, checks of identifiers, corridors."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from entrepot.kernel.errors import DomainError

# Rates keep ten significant digits: enough for any pair, and what a cart freezes as text is what was computed with.
_TEN_DIGITS = Context(prec=10)
_ONE = Decimal(1)


class UnknownCurrency(DomainError):
    """There is no exchange rate for this currency."""

    code = "unknown_currency"
    summary = "There is no exchange rate for this currency."


class Rates(Protocol):
    """What a quote converts with: today's table, or the rates that a cart froze."""

    @property
    def date(self) -> dt.date: ...

    @property
    def source(self) -> str: ...

    def rate(self, source_currency: str, target_currency: str) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class FxLeg:
    """One rate of a pair: units of a currency per euro, of which day, by whom."""

    currency: str
    per_eur: Decimal
    date: dt.date
    source: str


@dataclass(frozen=True)
class FxTable:
    """
    Units of each currency per euro, triangulated to any pair.

    `date` is the reference day of the table's main source; `dates` tells which currencies are older or newer.
    """

    per_eur: Mapping[str, Decimal]
    date: dt.date
    source: str
    dates: Mapping[str, dt.date] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    _pairs: dict[tuple[str, str], Decimal] = field(default_factory=dict, repr=False, compare=False)

    def rate(self, source_currency: str, target_currency: str) -> Decimal:
        """
        Return units of the target currency per unit of the source currency.

        :raises UnknownCurrency: one of them has no rate.
        """
        pair = (source_currency, target_currency)
        found = self._pairs.get(pair)
        if found is None:
            if source_currency == target_currency:
                found = _ONE
            else:
                found = _TEN_DIGITS.divide(self._per_eur(target_currency), self._per_eur(source_currency))
            self._pairs[pair] = found
        return found

    def _per_eur(self, currency: str) -> Decimal:
        if currency == "EUR":
            return _ONE
        try:
            return self.per_eur[currency]
        except KeyError:
            raise UnknownCurrency(currency=currency) from None

    def path(self, source_currency: str, target_currency: str) -> tuple[FxLeg, ...]:
        """
        Return the rates that a pair is made of: through the euro, unless the euro is one of the two.

        :raises UnknownCurrency: one of them has no rate.
        """
        legs = []
        for currency in dict.fromkeys((source_currency, target_currency)):
            if currency != "EUR" and source_currency != target_currency:
                day, source = self.dates.get(currency, self.date), self.sources.get(currency, self.source)
                legs.append(FxLeg(currency, self._per_eur(currency), day, source))
        return tuple(legs)

    def with_pairs(self, pairs: Mapping[str, Decimal]) -> FxTable:
        """Return the table with some pairs ("USD/BRL": units of BRL per USD) set by hand, both ways."""
        table = FxTable(self.per_eur, self.date, self.source, self.dates, self.sources)
        for pair, rate in pairs.items():
            source_currency, target_currency = pair.split("/")
            table._pairs[(source_currency, target_currency)] = rate
            table._pairs[(target_currency, source_currency)] = Context(prec=28).divide(_ONE, rate)
        return table


@dataclass(frozen=True)
class FrozenRates:
    """The pairs that a cart froze ("CNY/EUR": "0.1281"), with the day and source they came from."""

    pairs: Mapping[str, str]
    date: dt.date
    source: str = "frozen"

    def rate(self, source_currency: str, target_currency: str) -> Decimal:
        """
        Return the frozen rate of a pair.

        :raises UnknownCurrency: the pair was not frozen.
        """
        if source_currency == target_currency:
            return _ONE
        try:
            return Decimal(self.pairs[f"{source_currency}/{target_currency}"])
        except KeyError:
            raise UnknownCurrency(currency=f"{source_currency}/{target_currency}") from None

    def as_json(self) -> dict[str, Any]:
        return {
            "pairs": dict(self.pairs),
            "date": self.date.isoformat(),
            "source": self.source,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> FrozenRates:
        return cls(document["pairs"], dt.date.fromisoformat(document["date"]), document["source"])


@dataclass(frozen=True)
class FallbackRates:
    """Frozen rates first, and for a pair that was not frozen (a line added since) the table of the moment."""

    first: FrozenRates
    second: FxTable

    @property
    def date(self) -> dt.date:
        return self.first.date

    @property
    def source(self) -> str:
        return self.first.source

    def rate(self, source_currency: str, target_currency: str) -> Decimal:
        try:
            return self.first.rate(source_currency, target_currency)
        except UnknownCurrency:
            return self.second.rate(source_currency, target_currency)


@dataclass(frozen=True, slots=True)
class Corridor:
    """Whether goods may be sold from one country to another; if not, a reason code and where it is written."""

    open: bool
    reason: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class MarketStages:
    """A market's two switches and why they stand so."""

    selling: str
    buying: str
    selling_reason: str = ""
    buying_reason: str = ""

    @property
    def can_sell(self) -> bool:
        return self.selling in OPEN_STAGES

    @property
    def can_buy(self) -> bool:
        return self.buying in OPEN_STAGES


STAGES = ("closed", "pilot", "open", "suspended")
STAGES = ("closed", "pilot", "open", "suspended")
# In a pilot only sellers that the operator approved sell, which is so in an open market too.
OPEN_STAGES = frozenset({"pilot", "open"})
CLOSED_MARKET = MarketStages("closed", "closed")


class IdKind(Protocol):
    """What a pack says of an identifier, of a business or of a buyer."""

    stdnum: str
    check: str
    pattern: str


def find_id_fault(kind: IdKind, value: str) -> str | None:
    """
    Return why a value cannot be this identifier, as a code, or None. It says well-formed, never that it exists.

    Codes: `empty`, `bad_form` (pattern, length, letters), `bad_check_digit`.
    """
    tidy = tidy_id(kind, value)
    if not tidy:
        return "empty"
    if kind.stdnum:
        from stdnum.exceptions import InvalidChecksum, ValidationError

        try:
            _stdnum_module(kind.stdnum).validate(value.strip())
        except InvalidChecksum:
            return "bad_check_digit"
        except ValidationError:
            return "bad_form"
    if kind.pattern and not re.fullmatch(kind.pattern, tidy):
        return "bad_form"
    if kind.check:
        return CHECKS[kind.check](tidy)
    return None


def tidy_id(kind: IdKind, value: str) -> str:
    """Return the value as it is stored: without the blanks and separators that people type."""
    value = value.strip()
    if kind.stdnum and hasattr(module := _stdnum_module(kind.stdnum), "compact"):
        try:
            return str(module.compact(value))
        except Exception:
            return value
    return re.sub(r"[\s.\-/]", "", value).upper()


@cache
def _stdnum_module(name: str) -> ModuleType:
    assert name.startswith("stdnum."), f"{name} is no module of python-stdnum"
    return import_module(name)


_KZ_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_KZ_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def check_kz_bin(value: str) -> str | None:
    """
    Check the twelve digits of a Kazakh BIN or IIN: the last is the weighted sum of the others modulo 11, by a second
    row of weights where the first gives 10 (Rules on the formation of identification numbers, KZ).
    """
    if not re.fullmatch(r"[0-9]{12}", value):
        return "bad_form"
    digits = [int(symbol) for symbol in value]
    for weights in (_KZ_FIRST, _KZ_SECOND):
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11
        if rest != 10:
            return None if rest == digits[11] else "bad_check_digit"
    return "bad_check_digit"


def check_tr_mersis(value: str) -> str | None:
    """Check a MERSIS number: sixteen digits, of which the second to the eleventh are the trader's VKN."""
    from stdnum.tr import vkn

    if not re.fullmatch(r"[0-9]{16}", value):
        return "bad_form"
    return None if vkn.is_valid(value[1:11]) else "bad_check_digit"


def check_sa_vat(value: str) -> str | None:
    """Check a Saudi VAT number: fifteen digits that begin and end with 3 (no published check digit)."""
    return None if re.fullmatch(r"3[0-9]{13}3", value) else "bad_form"


CHECKS: dict[str, Callable[[str], str | None]] = {
    "kz_bin": check_kz_bin,
    "tr_mersis": check_tr_mersis,
    "sa_vat": check_sa_vat,
}
