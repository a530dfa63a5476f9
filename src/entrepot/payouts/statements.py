"""A payout's statement for reading: JSON for systems, CSV for bookkeeping, PDF for people. Frozen rows alone."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from fpdf.enums import TableCellFillMode, TextEmphasis
from fpdf.fonts import FontFace

from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.payouts.queries import Statement, StatementLine
from entrepot.ui.papers import FONT, Paper, writable

_COLUMNS = ("goods", "delivery", "tax", "commission", "refunds", "other", "net")
_KINDS = {"order": "Order", "returned": "Returned payout", "other": "Booking"}


def as_json(statement: Statement) -> dict[str, Any]:
    """Return the statement with amounts as decimal strings of its one currency."""
    payout = statement.payout
    return {
        "id": str(payout.id),
        "number": payout.number,
        "state": payout.state.value,
        "currency": payout.amount.currency,
        "period_start": _moment(payout.period_start),
        "period_end": _moment(payout.made_at),
        "opening_balance": payout.opening.text,
        "lines": [
            {
                "kind": line.kind,
                "reference": line.reference and str(line.reference),
                "label": line.label,
                "booked_at": _moment(line.booked_at),
                **{name: _amount(line, name).text for name in _COLUMNS},
            }
            for line in statement.lines
        ],
        "lines_total": payout.lines_total.text,
        "paid": payout.amount.text,
        "closing_balance": payout.closing.text,
        "account_hint": payout.account_hint,
        "made_at": _moment(payout.made_at),
        "settled_at": _moment(payout.settled_at),
        "failure_reason": payout.failure_reason,
    }


def as_csv(statement: Statement) -> bytes:
    """Return the statement as CSV (UTF-8 with a mark, for spreadsheets): a row per line and per balance."""
    payout = statement.payout
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(["statement", "kind", "label", "reference", "booked_at", *_COLUMNS, "currency"])
    blank = [""] * (len(_COLUMNS) - 1)

    def total(kind: str, at: datetime | None, amount: Money) -> None:
        writer.writerow([payout.number, kind, "", "", _moment(at) or "", *blank, amount.text, amount.currency])

    total("opening_balance", payout.period_start, payout.opening)
    for line in statement.lines:
        amounts = [_amount(line, name).text for name in _COLUMNS]
        reference = "" if line.reference is None else str(line.reference)
        writer.writerow(
            [payout.number, line.kind, line.label, reference, _moment(line.booked_at), *amounts, payout.amount.currency]
        )
    total("paid", payout.made_at, -payout.amount)
    total("closing_balance", payout.made_at, payout.closing)
    return target.getvalue().encode("utf-8-sig")


def as_pdf(statement: Statement) -> bytes:
    """Return the statement as a PDF paper."""
    payout, operator = statement.payout, markets.get_operator()
    paper = Paper(title=f"Statement {payout.number}", landscape=True)
    paper.line_of(f"Statement {payout.number}", size=16, bold=True, gap=2)
    paper.line_of(f"{operator.name}, {', '.join(operator.address)}")
    paper.line_of(f"For: {payout.seller_name} ({payout.country})")
    start = "the beginning" if payout.period_start is None else f"{payout.period_start:%Y-%m-%d %H:%M}"
    paper.line_of(f"Period: {start} to {payout.made_at:%Y-%m-%d %H:%M} UTC. Amounts in {payout.amount.currency}.")
    paper.line_of(f"Paid to the account ending in {payout.account_hint}. State: {payout.state}.", gap=4)
    paper.set_font(FONT, size=8)
    heading = FontFace(emphasis=TextEmphasis.B, fill_color=(235, 238, 242))
    with paper.table(
        col_widths=(22, 40, 22, 22, 22, 24, 22, 22, 26),
        text_align=("LEFT", "LEFT", *["RIGHT"] * 7),
        headings_style=heading,
        cell_fill_mode=TableCellFillMode.NONE,
        borders_layout="HORIZONTAL_LINES",
        line_height=5,
    ) as table:
        table.row(["Booked", "For", "Goods", "Delivery", "Your tax", "Commission", "Refunds", "Other", "Net"])
        table.row(["", "Opening balance", *[""] * 6, payout.opening.text])
        for line in statement.lines:
            amounts = [_shown(_amount(line, name)) for name in _COLUMNS]
            table.row([f"{line.booked_at:%Y-%m-%d}", writable(f"{_KINDS[line.kind]} {line.label}"), *amounts])
        table.row(["", "Paid to you", *[""] * 6, (-payout.amount).text])
        table.row(["", "Closing balance (not due yet)", *[""] * 6, payout.closing.text])
    paper.ln(3)
    paper.line_of(
        "Opening balance and lines, less the amount paid, make the closing balance. “Your tax” is tax that you owe "
        "yourself; tax that the platform owes was never part of your money.",
        size=8,
    )
    return paper.content()


def _amount(line: StatementLine, name: str) -> Money:
    amount: Money = getattr(line, name)
    return amount


def _shown(amount: Money) -> str:
    return amount.text if amount else "–"


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
