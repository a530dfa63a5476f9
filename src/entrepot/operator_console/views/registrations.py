"""What each tax registration of the operator changes, or would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.kernel import clock
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.operator_console import registrations
from entrepot.operator_console.desk import operators_only, show
from entrepot.operator_console.priced import IMPORT_CHARGES, LIABLE
from entrepot.operator_console.registrations import Effect
from entrepot.pricing.quote import OrderQuote
from entrepot.ui import formats, schemes
from entrepot.ui.requests import PageRequest


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way of a parcel in words: what is paid now and at the door, who owes the charges."""

    tone: str
    text: str
    now: Money
    at_door: Money
    liable: str


@dataclass(frozen=True, slots=True)
class EffectWords:
    """What a registration changes for one parcel."""

    destination: str
    basket: Money
    without: Outcome | None
    held: Outcome | None
    difference: Money | None
    changes: bool


@operators_only
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """Show every registration that a rule asks for, held or lacking, and what it changes for one country."""
    now = clock.now()
    origin = _origin(request)
    rows = []
    for scheme in registrations.list_schemes(day=now.date()):
        effects = registrations.compare(scheme, origin=origin, destinations=[scheme.example], at=now)
        rows.append((scheme, schemes.name_of(scheme.code), [_words(effect) for effect in effects]))
    context = {"rows": rows, "baskets": _baskets(), **_frame(origin)}
    return show(request, "registrations", "markets", context)


@operators_only
@require_GET
def registration(request: PageRequest, scheme: str) -> HttpResponse:
    """Show one registration: every country that it touches, parcel by parcel."""
    now = clock.now()
    found = next((one for one in registrations.list_schemes(day=now.date()) if one.code == scheme), None)
    if found is None:
        raise NotFound(scheme=scheme)
    origin = _origin(request)
    countries = sorted(found.countries, key=lambda code: formats.sorting_key(formats.country(code)))
    effects = [_words(row) for row in registrations.compare(found, origin=origin, destinations=countries, at=now)]
    by_country = {code: [effect for effect in effects if effect.destination == code] for code in countries}
    asked = request.GET.get("to", "").upper()
    shown = asked if asked in by_country else found.example
    context = {
        "scheme": found,
        "name": schemes.name_of(found.code),
        "shown": shown,
        "effects": by_country[shown],
        "others": by_country.items() if len(by_country) > 1 else (),
        "baskets": _baskets(),
        "changes": any(effect.changes for effect in effects),
        **_frame(origin),
    }
    return show(request, "registration", "markets", context)


def _frame(origin: str) -> dict[str, object]:
    return {
        "origin": origin,
        "chips": [
            {"label": formats.country(code), "link": f"?from={code}", "current": code == origin, "count": None}
            for code in sorted(
                registrations.list_origins(), key=lambda code: formats.sorting_key(formats.country(code))
            )
        ],
        "file": settings.OPERATOR_FILE or "markets/operator.toml",
    }


def _origin(request: PageRequest) -> str:
    origins = registrations.list_origins()
    asked = request.GET.get("from", "").upper()
    return asked if asked in origins else origins[0]


def _baskets() -> Sequence[Money]:
    return [Money.parse(euro, "EUR") for euro in registrations.BASKETS_EUR]


def _words(effect: Effect) -> EffectWords:
    return EffectWords(
        effect.destination,
        effect.basket,
        _outcome(effect.without),
        _outcome(effect.held),
        effect.difference,
        effect.changes,
    )


def _outcome(quote: OrderQuote | None) -> Outcome | None:
    if quote is None:
        return None
    text, tone = IMPORT_CHARGES[quote.import_charges]
    owing = dict.fromkeys(part.liable for part in quote.parts if part.amount and part.liable)
    return Outcome(
        tone,
        _(text),
        Money(quote.total, "EUR"),
        Money(quote.at_door, "EUR"),
        formats.listing([_(LIABLE[who]) for who in owing]),
    )
