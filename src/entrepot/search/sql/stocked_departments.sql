WITH RECURSIVE /*senders*/, branch AS (
  SELECT slug, id FROM catalog_category WHERE parent_id IS NULL AND NOT retired
  UNION ALL
  SELECT b.slug, c.id FROM catalog_category c JOIN branch b ON c.parent_id = b.id
)
SELECT DISTINCT b.slug
FROM branch b
WHERE EXISTS (
  SELECT 1
  FROM catalog_listing l
  JOIN sender s ON s.store_id = l.store_id
  LEFT JOIN reach own ON own.seller_id = l.seller_id AND own.shipping_class = l.shipping_class
  LEFT JOIN reach standard ON standard.seller_id = l.seller_id AND standard.shipping_class = 'standard'
  WHERE l.category_id = b.id AND l.state = 'active'
    AND (s.closed_hs = '{}' OR l.hs_code IS NULL OR NOT l.hs_code ^@ ANY(s.closed_hs))
    AND NOT EXISTS (SELECT 1 FROM search_restricted x WHERE x.listing_id = l.id AND x.rules && s.closed_rules)
    AND coalesce(own.there, standard.there)
    AND EXISTS (SELECT 1 FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active')
)
