SELECT l.id, l.slug, l.seller_id, l.store_id, st.slug, st.name, s.country, l.category_id, c.slug, sc.text,
       l.external_id, l.state, l.block_reason, t.language, l.language, t.source = 'translation', t.title,
       CASE WHEN t.description = '' THEN o.description ELSE t.description END,
       CASE WHEN t.attributes = '[]' THEN o.attributes ELSE t.attributes END, l.brand, l.hs_code, l.hs_confirmed_at,
       l.origin_country, l.currency,
       l.tax_included, l.home_tax_rate, l.shipping_class, l.attributes_flags, l.option_names,
       l.manufacturer_id, l.responsible_id, l.created_at,
       l.updated_at,
       coalesce((
         SELECT jsonb_agg(jsonb_build_object(
                  'id', k.id, 'code', k.code, 'seller_sku', k.seller_sku, 'options', k.options,
                  'price_minor', k.price_minor, 'on_hand', coalesce(q.on_hand, 0), 'reserved', coalesce(q.reserved, 0),
                  'weight_g', k.weight_g, 'length_mm', k.length_mm, 'width_mm', k.width_mm, 'height_mm', k.height_mm,
                  'gtin', k.gtin, 'state', k.state) ORDER BY k.state, k.position, k.id)
         FROM catalog_sku k LEFT JOIN catalog_stock q ON q.sku_id = k.id
         WHERE k.listing_id = l.id AND (k.state = 'active' OR %(seller_id)s::uuid IS NOT NULL)
       ), '[]'),
       coalesce((
         SELECT jsonb_agg(jsonb_build_array(p.id, p.content_hash, p.width, p.height, k.code, p.alt) ORDER BY p.position, p.id)
         FROM catalog_picture p LEFT JOIN catalog_sku k ON k.id = p.sku_id
         WHERE p.listing_id = l.id AND p.state = 'ready'
       ), '[]'),
       (SELECT array_agg(x.language ORDER BY x.language) FROM catalog_listingtext x WHERE x.listing_id = l.id),
       t.option_words
FROM catalog_listing l
JOIN sellers_store st ON st.id = l.store_id
JOIN sellers_seller s ON s.id = l.seller_id
JOIN catalog_category c ON c.id = l.category_id
LEFT JOIN catalog_sellercategory sc ON sc.id = l.seller_category_id
JOIN catalog_listingtext o ON o.listing_id = l.id AND o.language = l.language
JOIN LATERAL (
  SELECT * FROM catalog_listingtext x
  WHERE x.listing_id = l.id AND x.language IN (%(language)s, l.language)
  ORDER BY x.language = %(language)s DESC LIMIT 1
) t ON true
WHERE l.id = %(listing_id)s
  AND (%(seller_id)s::uuid IS NULL OR l.seller_id = %(seller_id)s)
  AND (%(hidden)s OR (l.state = 'active' AND st.state = 'open' AND s.state = 'approved'))
