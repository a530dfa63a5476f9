WITH moved AS (
  INSERT INTO catalog_stockmovement (sku_id, seller_id, kind, on_hand_delta, reserved_delta, reference, moved_at)
  SELECT s.sku_id, s.seller_id, 'return', 0, -w.quantity, w.reference, w.moved_at
  FROM (SELECT unnest(%s::bigint[]) AS sku_id, unnest(%s::int[]) AS quantity, %s::uuid AS reference,
               %s::timestamptz AS moved_at) w
  JOIN catalog_stock s USING (sku_id)
  ON CONFLICT (reference, kind, sku_id) WHERE reference IS NOT NULL DO NOTHING
  RETURNING sku_id, reserved_delta
)
UPDATE catalog_stock s
SET reserved = s.reserved + moved.reserved_delta
FROM moved
WHERE s.sku_id = moved.sku_id
