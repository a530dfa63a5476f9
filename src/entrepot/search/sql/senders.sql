open_corridor AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(corridors)s::jsonb) AS x(
    country text, dispatch_country text, closed_hs text[], closed_rules text[]
  )
), sender AS MATERIALIZED (
  SELECT st.id AS store_id, st.seller_id, o.closed_hs, o.closed_rules
  FROM sellers_store st
  JOIN sellers_seller s ON s.id = st.seller_id AND s.state = 'approved'
  JOIN open_corridor o ON o.country = s.country AND o.dispatch_country = st.dispatch_country
  WHERE st.state = 'open'
), reach AS MATERIALIZED (
  SELECT t.seller_id, t.shipping_class, jsonb_path_exists(
    t.services,
    '$[*].zones[*] ? (@.countries[*] == $to || (@.countries[*] == "*" && !(@.exclude[*] == $to)))',
    jsonb_build_object('to', %(country)s::text)
  ) AS there
  FROM shipping_deliverytemplate t
  WHERE t.seller_id IN (SELECT seller_id FROM sender)
)
