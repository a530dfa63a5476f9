UPDATE catalog_category c
SET parent_id = p.id
FROM (SELECT unnest(%s::text[]) AS slug, unnest(%s::text[]) AS parent) x
LEFT JOIN catalog_category p ON p.slug = x.parent
WHERE c.slug = x.slug AND c.parent_id IS DISTINCT FROM p.id
