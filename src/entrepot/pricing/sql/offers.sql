-- The SKUs of a cart as offers, in one statement. Reads sellers, catalog, shipping and the two markets' switches.
-- What is one value stands in a query of its own: joined, every column would be handed through one more step.
SELECT k.code, k.id, l.id,
       COALESCE(
         (SELECT words.title FROM catalog_listingtext words
          WHERE words.listing_id = l.id AND words.language = %(language)s),
         (SELECT own.title FROM catalog_listingtext own WHERE own.listing_id = l.id AND own.language = l.language), ''),
       COALESCE((SELECT p.content_hash FROM catalog_picture p
                 WHERE p.listing_id = l.id AND p.state = 'ready' ORDER BY p.position, p.id LIMIT 1), ''),
       -- The chosen options in the reader's words where the listing is translated.
       CASE WHEN k.options = '{}' THEN '{}'
            ELSE COALESCE(
              (SELECT (SELECT jsonb_object_agg(COALESCE(words.option_words ->> o.key, o.key),
                                               COALESCE(words.option_words ->> o.value, o.value))
                       FROM jsonb_each_text(k.options) o)
               FROM catalog_listingtext words
               WHERE words.listing_id = l.id AND words.language = %(language)s), k.options)::text END,
       s.id, st.slug, st.name, s.country, st.dispatch_country, st.dispatch_region, st.dispatch_postal_code,
       s.vat_registered, s.registrations::text, s.eu_sales_over_threshold, s.payout_currency,
       s.state = 'approved' AND st.state = 'open',
       COALESCE((SELECT home.selling FROM markets_market home WHERE home.code = s.country), 'closed'),
       COALESCE((SELECT target.buying FROM markets_market target WHERE target.code = %(country)s), 'closed'),
       k.price_minor, k.currency, l.tax_included, l.home_tax_rate,
       l.hs_code, l.hs_confirmed_at IS NOT NULL, l.origin_country,
       k.weight_g, k.length_mm, k.width_mm, k.height_mm, l.shipping_class,
       -- As in card_offers: goods with contacts of their own speak for themselves, all others as their store does.
       (CASE
          WHEN coalesce(l.manufacturer_id, l.responsible_id) IS NULL THEN st.declared || l.attributes_flags
          ELSE st.declared || l.attributes_flags || (
            SELECT jsonb_build_object('responsible_EU', coalesce(bool_or(c.is_in_eu), false))
            FROM sellers_safetycontact c
            WHERE c.id IN (
              coalesce(l.manufacturer_id, st.manufacturer_id), coalesce(l.responsible_id, st.responsible_id)
            )
          )
        END/*brand*/)::text,
       (SELECT CASE WHEN parent.slug IS NULL THEN category.slug ELSE parent.slug || '/' || category.slug END
        FROM catalog_category category LEFT JOIN catalog_category parent ON parent.id = category.parent_id
        WHERE category.id = l.category_id),
       COALESCE((SELECT GREATEST(stock.on_hand - stock.reserved, 0) FROM catalog_stock stock
                 WHERE stock.sku_id = k.id), 0),
       k.state, l.state,
       t.currency, t.handling_days_min, t.handling_days_max, t.services::text, t.default_item_weight_g
FROM catalog_sku k
JOIN catalog_listing l ON l.id = k.listing_id
JOIN sellers_seller s ON s.id = k.seller_id
JOIN sellers_store st ON st.seller_id = s.id
LEFT JOIN LATERAL (
  SELECT d.currency, d.handling_days_min, d.handling_days_max, d.services, d.default_item_weight_g
  FROM shipping_deliverytemplate d
  WHERE d.seller_id = s.id AND d.shipping_class IN (l.shipping_class, 'standard')
  ORDER BY d.shipping_class = l.shipping_class DESC LIMIT 1
) t ON true
WHERE k.code = ANY(%(codes)s)
