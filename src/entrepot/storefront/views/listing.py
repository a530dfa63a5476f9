"""The product page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import ListingView, PictureView, SkuView
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.languages import text_language
from entrepot.pricing import queries as pricing
from entrepot.search import queries as search
from entrepot.search.ports import SearchRequest
from entrepot.sellers import queries as sellers
from entrepot.storefront import cards, charges, departments, words
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
    sku = _chosen(view, request.GET.get("sku", ""))
    stores = sellers.get_stores([view.seller_id])
    context: dict[str, Any] = {
        "listing": view,
        "sku": sku,
        "picture": _picture(view, sku, request.GET.get("picture", "")),
        "options": _options(view, sku),
        "quantities": range(1, min(max(sku.available, 1), _QUANTITY_MAX) + 1),
        "store": stores.get(view.seller_id),
        "identity": _identity(view.seller_id),
        "path": departments.find_path(view.category_slug, choice.language),
        "description": mark_safe(view.description),  # noqa: S308 (catalog cleaned it when it was written)
        "is_original": is_original and not view.is_translation and view.language != text_language(choice.language),
        "protection_days": protection_days(choice.country),
        "more": _more(view, choice),
        **_offer(sku, choice),
    }
    context["current_department"] = context["path"][0].slug if context["path"] else ""
    return render(request, "storefront/listing.html", context)


def _offer(sku: SkuView, choice: Choice) -> dict[str, Any]:
    """Return the charges of one piece delivered to the reader, or the reason why there are none."""
    if sku.available < 1:
        return {"charges": None, "is_sold_out": True, "why_not": words.why_not("out_of_stock")}
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
        return {"charges": None, "why_not": words.refused(refusal), "source": refusal.fields.get("source", "")}
    order = quote.orders[0]
    return {
        "charges": charges.of_order(order, currency=choice.currency, country=choice.country),
        "service": order.service,
        "service_name": words.service(order.service.name),
        "arrival": charges.arrival(now.date(), order.service.days_min, order.service.days_max),
    }


def _chosen(view: ListingView, code: str) -> SkuView:
    """Return the SKU that the address names, else the first that is in stock, else the first."""
    for sku in view.skus:
        if sku.sku == code:
            return sku
    return next((sku for sku in view.skus if sku.available), view.skus[0])


def _picture(view: ListingView, sku: SkuView, wanted: str) -> PictureView | None:
    by_id = {str(picture.id): picture for picture in view.pictures}
    if wanted in by_id:
        return by_id[wanted]
    own = next((picture for picture in view.pictures if picture.sku == sku.sku), None)
    return own or (view.pictures[0] if view.pictures else None)


def _options(view: ListingView, chosen: SkuView) -> list[dict[str, Any]]:
    """Return each option with its values; a value leads to the SKU that differs from the chosen one in it alone."""
    current = dict(chosen.options)
    result = []
    for name in dict.fromkeys(name for sku in view.skus for name, _value in sku.options):
        values = []
        for text in dict.fromkeys(dict(sku.options).get(name) for sku in view.skus):
            if text is None:
                continue
            wanted = {**current, name: text}
            having = [sku for sku in view.skus if dict(sku.options).get(name) == text]
            exact = next((sku for sku in having if dict(sku.options) == wanted), None)
            target = exact or next((sku for sku in having if sku.available), having[0])
            values.append(
                {
                    "text": text,
                    "sku": target.sku,
                    "chosen": current.get(name) == text,
                    "available": target.available > 0,
                }
            )
        result.append({"name": name, "values": values})
    return result


def _identity(seller_id: UUID) -> sellers.LegalIdentity | None:
    try:
        return sellers.legal_identity(seller_id)
    except NotFound:
        return None


def _more(view: ListingView, choice: Choice) -> list[cards.Card]:
    """Return other goods of the store."""
    page = search.find(
        SearchRequest(
            q="",
            country=choice.country,
            currency=choice.currency,
            language=choice.language,
            category="",
            store=view.store_slug,
            origin="",
            sort="relevance",
            page=1,
            page_size=_MORE + 1,
        )
    )
    others = [listing_id for listing_id in page.listing_ids if listing_id != view.id]
    return cards.build(others[:_MORE], choice=choice, at=clock.now())
