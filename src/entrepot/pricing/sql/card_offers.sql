-- Of each listing the cheapest SKU that can be bought (else the cheapest), without its words and its seller: many
-- listings share a seller, whose terms and templates are read once (card_sellers).
SELECT l.id, l.seller_id, k.code, k.id, k.price_minor, k.currency, l.tax_included, l.home_tax_rate,
       l.hs_code, l.hs_confirmed_at IS NOT NULL, l.origin_country,
       k.weight_g, k.length_mm, k.width_mm, k.height_mm, l.shipping_class,
       -- Goods with a manufacturer or a responsible person of their own say themselves whether one is in the Union.
       (CASE
          WHEN coalesce(l.manufacturer_id, l.responsible_id) IS NULL THEN l.attributes_flags
          ELSE l.attributes_flags || (
            SELECT jsonb_build_object('responsible_EU', coalesce(bool_or(c.is_in_eu), false))
            FROM sellers_store st
            JOIN sellers_safetycontact c ON c.id IN (
              coalesce(l.manufacturer_id, st.manufacturer_id), coalesce(l.responsible_id, st.responsible_id)
            )
            WHERE st.id = l.store_id
          )
        END/*brand*/)::text,
       k.available, k.price_max > k.price_minor
FROM catalog_listing l
JOIN LATERAL (
  SELECT k.code, k.id, k.price_minor, k.currency, k.weight_g, k.length_mm, k.width_mm, k.height_mm,
         GREATEST(stock.on_hand - stock.reserved, 0) AS available, max(k.price_minor) OVER () AS price_max
  FROM catalog_sku k LEFT JOIN catalog_stock stock ON stock.sku_id = k.id
  WHERE k.listing_id = l.id AND k.state = 'active'
  ORDER BY stock.on_hand > stock.reserved DESC NULLS LAST, k.price_minor, k.code LIMIT 1
) k ON true
WHERE l.id = ANY(%(listing_ids)s) AND l.state = 'active'
