WITH wanted AS (
  SELECT unnest(%s::bigint[]) AS sku_id, unnest(%s::int[]) AS on_hand
), owner AS (
  SELECT %s::uuid AS seller_id, %s::timestamptz AS moved_at
), moved AS (
  INSERT INTO catalog_stockmovement (sku_id, seller_id, kind, on_hand_delta, reserved_delta, moved_at)
  SELECT w.sku_id, o.seller_id, 'set', w.on_hand - coalesce(s.on_hand, 0), 0, o.moved_at
  FROM wanted w CROSS JOIN owner o LEFT JOIN catalog_stock s ON s.sku_id = w.sku_id
  WHERE s.on_hand IS DISTINCT FROM w.on_hand
  RETURNING sku_id, seller_id
), written AS (
  INSERT INTO catalog_stock AS s (sku_id, seller_id, on_hand, reserved)
  SELECT m.sku_id, m.seller_id, w.on_hand, 0 FROM moved m JOIN wanted w USING (sku_id) ORDER BY m.sku_id
  ON CONFLICT (sku_id) DO UPDATE SET on_hand = excluded.on_hand
  RETURNING s.sku_id, s.on_hand > s.reserved AS is_available
)
-- Each SKU that changed, with its listing where it ran out or is there again; `b` is as it was before.
SELECT n.sku_id, CASE WHEN n.is_available <> (b.on_hand > b.reserved) THEN k.listing_id END
FROM written n
JOIN catalog_sku k ON k.id = n.sku_id
LEFT JOIN catalog_stock b ON b.sku_id = n.sku_id
