"""Finding listings for a buyer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from entrepot.kernel import clock, sql
from entrepot.pricing import queries as pricing
from entrepot.search import completing, elsewhere, finding, lanes, spelling
from entrepot.search.completing import Completion
from entrepot.search.elsewhere import Elsewhere
from entrepot.search.index_port import EngineQuery, SearchNotReady
from entrepot.search.ports import IndexState, SearchPage, SearchRequest, get_engine

_ROUND = 200
_ROUNDS_MAX = 5


def find(request: SearchRequest, *, at: datetime | None = None) -> SearchPage:
    """
    Return the page of listings that fit, those in stock first, and only what may be sold to the buyer's country now.

    Delivered prices order, narrow and count within the best `finding.RANKED_WITHIN` by relevance; in their order what
    is prepaid comes before what falls due at the door, and what cannot be priced comes last. Attributes that a reader
    of another language chose, who shared the list, are found and counted in that one. Where nothing fits what was
    typed, whatever is chosen besides, its last word is taken for an unfinished one, then another spelling is tried, and
    at last some of the words are enough.

    :raises SearchNotReady: the index is being built.
    """
    moment, engine = at or clock.now(), get_engine()
    search = finding.prepare(request, engine=engine, at=moment)
    page = search.answer()
    if not page.count and request.attributes and (named := search.in_language_of_attributes()) is not search:
        search, page = named, named.answer()
    if page.count or search.query.asked is None or search.is_for_nothing() or search.finds_without_choices():
        return page
    typed = (request.q or "").strip()
    unfinished = search.with_words(typed, unfinished=True)
    if unfinished.query.asked != search.query.asked and (found := unfinished.answer()).count:
        return found
    if not request.as_typed:
        spelt = spelling.correct(typed, search.query.language, engine=engine, lanes=search.query.lanes)
        found = search.with_words(spelt).answer() if spelt else page
        if found.count:
            return replace(found, asked_instead=spelt)
    search.query = replace(search.query, is_lenient=True)
    found = search.answer()
    return replace(found, lacks_words=found.count > 0)


def find_elsewhere(request: SearchRequest, *, at: datetime) -> Elsewhere:
    """Return what a request finds that is not sold to the buyer's country."""
    return elsewhere.find(request, engine=get_engine(), at=at)


def complete(text: str, *, language: str, country: str, limit: int, at: datetime) -> tuple[Completion, ...]:
    """Return how what is being typed may go on, out of what can be sent to a country (empty: anywhere)."""
    where = pricing.reference_destination(country) if country else None
    return completing.complete(text, language=language, engine=get_engine(), destination=where, limit=limit, at=at)


def list_stocked_departments(*, country: str, at: datetime) -> frozenset[str]:
    """Return the slugs of the categories that hold something which goes to a country; none while search is prepared."""
    engine = get_engine()
    try:
        ways = lanes.open_to(engine.list_lanes(), pricing.reference_destination(country), at=at)
        found = engine.find(EngineQuery(None, "en", frozenset(ways), "newest", limit=1, counted=("category",)))
    except SearchNotReady:
        return frozenset()
    return frozenset(found.counts["category"])


def list_similar(listing_id: UUID, *, country: str, language: str, limit: int, at: datetime) -> tuple[UUID, ...]:
    """Return listings like one that go to a country, the likest first; none while search is prepared."""
    engine = get_engine()
    try:
        ways = lanes.open_to(engine.list_lanes(), pricing.reference_destination(country), at=at)
        return tuple(engine.list_similar(listing_id, language=language, lanes=frozenset(ways), limit=limit))
    except SearchNotReady:
        return ()


_STOCKED = """
SELECT w.id, l.store_id FROM unnest(%s::uuid[]) WITH ORDINALITY AS w (id, place)
JOIN catalog_listing l ON l.id = w.id
WHERE EXISTS (
  SELECT FROM catalog_sku k JOIN catalog_stock q ON q.sku_id = k.id
  WHERE k.listing_id = l.id AND k.state = 'active' AND q.on_hand > q.reserved
)
ORDER BY w.place
"""


def list_newest(*, country: str, origin: str = "", at_most: int, per_store: int, at: datetime) -> tuple[UUID, ...]:
    """
    Return the newest listings in stock that go to a country, only so many of one store, the newest first.

    None while search is prepared. :param origin: of sellers of this country alone; empty: of all.
    """
    engine, destination = get_engine(), pricing.reference_destination(country)
    found: list[UUID] = []
    of_store: Counter[UUID] = Counter()
    snapshot = ""
    try:
        ways = lanes.open_to(engine.list_lanes(), destination, origins=(origin,) if origin else (), at=at)
        for number in range(_ROUNDS_MAX):
            query = EngineQuery(None, "en", frozenset(ways), "newest", _ROUND, number * _ROUND, snapshot=snapshot)
            answer = engine.find(query)
            snapshot = answer.snapshot
            for listing_id, store_id in sql.fetch_all(_STOCKED, [list(answer.listing_ids)]):
                if of_store[store_id] < per_store:
                    of_store[store_id] += 1
                    found.append(listing_id)
            if len(found) >= at_most or len(answer.listing_ids) < _ROUND:
                break
    except SearchNotReady:
        return ()
    return tuple(found[:at_most])


_OFFERED = """
SELECT count(*) FROM catalog_listing l
JOIN sellers_store st ON st.id = l.store_id AND st.state = 'open'
JOIN sellers_seller s ON s.id = l.seller_id AND s.state = 'approved'
WHERE l.state = 'active' AND EXISTS (SELECT 1 FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active')
"""


def get_index_state() -> IndexState:
    """Return how many documents the index holds and how many it should."""
    row = sql.fetch_one(_OFFERED)
    assert row is not None
    return IndexState(get_engine().count_documents(), row[0])
