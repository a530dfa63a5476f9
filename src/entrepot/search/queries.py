"""Finding listings for a buyer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from entrepot.kernel import clock, sql
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import CardPrice, Destination
from entrepot.search import restrictions
from entrepot.search.ports import (
    SORTS,
    Corridor,
    Document,
    EngineQuery,
    IndexState,
    SearchPage,
    SearchRequest,
    Text,
    get_engine,
)

_ROOM = "entrepot.search"
RANKED_WITHIN = 1000
PAGE_SIZE_MAX = 100
_CHARGES_ORDER = {"none": 0, "prepaid": 0, "due_at_door": 1, "unknown": 2}


def find(request: SearchRequest, *, at: datetime | None = None) -> SearchPage:
    """
    Return the page of listings that fit, those in stock first, and only what may be sold to the buyer's country now.

    By price means the delivered one, among the best `RANKED_WITHIN` by relevance; what is prepaid comes before what
    falls due at the door, and what cannot be priced comes last.
    """
    moment = at or clock.now()
    sort = request.sort if request.sort in SORTS else "relevance"
    page, page_size = max(request.page, 1), min(max(request.page_size, 1), PAGE_SIZE_MAX)
    by_price = sort == "price" and bool(request.country and request.currency)
    corridors = _open_corridors(
        request.country or "", request.region, request.origin or "", moment, request.postal_code
    )
    query = EngineQuery(
        q=(request.q or "")[:200],
        language=request.language or "en",
        category=request.category or "",
        store=request.store or "",
        corridors=corridors,
        sort="newest" if sort == "newest" else "relevance",
        limit=RANKED_WITHIN if by_price else page_size,
        offset=0 if by_price else (page - 1) * page_size,
    )
    count, listing_ids = get_engine().find(query)
    if not by_price:
        return SearchPage(count, tuple(listing_ids), page, page_size)
    ordered = _by_delivered_price(listing_ids, request, moment)
    start = (page - 1) * page_size
    return SearchPage(count, tuple(ordered[start : start + page_size]), page, page_size, len(ordered))


_ORIGINS = """
SELECT DISTINCT s.country, t.dispatch_country FROM sellers_store t JOIN sellers_seller s ON s.id = t.seller_id
WHERE t.state = 'open' AND s.state = 'approved'
"""


def _open_corridors(
    country: str, region: str, origin: str, at: datetime, postal_code: str = ""
) -> tuple[Corridor, ...]:
    """Return the corridors to the buyer that stages and sanctions leave open."""
    stages = markets.get_stages(at)
    # The same place that cards are priced to while the buyer's address is not known.
    where = (
        Destination(country, region, postal_code) if region or postal_code else pricing.reference_destination(country)
    )
    book = pricing.get_book()
    corridors = []
    for seller_country, dispatch_country in sql.fetch_all(_ORIGINS):
        if origin and seller_country != origin:
            continue
        if seller_country not in stages or not stages[seller_country].can_sell:
            continue
        if not country:
            corridors.append(Corridor(seller_country, dispatch_country))
            continue
        ways = {seller_country, dispatch_country}
        if not markets.corridor(seller_country, country, region=region, at=at, stages=stages).open:
            continue
        if not all(markets.sanctions_corridor(way, country, region=region, on=at.date()).open for way in ways):
            continue
        closed = {
            prefix for way in ways for prefix in markets.list_closed_hs(way, country, region=region, on=at.date())
        }
        rules = restrictions.list_closing(book, dispatch_country, where, at.date())
        corridors.append(Corridor(seller_country, dispatch_country, tuple(sorted(closed)), rules))
    return tuple(corridors)


def _by_delivered_price(listing_ids: Sequence[UUID], request: SearchRequest, at: datetime) -> list[UUID]:
    assert request.country, "a delivered price has a destination"
    assert request.currency, "a delivered price has a currency"
    where: Destination | str = request.country
    if request.postal_code or request.region:
        where = Destination(request.country, request.region, request.postal_code)
    prices = pricing.get_card_prices(listing_ids=listing_ids, destination=where, currency=request.currency, at=at)
    places = {listing_id: place for place, listing_id in enumerate(listing_ids)}

    def order(listing_id: UUID) -> tuple[int, int, int, int]:
        price: CardPrice | None = prices.get(listing_id)
        if price is None:
            return 3, 0, 0, places[listing_id]
        empty = 0 if price.available > 0 else 1
        return empty, _CHARGES_ORDER[price.import_charges], price.amount + price.at_door, places[listing_id]

    return sorted(listing_ids, key=order)


def list_stocked_departments(*, country: str, at: datetime) -> frozenset[str]:
    """Return the slugs of the departments that hold something a seller may and does deliver to a country."""
    return frozenset(slug for (slug,) in _ask_senders("stocked_departments", country, at))


def list_newest(*, country: str, origin: str = "", at_most: int, per_store: int, at: datetime) -> tuple[UUID, ...]:
    """
    Return the newest listings in stock that go to a country, only so many of one store, the newest first.

    :param origin: of sellers of this country alone; empty: of all.
    """
    rows = _ask_senders("newest", country, at, origin=origin, limit=at_most, per_store=per_store)
    return tuple(listing_id for (listing_id,) in rows)


def _ask_senders(
    name: str, country: str, at: datetime, *, origin: str = "", **parameters: int
) -> list[tuple[Any, ...]]:
    """Run a statement over the sellers whose way to a country is open, and where their delivery templates reach."""
    corridors = _open_corridors(country, "", origin, at)
    if not corridors:
        return []
    statement = sql.load(_ROOM, name).replace("/*senders*/", sql.load(_ROOM, "senders").strip())
    return sql.fetch_all(statement, {**parameters, "country": country, "corridors": orjson.dumps(corridors).decode()})


def read_documents(listing_ids: Sequence[UUID], *, at: datetime) -> list[Document]:
    """Return the listings among these that are offered, as an engine keeps them."""
    falling = read_restricted(listing_ids, at=at)
    documents = []
    for row in sql.fetch_all(sql.load(_ROOM, "read_documents"), [list(listing_ids)]):
        listing_id, seller_id, listed_at, brand, seller_category, names, texts, codes = row
        parts = [Text("", "B", brand)] if brand else []
        parts.append(Text("", "B", codes))
        if seller_category:
            parts.append(Text("", "C", seller_category))
        parts += [Text(language, "C", name) for names_of in orjson.loads(names) for language, name in names_of.items()]
        for language, title, description, attributes in orjson.loads(texts):
            parts.append(Text(language, "A", title))
            values = " ".join(value for _, value in attributes)
            parts.append(Text(language, "C", values[:2000]))
            parts.append(Text(language, "D", description[:4000]))
        kept = tuple(part for part in parts if part.words)
        documents.append(Document(listing_id, seller_id, listed_at, kept, falling.get(listing_id, ())))
    return documents


def read_restricted(listing_ids: Sequence[UUID], *, at: datetime) -> dict[UUID, tuple[str, ...]]:
    """Return the rules that fall on the listings among these that are offered, at the prices and rates of a moment."""
    book, rates = pricing.get_book(), markets.get_fx(at=at)
    found = {}
    for listing_id, hs, made_in, flags, minor, currency, store, origin in pricing.read_goods(listing_ids):
        price = None if minor is None else Money(minor, currency).decimal
        goods = restrictions.Goods(hs, made_in, orjson.loads(flags), price, currency, store, origin)
        found[listing_id] = restrictions.list_falling_on(book, goods, rates)
    return found


_STATE = """
SELECT (SELECT count(*) FROM search_document),
       (SELECT count(*) FROM catalog_listing l WHERE l.state = 'active'
          AND EXISTS (SELECT 1 FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active'))
"""


def get_index_state() -> IndexState:
    """Return how many documents the index holds and how many it should."""
    row = sql.fetch_one(_STATE)
    assert row is not None
    return IndexState(*row)
