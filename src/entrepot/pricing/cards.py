"""
Prices of cards: one piece of each listing's cheapest SKU, delivered.

What many of them share is read and made once: a seller's terms, the delivery templates (kept by this process as long
as their rows do not change), the way that the goods go.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
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
from entrepot.pricing.ranks import to_rank
from entrepot.pricing.refusals import NoDelivery, NotSellable
from entrepot.pricing.rules import Desk
from entrepot.shipping.rules import DeliveryTemplate

_STANDARD = "standard"
_TEMPLATES_MAX = 20_000
_STORES_MAX = 10_000
_PRICES_MAX = 200_000
_COUNTERS_MAX = 256
_templates: dict[tuple[int, str], DeliveryTemplate] = {}
_stores: dict[tuple[object, ...], _Store] = {}


class _Store(NamedTuple):
    """
    A seller, the stages of its market and of the buyer's, what the store declares of all goods, its templates.

    Rows that say the same give the same object, so that what was worked out for it is found again.
    """

    terms: SellerTerms
    stands: bool
    buying: str
    declared: str
    templates: dict[str, DeliveryTemplate]

    @property
    def sells(self) -> bool:
        return self.stands and self.terms.can_sell and self.buying in OPEN_STAGES


def read_offers(listing_ids: Iterable[UUID], *, watched: Sequence[str]) -> list[Offer]:
    """
    Return the offers of the listings whose store is open and whose seller is approved, whatever the stages of markets
    are; two statements, and one more for templates not seen before.

    :param watched: the marks that an operator watches.
    """
    rows, stores = _read(listing_ids, watched, "")
    return [_offer(row, stores[row[1]]) for row in rows if stores[row[1]].stands]


def price_cards(desk: Desk, listing_ids: Iterable[UUID]) -> dict[UUID, CardPrice]:
    """
    Return the prices of the listings that can be bought at the desk's destination; the same statements.

    What is read is read anew each time; a price that was worked out of the very same is not worked out again.
    """
    rows, stores = _read(listing_ids, list(desk.book.watched_brands), desk.destination.country)
    counter = _counter_of(desk)
    priced = ((row[0], counter.price(desk, row, stores[row[1]])) for row in rows)
    return {listing_id: price for listing_id, price in priced if price is not None}


def rank_cards(desk: Desk, listing_ids: Iterable[UUID]) -> dict[UUID, int]:
    """
    Return the ranks of listings by delivered price (`ranks.py`); the same statements.

    Left out is what only cannot be bought now: listings that are gone, of a seller or a market that is closed.
    """
    rows, stores = _read(listing_ids, list(desk.book.watched_brands), desk.destination.country)
    counter = _counter_of(desk)
    return {row[0]: to_rank(counter.price(desk, row, store)) for row in rows if (store := stores[row[1]]).sells}


def rank_cards_ahead(desks: Sequence[Desk], listing_ids: Iterable[UUID]) -> list[dict[UUID, int]]:
    """Return for each desk what `rank_cards` does; nothing of it is remembered by this process."""
    rows = _fetch_listings(list(listing_ids), list(desks[0].book.watched_brands)) if desks else []
    sellers = {row[1] for row in rows}
    found = []
    for desk in desks:
        stores = _read_stores(sellers, desk.destination.country) if rows else {}
        found.append(
            {row[0]: to_rank(price_card(desk, _offer(row, store))) for row in rows if (store := stores[row[1]]).sells}
        )
    return found


class _Counter:
    """
    The prices of one desk's destination, day, money and rules, by SKU: with the store and the row that they are of.

    It holds on to what names it, so that nothing else can take that name.
    """

    __slots__ = ("book", "kept", "rates")

    def __init__(self, desk: Desk) -> None:
        self.book, self.rates = desk.book, desk.rates
        self.kept: dict[int, tuple[_Store, tuple[Any, ...], CardPrice | None]] = {}

    def price(self, desk: Desk, row: tuple[Any, ...], store: _Store) -> CardPrice | None:
        """Return the price of a row, as it was worked out of the very same before, or anew."""
        kept = self.kept.get(row[3])
        if kept is not None and kept[0] is store and kept[1] == row:
            return kept[2]
        price = price_card(desk, _offer(row, store), several_prices=row[18]) if store.sells else None
        self.kept[row[3]] = store, row, price
        return price


_counters: OrderedDict[tuple[object, ...], _Counter] = OrderedDict()  # What was asked last stands last.
_counting = threading.Lock()


def _counter_of(desk: Desk) -> _Counter:
    key = (
        id(desk.book),
        id(desk.rates),
        desk.on,
        desk.currency,
        desk.destination,
        desk.margin_percent,
        desk.stale_currencies,
    )
    with _counting:
        found = _counters.get(key)
        if found is None:
            found = _counters[key] = _Counter(desk)
            while sum([len(one.kept) for one in _counters.values()]) > _PRICES_MAX or len(_counters) > _COUNTERS_MAX:
                _counters.popitem(last=False)
        else:
            _counters.move_to_end(key)
            if len(found.kept) > _PRICES_MAX:
                found.kept.clear()
    return found


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(
    listing_ids: Iterable[UUID], watched: Sequence[str], country: str
) -> tuple[list[tuple[Any, ...]], dict[UUID, _Store]]:
    rows = _fetch_listings(list(listing_ids), watched)
    return rows, _read_stores({row[1] for row in rows}, country) if rows else {}


def _offer(row: Sequence[Any], store: _Store) -> Offer:
    (
        listing_id, _, sku, sku_id, price, currency, tax_included, home_tax_rate, hs_code, hs_confirmed, origin,
        weight_g, length, width, height, shipping_class, flags, available, _,
    ) = row  # fmt: skip
    return Offer(
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
    by_seller: dict[UUID, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_seller.setdefault(row[0], []).append(row)
    if len(_stores) > _STORES_MAX:
        _stores.clear()
    templates: dict[int, DeliveryTemplate] | None = None
    found = {}
    for seller_id, group in by_seller.items():
        key = tuple(group)
        store = _stores.get(key)
        if store is None:
            if templates is None:
                templates = _find_templates({(row[16], row[17]) for row in rows if row[16] is not None})
            store = _stores[key] = _store(group, templates)
        found[seller_id] = store
    return found


def _store(rows: Sequence[tuple[Any, ...]], templates: Mapping[int, DeliveryTemplate]) -> _Store:
    *told, registrations, over_threshold, payout_currency, stands, selling, buying, declared, _, _, _ = rows[0]
    can_sell = stands and selling in OPEN_STAGES
    return _Store(
        SellerTerms(*(*told, read_registrations(registrations), over_threshold, payout_currency, can_sell)),
        stands,
        buying,
        declared,
        {row[15]: templates[row[16]] for row in rows if row[16] in templates},
    )


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
    """Return what is declared of goods: a store speaks of those that do not themselves. Shared, never to be changed."""
    return {**json.loads(of_store), **json.loads(of_listing)}


# --- prices ----------------------------------------------------------------------------------------------------------


def price_card(desk: Desk, offer: Offer, *, several_prices: bool = False) -> CardPrice | None:
    """Return the delivered price of one piece of an offer, or None where it may not be sold or delivered there."""
    if find_sanction(desk, offer) is not None:
        return None
    try:
        priced = rules.price_order(desk, ((offer, 1),))
    except (NotSellable, NoDelivery):
        return None
    choice = priced.choice
    return CardPrice(  # By place: a fifth of the time that names take.
        offer.sku,
        priced.total,
        desk.currency,
        not priced.unsure,
        priced.import_charges,
        offer.price,
        several_prices,
        priced.at_door,
        choice.days_min,
        choice.days_max,
        offer.available,
    )


def find_sanction(desk: Desk, offer: Offer) -> dict[str, str | None] | None:
    """Return why sanctions close the way of an offer to the desk's destination, and where that is written, or None."""
    seller, destination = offer.seller, desk.destination
    is_from_home = seller.country == seller.dispatch_country
    if not markets.are_there_sanctions(seller.dispatch_country, destination.country) and (
        is_from_home or not markets.are_there_sanctions(seller.country, destination.country)
    ):
        return None
    dispatch = End(seller.dispatch_country, seller.dispatch_region, seller.dispatch_postal_code)
    for origin in (dispatch,) if is_from_home else (dispatch, End(seller.country)):
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
