"""A seller's money: what is on account, what is due when, and the statements of what was paid out."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.views.decorators.http import require_GET

from entrepot.kernel import clock
from entrepot.markets import queries as markets
from entrepot.payouts import queries as payouts, statements
from entrepot.seller_centre import words
from entrepot.seller_centre.seats import seat, show
from entrepot.sellers.queries import Membership
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest


@seat("view_payouts")
@require_GET
def money(request: PageRequest, member: Membership) -> HttpResponse:
    """Show what is on account and what was paid out."""
    rows = payouts.list_seller_payouts(seller_id=member.seller_id)
    context = {
        "dues": payouts.list_due(now=clock.now(), seller_id=member.seller_id),
        "payouts": [(row, *words.state(str(row.state), words.PAYOUT_STATES)) for row in rows],
        "delay_days": markets.get_pack(member.seller_country).deadlines.payout_delay_days,
    }
    return show(request, member, "money", "money", context)


@seat("view_payouts")
@require_GET
def statement(request: PageRequest, member: Membership, payout_id: UUID) -> HttpResponse:
    """Show the account of one payout, which adds up to the minor unit."""
    found = payouts.access_statement(seller_id=member.seller_id, payout_id=payout_id)
    text, tone = words.state(str(found.payout.state), words.PAYOUT_STATES)
    context = {"statement": found, "payout": found.payout, "state_text": text, "state_tone": tone}
    return show(request, member, "statement", "money", context)


@seat("view_payouts")
@require_GET
def statement_pdf(request: PageRequest, member: Membership, payout_id: UUID) -> FileResponse:
    """Hand out the statement as a paper."""
    found = payouts.access_statement(seller_id=member.seller_id, payout_id=payout_id)
    name = f"statement-{found.payout.number}.pdf"
    return attachment(statements.as_pdf(found), file_name=name, media_type="application/pdf")
