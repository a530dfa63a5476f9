-- What restrictions look at of listings that are offered: code, origin, declarations, the least price, the store.
SELECT l.id, l.hs_code, l.origin_country,
       (l.attributes_flags || st.declared/*brand*/
        || CASE WHEN l.hs_confirmed_at IS NULL THEN '{"hs_unconfirmed": true}' ELSE '{}' END::jsonb)::text,
       (SELECT min(k.price_minor) FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active'),
       l.currency, st.slug, st.dispatch_country
FROM catalog_listing l
JOIN sellers_store st ON st.id = l.store_id
WHERE l.id = ANY(%(listing_ids)s) AND l.state = 'active'
