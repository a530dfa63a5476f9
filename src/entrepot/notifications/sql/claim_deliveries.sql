WITH due AS (
  SELECT d.id
  FROM notifications_webhookdelivery d
  JOIN notifications_webhookendpoint e ON e.id = d.endpoint_id AND e.state = 'active'
  WHERE d.state = 'due' AND d.due_at <= %(now)s
  ORDER BY d.due_at, d.id
  LIMIT %(limit)s
  FOR NO KEY UPDATE OF d SKIP LOCKED
)
UPDATE notifications_webhookdelivery d
SET attempts = d.attempts + 1, due_at = %(until)s
FROM due, notifications_webhookendpoint e
WHERE d.id = due.id AND e.id = d.endpoint_id
RETURNING d.id, d.endpoint_id, e.url, e.secret, d.message_id, d.payload::text, d.attempts
