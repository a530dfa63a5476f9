-- Rows are locked in SKU order, then read as they are by then, and only what is covered is taken.
WITH locked AS (
  SELECT s.sku_id, s.seller_id, s.on_hand - s.reserved AS available, w.quantity
  FROM unnest(%s::bigint[], %s::int[]) AS w (sku_id, quantity)
  JOIN catalog_stock s ON s.sku_id = w.sku_id
  ORDER BY s.sku_id
  FOR NO KEY UPDATE OF s
), moved AS (
  INSERT INTO catalog_stockmovement (sku_id, seller_id, kind, on_hand_delta, reserved_delta, reference, moved_at)
  SELECT l.sku_id, l.seller_id, 'reserve', 0, l.quantity, %s, %s
  FROM locked l
  WHERE l.available >= l.quantity
  ON CONFLICT (reference, kind, sku_id) WHERE reference IS NOT NULL DO NOTHING
  RETURNING sku_id, reserved_delta
)
UPDATE catalog_stock s
SET reserved = s.reserved + moved.reserved_delta
FROM moved
WHERE s.sku_id = moved.sku_id
