-- The fullest categories of a seller with listings that have no code, each with some of those listings' own words.
WITH lacking AS (
  SELECT sc.id, sc.text, c.slug, count(*) AS listings
  FROM catalog_sellercategory sc
  JOIN catalog_listing l ON l.seller_id = sc.seller_id AND l.seller_category_id = sc.id AND l.hs_code IS NULL
  LEFT JOIN catalog_category c ON c.id = sc.category_id
  WHERE sc.seller_id = %(seller_id)s AND sc.hs_code IS NULL
  GROUP BY sc.id, sc.text, c.slug
  ORDER BY listings DESC, sc.text LIMIT %(categories)s
)
SELECT k.id, k.text, k.slug, k.listings, w.title, w.language, w.attributes::json
FROM lacking k
CROSS JOIN LATERAL (
  SELECT t.title, t.language, t.attributes
  FROM catalog_listing l
  JOIN catalog_listingtext t ON t.listing_id = l.id AND t.language = l.language
  WHERE l.seller_id = %(seller_id)s AND l.seller_category_id = k.id AND l.hs_code IS NULL
  ORDER BY l.id LIMIT %(per_category)s
) w
ORDER BY k.listings DESC, k.text, k.id
