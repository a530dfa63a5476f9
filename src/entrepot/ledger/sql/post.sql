-- The composite foreign keys hold every account against the transfer's currency. A row whose key was posted before is not
-- returned. The transfers come as one JSON document: nine arrays cost the driver more than all the rest.
INSERT INTO ledger_transfer (
  posting_key, seq, debit_account_id, credit_account_id, amount_minor, currency, kind, reference, memo, posted_at
)
SELECT new.*, %(at)s
FROM json_to_recordset(%(transfers)s::json) AS new (
  key text, seq int, debit bigint, credit bigint, amount bigint, currency text, kind text, reference uuid, memo text
)
ON CONFLICT (posting_key, seq) DO NOTHING
RETURNING posting_key, seq
