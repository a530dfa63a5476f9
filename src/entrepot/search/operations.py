"""Keeping the index in step with the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from entrepot.kernel import sql
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
    documents = queries.read_documents(listing_ids)
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


@transaction
def drop_strays() -> None:
    """Forget documents whose listing is gone altogether, which no fact will name again."""
    sql.fetch_one(_LOCK)
    get_engine().remove([row[0] for row in sql.fetch_all(_STRAY)])
