"""Pages to look around: home, search, category, store, protection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.catalog import queries as catalog
from entrepot.kernel import clock
from entrepot.kernel.errors import NotFound
from entrepot.markets import queries as markets
from entrepot.search import queries as search
from entrepot.search.ports import SearchPage, SearchRequest
from entrepot.sellers import queries as sellers
from entrepot.storefront import cards, departments
from entrepot.storefront.kept import Kept
from entrepot.storefront.reach import get_reach, list_origins
from entrepot.storefront.traders import find_trader
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

PAGE_SIZE = 24
PAGES_MAX = 40
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
def results(request: PageRequest) -> HttpResponse:
    """Show what a search finds."""
    text = _clean(request.GET.get("q", ""))
    return _list(request, text=text, slug=request.GET.get("category", ""))


@require_GET
def category(request: PageRequest, slug: str) -> HttpResponse:
    """Show a category's goods and what is below it."""
    if not departments.find_path(slug, request.choice.language):
        raise NotFound(category=slug)
    return _list(request, text="", slug=slug)


@require_GET
def store(request: PageRequest, slug: str) -> HttpResponse:
    """Show a store: its goods, its story, who stands behind it."""
    shop = sellers.get_store(slug)
    if shop.state == "closed":
        raise NotFound(store=slug)
    text = _clean(request.GET.get("q", ""))
    page = _find(request, q=text, store=slug, page=_page_number(request))
    story, story_language = shop.story_for(request.choice.language)
    context = {
        "store": shop,
        **{place: catalog.show_picture(**asdict(kept)) for place, kept in shop.pictures.items()},
        "story": story,
        "story_language": story_language,
        "trader": find_trader(shop.seller_id),
        "protection_days": protection_days(request.choice.country),
        "search_here": text,
        "cards": cards.build(page.listing_ids, choice=request.choice, at=clock.now()),
        **_paging(page),
    }
    return render(request, "storefront/store.html", context)


@require_GET
def protection(request: PageRequest) -> HttpResponse:
    """Explain how buyers are protected."""
    return render(request, "storefront/protection.html")


@dataclass(frozen=True, slots=True)
class Facets:
    """
    What a list can be narrowed down by: categories and countries as (code, name), and which are chosen.

    `everywhere` is the page's address with no origin, `address` the one with any, up to where its code is put.
    """

    is_within: bool
    categories: tuple[tuple[str, str], ...]
    category: str
    origins: tuple[tuple[str, str], ...]
    origin: str
    everywhere: str
    address: str


def _list(request: PageRequest, *, text: str, slug: str) -> HttpResponse:
    path = departments.find_path(slug, request.choice.language) if slug else ()
    sort = request.GET.get("sort", "") if request.GET.get("sort") in ("price", "newest") else "relevance"
    origin = request.GET.get("origin", "").upper()
    origins = list_origins()
    origin = origin if origin in origins else ""
    kept = urlencode([pair for pair in request.GET.items() if pair[0] not in ("origin", "page")])
    page = _find(request, q=text, category=slug if path else "", origin=origin, sort=sort, page=_page_number(request))
    context: dict[str, Any] = {
        "place": "search",
        "title": _title(text, path, origin),
        "search_text": text,
        "path": path,
        "current_department": path[0].slug if path else "",
        "facets": Facets(
            is_within=bool(path),
            categories=tuple((node.slug, node.name) for node in _neighbours(path, request.choice.language)),
            category=slug,
            origins=tuple(_named(origins)),
            origin=origin,
            everywhere=f"?{kept}" if kept else request.path,
            address=f"?{kept}&origin=" if kept else "?origin=",
        ),
        "sort": sort,
        "is_closed": _is_closed(request.choice.country),
        "sorts": [("relevance", _("Best match")), ("price", _("Delivered price")), ("newest", _("New"))],
        "cards": cards.build(page.listing_ids, choice=request.choice, at=clock.now()),
        **_paging(page),
    }
    return render(request, "storefront/search.html", context)


def _is_closed(country: str) -> bool:
    """Tell whether nothing at all is delivered to a country."""
    return country not in get_reach().destinations


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return countries with their names, in the order of the names."""
    return sorted(((code, formats.country(code)) for code in codes), key=lambda pair: pair[1].casefold())


def _find(request: PageRequest, **wanted: Any) -> SearchPage:
    choice = request.choice
    defaults = {"q": "", "category": "", "store": "", "origin": "", "sort": "relevance", "page": 1}
    return search.find(
        SearchRequest(
            country=choice.country,
            currency=choice.currency,
            language=choice.language,
            **{**defaults, "page_size": PAGE_SIZE, **wanted},
        )
    )


def _title(text: str, path: tuple[Any, ...], origin: str) -> str:
    if text:
        return _("Results for “%(text)s”") % {"text": text}
    if path:
        return path[-1].name
    if origin:
        return _("From %(country)s") % {"country": formats.place(origin)}
    return _("All goods")


def _neighbours(path: tuple[Any, ...], language: str) -> tuple[Any, ...]:
    """Return what a category is narrowed down to: what is below it, else what stands beside it."""
    if not path:
        return departments.list_departments(language)
    if path[-1].children:
        return path[-1].children
    return path[-2].children if len(path) > 1 else departments.list_departments(language)


def _paging(page: SearchPage) -> dict[str, Any]:
    return {"page": page, "pages": min(page.pages, PAGES_MAX)}


def _page_number(request: PageRequest) -> int:
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), PAGES_MAX) if text.isascii() and text.isdecimal() and len(text) < 5 else 1


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())[:200]


def protection_days(country: str) -> int:
    """Return how long a buyer's money is held after dispatch."""
    pack = markets.find_pack(country)
    return pack.deadlines.protection_days if pack else 60
