-- What pricing must know of a seller and of its delivery template for a shipping class, before there is any SKU.
SELECT s.id, st.slug, st.name, s.country, st.dispatch_country, st.dispatch_region, st.dispatch_postal_code,
       s.vat_registered, s.registrations::text, s.eu_sales_over_threshold, s.payout_currency,
       s.state = 'approved' AND st.state = 'open', coalesce(home.selling, 'closed'),
       t.currency, t.handling_days_min, t.handling_days_max, t.services::text, t.default_item_weight_g,
       st.declared::text
FROM sellers_seller s
JOIN sellers_store st ON st.seller_id = s.id
LEFT JOIN markets_market home ON home.code = s.country
LEFT JOIN LATERAL (
  SELECT d.currency, d.handling_days_min, d.handling_days_max, d.services, d.default_item_weight_g
  FROM shipping_deliverytemplate d
  WHERE d.seller_id = s.id AND d.shipping_class IN (%(shipping_class)s, 'standard')
  ORDER BY d.shipping_class = %(shipping_class)s DESC LIMIT 1
) t ON true
WHERE s.id = %(seller_id)s
