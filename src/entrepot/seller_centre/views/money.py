"""A seller's money: held, ready, on the way, paid; per order until when and why; statements of what was paid out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.kernel import clock
from entrepot.kernel.money import Money, sum_money
from entrepot.markets import queries as markets
from entrepot.orders import queries as orders
from entrepot.payouts import queries as payouts, statements
from entrepot.payouts.queries import AccountLine
from entrepot.payouts.rules import Due, PayoutState
from entrepot.seller_centre import words
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

_HELD_SHOWN = 30
_PAYOUTS_SHOWN = 24


@seat("view_payouts")
@require_GET
def money(request: PageRequest, member: Membership) -> HttpResponse:
    """Show where all of the seller's money is, and what was paid out."""
    now = clock.now()
    delay_days = markets.get_pack(member.seller_country).deadlines.payout_delay_days
    lines = payouts.list_account_lines(seller_id=member.seller_id, delay_days=delay_days)
    dues = payouts.list_due(now=now, seller_id=member.seller_id)
    held = orders.list_fulfilment(
        member.seller_id, groups=["to_ship", "shipped", "delivered"], sort="deadline", page_size=_HELD_SHOWN
    )
    registration = sellers.get_registration(member.seller_id)
    context = {
        "figures": _figures(member.seller_id, dues, registration.payout_currency),
        "held": [(row, words.hold(row.hold)) for row in held.items if row.hold],
        "held_more": max(held.count - _HELD_SHOWN, 0),
        "accounts": [_account(due, lines, now) for due in dues],
        "payouts": _payouts(member.seller_id),
        "delay_days": delay_days,
        "account": registration.bank_account,
        "account_rests": registration.bank_account is not None and now < registration.bank_account.usable_from,
        "can_change_account": member.may("manage_bank_account"),
        "frozen": payouts.find_hold(member.seller_id),
        "contact": markets.get_operator().email or settings.DEFAULT_FROM_EMAIL,
        "next_at": min((line.ready_at for line in lines if line.ready_at > now), default=None),
    }
    return show(request, member, "money", "money", context)


@seat("view_payouts")
@require_GET
def statement(request: PageRequest, member: Membership, payout_id: UUID) -> HttpResponse:
    """Show the account of one payout, which adds up to the minor unit."""
    found = payouts.access_statement(seller_id=member.seller_id, payout_id=payout_id)
    text, tone = words.state(str(found.payout.state), words.PAYOUT_STATES)
    context = {
        "crumbs": crumbs((_("Money"), link(member, "money")), here=found.payout.number),
        "statement": found,
        "payout": found.payout,
        "state_text": text,
        "state_tone": tone,
        "totals": _totals(found),
    }
    return show(request, member, "statement", "money", context)


@seat("view_payouts")
@require_GET
def statement_pdf(request: PageRequest, member: Membership, payout_id: UUID) -> FileResponse:
    """Hand out the statement as a paper."""
    found = payouts.access_statement(seller_id=member.seller_id, payout_id=payout_id)
    name = f"statement-{found.payout.number}.pdf"
    return attachment(statements.as_pdf(found), file_name=name, media_type="application/pdf")


@seat("view_payouts")
@require_GET
def statement_csv(request: PageRequest, member: Membership, payout_id: UUID) -> FileResponse:
    """Hand out the statement as a table for bookkeeping."""
    found = payouts.access_statement(seller_id=member.seller_id, payout_id=payout_id)
    name = f"statement-{found.payout.number}.csv"
    return attachment(statements.as_csv(found), file_name=name, media_type="text/csv")


def _figures(seller_id: UUID, dues: tuple[Due, ...], currency: str) -> list[dict[str, Any]]:
    """Return the four places where money is, a row of cards for each currency: held, on account, on the way, paid."""
    held = {amount.currency: (amount, number) for amount, number in orders.sum_held(seller_id)}
    due = {row.balance.currency: row for row in dues}
    sums = payouts.sum_payouts(seller_id=seller_id)
    rows = []
    for code in sorted({currency, *held, *due, *(code for _state, code in sums)}):
        zero = Money.zero(code)
        rows.append(
            {
                "held": held.get(code, (zero, 0))[0],
                "held_orders": held.get(code, (zero, 0))[1],
                "waiting": due[code].held if code in due else zero,
                "ready": due[code].amount if code in due else zero,
                "on_the_way": sums.get((PayoutState.MADE, code), zero),
                "paid": sums.get((PayoutState.CONFIRMED, code), zero),
            }
        )
    return rows


def _account(due: Due, lines: tuple[AccountLine, ...], now: Any) -> dict[str, Any]:
    """Return what makes up one currency's balance; what the last statement left is one line, so that it adds up."""
    own = [line for line in lines if line.amount.currency == due.balance.currency]
    listed = sum_money((line.amount for line in own), due.balance.currency)
    return {
        "due": due,
        "lines": [(line, line.ready_at <= now) for line in own],
        "carried": due.balance - listed,
    }


def _payouts(seller_id: UUID) -> list[tuple[Any, str, str]]:
    rows = payouts.list_seller_payouts(seller_id=seller_id, limit=_PAYOUTS_SHOWN)
    return [(row, *words.state(str(row.state), words.PAYOUT_STATES)) for row in rows]


def _totals(found: payouts.Statement) -> dict[str, Money]:
    currency = found.payout.amount.currency
    columns = ("goods", "delivery", "tax", "commission", "refunds", "other")
    return {name: sum_money((getattr(line, name) for line in found.lines), currency) for name in columns}
