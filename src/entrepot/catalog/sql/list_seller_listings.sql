SELECT l.id, l.slug, l.external_id, t.title, l.state, l.block_reason, c.slug, coalesce(sc.text, ''), l.hs_code,
       l.origin_country, k.has_weights, l.currency, k.price_minor, k.price_max, k.skus, k.on_hand, k.reserved, p.content_hash, t.languages, l.updated_at,
       count(*) OVER ()
FROM catalog_listing l
JOIN catalog_category c ON c.id = l.category_id
LEFT JOIN catalog_sellercategory sc ON sc.id = l.seller_category_id
JOIN LATERAL (
  SELECT (array_agg(x.title ORDER BY x.language = %(language)s DESC, x.language = l.language DESC))[1] AS title,
         array_agg(x.language ORDER BY x.language) AS languages
  FROM catalog_listingtext x WHERE x.listing_id = l.id
) t ON true
JOIN LATERAL (
  SELECT min(x.price_minor) AS price_minor, max(x.price_minor) AS price_max, count(*) AS skus,
         coalesce(bool_and(x.weight_g IS NOT NULL), true) AS has_weights,
         coalesce(sum(q.on_hand), 0)::bigint AS on_hand, coalesce(sum(q.reserved), 0)::bigint AS reserved,
         coalesce(sum(greatest(q.on_hand - q.reserved, 0)), 0) AS available
  FROM catalog_sku x LEFT JOIN catalog_stock q ON q.sku_id = x.id
  WHERE x.listing_id = l.id AND x.state = 'active'
) k ON true
LEFT JOIN LATERAL (
  SELECT x.content_hash FROM catalog_picture x
  WHERE x.listing_id = l.id AND x.state = 'ready' ORDER BY x.position, x.id LIMIT 1
) p ON true
WHERE l.seller_id = %(seller_id)s
  AND CASE WHEN %(state)s::text IS NULL THEN l.state <> 'archived' ELSE l.state = %(state)s END
  AND (%(seller_category_id)s::bigint IS NULL OR l.seller_category_id = %(seller_category_id)s)
  AND (NOT %(without_hs)s::boolean OR l.hs_code IS NULL)
  AND (NOT %(without_weight)s::boolean OR NOT k.has_weights)
  AND (NOT %(without_picture)s::boolean OR p.content_hash IS NULL)
  AND (NOT %(out_of_stock)s::boolean OR k.available = 0)
  AND (%(like)s::text IS NULL
       OR l.external_id ILIKE %(like)s
       OR EXISTS (SELECT 1 FROM catalog_listingtext x WHERE x.listing_id = l.id AND x.title ILIKE %(like)s)
       OR EXISTS (SELECT 1 FROM catalog_sku x
                  WHERE x.listing_id = l.id AND (x.seller_sku ILIKE %(like)s OR x.code ILIKE %(like)s)))
ORDER BY CASE WHEN %(sort)s::text = 'changed' THEN l.updated_at END DESC,
         CASE WHEN %(sort)s::text = 'title' THEN lower(t.title) END,
         CASE WHEN %(sort)s::text = 'cheapest' THEN k.price_minor END,
         CASE WHEN %(sort)s::text = 'dearest' THEN k.price_max END DESC NULLS LAST,
         CASE WHEN %(sort)s::text = 'least_stock' THEN k.available END,
         l.id DESC
LIMIT %(limit)s OFFSET %(offset)s
