-- The newest transfers of an account before a place in it; each side is read along its own index.
WITH debited AS (
  SELECT t.id, t.xid FROM ledger_transfer t
  WHERE t.debit_account_id = %(account)s
    AND (%(xid)s::text IS NULL OR (t.xid, t.id) < (%(xid)s::text::xid8, %(id)s::bigint))
  ORDER BY t.xid DESC, t.id DESC LIMIT %(limit)s
), credited AS (
  SELECT t.id, t.xid FROM ledger_transfer t
  WHERE t.credit_account_id = %(account)s
    AND (%(xid)s::text IS NULL OR (t.xid, t.id) < (%(xid)s::text::xid8, %(id)s::bigint))
  ORDER BY t.xid DESC, t.id DESC LIMIT %(limit)s
)
SELECT entry.id, entry.xid::text FROM (SELECT * FROM debited UNION ALL SELECT * FROM credited) entry
ORDER BY entry.xid DESC, entry.id DESC LIMIT %(limit)s
