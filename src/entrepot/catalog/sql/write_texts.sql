INSERT INTO catalog_listingtext AS t (listing_id, seller_id, language, title, description, attributes, source)
SELECT x.listing_id, x.seller_id, x.language, x.title, x.description, x.attributes, 'seller'
FROM jsonb_to_recordset(%s::jsonb) AS x(
       listing_id uuid, seller_id uuid, language text, title text, description text, attributes jsonb
     )
ON CONFLICT (listing_id, language) DO UPDATE SET
  title = excluded.title,
  description = excluded.description,
  attributes = excluded.attributes,
  source = excluded.source
WHERE (t.title, t.description, t.attributes, t.source)
  IS DISTINCT FROM (excluded.title, excluded.description, excluded.attributes, excluded.source)
