"""What is always true of payouts: statements add up, follow each other, and are what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.kernel.verification import Check, Fault, run

_PAYOUTS = "SELECT count(*) FROM payouts_payout"

CHECKS = (
    Check(
        "payouts.statements",
        "each statement adds up: opening balance, lines, the amount paid, closing balance",
        "SELECT count(*) FROM payouts_payoutline",
        """
        SELECT p.id, 'opening ' || p.opening_minor || ', lines ' || coalesce(line.net, 0) || ', paid ' || p.amount_minor
               || ', closing ' || p.closing_minor
        FROM payouts_payout p
        LEFT JOIN (
          SELECT payout_id, sum(net_minor) AS net,
                 sum(goods_minor + delivery_minor + tax_minor + commission_minor + refunds_minor + other_minor) AS parts
          FROM payouts_payoutline GROUP BY payout_id
        ) line ON line.payout_id = p.id
        WHERE p.lines_minor <> coalesce(line.net, 0) OR coalesce(line.parts, 0) <> coalesce(line.net, 0)
           OR p.closing_minor <> p.opening_minor + coalesce(line.net, 0) - p.amount_minor
        ORDER BY p.id
        """,
    ),
    Check(
        "payouts.continuity",
        "each statement opens at the balance at which the seller's last one closed",
        _PAYOUTS,
        """
        SELECT id, 'opens at ' || opening_minor || ', the last one closed at ' || last_closing
               || ', number ' || sequence || ' after ' || last_sequence
        FROM (
          SELECT id, opening_minor, sequence, seller_id, currency,
                 lag(closing_minor, 1, 0::bigint) OVER following AS last_closing,
                 lag(sequence, 1, 0) OVER following AS last_sequence
          FROM payouts_payout
          WINDOW following AS (PARTITION BY seller_id, currency ORDER BY sequence)
        ) chain
        WHERE opening_minor <> last_closing OR sequence <> last_sequence + 1
        ORDER BY id
        """,
    ),
    Check(
        "payouts.lines",
        "each line is the sum of the ledger's transfers that stand on it",
        "SELECT count(*) FROM payouts_statedtransfer",
        """
        SELECT line.payout_id, 'line ' || line.position || ' says ' || line.net_minor || ', its transfers '
               || coalesce(sum(CASE WHEN credit.kind = 'seller_payable' AND credit.owner = line.seller_id::text
                                    THEN t.amount_minor
                                    WHEN debit.kind = 'seller_payable' AND debit.owner = line.seller_id::text
                                    THEN -t.amount_minor END), 0)
        FROM payouts_payoutline line
        LEFT JOIN payouts_statedtransfer stated ON stated.line_id = line.id
        LEFT JOIN ledger_transfer t ON t.id = stated.transfer_id
        LEFT JOIN ledger_account debit ON debit.id = t.debit_account_id
        LEFT JOIN ledger_account credit ON credit.id = t.credit_account_id
        GROUP BY line.id
        HAVING line.net_minor <> coalesce(
          sum(CASE WHEN credit.kind = 'seller_payable' AND credit.owner = line.seller_id::text THEN t.amount_minor
                   WHEN debit.kind = 'seller_payable' AND debit.owner = line.seller_id::text THEN -t.amount_minor END),
          0)
        ORDER BY line.payout_id
        """,
    ),
    Check(
        "payouts.ledger",
        "each payout was posted with its amount, and what the bank said of it too",
        _PAYOUTS,
        """
        WITH posted AS (
          SELECT t.posting_key, t.currency,
                 sum(t.amount_minor) FILTER (WHERE debit.kind = 'seller_payable') AS out_of_due,
                 sum(t.amount_minor) FILTER (WHERE credit.kind = 'seller_payable') AS back_to_due,
                 sum(t.amount_minor) FILTER (WHERE credit.kind = 'bank') AS out_of_bank
          FROM ledger_transfer t
          JOIN ledger_account debit ON debit.id = t.debit_account_id
          JOIN ledger_account credit ON credit.id = t.credit_account_id
          WHERE t.kind IN ('payout', 'payout_confirmed', 'payout_returned')
          GROUP BY t.posting_key, t.currency
        )
        SELECT p.id, p.state || ', amount ' || p.amount_minor || ' ' || p.currency || '; posted out of due '
               || coalesce(made.out_of_due, 0) || ', out of the bank ' || coalesce(confirmed.out_of_bank, 0)
               || ', back to due ' || coalesce(returned.back_to_due, 0)
        FROM payouts_payout p
        LEFT JOIN posted made ON made.posting_key = 'payout:' || p.id AND made.currency = p.currency
        LEFT JOIN posted confirmed ON confirmed.posting_key = 'payout-confirmed:' || p.id
        LEFT JOIN posted returned ON returned.posting_key = 'payout-returned:' || p.id
        WHERE made.out_of_due IS DISTINCT FROM p.amount_minor
           OR coalesce(confirmed.out_of_bank, 0) NOT IN
              (CASE p.state WHEN 'made' THEN 0 ELSE p.amount_minor END, CASE p.state WHEN 'failed' THEN 0 END)
           OR coalesce(returned.back_to_due, 0) <> CASE p.state WHEN 'failed' THEN p.amount_minor ELSE 0 END
        ORDER BY p.id
        """,
    ),
    Check(
        "payouts.balances",
        "each seller's due is its last closing balance and what stands on no statement yet",
        "SELECT count(*) FROM ledger_account WHERE kind = 'seller_payable'",
        """
        WITH movement AS (
          SELECT t.credit_account_id AS account_id, t.id, t.kind, t.amount_minor AS minor
          FROM ledger_transfer t JOIN ledger_account a ON a.id = t.credit_account_id AND a.kind = 'seller_payable'
          UNION ALL
          SELECT t.debit_account_id, t.id, t.kind, -t.amount_minor
          FROM ledger_transfer t JOIN ledger_account a ON a.id = t.debit_account_id AND a.kind = 'seller_payable'
        ), known AS (
          SELECT movement.account_id, sum(movement.minor) AS balance,
                 coalesce(
                   sum(movement.minor) FILTER (WHERE movement.kind <> 'payout' AND stated.transfer_id IS NULL), 0
                 ) AS fresh
          FROM movement LEFT JOIN payouts_statedtransfer stated ON stated.transfer_id = movement.id
          GROUP BY movement.account_id
        ), last AS (
          SELECT DISTINCT ON (seller_id, currency) seller_id::text AS owner, currency, closing_minor
          FROM payouts_payout ORDER BY seller_id, currency, sequence DESC
        )
        SELECT a.owner, 'the ledger says ' || known.balance || ' ' || a.currency || ', statements '
               || coalesce(last.closing_minor, 0) || ' and not yet stated ' || known.fresh
        FROM known
        JOIN ledger_account a ON a.id = known.account_id
        LEFT JOIN last ON last.owner = a.owner AND last.currency = a.currency
        WHERE known.balance <> coalesce(last.closing_minor, 0) + known.fresh
        ORDER BY a.owner
        """,
    ),
    Check(
        "payouts.bank_files",
        "each run's payments to the bank add up to its payouts",
        "SELECT count(*) FROM payouts_bankfile",
        """
        SELECT p.run_id, p.currency || ': payouts ' || p.total || ', files for the bank ' || coalesce(file.total, 0)
        FROM (
          SELECT payout.run_id, payout.currency, sum(payout.amount_minor) AS total, count(*) AS number
          FROM payouts_payout payout JOIN payouts_payoutrun run ON run.id = payout.run_id
          WHERE run.files_made_at IS NOT NULL
          GROUP BY payout.run_id, payout.currency
        ) p
        LEFT JOIN (
          SELECT run_id, currency, sum(total_minor) AS total, sum(payments) AS number
          FROM payouts_bankfile WHERE form LIKE 'pain.001%' GROUP BY run_id, currency
        ) file ON file.run_id = p.run_id AND file.currency = p.currency
        WHERE p.total <> coalesce(file.total, 0) OR p.number <> coalesce(file.number, 0)
        ORDER BY p.run_id
        """,
    ),
)


def find_faults() -> Iterator[Fault]:
    """Yield every payout, seller and run for which statements and ledger disagree."""
    yield from run(CHECKS)
