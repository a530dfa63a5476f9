"""Listings as buyers find them, each with what one piece costs delivered."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from entrepot.api import shapes
from entrepot.api.destinations import destination_of
from entrepot.api.rendering import amount, answer, money
from entrepot.api.schemas.listings import (
    CategoriesAnswer,
    DestinationQuery,
    LanguageQuery,
    ListingAnswer,
    ListingsAnswer,
    ListingsQuery,
    SuggestionsAnswer,
    SuggestionsQuery,
)
from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CategoryView, ListingView
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.markets import queries as markets
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import CardPrice
from entrepot.search import attributes, queries as search
from entrepot.search.ports import FACETS, Facet, SearchRequest

router = Router()


@router.get("/listings", response=ListingsAnswer, summary="Find listings")
def list_listings(request: HttpRequest, query: Query[ListingsQuery]) -> HttpResponse:
    """
    Search listings; with a `country`, each comes with the price of one piece delivered there, charges included.

    Delivered prices order, filter and count all that is found, as long as that is not more than the best matches that
    `ranked_within` then names; what lies beyond those is on no page of such a list.
    """
    moment = clock.now()
    currency = _currency(query)
    page = search.find(
        SearchRequest(
            q=query.q,
            country=query.country,
            currency=currency,
            language=query.language,
            category=query.category,
            store=query.store,
            origins=tuple(query.origin),
            brands=tuple(query.brand),
            attributes=tuple(pair for text in query.attribute if (pair := attributes.read(text)) is not None),
            price_from=None if query.price_from is None else Decimal(query.price_from),
            price_to=None if query.price_to is None else Decimal(query.price_to),
            days_max=query.days_max,
            rating_min=query.rating_min,
            sort=query.sort,
            page=query.page,
            page_size=query.page_size,
            region=query.region,
            postal_code=query.postal_code,
            snapshot=query.snapshot,
            facets=tuple(name for name in FACETS if name in query.facets.split(",")),
            as_typed=query.as_typed,
        ),
        at=moment,
    )
    prices: dict[UUID, CardPrice | None] = {}
    if query.country and currency:
        prices = pricing.get_card_prices(
            listing_ids=page.listing_ids,
            destination=destination_of(query.country, query.region, query.postal_code),
            currency=currency,
            at=moment,
        )
    items = [
        {
            "id": card.id,
            "slug": card.slug,
            "title": card.title,
            "store": {"slug": card.store_slug, "name": card.store_name, "country": card.store_country},
            "price": money(card.price),
            "delivered": _delivered(prices.get(card.id)),
            "image": card.image or None,
        }
        for card in catalog.get_cards(page.listing_ids, query.language)
    ]
    return answer(
        {
            "count": page.count,
            "items": items,
            "facets": [_facet(facet) for facet in page.facets],
            "ranked_within": page.ranked_within,
            "asked_instead": page.asked_instead,
            "lacks_words": page.lacks_words,
            "snapshot": page.snapshot,
        }
    )


@router.get("/suggestions", response=SuggestionsAnswer, summary="Suggest what to search for")
def list_suggestions(request: HttpRequest, query: Query[SuggestionsQuery]) -> HttpResponse:
    """
    Return how what was typed may go on: words to search for, then categories, brands and listings that have it.

    Everything suggested finds something that can be bought, with a `country` something that can be sent there.
    """
    found = search.complete(
        query.q, language=query.language, country=query.country or "", limit=query.limit, at=clock.now()
    )
    return answer({"items": [{"kind": one.kind, "text": one.text, "value": one.value} for one in found]})


@router.get("/listings/{listing_id}", response=ListingAnswer, summary="Read a listing")
def get_listing(request: HttpRequest, listing_id: UUID, query: Query[DestinationQuery]) -> HttpResponse:
    """
    Return a listing with its SKUs and, with a `country`, what one piece of its cheapest SKU costs there, part by
    part. `refusal` says why it cannot be delivered there.
    """
    found = catalog.get_listing(listing_id, query.language)
    delivered, refusal = _delivered_in_detail(found, query, clock.now())
    return answer(
        {
            "id": found.id,
            "slug": found.slug,
            "title": found.title,
            "store": {"slug": found.store_slug, "name": found.store_name, "country": found.store_country},
            "price": money(min((sku.price for sku in found.skus), key=lambda price: price.minor)),
            "delivered": delivered,
            "refusal": refusal,
            "image": found.pictures[0].url if found.pictures else None,
            "images": [picture.url for picture in found.pictures],
            "description": found.description,
            "language": found.language,
            "attributes": found.attributes,
            "skus": [
                {
                    "sku": sku.sku,
                    "options": dict(sku.options),
                    "price": money(sku.price),
                    "available": sku.available,
                }
                for sku in found.skus
            ],
        }
    )


@router.get("/categories", response=CategoriesAnswer, summary="The tree of categories")
def list_categories(request: HttpRequest, query: Query[LanguageQuery]) -> HttpResponse:
    """Return the marketplace's categories, departments first, named in the asked language."""
    return answer({"items": [_category(node) for node in catalog.list_categories(query.language)]})


def _currency(query: DestinationQuery) -> str | None:
    """Return the currency to price in. :raises UnknownCountry, UnknownCurrency: nobody knows it."""
    if query.currency:
        markets.get_fx(at=clock.now()).rate("EUR", query.currency)
    if query.country:
        pack = markets.get_pack(query.country)
        return query.currency or pack.currency
    return query.currency


def _delivered(found: CardPrice | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "amount": amount(found.amount, found.currency),
        "currency": found.currency,
        "sure": found.sure,
        "import_charges": found.import_charges,
    }


def _delivered_in_detail(
    found: ListingView, query: DestinationQuery, moment: datetime
) -> tuple[dict[str, Any] | None, str | None]:
    currency = _currency(query)
    if not query.country or not currency:
        return None, None
    # In stock before sold out, then the cheapest: what a card of the same listing shows.
    chosen = min(found.skus, key=lambda sku: (sku.available == 0, sku.price.minor, sku.sku_id))
    try:
        quote = pricing.get_quote(
            lines=[(chosen.sku, 1)],
            destination=destination_of(query.country, query.region, query.postal_code),
            currency=currency,
            language=query.language,
            at=moment,
        )
    except DomainError as refusal:
        return None, refusal.code
    (order,) = quote.orders
    return {
        "amount": amount(order.total, currency),
        "currency": currency,
        "sure": order.sure,
        "import_charges": order.import_charges,
        "parts": shapes.parts_due_now(order.parts, currency, query.language),
        "due_at_door": shapes.due_at_door(order.parts, order.at_door, currency, query.language),
        "sku": chosen.sku,
        "days_min": order.service.days_min,
        "days_max": order.service.days_max,
    }, None


def _facet(facet: Facet) -> dict[str, Any]:
    return {
        "name": facet.name,
        "label": facet.label,
        "values": [{"value": one.value, "count": one.count, "chosen": one.chosen} for one in facet.values],
        "ranked_within": facet.ranked_within,
        "estimated": facet.estimated,
    }


def _category(node: CategoryView) -> dict[str, Any]:
    return {"slug": node.slug, "name": node.name, "children": [_category(child) for child in node.children]}
