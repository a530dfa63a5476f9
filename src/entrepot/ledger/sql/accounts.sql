-- Every account with all that was ever debited and credited to it: its last snapshot and the transfers since.
SELECT a.kind, a.currency, a.owner,
       coalesce(s.debit_minor, 0) + debits.total AS debit_minor,
       coalesce(s.credit_minor, 0) + credits.total AS credit_minor
FROM ledger_account a
LEFT JOIN ledger_snapshot s ON s.account_id = a.id
CROSS JOIN LATERAL (
  SELECT coalesce(sum(t.amount_minor), 0) AS total FROM ledger_transfer t
  WHERE t.debit_account_id = a.id AND t.xid >= coalesce(s.below_xid, '0'::xid8)
) debits
CROSS JOIN LATERAL (
  SELECT coalesce(sum(t.amount_minor), 0) AS total FROM ledger_transfer t
  WHERE t.credit_account_id = a.id AND t.xid >= coalesce(s.below_xid, '0'::xid8)
) credits
