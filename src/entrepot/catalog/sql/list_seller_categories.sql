SELECT sc.id, sc.text, c.slug, sc.hs_code, sc.origin_country, sc.default_weight_g, sc.manufacturer_id, sc.responsible_id,
       sc.confirmed_at,
       count(l.id), count(l.id) FILTER (WHERE l.hs_code IS NULL), count(l.id) FILTER (WHERE l.origin_country IS NULL),
       count(l.id) FILTER (WHERE l.id IS NOT NULL AND EXISTS (
         SELECT 1 FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active' AND k.weight_g IS NULL
       ))
FROM catalog_sellercategory sc
LEFT JOIN catalog_category c ON c.id = sc.category_id
LEFT JOIN catalog_listing l ON l.seller_id = sc.seller_id AND l.seller_category_id = sc.id
WHERE sc.seller_id = %s
GROUP BY sc.id, c.slug
ORDER BY 11 DESC, 10 DESC, sc.text
