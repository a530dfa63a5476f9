SELECT l.id, l.slug, t.title, t.language, st.slug, st.name, s.country, st.dispatch_city, l.currency,
       k.price_minor, k.price_max, k.available, p.content_hash, p.width, p.second_hash
FROM unnest(%(listing_ids)s::uuid[]) WITH ORDINALITY AS w(id, place)
JOIN catalog_listing l ON l.id = w.id AND l.state = 'active'
JOIN sellers_store st ON st.id = l.store_id AND st.state = 'open'
JOIN sellers_seller s ON s.id = l.seller_id AND s.state = 'approved'
JOIN LATERAL (
  SELECT x.title, x.language FROM catalog_listingtext x
  WHERE x.listing_id = l.id AND x.language IN (%(language)s, l.language)
  ORDER BY x.language = %(language)s DESC LIMIT 1
) t ON true
JOIN LATERAL (
  SELECT min(x.price_minor) AS price_minor, max(x.price_minor) AS price_max,
         sum(greatest(q.on_hand - q.reserved, 0))::bigint AS available
  FROM catalog_sku x LEFT JOIN catalog_stock q ON q.sku_id = x.id
  WHERE x.listing_id = l.id AND x.state = 'active'
  HAVING count(*) > 0
) k ON true
LEFT JOIN LATERAL (
  SELECT x.content_hash, x.width, lead(x.content_hash) OVER (ORDER BY x.position, x.id) AS second_hash
  FROM catalog_picture x
  WHERE x.listing_id = l.id AND x.state = 'ready' ORDER BY x.position, x.id LIMIT 1
) p ON true
ORDER BY w.place
