"""A payout's statement for reading: JSON for systems, CSV for bookkeeping, PDF for people. Frozen rows alone."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext as _, gettext_noop, override
from fpdf.enums import TableCellFillMode, TextEmphasis
from fpdf.fonts import FontFace

from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.payouts.queries import PayoutView, Statement, StatementLine
from entrepot.ui import formats, papers
from entrepot.ui.papers import FONT, Paper, writable

_COLUMNS = ("goods", "delivery", "tax", "commission", "refunds", "other", "net")
_KINDS = {
    "order": gettext_noop("Order"),
    "returned": gettext_noop("Returned payout"),
    "other": gettext_noop("Booking"),
}


_STATES = {
    "made": gettext_noop("With the bank"),
    "confirmed": gettext_noop("Paid"),
    "failed": gettext_noop("Came back"),
}


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


def as_pdf(statement: Statement, language: str | None = None) -> bytes:
    """Return the statement as a PDF paper in a language (the page's); in English where the letters do not cover it."""
    with override(papers.writable_language(language or get_language())):
        return _pdf(statement)


def _pdf(statement: Statement) -> bytes:
    payout, operator = statement.payout, markets.get_operator()
    title = _("Statement %(number)s") % {"number": payout.number}
    paper = Paper(title=title, landscape=True)
    paper.line_of(title, size=16, bold=True, gap=2)
    paper.line_of(f"{operator.name}, {', '.join(operator.address)}")
    seller = {"name": formats.isolated(payout.seller_name), "country": formats.country(payout.country)}
    paper.line_of(_("For %(name)s (%(country)s)") % seller)
    paper.line_of(_period(payout))
    account = {"ending": formats.isolated(payout.account_hint), "state": _(_STATES[payout.state.value])}
    paper.line_of(_("To the account ending in %(ending)s. State: %(state)s.") % account, gap=4)
    paper.set_font(FONT, size=8)
    heading = FontFace(emphasis=TextEmphasis.B, fill_color=(235, 238, 242))
    text_align = paper.text_align.upper()
    with paper.table(
        col_widths=(22, 40, 22, 22, 22, 24, 22, 22, 26),
        text_align=(text_align, text_align, *["RIGHT"] * 7),
        headings_style=heading,
        cell_fill_mode=TableCellFillMode.NONE,
        borders_layout="HORIZONTAL_LINES",
        line_height=5,
    ) as table:
        titles = (_("Booked"), _("For"), _("Goods"), _("Delivery"), _("Your tax"), _("Commission"), _("Refunds"))
        table.row([writable(title) for title in (*titles, _("Other"), _("Net"))])
        table.row(["", writable(_("Opening balance")), *[""] * 6, _shown(payout.opening)])
        for line in statement.lines:
            amounts = [_shown(_amount(line, name)) or "–" for name in _COLUMNS]
            kind = f"{_(_KINDS[line.kind])} {formats.isolated(line.label)}"
            table.row([writable(formats.day(line.booked_at)), writable(kind), *amounts])
        table.row(["", writable(_("Paid to you")), *[""] * 6, _shown(-payout.amount)])
        table.row(["", writable(_("Closing balance (not due yet)")), *[""] * 6, _shown(payout.closing)])
    paper.ln(3)
    paper.line_of(
        _("Opening balance and lines, less the amount paid, make the closing balance. “Your tax” is tax that you owe "
          "yourself; tax that the platform owes was never part of your money."),
        size=8,
    )  # fmt: skip
    return paper.content()


def _period(payout: PayoutView) -> str:
    said = {"end": formats.moment(payout.made_at), "currency": payout.amount.currency}
    if payout.period_start is None:
        return _("Up to %(end)s. Amounts in %(currency)s.") % said
    return _("From %(start)s to %(end)s. Amounts in %(currency)s.") % {
        **said, "start": formats.moment(payout.period_start),
    }  # fmt: skip


def _amount(line: StatementLine, name: str) -> Money:
    amount: Money = getattr(line, name)
    return amount


def _shown(amount: Money) -> str:
    return formats.amount(amount) if amount else ""


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
