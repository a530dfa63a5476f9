INSERT INTO notifications_message
  (key, template, subject_id, recipient, details, state, attempts, claimed_until, created_at, last_error)
SELECT new.key, new.template, new.subject_id, new.recipient, new.details, 'due', 1, %(claimed_until)s, %(now)s, ''
FROM unnest(%(keys)s::text[], %(templates)s::text[], %(subject_ids)s::uuid[], %(recipients)s::text[],
            %(details)s::jsonb[]) AS new (key, template, subject_id, recipient, details)
ON CONFLICT (key) DO NOTHING
RETURNING id, key, template, subject_id, recipient, details::text, attempts
