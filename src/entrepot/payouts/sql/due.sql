-- What each seller has on account, and how much of it is not due yet: postings younger than the pack's delay that
-- brought money. What cost the seller money counts at once; a payout that came back is due at once.
WITH delay AS (
  SELECT key AS country, value::timestamptz AS cutoff FROM jsonb_each_text(%(cutoffs)s::jsonb)
), account AS (
  SELECT a.id, a.currency, s.id AS seller_id, s.country, s.state, s.legal_name, delay.cutoff
  FROM ledger_account a
  JOIN sellers_seller s ON s.id::text = a.owner
  JOIN delay ON delay.country = s.country
  WHERE a.kind = 'seller_payable' AND (%(currency)s::text IS NULL OR a.currency = %(currency)s::text)
    AND (%(seller_id)s::uuid IS NULL OR s.id = %(seller_id)s::uuid)
), movement AS (
  SELECT account.id, t.posting_key, t.kind, t.posted_at, t.amount_minor AS minor
  FROM account JOIN ledger_transfer t ON t.credit_account_id = account.id
  UNION ALL
  SELECT account.id, t.posting_key, t.kind, t.posted_at, -t.amount_minor
  FROM account JOIN ledger_transfer t ON t.debit_account_id = account.id
), balance AS (
  SELECT id, sum(minor) AS minor FROM movement GROUP BY id
), held AS (
  SELECT id, sum(minor) AS minor FROM (
    SELECT account.id, sum(movement.minor) AS minor
    FROM account JOIN movement USING (id)
    WHERE movement.posted_at >= account.cutoff AND movement.kind NOT IN ('payout', 'payout_returned')
    GROUP BY account.id, movement.posting_key
    HAVING sum(movement.minor) > 0
  ) young GROUP BY id
)
SELECT account.seller_id, account.currency, account.country, account.state, account.legal_name,
       balance.minor::bigint, coalesce(held.minor, 0)::bigint
FROM account
JOIN balance USING (id)
LEFT JOIN held USING (id)
WHERE balance.minor <> 0
ORDER BY account.currency, account.legal_name, account.seller_id
