WITH wanted AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%s::jsonb) AS x(
    listing_id uuid, seller_id uuid, source_url text, position int, sku_id bigint
  )
), gone AS (
  DELETE FROM catalog_picture p
  WHERE p.source_url IS NOT NULL
    AND p.listing_id IN (SELECT listing_id FROM wanted)
    AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.listing_id = p.listing_id AND w.source_url = p.source_url)
), kept AS (
  INSERT INTO catalog_picture AS p (listing_id, seller_id, sku_id, position, state, source_url)
  SELECT w.listing_id, w.seller_id, w.sku_id, w.position, 'waiting', w.source_url FROM wanted w
  ON CONFLICT (listing_id, source_url) DO UPDATE SET position = excluded.position, sku_id = excluded.sku_id
  RETURNING p.listing_id, p.state
)
SELECT DISTINCT listing_id FROM kept WHERE state = 'waiting'
