INSERT INTO notifications_webhookdelivery
  (endpoint_id, seller_id, message_id, kind, payload, state, attempts, due_at, last_error, created_at)
SELECT e.id, e.seller_id, owed.message_id, owed.kind, owed.payload, 'due', 0, %(now)s, '', %(now)s
FROM unnest(%(sellers)s::uuid[], %(messages)s::text[], %(kinds)s::text[], %(payloads)s::jsonb[])
  AS owed (seller_id, message_id, kind, payload)
JOIN notifications_webhookendpoint e ON e.seller_id = owed.seller_id AND e.state = 'active' AND e.kinds ? owed.kind
ON CONFLICT (endpoint_id, message_id) DO NOTHING
