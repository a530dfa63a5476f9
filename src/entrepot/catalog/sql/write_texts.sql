INSERT INTO catalog_listingtext AS t (
  listing_id, seller_id, language, title, description, attributes, option_words, source
)
SELECT x.listing_id, x.seller_id, x.language, x.title, x.description, x.attributes, x.option_words, x.source
FROM jsonb_to_recordset(%s::jsonb) AS x(
       listing_id uuid, seller_id uuid, language text, title text, description text, attributes jsonb,
       option_words jsonb, source text
     )
ON CONFLICT (listing_id, language) DO UPDATE SET
  title = excluded.title,
  description = excluded.description,
  attributes = excluded.attributes,
  option_words = excluded.option_words,
  source = excluded.source
WHERE (t.title, t.description, t.attributes, t.option_words, t.source)
  IS DISTINCT FROM (excluded.title, excluded.description, excluded.attributes, excluded.option_words, excluded.source)
