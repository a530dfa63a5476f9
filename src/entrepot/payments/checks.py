"""What is always true of payments: what services said and what the ledger holds are one."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.kernel.verification import Check, Fault, run

CHECKS = (
    Check(
        "payments.captures",
        "each captured payment was posted once, with its amount, and nothing else was posted as captured",
        "SELECT count(*) FROM payments_attempt",
        """
        WITH posted AS (
          SELECT t.posting_key, min(t.currency) AS currency, sum(t.amount_minor) AS minor
          FROM ledger_transfer t
          JOIN ledger_account debit ON debit.id = t.debit_account_id AND debit.kind = 'psp_receivable'
          WHERE t.kind = 'capture'
          GROUP BY t.posting_key
        )
        SELECT coalesce(a.id::text, posted.posting_key),
               coalesce(a.state || ' ' || a.amount_minor || ' ' || a.currency, 'no attempt') || '; posted '
               || coalesce(posted.minor || ' ' || posted.currency, 'nothing')
        FROM payments_attempt a
        FULL JOIN posted ON posted.posting_key = 'capture:' || a.id
        WHERE CASE WHEN a.state = 'captured'
                   THEN (posted.minor, posted.currency) IS DISTINCT FROM (a.amount_minor::numeric, a.currency::text)
                   ELSE posted.posting_key IS NOT NULL END
        ORDER BY 1
        """,
    ),
    Check(
        "payments.refunds",
        "of no payment is more given back than it captured, in its own currency",
        "SELECT count(*) FROM payments_refund",
        """
        SELECT a.id, a.state || ' ' || a.amount_minor || ' ' || a.currency || ', refunds '
               || sum(r.amount_minor) || ' ' || string_agg(DISTINCT r.currency, ', ')
        FROM payments_refund r JOIN payments_attempt a ON a.id = r.attempt_id
        GROUP BY a.id
        HAVING sum(r.amount_minor) > a.amount_minor OR a.state <> 'captured' OR bool_or(r.currency <> a.currency)
            OR bool_or(r.purchase_id <> a.purchase_id)
        ORDER BY a.id
        """,
    ),
    Check(
        "payments.refunds_pending",
        "each order's refunds are in the ledger: what was set aside for them, and what the service took on",
        "SELECT count(*) FROM payments_refund",
        """
        WITH pending AS (
          SELECT t.reference, sum(CASE WHEN credit.kind = 'refund_pending' THEN t.amount_minor ELSE 0 END) AS set_aside,
                 sum(CASE WHEN debit.kind = 'refund_pending' THEN t.amount_minor ELSE 0 END) AS taken_on
          FROM ledger_transfer t
          JOIN ledger_account debit ON debit.id = t.debit_account_id
          JOIN ledger_account credit ON credit.id = t.credit_account_id
          WHERE 'refund_pending' IN (debit.kind, credit.kind)
          GROUP BY t.reference
        ), known AS (
          SELECT reference, sum(amount_minor) AS asked,
                 coalesce(sum(amount_minor) FILTER (WHERE state = 'succeeded'), 0) AS succeeded
          FROM payments_refund GROUP BY reference
        )
        SELECT coalesce(known.reference, pending.reference),
               'refunds ' || coalesce(known.asked, 0) || ', set aside ' || coalesce(pending.set_aside, 0)
               || '; the service took on ' || coalesce(known.succeeded, 0) || ', booked '
               || coalesce(pending.taken_on, 0)
        FROM known FULL JOIN pending ON pending.reference = known.reference
        WHERE coalesce(known.asked, 0) <> coalesce(pending.set_aside, 0)
           OR coalesce(pending.taken_on, 0) > coalesce(known.succeeded, 0)  -- Booked by a job: it may come later.
        ORDER BY 1
        """,
    ),
)


def find_faults() -> Iterator[Fault]:
    """Yield every payment and refund that the ledger does not tell of, or tells otherwise."""
    yield from run(CHECKS)
