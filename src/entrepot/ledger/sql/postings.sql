SELECT t.posting_key, t.seq, debit.kind, debit.owner, credit.kind, credit.owner, t.currency, t.amount_minor, t.kind,
       t.reference
FROM ledger_transfer t
JOIN ledger_account debit ON debit.id = t.debit_account_id
JOIN ledger_account credit ON credit.id = t.credit_account_id
WHERE t.posting_key = ANY(%(keys)s::text[])
ORDER BY t.posting_key, t.seq
