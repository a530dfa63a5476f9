-- Who is named for a category takes the place of who was named for it earlier, never of whom a listing names itself.
-- NULL leaves what is there, an empty text takes it away.
UPDATE catalog_listing l
SET manufacturer_id = CASE WHEN x.takes_manufacturer THEN x.manufacturer_id ELSE l.manufacturer_id END,
    responsible_id = CASE WHEN x.takes_responsible THEN x.responsible_id ELSE l.responsible_id END,
    updated_at = x.at
FROM (
  SELECT l.id, s.at, nullif(s.manufacturer, '')::uuid AS manufacturer_id, nullif(s.responsible, '')::uuid AS responsible_id,
         s.manufacturer IS NOT NULL AND l.manufacturer_id IS NOT DISTINCT FROM c.manufacturer_id AS takes_manufacturer,
         s.responsible IS NOT NULL AND l.responsible_id IS NOT DISTINCT FROM c.responsible_id AS takes_responsible
  FROM (
    SELECT %(manufacturer)s::text AS manufacturer, %(responsible)s::text AS responsible, %(at)s::timestamptz AS at
  ) s
  CROSS JOIN catalog_sellercategory c
  JOIN catalog_listing l ON l.seller_category_id = c.id AND l.seller_id = c.seller_id
  WHERE c.seller_id = %(seller_id)s AND c.id = ANY(%(categories)s)
  ORDER BY l.id FOR NO KEY UPDATE OF l
) x
WHERE l.id = x.id AND (x.takes_manufacturer OR x.takes_responsible)
RETURNING l.id
