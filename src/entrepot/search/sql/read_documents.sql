SELECT l.id, l.created_at, st.slug, l.category_id, l.brand, sc.text, k.codes, k.stocked,
       (
         SELECT jsonb_agg(jsonb_build_array(t.language, t.title, left(t.description, 8000), t.attributes,
                                            t.option_words)
                          ORDER BY t.language)
         FROM catalog_listingtext t WHERE t.listing_id = l.id
       )::text,
       k.orders, k.options
FROM catalog_listing l
JOIN sellers_store st ON st.id = l.store_id
JOIN LATERAL (
  SELECT string_agg(concat_ws(' ', x.seller_sku, x.code, nullif(x.gtin, '')), ' ') AS codes,
         coalesce(bool_or(q.on_hand > q.reserved), false) AS stocked,
         jsonb_agg(x.options ORDER BY x.position, x.id)::text AS options,
         -- What was taken and not given back: each purchase moves a SKU once of each kind.
         coalesce(sum((
           SELECT count(*) FILTER (WHERE m.kind = 'reserve') - count(*) FILTER (WHERE m.kind = 'return')
           FROM catalog_stockmovement m WHERE m.sku_id = x.id
         )), 0)::bigint AS orders
  FROM catalog_sku x
  LEFT JOIN catalog_stock q ON q.sku_id = x.id
  WHERE x.listing_id = l.id AND x.state = 'active'
  HAVING count(*) > 0
) k ON true
LEFT JOIN catalog_sellercategory sc ON sc.id = l.seller_category_id
WHERE l.id = ANY(%s) AND l.state = 'active'
