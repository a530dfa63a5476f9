"""What a search finds that is not sold to the buyer's country: how much, and a listing of each kind to ask why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from entrepot.search import finding, lanes
from entrepot.search.index_port import SearchEngine
from entrepot.search.ports import SearchRequest

_KINDS_MAX = 8


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """
    How many listings fit that are closed to the buyer, and the commonest kinds of them as (a listing, how many).

    Listings of one kind stand in one lane: whatever keeps one of them from going there keeps them all.
    """

    count: int
    kinds: tuple[tuple[UUID, int], ...]


def find(request: SearchRequest, *, engine: SearchEngine, at: datetime) -> Elsewhere:
    """Return what fits a request but for where it should go; prices and delivery times to there mean nothing here."""
    anywhere = replace(request, price_from=None, price_to=None, days_max=None, snapshot="")
    query = finding.prepare(anywhere, engine=engine, at=at).query
    opened = query.lanes or frozenset()
    # What is closed for all buyers, such as the goods of a store that is shut, is not closed to this one.
    wanted = lanes.open_to(engine.list_lanes(), None, origins=request.origins, at=at)
    closed = frozenset(wanted) - opened
    if not closed:
        return Elsewhere(0, ())
    asked = replace(query, lanes=closed, chosen_lanes=None, limit=1)
    found = engine.find(replace(asked, counted=("lane",)))
    commonest = sorted(found.counts.get("lane", {}).items(), key=lambda pair: (-pair[1], pair[0]))[:_KINDS_MAX]
    kinds = []
    for lane, count in commonest:
        one = engine.find(replace(asked, lanes=frozenset({lane}), snapshot=found.snapshot))
        kinds += [(listing_id, count) for listing_id in one.listing_ids]
    return Elsewhere(found.count, tuple(kinds))
