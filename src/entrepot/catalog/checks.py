"""What `entrepot verify` asks of catalog: stock as its movements tell it, and listings that are whole."""

from __future__ import annotations

from collections.abc import Iterable

from entrepot.kernel.verification import Check, Fault, run

_STOCK = """
SELECT 'sku ' || sku_id,
       concat_ws('; ',
         CASE WHEN on_hand <> on_hand_moved
              THEN 'on_hand is ' || on_hand || ', its movements say ' || on_hand_moved END,
         CASE WHEN reserved <> reserved_moved
              THEN 'reserved is ' || reserved || ', its movements say ' || reserved_moved END)
FROM (
  SELECT coalesce(s.sku_id, m.sku_id) AS sku_id,
         coalesce(s.on_hand, 0) AS on_hand, coalesce(m.on_hand, 0) AS on_hand_moved,
         coalesce(s.reserved, 0) AS reserved, coalesce(m.reserved, 0) AS reserved_moved
  FROM catalog_stock s
  FULL JOIN (
    SELECT sku_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
    FROM catalog_stockmovement GROUP BY sku_id
  ) m ON m.sku_id = s.sku_id
) x
WHERE on_hand <> on_hand_moved OR reserved <> reserved_moved
ORDER BY sku_id
"""
# Movements of a SKU are numbered under its row's lock, so their order is the order in which they counted.
_OVERSOLD = """
SELECT 'sku ' || sku_id, 'movement ' || id || ' reserved more than there was'
FROM (
  SELECT sku_id, id, kind,
         sum(on_hand_delta - reserved_delta) OVER (PARTITION BY sku_id ORDER BY id) AS available
  FROM catalog_stockmovement
) m
WHERE kind = 'reserve' AND available < 0
ORDER BY sku_id, id
"""
_STORES = """
SELECT 'listing ' || l.id, 'stands in the store of seller ' || t.seller_id
FROM catalog_listing l JOIN sellers_store t ON t.id = l.store_id
WHERE t.seller_id <> l.seller_id
ORDER BY l.id
"""
_TEXTS = """
SELECT 'listing ' || l.id, 'has no text in its own language, ' || l.language
FROM catalog_listing l
WHERE NOT EXISTS (SELECT 1 FROM catalog_listingtext t WHERE t.listing_id = l.id AND t.language = l.language)
ORDER BY l.id
"""

CHECKS = (
    Check(
        name="catalog.stock",
        sentence="on_hand and reserved of every SKU are the sums of its movements",
        rows="SELECT count(*) FROM catalog_stockmovement",
        faults=_STOCK,
    ),
    Check(
        name="catalog.oversold",
        sentence="no reservation ever took more than was available at its moment",
        rows="SELECT count(*) FROM catalog_stockmovement WHERE kind = 'reserve'",
        faults=_OVERSOLD,
    ),
    Check(
        name="catalog.listing_store",
        sentence="every listing stands in its own seller's store",
        rows="SELECT count(*) FROM catalog_listing",
        faults=_STORES,
    ),
    Check(
        name="catalog.listing_text",
        sentence="every listing has its words in its own language",
        rows="SELECT count(*) FROM catalog_listing",
        faults=_TEXTS,
    ),
)


def find_faults() -> Iterable[Fault]:
    """Yield what breaks any of catalog's invariants."""
    return run(CHECKS)
