-- One statement sees one state of the database: the old snapshot, the transfers since, and the edge belong together.
WITH edge AS (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xid)
INSERT INTO ledger_snapshot (account_id, below_xid, debit_minor, credit_minor, taken_at)
SELECT a.id, edge.xid, coalesce(s.debit_minor, 0) + debits.total, coalesce(s.credit_minor, 0) + credits.total, %(now)s
FROM edge
CROSS JOIN ledger_account a
LEFT JOIN ledger_snapshot s ON s.account_id = a.id
CROSS JOIN LATERAL (
  SELECT coalesce(sum(t.amount_minor), 0) AS total FROM ledger_transfer t
  WHERE t.debit_account_id = a.id AND t.xid >= coalesce(s.below_xid, '0'::xid8) AND t.xid < edge.xid
) debits
CROSS JOIN LATERAL (
  SELECT coalesce(sum(t.amount_minor), 0) AS total FROM ledger_transfer t
  WHERE t.credit_account_id = a.id AND t.xid >= coalesce(s.below_xid, '0'::xid8) AND t.xid < edge.xid
) credits
WHERE debits.total + credits.total > 0
ON CONFLICT (account_id) DO UPDATE
SET below_xid = excluded.below_xid, debit_minor = excluded.debit_minor, credit_minor = excluded.credit_minor,
    taken_at = excluded.taken_at
