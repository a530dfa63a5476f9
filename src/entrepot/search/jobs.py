"""Search follows the catalog's facts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from entrepot.kernel.jobs import job, periodic
from entrepot.search import operations


@job(queue="search")
def follow_listings(*, facts: list[dict[str, Any]]) -> None:
    """On `ListingsChanged` and `ListingsRemoved`: bring the index in line. May run twice, in any order."""
    listing_ids = {UUID(listing_id) for fact in facts for listing_id in fact["listing_ids"]}
    operations.index_listings(listing_ids=sorted(listing_ids))


@job(queue="search")
def follow_stores(*, facts: list[dict[str, Any]]) -> None:
    """On `StoreChanged`: what a store declares of all its goods may open or close corridors to them."""
    operations.restrict_sellers(seller_ids=sorted({UUID(fact["seller_id"]) for fact in facts}))


@periodic(cron="23 4 * * *", queue="search")
def refresh_restrictions() -> None:
    """Look anew at every listing: rules begin and end by date, and values move with exchange rates."""
    operations.refresh_restrictions()
