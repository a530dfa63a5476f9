SELECT s.sku_id,
       s.on_hand - s.reserved,
       EXISTS (
         SELECT 1 FROM catalog_stockmovement m
         WHERE m.reference = %s AND m.kind = 'reserve' AND m.sku_id = s.sku_id
       )
FROM catalog_stock s
WHERE s.sku_id = ANY(%s)
