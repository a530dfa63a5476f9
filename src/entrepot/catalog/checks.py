"""What `entrepot verify` asks of catalog: stock as its movements tell it, and listings in their own seller's store."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.kernel.verification import Check, Fault, run

CHECKS: tuple[Check, ...] = (
    Check(
        "catalog.stock",
        "what is on hand and reserved of each SKU is what its movements add up to",
        "SELECT count(*) FROM catalog_stockmovement",
        """
        SELECT 'sku ' || coalesce(s.sku_id, m.sku_id), concat_ws('; ',
          CASE WHEN s.on_hand IS DISTINCT FROM coalesce(m.on_hand, 0) THEN
            'on_hand is ' || coalesce(s.on_hand::text, 'missing') || ', its movements say ' || coalesce(m.on_hand, 0)
          END,
          CASE WHEN s.reserved IS DISTINCT FROM coalesce(m.reserved, 0) THEN
            'reserved is ' || coalesce(s.reserved::text, 'missing') || ', its movements say ' || coalesce(m.reserved, 0)
          END)
        FROM catalog_stock s
        FULL JOIN (
          SELECT sku_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
          FROM catalog_stockmovement GROUP BY sku_id
        ) m ON m.sku_id = s.sku_id
        WHERE (s.on_hand, s.reserved) IS DISTINCT FROM (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))
        ORDER BY coalesce(s.sku_id, m.sku_id)
        """,
    ),
    # Movements of a SKU are numbered under its row's lock, so their order is the order in which they counted.
    Check(
        "catalog.oversold",
        "nothing was reserved that was not there at that moment",
        "SELECT count(*) FROM catalog_stockmovement WHERE kind = 'reserve'",
        """
        SELECT 'sku ' || sku_id, 'movement ' || id || ' reserved more than there was' FROM (
          SELECT sku_id, id, kind,
                 sum(on_hand_delta - reserved_delta) OVER (PARTITION BY sku_id ORDER BY id) AS available
          FROM catalog_stockmovement
        ) m WHERE kind = 'reserve' AND available < 0
        ORDER BY sku_id, id
        """,
    ),
    Check(
        "catalog.listing_store",
        "each listing stands in its own seller's store",
        "SELECT count(*) FROM catalog_listing",
        """
        SELECT 'listing ' || l.id, 'stands in another''s store'
        FROM catalog_listing l JOIN sellers_store t ON t.id = l.store_id WHERE t.seller_id <> l.seller_id
        ORDER BY l.id
        """,
    ),
    Check(
        "catalog.listing_text",
        "each listing has a text in its own language",
        "SELECT count(*) FROM catalog_listing",
        """
        SELECT 'listing ' || l.id, 'has no text in its own language' FROM catalog_listing l
        WHERE NOT EXISTS (
          SELECT FROM catalog_listingtext t WHERE t.listing_id = l.id AND t.language = l.language
        )
        ORDER BY l.id
        """,
    ),
)


def find_faults() -> Iterator[Fault]:
    """Yield every stock row that its movements do not explain, and every listing that is not whole."""
    yield from run(CHECKS)
