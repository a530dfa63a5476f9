SELECT a.kind, a.currency, a.owner,
       (coalesce(s.debit_minor, 0) + debits.total)::bigint, (coalesce(s.credit_minor, 0) + credits.total)::bigint
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
WHERE (%(kind)s::text IS NULL OR a.kind = %(kind)s::text)
  AND (%(owner)s::text IS NULL OR a.owner = %(owner)s::text)
  AND (%(currency)s::text IS NULL OR a.currency = %(currency)s::text)
ORDER BY a.kind, a.currency, a.owner
