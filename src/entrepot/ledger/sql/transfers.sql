SELECT t.id, t.posting_key, t.seq, t.kind, t.reference, t.amount_minor, t.currency, t.memo, t.posted_at,
       debit.kind, debit.owner, credit.kind, credit.owner
FROM ledger_transfer t
JOIN ledger_account debit ON debit.id = t.debit_account_id
JOIN ledger_account credit ON credit.id = t.credit_account_id
