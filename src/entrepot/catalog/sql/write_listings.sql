INSERT INTO catalog_listing AS l (
  id, seller_id, store_id, slug, category_id, seller_category_id, external_id, feed_hash, language, state, block_reason,
  brand, hs_code, hs_confirmed_at, origin_country, currency, tax_included, home_tax_rate, shipping_class,
  attributes_flags, option_names, manufacturer_id, responsible_id, created_at, updated_at
)
SELECT x.id, x.seller_id, x.store_id, x.slug, x.category_id, x.seller_category_id, x.external_id, x.feed_hash,
       x.language, x.state, x.block_reason, x.brand, x.hs_code, x.hs_confirmed_at, x.origin_country, x.currency,
       x.tax_included, x.home_tax_rate, x.shipping_class, x.attributes_flags, x.option_names,
       x.manufacturer_id, x.responsible_id, n.now, n.now
FROM (SELECT %s::jsonb AS rows, %s::timestamptz AS now) n,
     jsonb_to_recordset(n.rows) AS x(
       id uuid, seller_id uuid, store_id uuid, slug text, category_id bigint, seller_category_id bigint,
       external_id text, feed_hash text, language text, state text, block_reason text, brand text, hs_code text,
       hs_confirmed_at timestamptz, origin_country text, currency text, tax_included boolean, home_tax_rate numeric,
       shipping_class text, attributes_flags jsonb, option_names jsonb, manufacturer_id uuid, responsible_id uuid
     )
ON CONFLICT (id) DO UPDATE SET
  slug = excluded.slug,
  category_id = excluded.category_id,
  seller_category_id = excluded.seller_category_id,
  external_id = excluded.external_id,
  feed_hash = excluded.feed_hash,
  language = excluded.language,
  state = excluded.state,
  block_reason = excluded.block_reason,
  brand = excluded.brand,
  hs_code = excluded.hs_code,
  hs_confirmed_at = excluded.hs_confirmed_at,
  origin_country = excluded.origin_country,
  currency = excluded.currency,
  tax_included = excluded.tax_included,
  home_tax_rate = excluded.home_tax_rate,
  shipping_class = excluded.shipping_class,
  attributes_flags = excluded.attributes_flags,
  option_names = excluded.option_names,
  manufacturer_id = excluded.manufacturer_id,
  responsible_id = excluded.responsible_id,
  updated_at = excluded.updated_at
