-- Postings on a seller's account that no payout has paid: those that were not due at the last one, and what came since.
-- Money that came in is payable after the delay; what it cost the seller, and a payout that came back, count at once.
WITH account AS (
  SELECT a.id, a.currency, last.made_at AS paid_until
  FROM ledger_account a
  LEFT JOIN LATERAL (
    SELECT p.made_at FROM payouts_payout p
    WHERE p.seller_id = %(seller_id)s AND p.currency = a.currency
    ORDER BY p.sequence DESC LIMIT 1
  ) last ON true
  WHERE a.kind = 'seller_payable' AND a.owner = %(seller_id)s::text
), movement AS (
  SELECT account.id AS account_id, t.id, t.posting_key, t.kind, t.reference, t.posted_at, t.amount_minor AS minor
  FROM account JOIN ledger_transfer t ON t.credit_account_id = account.id
  WHERE t.kind <> 'payout'
  UNION ALL
  SELECT account.id, t.id, t.posting_key, t.kind, t.reference, t.posted_at, -t.amount_minor
  FROM account JOIN ledger_transfer t ON t.debit_account_id = account.id
  WHERE t.kind <> 'payout'
), posting AS (
  SELECT movement.account_id, movement.posting_key, min(movement.reference::text)::uuid AS reference,
         min(movement.posted_at) AS posted_at, sum(movement.minor)::bigint AS minor,
         bool_or(movement.kind = 'payout_returned') AS is_returned,
         bool_or(stated.transfer_id IS NULL) AS is_new
  FROM movement LEFT JOIN payouts_statedtransfer stated ON stated.transfer_id = movement.id
  GROUP BY 1, 2
), ready AS (
  SELECT posting.*, CASE WHEN minor > 0 AND NOT is_returned
                           THEN date_trunc('day', posted_at, 'UTC') + %(delay)s::interval ELSE posted_at END AS at
  FROM posting
)
SELECT o.id, coalesce(o.number, returned.number, ready.posting_key), ready.posted_at, ready.at, ready.minor,
       account.currency
FROM ready
JOIN account ON account.id = ready.account_id
LEFT JOIN orders_order o ON o.id = ready.reference
LEFT JOIN payouts_payout returned ON returned.id = ready.reference AND ready.is_returned
WHERE ready.is_new OR ready.at > account.paid_until
ORDER BY ready.at, ready.posting_key
