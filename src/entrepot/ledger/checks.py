"""What is always true of the books, whoever wrote to them, even past the database's own guards."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.kernel import sql
from entrepot.kernel.verification import Check, Fault, run
from entrepot.ledger.rules import ACCOUNT_KINDS

_NEVER_BELOW_ZERO = ", ".join(f"'{name}'" for name, kind in ACCOUNT_KINDS.items() if not kind.below_zero)
_DEBIT_KINDS = ", ".join(f"'{name}'" for name, kind in ACCOUNT_KINDS.items() if kind.side == "debit")

# Every account's balance from all its transfers, snapshots left aside; positive on the side on which its kind grows.
_BALANCES = f"""
WITH movement AS (
  SELECT account_id, sum(debit) AS debit, sum(credit) AS credit FROM (
    SELECT debit_account_id AS account_id, sum(amount_minor) AS debit, 0 AS credit
    FROM ledger_transfer GROUP BY debit_account_id
    UNION ALL
    SELECT credit_account_id, 0, sum(amount_minor) FROM ledger_transfer GROUP BY credit_account_id
  ) sides GROUP BY account_id
), balance AS (
  SELECT a.id, a.kind, a.owner, a.currency, movement.debit, movement.credit,
         a.kind || '[' || a.currency || CASE a.owner WHEN '' THEN '' ELSE ' ' || a.owner END || ']' AS name,
         CASE WHEN a.kind IN ({_DEBIT_KINDS}) THEN movement.debit - movement.credit
              ELSE movement.credit - movement.debit END AS minor
  FROM movement JOIN ledger_account a ON a.id = movement.account_id
)
"""

_TRANSFERS = "SELECT count(*) FROM ledger_transfer"
_ACCOUNTS = "SELECT count(*) FROM ledger_account"

CHECKS = (
    Check(
        "ledger.transfers",
        "each transfer moves a positive amount between two accounts of its own currency",
        _TRANSFERS,
        """
        SELECT t.id, 'amount ' || t.amount_minor || ' ' || t.currency || ', debited to '
               || coalesce(d.kind || '[' || d.currency || ']', 'nothing') || ', credited to '
               || coalesce(c.kind || '[' || c.currency || ']', 'nothing')
        FROM ledger_transfer t
        LEFT JOIN ledger_account d ON d.id = t.debit_account_id
        LEFT JOIN ledger_account c ON c.id = t.credit_account_id
        WHERE t.amount_minor <= 0 OR t.debit_account_id = t.credit_account_id
           OR d.currency IS DISTINCT FROM t.currency OR c.currency IS DISTINCT FROM t.currency
        ORDER BY t.id
        """,
    ),
    Check(
        "ledger.postings",
        "each posting is whole: its transfers are numbered from 0 without a gap",
        "SELECT count(DISTINCT posting_key) FROM ledger_transfer",
        """
        SELECT posting_key, count(*) || ' transfers, the last is number ' || max(seq)
        FROM ledger_transfer GROUP BY posting_key
        HAVING count(*) <> max(seq) + 1 OR min(seq) <> 0
        ORDER BY posting_key
        """,
    ),
    Check(
        "ledger.snapshots",
        "each snapshot is the sum of the transfers that it stands for",
        "SELECT count(*) FROM ledger_snapshot",
        """
        WITH truth AS (
          SELECT account_id, sum(debit) AS debit, sum(credit) AS credit FROM (
            SELECT s.account_id, sum(t.amount_minor) AS debit, 0 AS credit
            FROM ledger_snapshot s JOIN ledger_transfer t ON t.debit_account_id = s.account_id AND t.xid < s.below_xid
            GROUP BY s.account_id
            UNION ALL
            SELECT s.account_id, 0, sum(t.amount_minor)
            FROM ledger_snapshot s JOIN ledger_transfer t ON t.credit_account_id = s.account_id AND t.xid < s.below_xid
            GROUP BY s.account_id
          ) sides GROUP BY account_id
        )
        SELECT a.kind || '[' || a.currency || CASE a.owner WHEN '' THEN '' ELSE ' ' || a.owner END || ']',
               'snapshot says debit ' || s.debit_minor || ', credit ' || s.credit_minor || '; transfers say debit '
               || coalesce(truth.debit, 0) || ', credit ' || coalesce(truth.credit, 0)
        FROM ledger_snapshot s
        JOIN ledger_account a ON a.id = s.account_id
        LEFT JOIN truth ON truth.account_id = s.account_id
        WHERE s.debit_minor <> coalesce(truth.debit, 0) OR s.credit_minor <> coalesce(truth.credit, 0)
        ORDER BY 1
        """,
    ),
    Check(
        "ledger.trial_balance",
        "in each currency the balances, read as the platform reads them, add up to nothing",
        _ACCOUNTS,
        f"""
        SELECT currency, 'debits exceed credits by ' || sum(debit_minor - credit_minor)
        FROM ({sql.load(__package__, "accounts")}) account
        GROUP BY currency HAVING sum(debit_minor - credit_minor) <> 0 ORDER BY currency
        """,
    ),
    Check(
        "ledger.signs",
        "no account is below zero that never may be: escrow, refunds and payouts on their way",
        _ACCOUNTS,
        f"""
        {_BALANCES}
        SELECT name, 'the balance is ' || minor FROM balance
        WHERE minor < 0 AND kind IN ({_NEVER_BELOW_ZERO}) ORDER BY name
        """,
    ),
    Check(
        "ledger.seller_payable",
        "a seller owes us only after a refund, never by commission or payouts alone",
        "SELECT count(*) FROM ledger_account WHERE kind = 'seller_payable'",
        f"""
        {_BALANCES}
        SELECT balance.name, 'the balance is ' || balance.minor || ' and nothing was charged back'
        FROM balance
        WHERE balance.kind = 'seller_payable' AND balance.minor < 0 AND NOT EXISTS (
          SELECT FROM ledger_transfer t
          WHERE t.debit_account_id = balance.id AND t.kind NOT IN ('commission', 'payout')
        )
        ORDER BY balance.name
        """,
    ),
    Check(
        "ledger.escrow",
        "of no order was more taken out of escrow than its buyer had put in",
        "SELECT count(DISTINCT reference) FROM ledger_transfer",
        """
        SELECT coalesce(t.reference::text, t.posting_key),
               'escrow ' || t.currency || ' is ' || sum(CASE WHEN c.kind = 'escrow' THEN t.amount_minor ELSE 0 END)
               - sum(CASE WHEN d.kind = 'escrow' THEN t.amount_minor ELSE 0 END)
        FROM ledger_transfer t
        JOIN ledger_account d ON d.id = t.debit_account_id
        JOIN ledger_account c ON c.id = t.credit_account_id
        WHERE d.kind = 'escrow' OR c.kind = 'escrow'
        GROUP BY coalesce(t.reference::text, t.posting_key), t.currency
        HAVING sum(CASE WHEN d.kind = 'escrow' THEN t.amount_minor ELSE 0 END)
             > sum(CASE WHEN c.kind = 'escrow' THEN t.amount_minor ELSE 0 END)
        ORDER BY 1
        """,
    ),
)


def find_faults() -> Iterator[Fault]:
    """Yield every account, posting and transfer for which the books are not true."""
    yield from run(CHECKS)
