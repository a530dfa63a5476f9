"""
Prices of cards: one piece of each listing's cheapest SKU, delivered.

A search orders a thousand listings by these. What many of them share is read and made once: a seller's terms, the
delivery templates (kept by this process as long as their rows do not change), the way that the goods go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.markets.rules import OPEN_STAGES
from entrepot.markets.sanctions import End
from entrepot.pricing import rules
from entrepot.pricing.quote import CardPrice, Offer, SellerTerms
from entrepot.pricing.refusals import NoDelivery, NotSellable
from entrepot.pricing.rules import Desk
from entrepot.shipping.rules import DeliveryTemplate

_STANDARD = "standard"
_TEMPLATES_MAX = 20_000
_templates: dict[tuple[int, str], DeliveryTemplate] = {}


class CardOffer(NamedTuple):
    """An offer as cards show it, and if another SKU of the listing has another price."""

    offer: Offer
    several_prices: bool


class _Store(NamedTuple):
    """A seller, the stages of its market and of the buyer's, what the store declares of all goods, its templates."""

    terms: SellerTerms
    stands: bool
    buying: str
    declared: str
    templates: dict[str, DeliveryTemplate]


def read_offers(listing_ids: Iterable[UUID], *, watched: Sequence[str], country: str | None) -> Iterator[CardOffer]:
    """
    Return the offers of the listings that can be bought; two statements, and one more for templates not seen before.

    :param watched: the marks that an operator watches.
    :param country: the buyer's, whose market must admit buyers; None: whatever the stages of markets are, but the store
        must be open and the seller approved.
    """
    rows = _fetch_listings(list(listing_ids), watched)
    if not rows:
        return
    stores = _read_stores({row[1] for row in rows}, country)
    for row in rows:
        store = stores[row[1]]
        if not store.stands or (country is not None and not (store.terms.can_sell and store.buying in OPEN_STAGES)):
            continue
        (
            listing_id, _, sku, sku_id, price, currency, tax_included, home_tax_rate, hs_code, hs_confirmed, origin,
            weight_g, length, width, height, shipping_class, flags, available, several_prices,
        ) = row  # fmt: skip
        offer = Offer(
            sku,
            sku_id,
            listing_id,
            "",
            "",
            {},
            store.terms,
            Money(price, currency),
            tax_included,
            home_tax_rate,
            hs_code,
            hs_confirmed,
            origin,
            weight_g,
            (length, width, height) if length and width and height else None,
            shipping_class,
            _declarations(flags, store.declared),
            "",
            available or 0,
            True,
            store.templates.get(shipping_class) or store.templates.get(_STANDARD),
        )
        yield CardOffer(offer, several_prices)


def _fetch_listings(listing_ids: list[UUID], watched: Sequence[str]) -> list[tuple[Any, ...]]:
    statement, parameters = sql.load(__package__, "card_offers"), {"listing_ids": listing_ids}
    if not watched:
        return sql.fetch_all(statement, parameters)
    statement = statement.replace("/*brand*/", sql.load(__package__, "watched_brand"))
    return sql.fetch_all(statement, {**parameters, "watched": list(watched)})


def _read_stores(seller_ids: Iterable[UUID], country: str | None) -> dict[UUID, _Store]:
    rows = sql.fetch_all(
        sql.load(__package__, "card_sellers"), {"seller_ids": list(seller_ids), "country": country or ""}
    )
    templates = _find_templates({(row[16], row[17]) for row in rows if row[16] is not None})
    stores: dict[UUID, _Store] = {}
    for row in rows:
        store = stores.get(row[0])
        if store is None:
            stands, selling, buying, declared = row[11:15]
            *told, registrations, over_threshold, payout_currency = row[:11]
            can_sell = stands and selling in OPEN_STAGES
            terms = SellerTerms(*told, read_registrations(registrations), over_threshold, payout_currency, can_sell)
            store = stores[row[0]] = _Store(terms, stands, buying, declared, {})
        if row[16] is not None and row[16] in templates:
            store.templates[row[15]] = templates[row[16]]
    return stores


def _find_templates(stamps: set[tuple[int, str]]) -> dict[int, DeliveryTemplate]:
    """Return templates by id, read anew where the stamp of the row is another one than of what is kept."""
    missing = [template_id for template_id, stamp in stamps if (template_id, stamp) not in _templates]
    found = {stamp[0]: _templates[stamp] for stamp in stamps if stamp in _templates}
    if missing:
        if len(_templates) > _TEMPLATES_MAX:
            _templates.clear()
        rows = sql.fetch_all(sql.load(__package__, "card_templates"), {"template_ids": missing})
        for template_id, stamp, currency, days_min, days_max, services, default_weight_g in rows:
            found[template_id] = _templates[template_id, stamp] = DeliveryTemplate.from_row(
                currency=currency,
                handling_days_min=days_min,
                handling_days_max=days_max,
                services=services,
                default_item_weight_g=default_weight_g,
            )
    return found


@lru_cache(maxsize=1024)
def read_registrations(text: str) -> frozenset[str]:
    """Return a seller's tax registrations from their JSON."""
    return frozenset(json.loads(text))


@lru_cache(maxsize=8192)
def _declarations(of_listing: str, of_store: str) -> dict[str, Any]:
    """Return what is declared of goods: a store speaks of all it sells. Shared, so never to be changed."""
    return {**json.loads(of_listing), **json.loads(of_store)}


# --- prices ----------------------------------------------------------------------------------------------------------


def price_card(desk: Desk, offer: Offer, *, several_prices: bool = False) -> CardPrice | None:
    """Return the delivered price of one piece of an offer, or None where it may not be sold or delivered there."""
    if find_sanction(desk, offer) is not None:
        return None
    try:
        priced = rules.price_order(desk, ((offer, 1),))
    except (NotSellable, NoDelivery):
        return None
    return CardPrice(
        sku=offer.sku,
        amount=priced.total,
        currency=desk.currency,
        sure=not priced.unsure,
        import_charges=priced.import_charges,
        from_price=offer.price,
        several_prices=several_prices,
        at_door=priced.at_door,
        days_min=priced.choice.days_min,
        days_max=priced.choice.days_max,
        available=offer.available,
    )


def find_sanction(desk: Desk, offer: Offer) -> dict[str, str | None] | None:
    """Return why sanctions close the way of an offer to the desk's destination, and where that is written, or None."""
    seller, destination = offer.seller, desk.destination
    if not (
        markets.are_there_sanctions(seller.dispatch_country, destination.country)
        or markets.are_there_sanctions(seller.country, destination.country)
    ):
        return None
    dispatch = End(seller.dispatch_country, seller.dispatch_region, seller.dispatch_postal_code)
    for origin in (dispatch, End(seller.country)) if seller.country != seller.dispatch_country else (dispatch,):
        corridor = markets.sanctions_corridor(
            origin,
            End(destination.country, destination.region, destination.postal_code),
            hs=offer.hs_code,
            value=offer.price.decimal,
            currency=offer.price.currency,
            rates=desk.rates,
            on=desk.on,
        )
        if not corridor.open:
            return {"reason": corridor.reason, "source": corridor.source}
    return None
