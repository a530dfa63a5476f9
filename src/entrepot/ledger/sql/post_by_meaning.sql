-- A row whose account is not open yet, and a row whose key was posted before, is not returned.
INSERT INTO ledger_transfer (
  posting_key, seq, debit_account_id, credit_account_id, amount_minor, currency, kind, reference, memo, posted_at
)
SELECT new.posting_key, new.seq, debit.id, credit.id, new.amount_minor, new.currency, new.kind, new.reference,
       new.memo, %(at)s
FROM unnest(
  %(keys)s::text[], %(seqs)s::int[], %(debit_kinds)s::text[], %(debit_owners)s::text[], %(credit_kinds)s::text[],
  %(credit_owners)s::text[], %(currencies)s::text[], %(amounts)s::bigint[], %(kinds)s::text[], %(references)s::uuid[],
  %(memos)s::text[]
) AS new (
  posting_key, seq, debit_kind, debit_owner, credit_kind, credit_owner, currency, amount_minor, kind, reference, memo
)
JOIN ledger_account debit
  ON debit.kind = new.debit_kind AND debit.owner = new.debit_owner AND debit.currency = new.currency
JOIN ledger_account credit
  ON credit.kind = new.credit_kind AND credit.owner = new.credit_owner AND credit.currency = new.currency
ORDER BY new.posting_key, new.seq
ON CONFLICT (posting_key, seq) DO NOTHING
RETURNING posting_key, seq, debit_account_id, credit_account_id
