"""What buyers may see, listing by listing in parts, store by store: for what tells the outside where it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from entrepot.kernel import sql

_ROWS_AT_ONCE = 2000


class Address(NamedTuple):
    """A listing's or a store's page, and when it last changed."""

    key: UUID | str
    slug: str
    changed_at: datetime


# Parts are cut by all listings ever made: what is hidden or comes back moves no border, so that a part keeps its name.
_BORDERS = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM catalog_listing) numbered
WHERE number %% %s = 1 ORDER BY id
"""
_ADDRESSES = """
SELECT l.id, l.slug, l.updated_at
FROM catalog_listing l
JOIN sellers_store st ON st.id = l.store_id AND st.state = 'open'
JOIN sellers_seller s ON s.id = l.seller_id AND s.state = 'approved'
WHERE l.id >= %(first)s::uuid AND (%(last)s::uuid IS NULL OR l.id < %(last)s::uuid) AND l.state = 'active'
  AND EXISTS (SELECT FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active')
ORDER BY l.id LIMIT %(limit)s
"""


def list_borders(*, size: int) -> tuple[UUID, ...]:
    """Return the first id of each part of so many listings."""
    return tuple(row[0] for row in sql.fetch_all(_BORDERS, [size]))


def walk_addresses(*, first: UUID, last: UUID | None) -> Iterator[Address]:
    """Go through the listings that buyers may see from one id up to another, some thousand in memory at a time."""
    start, skips = first, False
    while True:
        rows = sql.fetch_all(_ADDRESSES, {"first": start, "last": last, "limit": _ROWS_AT_ONCE + skips})
        yield from (Address(*row) for row in rows[skips:])
        if len(rows) < _ROWS_AT_ONCE + skips:
            return
        start, skips = rows[-1][0], True


def list_stores() -> tuple[Address, ...]:
    """Return the stores that offer anything, by slug, each with when something that it offers last changed."""
    rows = sql.fetch_all(
        """
        SELECT st.id, st.slug, max(l.updated_at)
        FROM sellers_store st
        JOIN sellers_seller s ON s.id = st.seller_id AND s.state = 'approved'
        JOIN catalog_listing l ON l.store_id = st.id AND l.state = 'active'
        WHERE st.state = 'open' GROUP BY st.id, st.slug ORDER BY st.slug
        """
    )
    return tuple(Address(*row) for row in rows)


def find_only_skus(listing_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the code of the SKU of each listing that has one alone: it can be bought without choosing."""
    rows = sql.fetch_all(
        "SELECT listing_id, min(code) FROM catalog_sku"
        " WHERE listing_id = ANY(%s::uuid[]) AND state = 'active' GROUP BY 1 HAVING count(*) = 1",
        [list(listing_ids)],
    )
    return dict(rows)
