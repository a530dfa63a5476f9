SELECT l.id, t.title, k.id, k.seller_sku,
       (SELECT string_agg(o.value, ' · ' ORDER BY n.place)
        FROM jsonb_each_text(k.options) o
        LEFT JOIN jsonb_array_elements_text(l.option_names) WITH ORDINALITY AS n(name, place) ON n.name = o.key),
       k.price_minor, k.currency, coalesce(s.on_hand, 0), coalesce(s.reserved, 0)
FROM unnest(%(listing_ids)s::uuid[]) WITH ORDINALITY AS w(id, place)
JOIN catalog_listing l ON l.id = w.id AND l.seller_id = %(seller_id)s
JOIN catalog_sku k ON k.listing_id = l.id AND k.state = 'active'
LEFT JOIN catalog_stock s ON s.sku_id = k.id
JOIN LATERAL (
  SELECT x.title FROM catalog_listingtext x
  WHERE x.listing_id = l.id AND x.language IN (%(language)s, l.language)
  ORDER BY x.language = %(language)s DESC LIMIT 1
) t ON true
ORDER BY w.place, k.position, k.id
LIMIT %(limit)s
