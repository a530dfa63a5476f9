SELECT l.id, l.seller_id, l.created_at, l.brand, sc.text,
       (
         WITH RECURSIVE above AS (
           SELECT id, parent_id, names FROM catalog_category WHERE id = l.category_id
           UNION ALL
           SELECT c.id, c.parent_id, c.names FROM catalog_category c JOIN above a ON c.id = a.parent_id
         )
         SELECT jsonb_agg(names) FROM above
       ),
       (
         SELECT jsonb_agg(jsonb_build_array(t.language, t.title, t.description, t.attributes) ORDER BY t.language)
         FROM catalog_listingtext t WHERE t.listing_id = l.id
       ),
       k.codes
FROM catalog_listing l
JOIN LATERAL (
  SELECT string_agg(concat_ws(' ', x.seller_sku, x.code, nullif(x.gtin, '')), ' ') AS codes
  FROM catalog_sku x WHERE x.listing_id = l.id AND x.state = 'active'
  HAVING count(*) > 0
) k ON true
LEFT JOIN catalog_sellercategory sc ON sc.id = l.seller_category_id
WHERE l.id = ANY(%s) AND l.state = 'active'
ORDER BY l.id
