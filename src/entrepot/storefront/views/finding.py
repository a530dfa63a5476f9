"""Lists of goods: what a search finds, a category, a store; each narrowed down as its address says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CategoryView
from entrepot.kernel import clock
from entrepot.kernel.errors import NotFound
from entrepot.markets import queries as markets
from entrepot.search import queries as search
from entrepot.search.completing import Completion
from entrepot.search.ports import FACETS, FacetName, SearchPage
from entrepot.sellers import queries as sellers
from entrepot.storefront import cards, departments, facets, helping, narrowing as narrowings
from entrepot.storefront.narrowing import PAGES_MAX, Narrowing, clean
from entrepot.storefront.reach import get_reach
from entrepot.storefront.traders import find_trader
from entrepot.storefront.views.browse import protection_days
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest


@require_GET
def results(request: PageRequest) -> HttpResponse:
    """Show what a search finds."""
    asked = _read(request)
    path = departments.find_path(asked.category, request.choice.language) if asked.category else ()
    return _show(request, asked if path else replace(asked, category=""), path)


@require_GET
def category(request: PageRequest, slug: str) -> HttpResponse:
    """Show a category's goods and what is below it."""
    path = departments.find_path(slug, request.choice.language)
    if not path:
        raise NotFound(category=slug)
    return _show(request, _read(request, path=request.path, category=slug, q=""), path)


@require_GET
def store(request: PageRequest, slug: str) -> HttpResponse:
    """Show a store: its goods, its story, who stands behind it."""
    shop = sellers.get_store(slug)
    if shop.state == "closed":
        raise NotFound(store=slug)
    asked = _read(request, path=request.path, store=slug)
    path = departments.find_path(asked.category, request.choice.language) if asked.category else ()
    story, story_language = shop.story_for(request.choice.language)
    context = {
        "store": shop,
        **{place: catalog.show_picture(**asdict(kept)) for place, kept in shop.pictures.items()},
        "story": story,
        "story_language": story_language,
        "trader": find_trader(shop.seller_id),
        "protection_days": protection_days(request.choice.country),
        "search_here": asked.q,
    }
    return _show(request, asked if path else replace(asked, category=""), path, template="store", context=context)


def _read(request: PageRequest, **page: str) -> Narrowing:
    rate = markets.get_fx(at=clock.now()).rate
    return narrowings.read(request.GET, currency=request.choice.currency, rate=rate, **page)


def _show(
    request: PageRequest,
    asked: Narrowing,
    path: Sequence[CategoryView],
    *,
    template: str = "search",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """Ask once, price the cards once, and write the page; a form's empty fields leave the address."""
    is_part = request.headers.get("HX-Request") == "true"
    if narrowings.has_blanks(request.GET) and not is_part:
        return HttpResponseRedirect(asked.address)
    choice, at = request.choice, clock.now()
    if _SPANS in request.GET:
        return _write_spans(request, asked)
    page = search.find(asked.to_request(choice, facets=_list_facets(asked)), at=at)
    if page.count and not page.listing_ids and asked.page > 1:  # A page that the list no longer has.
        return HttpResponseRedirect(asked.change().address)
    is_closed = choice.country not in get_reach().destinations
    needs_help = not page.listing_ids and not is_closed
    shown = {
        "place": "search",
        "page_link": asked.address,
        "title": _title(asked, path),
        "search_text": asked.q if template == "search" else "",
        "crumbs": _crumbs(asked, path),
        "current_department": path[0].slug if path else "",
        "asked": asked,
        "groups": facets.build(page.facets, asked, path=path, language=choice.language, total=page.count),
        "is_estimated": any(facet.estimated for facet in page.facets),
        "chips": facets.list_chips(asked, path=path),
        "spans_link": replace(asked, page=1).address_with((_SPANS, "1")),
        "hidden": facets.write_hidden(asked),
        "sorts": _sorts(asked, page),
        "is_closed": is_closed,
        "help": helping.build(asked, choice=choice, at=at) if needs_help else None,
        "cards": cards.build(page.listing_ids, choice=choice, at=at),
        "nothing_chosen": asked.without_all().address,
        "page": page,
        "pages": min(page.pages, PAGES_MAX),
        "page_address": asked.page_address(page.snapshot),
        "as_typed": asked.change(as_typed=True).address if page.asked_instead else "",
    }
    response = render(request, f"storefront/{template}.html", shown | (context or {}))
    if is_part:  # The same list again is no step to come back to.
        is_new = not request.headers.get("HX-Current-URL", "").endswith(asked.address)
        response["HX-Push-Url"] = asked.address if is_new else "false"
    return response


_SPANS = "spans"


def _list_facets(asked: Narrowing) -> tuple[FacetName, ...]:
    """
    Return the facets to count: spans of delivered prices only where prices are compared anyway.

    They need the prices of up to a thousand listings, which cost more than all the rest of the page; where nobody has
    looked at the prices yet, the page asks for the spans once somebody does.
    """
    is_priced = asked.sort == "price" or asked.price_from is not None or asked.price_to is not None
    return tuple(name for name in FACETS if name != "price" or is_priced)


def _write_spans(request: PageRequest, asked: Narrowing) -> HttpResponse:
    """Write the spans of prices alone, as the page's script puts them in."""
    page = search.find(asked.to_request(request.choice, facets=("price",), page_size=1), at=clock.now())
    spans = facets.write_spans(next((facet for facet in page.facets if facet.name == "price"), None), asked)
    return render(request, "storefront/_price_spans.html", {"spans": spans})


def _sorts(asked: Narrowing, page: SearchPage) -> list[dict[str, Any]]:
    """Return the orders that a list can have; by rating only where somebody rated something."""
    named = {
        "relevance": _("Best match"),
        "price": _("Delivered price"),
        "newest": _("New"),
        "orders": _("Most ordered"),
        "rating": _("Best rated"),
    }
    if asked.sort != "rating" and not any(facet.name == "rating" and facet.values for facet in page.facets):
        del named["rating"]
    return [
        {"code": code, "label": label, "link": asked.change(sort=code).address, "current": code == asked.sort}
        for code, label in named.items()
    ]


def _crumbs(asked: Narrowing, path: Sequence[CategoryView]) -> list[dict[str, str]]:
    """Return the way down to a category, each step with what is searched for there."""
    if not path:
        return []
    steps = [("", _("All goods")), *((node.slug, node.name) for node in path)]
    plain = asked.without_all()
    links = [facets.into_category(plain, slug).address for slug, _name in steps]
    return [
        {"link": link if number < len(path) else "", "label": name}
        for number, (link, (_slug, name)) in enumerate(zip(links, steps, strict=True))
    ]


def _title(asked: Narrowing, path: Sequence[CategoryView]) -> str:
    if asked.q:
        return _("Results for “%(text)s”") % {"text": asked.q}
    if path:
        return path[-1].name
    if len(asked.origins) == 1:
        return _("From %(country)s") % {"country": formats.place(asked.origins[0])}
    return _("All goods")


_SYMBOLS = {"words": "search", "category": "grid", "brand": "store", "listing": "box"}
_SUGGESTIONS = 8


@require_GET
def suggestions(request: PageRequest) -> HttpResponse:
    """Write how what is typed into the search field may go on, as options of its list."""
    choice = request.choice
    kinds = {"category": _("Category"), "brand": _("Brand"), "listing": ""}
    found = search.complete(
        clean(request.GET.get("q", ""), keep_end=True),
        language=choice.language,
        country=choice.country,
        limit=_SUGGESTIONS,
        at=clock.now(),
    )
    shown = [
        {"text": one.text, "link": _suggested(one), "symbol": _SYMBOLS[one.kind], "kind": kinds.get(one.kind, "")}
        for one in found
    ]
    response = render(request, "storefront/_suggestions.html", {"suggestions": shown})
    response["Cache-Control"] = "private, max-age=60"
    return response


def _suggested(one: Completion) -> str:
    """Return where a suggestion leads."""
    if one.kind == "listing":
        return f"/listing/{one.value}/-"  # Which leads on to the listing's own address.
    if one.kind == "category":
        return f"/category/{one.value}"
    return (Narrowing(q=one.value) if one.kind == "words" else Narrowing(brands=(one.value,))).address
