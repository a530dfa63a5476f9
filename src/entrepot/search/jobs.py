"""Search follows the catalog's facts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from entrepot.kernel.jobs import job
from entrepot.search import operations


@job(queue="search")
def follow_listings(*, facts: list[dict[str, Any]]) -> None:
    """On `ListingsChanged` and `ListingsRemoved`: bring the index in line. May run twice, in any order."""
    listing_ids = {UUID(listing_id) for fact in facts for listing_id in fact["listing_ids"]}
    operations.index_listings(listing_ids=sorted(listing_ids))
