-- What is said for a category replaces what was said for it earlier, never what a listing says of itself.
UPDATE catalog_listing l
SET hs_code = CASE WHEN x.takes_hs THEN x.hs_code ELSE l.hs_code END,
    hs_confirmed_at = CASE WHEN x.takes_hs THEN x.at ELSE l.hs_confirmed_at END,
    origin_country = CASE WHEN x.takes_origin THEN x.origin_country ELSE l.origin_country END,
    updated_at = x.at
FROM (
  SELECT l.id, s.hs_code, s.origin_country, s.at,
         s.hs_code IS NOT NULL AND (l.hs_code IS NULL OR l.hs_code = c.hs_code) AS takes_hs,
         s.origin_country IS NOT NULL AND (l.origin_country IS NULL OR l.origin_country = c.origin_country)
           AS takes_origin
  FROM (SELECT %s::text AS hs_code, %s::text AS origin_country, %s::timestamptz AS at) s
  CROSS JOIN catalog_sellercategory c
  JOIN catalog_listing l ON l.seller_category_id = c.id AND l.seller_id = c.seller_id
  WHERE c.seller_id = %s AND c.id = ANY(%s)
  ORDER BY l.id FOR NO KEY UPDATE OF l
) x
WHERE l.id = x.id AND (x.takes_hs OR x.takes_origin)
RETURNING l.id
