-- The composite foreign keys hold every account against the transfer's currency. A row whose key was posted before is not
-- returned.
INSERT INTO ledger_transfer (
  posting_key, seq, debit_account_id, credit_account_id, amount_minor, currency, kind, reference, memo, posted_at
)
SELECT new.*, %(at)s
FROM unnest(
  %(keys)s::text[], %(seqs)s::int[], %(debit_ids)s::bigint[], %(credit_ids)s::bigint[], %(amounts)s::bigint[],
  %(currencies)s::text[], %(kinds)s::text[], %(references)s::uuid[], %(memos)s::text[]
) AS new
ON CONFLICT (posting_key, seq) DO NOTHING
RETURNING posting_key, seq
