-- One statement sees one state of the books: what is paid, the lines that say why, and the mark on each transfer that
-- stands on them belong together. A transfer that commits meanwhile waits for the next run.
WITH wanted AS (
  SELECT * FROM unnest(
    %(payout_ids)s::uuid[], %(numbers)s::text[], %(seller_ids)s::uuid[], %(currencies)s::text[],
    %(cutoffs)s::timestamptz[], %(minimums)s::bigint[], %(countries)s::text[], %(rails)s::text[], %(names)s::text[],
    %(details)s::text[], %(hints)s::text[]
  ) AS wanted (payout_id, number, seller_id, currency, cutoff, minimum, country, rail, seller_name, details, hint)
), account AS (
  SELECT wanted.*, a.id AS account_id, coalesce(last.closing_minor, 0) AS opening, coalesce(last.sequence, 0) AS sequence,
         last.made_at AS last_made_at
  FROM wanted
  JOIN ledger_account a
    ON a.kind = 'seller_payable' AND a.owner = wanted.seller_id::text AND a.currency = wanted.currency
  LEFT JOIN LATERAL (
    SELECT p.closing_minor, p.sequence, p.made_at FROM payouts_payout p
    WHERE p.seller_id = wanted.seller_id AND p.currency = wanted.currency
    ORDER BY p.sequence DESC LIMIT 1
  ) last ON true
), movement AS (
  SELECT account.payout_id, t.id, t.posting_key, t.kind, t.reference, t.posted_at, t.amount_minor AS minor
  FROM account JOIN ledger_transfer t ON t.credit_account_id = account.account_id
  WHERE t.kind <> 'payout'
  UNION ALL
  SELECT account.payout_id, t.id, t.posting_key, t.kind, t.reference, t.posted_at, -t.amount_minor
  FROM account JOIN ledger_transfer t ON t.debit_account_id = account.account_id
  WHERE t.kind <> 'payout'
), fresh AS (
  SELECT movement.*, coalesce(movement.reference::text, movement.posting_key) AS subject
  FROM movement
  WHERE NOT EXISTS (SELECT FROM payouts_statedtransfer s WHERE s.transfer_id = movement.id)
), held AS (
  SELECT payout_id, sum(minor) AS minor FROM (
    SELECT account.payout_id, sum(movement.minor) AS minor
    FROM account JOIN movement USING (payout_id)
    WHERE movement.posted_at >= account.cutoff AND movement.kind <> 'payout_returned'
    GROUP BY account.payout_id, movement.posting_key
    HAVING sum(movement.minor) > 0
  ) young GROUP BY payout_id
), line AS (
  SELECT payout_id, subject, reference, min(posted_at) AS booked_at, bool_or(kind = 'payout_returned') AS returned,
         coalesce(sum(minor) FILTER (WHERE kind = 'goods'), 0)::bigint AS goods,
         coalesce(sum(minor) FILTER (WHERE kind = 'delivery'), 0)::bigint AS delivery,
         coalesce(sum(minor) FILTER (WHERE kind = 'seller_tax'), 0)::bigint AS tax,
         coalesce(sum(minor) FILTER (WHERE kind IN ('commission', 'commission_reversal')), 0)::bigint AS commission,
         coalesce(sum(minor) FILTER (WHERE kind IN ('clawback', 'refund')), 0)::bigint AS refunds,
         sum(minor)::bigint AS net
  FROM fresh GROUP BY payout_id, subject, reference
), total AS (
  SELECT account.payout_id, account.opening, coalesce(sum(line.net), 0)::bigint AS lines,
         (account.opening + coalesce(sum(line.net), 0) - coalesce(min(held.minor), 0))::bigint AS amount
  FROM account
  LEFT JOIN line USING (payout_id)
  LEFT JOIN held USING (payout_id)
  GROUP BY account.payout_id, account.opening
), made AS (
  INSERT INTO payouts_payout (
    id, run_id, seller_id, number, sequence, currency, opening_minor, lines_minor, amount_minor, closing_minor, country,
    rail, seller_name, account_details, account_hint, state, period_start, made_at
  )
  SELECT payout_id, %(run_id)s, account.seller_id, account.number, account.sequence + 1, account.currency, total.opening,
         total.lines, total.amount, total.opening + total.lines - total.amount, account.country, account.rail,
         account.seller_name, account.details, account.hint, 'made', account.last_made_at, %(at)s
  FROM total JOIN account USING (payout_id)
  WHERE total.amount > 0 AND total.amount >= account.minimum
  RETURNING id, seller_id, currency, amount_minor
), written AS (
  INSERT INTO payouts_payoutline (
    payout_id, seller_id, position, kind, reference, label, booked_at, goods_minor, delivery_minor, tax_minor,
    commission_minor, refunds_minor, other_minor, net_minor
  )
  SELECT made.id, made.seller_id, row_number() OVER (PARTITION BY made.id ORDER BY line.booked_at, line.subject),
         CASE WHEN line.returned THEN 'returned' WHEN o.id IS NOT NULL THEN 'order' ELSE 'other' END, line.reference,
         coalesce(o.number, returned.number, line.subject), line.booked_at, line.goods, line.delivery, line.tax,
         line.commission, line.refunds,
         line.net - line.goods - line.delivery - line.tax - line.commission - line.refunds, line.net
  FROM made
  JOIN line ON line.payout_id = made.id
  LEFT JOIN orders_order o ON o.id = line.reference
  LEFT JOIN payouts_payout returned ON returned.id = line.reference AND line.returned
  RETURNING id, payout_id, reference, label
), stated AS (
  INSERT INTO payouts_statedtransfer (transfer_id, line_id, seller_id)
  SELECT fresh.id, written.id, made.seller_id
  FROM made
  JOIN fresh ON fresh.payout_id = made.id
  JOIN written ON written.payout_id = made.id AND coalesce(written.reference::text, written.label) = fresh.subject
)
SELECT made.id, made.seller_id, made.currency, made.amount_minor FROM made ORDER BY made.id
