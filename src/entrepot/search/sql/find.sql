WITH /*asked*/ /*corridors*/ found AS (
  SELECT l.id, l.created_at, /*rank*/ AS rank
  FROM catalog_listing l
  JOIN sellers_store st ON st.id = l.store_id AND st.state = 'open'
  JOIN sellers_seller s ON s.id = l.seller_id AND s.state = 'approved'
  /*restricted*/
  /*documents*/
  WHERE l.state = 'active' /*conditions*/
), offered AS (
  SELECT f.id, f.created_at, f.rank, bool_or(q.on_hand > q.reserved) AS in_stock
  FROM found f
  JOIN catalog_sku k ON k.listing_id = f.id AND k.state = 'active'
  LEFT JOIN catalog_stock q ON q.sku_id = k.id
  GROUP BY f.id, f.created_at, f.rank
)
SELECT count(*) OVER (), id
FROM offered
ORDER BY in_stock DESC NULLS LAST, rank DESC, created_at DESC, id
LIMIT %(limit)s OFFSET %(offset)s
