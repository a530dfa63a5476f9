-- The mark on the operator's list that a listing's brand or title names, as a word for restrictions.
 || coalesce((
  SELECT jsonb_build_object('brand', w.word)
  FROM unnest(%(watched)s::text[]) AS w(word)
  WHERE btrim(regexp_replace(lower(l.brand), '[^[:alnum:]]+', ' ', 'g')) = w.word OR EXISTS (
    SELECT 1 FROM catalog_listingtext bt
    WHERE bt.listing_id = l.id AND bt.language = l.language
      AND position(' ' || w.word || ' ' IN ' ' || regexp_replace(lower(bt.title), '[^[:alnum:]]+', ' ', 'g') || ' ') > 0
  )
  LIMIT 1
), '{}'::jsonb)
