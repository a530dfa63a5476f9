WITH /*senders*/
SELECT n.id
FROM sender s
CROSS JOIN LATERAL (
  SELECT l.id, l.created_at
  FROM catalog_listing l
  LEFT JOIN reach own ON own.seller_id = l.seller_id AND own.shipping_class = l.shipping_class
  LEFT JOIN reach standard ON standard.seller_id = l.seller_id AND standard.shipping_class = 'standard'
  WHERE l.seller_id = s.seller_id AND l.store_id = s.store_id AND l.state = 'active'
    AND (s.closed_hs = '{}' OR l.hs_code IS NULL OR NOT l.hs_code ^@ ANY(s.closed_hs))
    AND NOT EXISTS (SELECT 1 FROM search_restricted x WHERE x.listing_id = l.id AND x.rules && s.closed_rules)
    AND coalesce(own.there, standard.there)
    AND EXISTS (
      SELECT 1 FROM catalog_sku k JOIN catalog_stock q ON q.sku_id = k.id
      WHERE k.listing_id = l.id AND k.state = 'active' AND q.on_hand > q.reserved
    )
  ORDER BY l.id DESC -- Ids grow with time, and the index of a seller's listings has them in order.
  LIMIT %(per_store)s
) n
ORDER BY n.created_at DESC, n.id DESC
LIMIT %(limit)s
