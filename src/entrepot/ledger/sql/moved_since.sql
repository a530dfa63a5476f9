-- What was debited and credited to an account at a place in it and after.
SELECT
  (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfer t
   WHERE t.debit_account_id = %(account)s AND (t.xid, t.id) >= (%(xid)s::text::xid8, %(id)s::bigint))::bigint,
  (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfer t
   WHERE t.credit_account_id = %(account)s AND (t.xid, t.id) >= (%(xid)s::text::xid8, %(id)s::bigint))::bigint
