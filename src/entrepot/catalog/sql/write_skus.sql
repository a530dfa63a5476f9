INSERT INTO catalog_sku AS k (
  code, seller_id, listing_id, seller_sku, options, price_minor, currency, weight_g, length_mm, width_mm, height_mm,
  gtin, state, position
)
SELECT x.code, x.seller_id, x.listing_id, x.seller_sku, x.options, x.price_minor, x.currency, x.weight_g, x.length_mm,
       x.width_mm, x.height_mm, x.gtin, x.state, x.position
FROM jsonb_to_recordset(%s::jsonb) AS x(
       code text, seller_id uuid, listing_id uuid, seller_sku text, options jsonb, price_minor bigint, currency text,
       weight_g int, length_mm int, width_mm int, height_mm int, gtin text, state text, position int
     )
ON CONFLICT (seller_id, seller_sku) DO UPDATE SET
  listing_id = excluded.listing_id,
  options = excluded.options,
  price_minor = excluded.price_minor,
  currency = excluded.currency,
  weight_g = excluded.weight_g,
  length_mm = excluded.length_mm,
  width_mm = excluded.width_mm,
  height_mm = excluded.height_mm,
  gtin = excluded.gtin,
  state = excluded.state,
  position = excluded.position
RETURNING k.seller_sku, k.id
