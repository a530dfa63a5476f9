"""What `entrepot verify` asks of catalog: stock as its movements tell it, and listings in their own seller's store."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.kernel import sql
from entrepot.kernel.verification import Fault

_STOCK = """
SELECT coalesce(s.sku_id, m.sku_id), s.on_hand, coalesce(m.on_hand, 0), s.reserved, coalesce(m.reserved, 0)
FROM catalog_stock s
FULL JOIN (
  SELECT sku_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
  FROM catalog_stockmovement GROUP BY sku_id
) m ON m.sku_id = s.sku_id
WHERE (s.on_hand, s.reserved) IS DISTINCT FROM (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))
ORDER BY 1
"""
# Movements of a SKU are numbered under its row's lock, so their order is the order in which they counted.
_OVERSOLD = """
SELECT sku_id, id FROM (
  SELECT sku_id, id, kind,
         sum(on_hand_delta - reserved_delta) OVER (PARTITION BY sku_id ORDER BY id) AS available
  FROM catalog_stockmovement
) m WHERE kind = 'reserve' AND available < 0
ORDER BY 1, 2
"""
_STORES = """
SELECT l.id FROM catalog_listing l JOIN sellers_store t ON t.id = l.store_id WHERE t.seller_id <> l.seller_id
"""
_TEXTS = """
SELECT l.id FROM catalog_listing l
WHERE NOT EXISTS (SELECT 1 FROM catalog_listingtext t WHERE t.listing_id = l.id AND t.language = l.language)
"""


def find_faults() -> Iterator[Fault]:
    """Yield every stock row that its movements do not explain, and every listing that is not whole."""
    for sku_id, on_hand, on_hand_moved, reserved, reserved_moved in sql.fetch_all(_STOCK):
        said = []
        if on_hand != on_hand_moved:
            said.append(f"on_hand is {on_hand}, its movements say {on_hand_moved}")
        if reserved != reserved_moved:
            said.append(f"reserved is {reserved}, its movements say {reserved_moved}")
        yield Fault(check="catalog.stock", subject=f"sku {sku_id}", detail="; ".join(said))
    for sku_id, movement_id in sql.fetch_all(_OVERSOLD):
        detail = f"movement {movement_id} reserved more than there was"
        yield Fault(check="catalog.oversold", subject=f"sku {sku_id}", detail=detail)
    for (listing_id,) in sql.fetch_all(_STORES):
        yield Fault(check="catalog.listing_store", subject=f"listing {listing_id}", detail="stands in another's store")
    for (listing_id,) in sql.fetch_all(_TEXTS):
        detail = "has no text in its own language"
        yield Fault(check="catalog.listing_text", subject=f"listing {listing_id}", detail=detail)
