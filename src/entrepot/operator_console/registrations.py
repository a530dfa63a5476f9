"""What each tax registration changes: the same parcels quoted with it and without it, by the one quote function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.markets.packs import CountryPack, OperatorRegistration, Regime, SaleRule
from entrepot.operator_console import corridors
from entrepot.pricing import queries as pricing, trial
from entrepot.pricing.quote import OrderQuote
from entrepot.pricing.rules import Desk

# What is tried: one T-shirt of so many euro, sent for nine.
BASKETS_EUR = (20, 100, 500)
_HS, _WEIGHT_G, _DELIVERY_EUR = "610910", 250, 9
# Of the countries that a registration touches, the one that stands for them where only one is shown.
_SHOWN_FIRST = ("DE", "GB", "US")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A registration that some rule asks for. `held` is the operator's own row for the day, None where it has none."""

    code: str
    held: OperatorRegistration | None
    countries: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def example(self) -> str:
        """The country that stands for all of them."""
        return next((code for code in _SHOWN_FIRST if code in self.countries), self.countries[0])


@dataclass(frozen=True, slots=True)
class Effect:
    """One parcel quoted without and with a registration; None where it cannot go."""

    destination: str
    basket: Money
    without: OrderQuote | None
    held: OrderQuote | None

    @property
    def changes(self) -> bool:
        """Whether the registration makes any difference to the parcel: what is paid, when, or who owes it."""
        return _figures(self.without) != _figures(self.held)

    @property
    def difference(self) -> Money | None:
        """What the parcel costs more with the registration, all charges together."""
        if self.without is None or self.held is None:
            return None
        return Money(_landed(self.held) - _landed(self.without), self.basket.currency)


def list_schemes(*, day: date) -> tuple[Scheme, ...]:
    """Return every registration that a rule valid on a day asks for, those that the operator holds first."""
    countries: dict[str, list[str]] = {}
    sources: dict[str, list[str]] = {}
    for pack in markets.list_packs():
        for code, source in _asked(pack, day):
            countries.setdefault(code, []).append(pack.code)
            sources.setdefault(code, []).append(source)
    held = {row.scheme: row for row in markets.get_operator().registrations if row.is_valid_on(day)}
    found = [
        Scheme(code, held.get(code), tuple(dict.fromkeys(touched)), tuple(dict.fromkeys(sources[code])))
        for code, touched in countries.items()
    ]
    return tuple(sorted(found, key=lambda scheme: (scheme.held is None, scheme.code)))


def _asked(pack: CountryPack, day: date) -> Iterator[tuple[str, str]]:
    """Yield (registration, source) of each rule of a country that asks for one."""
    rules: list[Regime | SaleRule] = [*pack.regimes, *pack.sales]
    for area in pack.territories:
        rules += [*area.regimes, *area.sales]
    for rule in rules:
        if not rule.is_valid_on(day):
            continue
        if rule.scheme:
            yield rule.scheme, rule.source
        if isinstance(rule, Regime):
            for tax in rule.taxes:
                if tax.scheme:
                    yield tax.scheme, rule.source


def compare(scheme: Scheme, *, origin: str, destinations: Sequence[str], at: datetime) -> tuple[Effect, ...]:
    """Return what a registration changes for parcels from one country to others, basket by basket."""
    held = markets.get_operator().schemes_on(at.date())
    found = []
    for destination in destinations:
        desk = pricing.get_desk(destination=pricing.reference_destination(destination), currency="EUR", at=at)
        lacking, holding = (
            replace(desk, schemes=held - {scheme.code}),
            replace(desk, schemes=held | {scheme.code}),
        )
        for euro in BASKETS_EUR:
            basket = Money.parse(euro, "EUR")
            found.append(Effect(destination, basket, _quote(lacking, origin, basket), _quote(holding, origin, basket)))
    return tuple(found)


def list_origins() -> tuple[str, ...]:
    """Return the countries that parcels can be tried from: those whose sellers can register."""
    return corridors.list_origins()


def _quote(desk: Desk, origin: str, basket: Money) -> OrderQuote | None:
    try:
        return trial.make_trial(
            desk,
            origin=origin,
            items=[trial.TrialItem(value=basket, hs=_HS, weight_g=_WEIGHT_G)],
            delivery=Money.parse(_DELIVERY_EUR, "EUR"),
        )
    except DomainError:
        return None


def _landed(quote: OrderQuote) -> int:
    return quote.total + quote.at_door


def _figures(quote: OrderQuote | None) -> list[tuple[object, ...]]:
    if quote is None:
        return []
    return [(part.code, part.amount, part.payable, part.liable) for part in quote.parts if part.amount]
