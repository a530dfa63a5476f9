-- The SKUs of a cart as offers, in one statement. Reads sellers, catalog, shipping and the two markets' switches.
SELECT k.code, k.id, l.id, COALESCE(words.title, own.title, ''), COALESCE(picture.content_hash, ''),
       -- The chosen options in the reader's words where the listing is translated.
       CASE WHEN k.options = '{}' OR words.option_words IS NULL OR words.option_words = '{}' THEN k.options::text
            ELSE (SELECT jsonb_object_agg(COALESCE(words.option_words ->> o.key, o.key),
                                          COALESCE(words.option_words ->> o.value, o.value))::text
                  FROM jsonb_each_text(k.options) o) END,
       s.id, st.slug, st.name, s.country, st.dispatch_country, st.dispatch_region, st.dispatch_postal_code,
       s.vat_registered, s.registrations::text, s.eu_sales_over_threshold, s.payout_currency,
       s.state = 'approved' AND st.state = 'open', COALESCE(home.selling, 'closed'), COALESCE(target.buying, 'closed'),
       k.price_minor, k.currency, l.tax_included, l.home_tax_rate,
       l.hs_code, l.hs_confirmed_at IS NOT NULL, l.origin_country,
       k.weight_g, k.length_mm, k.width_mm, k.height_mm, l.shipping_class, (l.attributes_flags || st.declared/*brand*/)::text,
       CASE WHEN parent.slug IS NULL THEN category.slug ELSE parent.slug || '/' || category.slug END,
       GREATEST(stock.on_hand - stock.reserved, 0), k.state, l.state,
       t.currency, t.handling_days_min, t.handling_days_max, t.services::text, t.default_item_weight_g
FROM catalog_sku k
JOIN catalog_listing l ON l.id = k.listing_id
JOIN catalog_category category ON category.id = l.category_id
LEFT JOIN catalog_category parent ON parent.id = category.parent_id
JOIN sellers_seller s ON s.id = k.seller_id
JOIN sellers_store st ON st.seller_id = s.id
LEFT JOIN catalog_stock stock ON stock.sku_id = k.id
LEFT JOIN catalog_listingtext own ON own.listing_id = l.id AND own.language = l.language
LEFT JOIN catalog_listingtext words ON words.listing_id = l.id AND words.language = %(language)s
LEFT JOIN markets_market home ON home.code = s.country
LEFT JOIN markets_market target ON target.code = %(country)s
LEFT JOIN LATERAL (
  SELECT p.content_hash FROM catalog_picture p
  WHERE p.listing_id = l.id AND p.state = 'ready' ORDER BY p.position, p.id LIMIT 1
) picture ON true
LEFT JOIN LATERAL (
  SELECT d.currency, d.handling_days_min, d.handling_days_max, d.services, d.default_item_weight_g
  FROM shipping_deliverytemplate d
  WHERE d.seller_id = s.id AND d.shipping_class IN (l.shipping_class, 'standard')
  ORDER BY d.shipping_class = l.shipping_class DESC LIMIT 1
) t ON true
WHERE k.code = ANY(%(codes)s)
