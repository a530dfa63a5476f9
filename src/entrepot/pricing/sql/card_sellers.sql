-- What cards must know of some sellers, and which delivery templates they have: a template that is long as text is only
-- named, with a stamp that is another one after every change (the row's version in PostgreSQL).
SELECT s.id, st.slug, st.name, s.country, st.dispatch_country, st.dispatch_region, st.dispatch_postal_code,
       s.vat_registered, s.registrations::text, s.eu_sales_over_threshold, s.payout_currency,
       s.state = 'approved' AND st.state = 'open', COALESCE(home.selling, 'closed'),
       COALESCE((SELECT target.buying FROM markets_market target WHERE target.code = %(country)s), 'closed'),
       st.declared::text,
       t.shipping_class, t.id, t.xmin || ':' || t.ctid
FROM sellers_seller s
JOIN sellers_store st ON st.seller_id = s.id
LEFT JOIN markets_market home ON home.code = s.country
LEFT JOIN shipping_deliverytemplate t ON t.seller_id = s.id
WHERE s.id = ANY(%(seller_ids)s)
