"""The product page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import ListingView, PictureView, SkuView
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.languages import text_language
from entrepot.kernel.money import Money
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import OrderQuote
from entrepot.search import queries as search
from entrepot.search.index_port import SearchNotReady
from entrepot.search.ports import SearchRequest
from entrepot.shipping import labels
from entrepot.storefront import cards, charges, departments, seen, variants, wishing, words
from entrepot.storefront.kept import Kept
from entrepot.storefront.traders import find_trader
from entrepot.storefront.views.browse import protection_days
from entrepot.ui.choice import Choice
from entrepot.ui.requests import PageRequest

_MORE = 8
_QUANTITY_MAX = 10


@require_GET
def listing(request: PageRequest, listing_id: UUID, slug: str) -> HttpResponse:
    """Show a listing with the delivered price of the SKU that is chosen, or why it is not sold to the reader."""
    choice, is_original = request.choice, "original" in request.GET
    view = catalog.get_listing(listing_id, choice.language)
    if slug != view.slug:
        return redirect("storefront:listing", listing_id=listing_id, slug=view.slug, permanent=False)
    if is_original and view.is_translation:
        view = catalog.get_listing(listing_id, view.original_language)
    if not view.skus:
        raise NotFound(listing_id=listing_id)
    sku = variants.choose(view.skus, request.GET.get("sku", ""))
    trader = find_trader(view.seller_id)
    store = trader.store
    path = departments.find_path(view.category_slug, choice.language)
    context: dict[str, Any] = {
        "listing": view,
        "is_foreign": view.language != text_language(choice.language),
        "sku": sku,
        "picture": _picture(view, sku, request.GET.get("picture", "")),
        "options": variants.list_options(view.skus, sku),
        "quantities": range(1, min(max(sku.available, 1), _QUANTITY_MAX) + 1),
        "store": store,
        "town": words.town(store.dispatch_city, choice.language) if store else "",
        "identity": trader.html_of(view.manufacturer_id, view.responsible_id),
        "path": path,
        "current_department": path[0].slug if path else "",
        "description": mark_safe(view.description),  # noqa: S308 (catalog cleaned it when it was written)
        "is_original": is_original and not view.is_translation and view.language != text_language(choice.language),
        "protection_days": protection_days(choice.country),
        "is_wished": wishing.is_wished(request, view.id),
        "seen": seen.list_cards(request, but=view.id),
        "similar": None,  # Not looked for until somebody scrolls down to them.
        "more": None,
        **_offer(sku, choice),
    }
    if not context["price"]:  # What the reader can have instead belongs to the answer.
        context |= _related(view, choice)
    response = render(request, "storefront/listing.html", context)
    seen.keep(request, response, view.id)
    return response


@require_GET
def related(request: PageRequest, listing_id: UUID) -> HttpResponse:
    """Return the part of a listing's page that shows goods like it and of its store, once somebody scrolls to it."""
    view = catalog.get_listing(listing_id, request.choice.language)
    if request.headers.get("HX-Request") != "true":
        return redirect("storefront:listing", listing_id=listing_id, slug=view.slug)
    return render(
        request, "storefront/_related.html", {"listing": view, "price": True, **_related(view, request.choice)}
    )


def _offer(sku: SkuView, choice: Choice) -> dict[str, Any]:
    """Return the charges of one piece delivered to the reader, or the reason why there are none."""
    if sku.available < 1:
        return {"price": "", "is_sold_out": True, "why_not": words.why_not("out_of_stock")}
    now = clock.now()
    try:
        quote = pricing.get_quote(
            lines=[(sku.sku, 1)],
            destination=pricing.reference_destination(choice.country),
            currency=choice.currency,
            at=now,
            language=choice.language,
        )
    except DomainError as refusal:
        return {
            "price": "",
            "why_not": words.refused(refusal),
            "source": words.source_of(refusal),
            "is_elsewhere": words.is_about_destination(refusal),
        }
    order = quote.orders[0]
    return {
        "delivered": Money(order.total, quote.currency),
        "price": _write_price(msgspec.json.encode(order), choice, get_language() or "en"),
        "service": order.service,
        "service_name": labels.service(order.service.name),
        "arrival": charges.arrival(now.date(), order.service.days_min, order.service.days_max),
    }


@lru_cache(maxsize=1024)
def _write_price(order: bytes, choice: Choice, language: str) -> SafeString:
    """Write an order's price with its parts; a quote that says the same to the letter is written once."""
    quote = msgspec.json.decode(order, type=OrderQuote)
    told = charges.of_order(quote, currency=choice.currency, country=choice.country)
    return mark_safe(render_to_string("storefront/_price.html", {"charges": told, "choice": choice}))  # noqa: S308


def _picture(view: ListingView, sku: SkuView, wanted: str) -> PictureView | None:
    by_id = {str(picture.id): picture for picture in view.pictures}
    if wanted in by_id:
        return by_id[wanted]
    own = next((picture for picture in view.pictures if picture.sku == sku.sku), None)
    return own or (view.pictures[0] if view.pictures else None)


def _related(view: ListingView, choice: Choice) -> dict[str, Any]:
    """Return goods like this one that are delivered to the reader, and other goods of the store."""
    similar = _find_similar(view, choice)
    of_store = _find_of_store(view.store_slug, choice)
    built = cards.recall(list(dict.fromkeys([*similar, *of_store])), choice=choice, at=clock.now())
    others = [card for card in built if card.is_offered and card.id != view.id]
    alike = [card for card in others if card.id in similar][:_MORE]
    shown = {card.id for card in alike}
    return {
        "similar": alike,
        "more": [card for card in others if card.id in of_store and card.id not in shown][:_MORE],
    }


_alike: Kept[tuple[UUID, str, str], tuple[UUID, ...]] = Kept(seconds=60, most=20_000)
_of_store: Kept[tuple[str, str], tuple[UUID, ...]] = Kept(seconds=60, most=20_000)


def _find_similar(view: ListingView, choice: Choice) -> tuple[UUID, ...]:
    """Return listings like this one that may go to the reader; what is found so is kept for a minute."""

    def find() -> tuple[UUID, ...]:
        return search.list_similar(
            view.id, country=choice.country, language=choice.language, limit=_MORE + 4, at=clock.now()
        )

    return _alike.get((view.id, choice.country, choice.language), find)


def _find_of_store(store: str, choice: Choice) -> tuple[UUID, ...]:
    """Return listings of a store that may go to the reader; what is found so is kept for a minute."""

    def find() -> tuple[UUID, ...]:
        wanted = SearchRequest(country=choice.country, store=store, page_size=_MORE + 1)
        try:
            return search.find(wanted).listing_ids
        except SearchNotReady:
            return ()

    return _of_store.get((store, choice.country), find)
