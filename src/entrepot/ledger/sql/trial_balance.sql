-- Each kind of account in each currency: how many there are, and all that was ever debited and credited to them.
SELECT a.currency, a.kind, count(*)::bigint,
       sum(coalesce(s.debit_minor, 0) + debits.total)::bigint, sum(coalesce(s.credit_minor, 0) + credits.total)::bigint
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
GROUP BY a.currency, a.kind
ORDER BY a.currency, a.kind
