-- Of each listing the cheapest SKU that can be bought (else the cheapest), as an offer without its words.
SELECT k.code, k.id, l.id, '', '', '{}',
       s.id, st.slug, st.name, s.country, st.dispatch_country, st.dispatch_region, st.dispatch_postal_code,
       s.vat_registered, s.registrations::text, s.eu_sales_over_threshold, s.payout_currency,
       s.state = 'approved' AND st.state = 'open', COALESCE(home.selling, 'closed'), COALESCE(target.buying, 'closed'),
       k.price_minor, k.currency, l.tax_included, l.home_tax_rate,
       l.hs_code, l.hs_confirmed_at IS NOT NULL, l.origin_country,
       k.weight_g, k.length_mm, k.width_mm, k.height_mm, l.shipping_class, (l.attributes_flags || st.declared/*brand*/)::text,
       '', k.available, 'active', l.state,
       t.currency, t.handling_days_min, t.handling_days_max, t.services::text, t.default_item_weight_g,
       k.price_max > k.price_minor
FROM catalog_listing l
JOIN LATERAL (
  SELECT k.code, k.id, k.price_minor, k.currency, k.weight_g, k.length_mm, k.width_mm, k.height_mm,
         GREATEST(stock.on_hand - stock.reserved, 0) AS available, max(k.price_minor) OVER () AS price_max
  FROM catalog_sku k LEFT JOIN catalog_stock stock ON stock.sku_id = k.id
  WHERE k.listing_id = l.id AND k.state = 'active'
  ORDER BY stock.on_hand > stock.reserved DESC NULLS LAST, k.price_minor, k.code LIMIT 1
) k ON true
JOIN sellers_seller s ON s.id = l.seller_id
JOIN sellers_store st ON st.seller_id = s.id
LEFT JOIN markets_market home ON home.code = s.country
LEFT JOIN markets_market target ON target.code = %(country)s
LEFT JOIN LATERAL (
  SELECT d.currency, d.handling_days_min, d.handling_days_max, d.services, d.default_item_weight_g
  FROM shipping_deliverytemplate d
  WHERE d.seller_id = s.id AND d.shipping_class IN (l.shipping_class, 'standard')
  ORDER BY d.shipping_class = l.shipping_class DESC LIMIT 1
) t ON true
WHERE l.id = ANY(%(listing_ids)s) AND l.state = 'active'
