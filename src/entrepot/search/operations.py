"""Keeping the index in step with the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from entrepot.kernel import clock, sql
from entrepot.kernel.transactions import transaction
from entrepot.search import queries
from entrepot.search.ports import get_engine

_BATCH = 200
# One writer at a time, which reads after it holds the lock: an older reading never overwrites a newer one.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('search.index', 0))"


def index_listings(*, listing_ids: Sequence[UUID]) -> int:
    """
    Bring the index in line with listings as they are now: offered ones are written, all others forgotten.

    :returns: the number of documents written.
    """
    wanted = sorted(set(listing_ids))
    return sum(_index(listing_ids=wanted[start : start + _BATCH]) for start in range(0, len(wanted), _BATCH))


@transaction
def _index(*, listing_ids: Sequence[UUID]) -> int:
    sql.fetch_one(_LOCK)
    documents = queries.read_documents(listing_ids, at=clock.now())
    engine = get_engine()
    engine.write(documents)
    offered = {document.listing_id for document in documents}
    engine.remove([listing_id for listing_id in listing_ids if listing_id not in offered])
    return len(documents)


_NEXT = "SELECT id FROM catalog_listing WHERE id > %s ORDER BY id LIMIT %s"
_STRAY = """
SELECT d.listing_id FROM search_document d
WHERE NOT EXISTS (SELECT 1 FROM catalog_listing l WHERE l.id = d.listing_id)
"""


def rebuild_index() -> Iterator[int]:
    """Write every listing's document anew while searches go on; yields the number done so far."""
    done = 0
    last = UUID(int=0)
    while rows := sql.fetch_all(_NEXT, [last, _BATCH]):
        done += _index(listing_ids=[row[0] for row in rows])
        last = rows[-1][0]
        yield done


def refresh_restrictions() -> int:
    """
    Bring in line with today's rules and rates which rules fall on each listing: packs change, values move.

    :returns: the number of listings looked at.
    """
    done, last = 0, UUID(int=0)
    while rows := sql.fetch_all(_NEXT, [last, _BATCH]):
        _restrict(listing_ids=[row[0] for row in rows])
        done, last = done + len(rows), rows[-1][0]
    return done


@transaction
def _restrict(*, listing_ids: Sequence[UUID]) -> None:
    sql.fetch_one(_LOCK)
    get_engine().restrict(queries.read_restricted(listing_ids, at=clock.now()))


_OF_SELLERS = "SELECT id FROM catalog_listing WHERE seller_id = ANY(%s) AND state = 'active' ORDER BY id"


def restrict_sellers(*, seller_ids: Sequence[UUID]) -> None:
    """Look anew which rules fall on the listings of sellers whose stores changed."""
    listing_ids = [listing_id for (listing_id,) in sql.fetch_all(_OF_SELLERS, [list(seller_ids)])]
    for start in range(0, len(listing_ids), _BATCH):
        _restrict(listing_ids=listing_ids[start : start + _BATCH])


@transaction
def drop_strays() -> None:
    """Forget documents whose listing is gone altogether, which no fact will name again."""
    sql.fetch_one(_LOCK)
    get_engine().remove([row[0] for row in sql.fetch_all(_STRAY)])
