SELECT t.id, t.xmin || ':' || t.ctid,
       t.currency, t.handling_days_min, t.handling_days_max, t.services::text, t.default_item_weight_g
FROM shipping_deliverytemplate t
WHERE t.id = ANY(%(template_ids)s)
