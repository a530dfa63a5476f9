UPDATE notifications_message
SET claimed_until = %(claimed_until)s, attempts = attempts + 1
WHERE id IN (
  SELECT id FROM notifications_message
  WHERE state = 'due' AND (claimed_until IS NULL OR claimed_until <= %(now)s)
  ORDER BY id
  LIMIT %(limit)s
  FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING id, key, template, subject_id, recipient, details::text, attempts
