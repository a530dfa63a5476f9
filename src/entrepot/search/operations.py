"""Keeping the index in step with the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from entrepot.kernel import clock
from entrepot.search import documents
from entrepot.search.index_port import IndexIsWritten, SearchEngine
from entrepot.search.ports import get_engine

BATCH = 1000


def index_listings(*, listing_ids: Sequence[UUID]) -> int:
    """
    Bring the index in line with listings as they are now: what can be found is written and shown, the rest forgotten.

    The worker does this by itself for whatever a fact tells of.

    :returns: the number of documents written.
    :raises IndexIsWritten: another process of this machine writes the index.
    """
    engine = get_engine()
    if not engine.claim():
        raise IndexIsWritten
    written = write_listings(engine, sorted(set(listing_ids)))
    engine.publish()
    return written


def write_listings(engine: SearchEngine, listing_ids: Sequence[UUID]) -> int:
    """Write listings as they are now, not yet shown; return how many can be found."""
    written = 0
    for start in range(0, len(listing_ids), BATCH):
        batch = listing_ids[start : start + BATCH]
        found = documents.read(batch, at=clock.now())
        engine.write(found)
        offered = {document.listing_id for document in found}
        engine.remove([listing_id for listing_id in batch if listing_id not in offered])
        written += len(found)
    return written
