"""Pages to look around from: home, protection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from entrepot.kernel import clock
from entrepot.markets import queries as markets
from entrepot.search import queries as search
from entrepot.storefront import cards, departments, seen
from entrepot.storefront.kept import Kept
from entrepot.storefront.reach import get_reach, list_origins
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

_CORRIDORS = 3
_CARDS_PER_CORRIDOR = 10
_NEWEST = 10
_NEWEST_PER_STORE = 2
_PER_STORE = 4


@require_GET
def home(request: PageRequest) -> HttpResponse:
    """Show what is new, the departments, the countries that goods come from, and goods of some of them."""
    choice, at = request.choice, clock.now()
    origins = tuple(code for code in list_origins() if code != choice.country)
    newest, found = _windows.get(
        (choice.country, origins, at.date()), lambda: _dress(choice.country, _todays(origins, at.toordinal()), at)
    )
    shown = dict.fromkeys([*newest, *(listing for ids in found.values() for listing in ids)])
    by_id = {card.id: card for card in cards.recall(list(shown), choice=choice, at=at)}
    corridors = [
        {"country": code, "cards": [by_id[listing] for listing in ids if listing in by_id]}
        for code, ids in found.items()
    ]
    context = {
        "place": "home",
        "newest": [by_id[listing] for listing in newest if listing in by_id],
        "stocked": departments.list_stocked(choice.language, choice.country),
        "origins": _named(origins),
        "corridors": [row for row in corridors if row["cards"]],
        "is_closed": _is_closed(choice.country),
        "seen": seen.list_cards(request),
    }
    return render(request, "storefront/home.html", context)


Window = tuple[tuple[UUID, ...], dict[str, tuple[UUID, ...]]]
_windows: Kept[tuple[str, tuple[str, ...], date], Window] = Kept(seconds=30)


def _dress(country: str, origins: Sequence[str], at: datetime) -> Window:
    """Return what the front page shows of new goods, and of those from some countries."""
    newest = search.list_newest(country=country, at_most=_NEWEST, per_store=_NEWEST_PER_STORE, at=at)
    found = {
        code: search.list_newest(country=country, origin=code, at_most=_CARDS_PER_CORRIDOR, per_store=_PER_STORE, at=at)
        for code in origins
    }
    return newest, found


def _todays(origins: Sequence[str], day: int) -> list[str]:
    """Return some countries, others each day, so that every one has its turn on the front page."""
    start = day % len(origins) if origins else 0
    return [*origins[start:], *origins[:start]][:_CORRIDORS]


@require_GET
def protection(request: PageRequest) -> HttpResponse:
    """Explain how buyers are protected."""
    return render(request, "storefront/protection.html")


def _is_closed(country: str) -> bool:
    """Tell whether nothing at all is delivered to a country."""
    return country not in get_reach().destinations


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return countries with their names, in the order of the names."""
    return sorted(((code, formats.country(code)) for code in codes), key=lambda pair: pair[1].casefold())


def protection_days(country: str) -> int:
    """Return how long a buyer's money is held after dispatch."""
    pack = markets.find_pack(country)
    return pack.deadlines.protection_days if pack else 60
