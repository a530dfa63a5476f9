INSERT INTO search_document AS d (listing_id, seller_id, listed_at, words)
SELECT x.listing_id, x.seller_id, x.listed_at, coalesce(w.words, ''::tsvector)
FROM jsonb_to_recordset(%s::jsonb) AS x(listing_id uuid, seller_id uuid, listed_at timestamptz, parts jsonb)
CROSS JOIN LATERAL (
  SELECT search_concat(setweight(to_tsvector(p.config::regconfig, p.words), p.weight::"char")) AS words
  FROM jsonb_to_recordset(x.parts) AS p(config text, weight text, words text)
) w
ORDER BY x.listing_id
ON CONFLICT (listing_id) DO UPDATE SET
  seller_id = excluded.seller_id, listed_at = excluded.listed_at, words = excluded.words
WHERE (d.words, d.listed_at, d.seller_id) IS DISTINCT FROM (excluded.words, excluded.listed_at, excluded.seller_id)
