UPDATE catalog_sku k
SET weight_g = s.weight_g
FROM (SELECT %s::int AS weight_g) s, catalog_sellercategory c, catalog_listing l
WHERE c.seller_id = %s AND c.id = ANY(%s)
  AND l.seller_id = c.seller_id AND l.seller_category_id = c.id
  AND k.listing_id = l.id
  AND (k.weight_g IS NULL OR k.weight_g = c.default_weight_g)
RETURNING l.id
