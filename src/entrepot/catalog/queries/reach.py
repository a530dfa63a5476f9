"""How many listings each country's sellers offer, and how far they deliver: the operator's view of corridors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel import sql


@dataclass(frozen=True, slots=True)
class Shelf:
    """The listings of one seller in one shipping class that could be bought now."""

    seller_id: UUID
    country: str
    dispatch_country: str
    shipping_class: str
    listings: int


_SHELVES = """
SELECT l.seller_id, s.country, st.dispatch_country, l.shipping_class, count(*)
FROM catalog_listing l
JOIN sellers_seller s ON s.id = l.seller_id AND s.state = 'approved'
JOIN sellers_store st ON st.seller_id = l.seller_id AND st.state = 'open'
WHERE l.state = 'active'
  AND EXISTS (SELECT FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active')
GROUP BY 1, 2, 3, 4 ORDER BY 2, 1, 4
"""


def list_shelves() -> tuple[Shelf, ...]:
    """Return what every selling seller offers, by shipping class."""
    return tuple(Shelf(*row) for row in sql.fetch_all(_SHELVES))


def list_newest_of_sellers(seller_ids: Sequence[UUID], *, limit: int) -> tuple[UUID, ...]:
    """Return the newest listings of some sellers, one of each at first, that could be bought now."""
    rows = sql.fetch_all(
        """
        SELECT id FROM (
          SELECT l.id, l.created_at,
                 row_number() OVER (PARTITION BY l.seller_id ORDER BY l.created_at DESC, l.id) AS turn
          FROM catalog_listing l
          WHERE l.seller_id = ANY(%s::uuid[]) AND l.state = 'active'
            AND EXISTS (SELECT FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active')
        ) found ORDER BY turn, created_at DESC, id LIMIT %s
        """,
        [list(seller_ids), limit],
    )
    return tuple(row[0] for row in rows)
