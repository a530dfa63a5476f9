WITH shipped AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%s::jsonb) AS x(slug text, names jsonb, position int)
), gone AS (
  UPDATE catalog_category SET retired = true
  WHERE NOT retired AND slug NOT IN (SELECT slug FROM shipped)
)
INSERT INTO catalog_category AS c (slug, names, position, retired)
SELECT slug, names, position, false FROM shipped
ON CONFLICT (slug) DO UPDATE SET names = excluded.names, position = excluded.position, retired = false
