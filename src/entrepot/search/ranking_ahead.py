"""
Delivered prices before they are asked for: what is in the index is ranked for countries whose buyers order by price.

Every night, and whenever rates or rules change, all prices are others. Working them out while a buyer waits takes tens
of milliseconds for a thousand listings; here it takes nobody's time. What is not ranked yet is ranked when it is asked
for, so that nothing is ever missing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog

from entrepot.kernel import clock, sql
from entrepot.pricing import ranking
from entrepot.pricing.rules import Desk
from entrepot.search.index_port import EngineQuery, SearchEngine, SearchNotReady

log = structlog.get_logger(__name__)

_BATCH = 250  # Some ten milliseconds for each country: facts that come meanwhile wait no longer.
_LOOK_SECONDS = 5.0
_CHANGED_MAX = 100_000
_NEXT = "SELECT id FROM catalog_listing WHERE id > %s ORDER BY id LIMIT %s"
_FIRST = UUID(int=0)


class RankingAhead:
    """The ranking of one process: of what changed first, then of everything for a country that lacks it."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._desks: Sequence[Desk] = ()
        self._lacking: dict[str, Desk] = {}  # By what their shelves are called.
        self._last = _FIRST
        self._changed: deque[UUID] = deque(maxlen=_CHANGED_MAX)
        self._look_at = float("-inf")
        self._began = 0.0

    def note(self, listing_ids: Iterable[UUID]) -> None:
        """Note that the documents of listings are others than before."""
        self._changed.extend(listing_ids)

    def step(self) -> bool:
        """Rank some listings; return whether there may be more to do at once."""
        if time.monotonic() >= self._look_at:
            self._look()
        if not self._desks:
            self._changed.clear()
            return False
        try:
            if self._changed:
                batch = [self._changed.popleft() for _ in range(min(_BATCH, len(self._changed)))]
                self._rank(self._desks, batch)
                return True
            return self._go_on()
        except SearchNotReady:
            return False

    def _look(self) -> None:
        """Find out which countries are wanted now, and for which of them not every listing was ranked."""
        self._look_at = time.monotonic() + _LOOK_SECONDS
        desks = ranking.list_wanted_desks(at=clock.now())
        lacking = {ranking.name_shelf(desk): desk for desk in desks if not ranking.is_whole(desk)}
        if lacking.keys() - self._lacking.keys():
            self._last, self._began = _FIRST, time.monotonic()
            ranking.clear_all_but(desks)
        self._desks, self._lacking = desks, lacking

    def _go_on(self) -> bool:
        """Rank the next listings for the countries that lack them."""
        if not self._lacking:
            return False
        rows = sql.fetch_all(_NEXT, [self._last, _BATCH])
        if rows:
            self._rank(list(self._lacking.values()), [row[0] for row in rows])
            self._last = rows[-1][0]
            return True
        for desk in self._lacking.values():
            ranking.note_whole(desk)
        log.info(
            "prices are worked out ahead",
            countries=[desk.destination.country for desk in self._lacking.values()],
            seconds=round(time.monotonic() - self._began, 1),
        )
        self._lacking, self._last = {}, _FIRST
        return False

    def _rank(self, desks: Sequence[Desk], listing_ids: Sequence[UUID]) -> None:
        these = EngineQuery(None, "en", None, "newest", limit=len(listing_ids), among=tuple(listing_ids))
        found = self._engine.find(these)
        if found.listing_ids and found.stamps:
            ranking.rank_ahead(desks, listing_ids=found.listing_ids, stamps=found.stamps)
