"""What a seller is paid, and why: payouts, their statements, the balance."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from entrepot.api.access import grant_of, needs
from entrepot.api.rendering import answer
from entrepot.api.schemas.seller_money import BalancesOut, PayoutsOut, PayoutsQuery, StatementOut
from entrepot.kernel import clock
from entrepot.kernel.money import Money
from entrepot.payouts import queries as payouts
from entrepot.payouts.queries import PayoutView, StatementLine

router = Router()

_READ = needs("payouts:read")


@router.get("/balance", auth=_READ, response=BalancesOut, summary="What you have on account")
def get_own_balance(request: HttpRequest) -> HttpResponse:
    """Return what was released to you and not paid out yet, by currency, and how much of it is due."""
    found = payouts.list_due(now=clock.now(), seller_id=grant_of(request).seller_id)
    return answer(
        {
            "items": [
                {
                    "currency": one.balance.currency,
                    "balance": one.balance.text,
                    "due": max(one.amount, Money.zero(one.amount.currency)).text,
                }
                for one in found
            ]
        }
    )


@router.get("/payouts", auth=_READ, response=PayoutsOut, summary="List your payouts")
def list_own_payouts(request: HttpRequest, query: Query[PayoutsQuery]) -> HttpResponse:
    """Return your payouts, the newest first; for the next page give the last `made_at` as `before`."""
    found = payouts.list_seller_payouts(seller_id=grant_of(request).seller_id, before=query.before, limit=query.limit)
    return answer({"items": [_payout(one) for one in found]})


@router.get("/payouts/{payout_id}", auth=_READ, response=StatementOut, summary="Get a payout's statement")
def get_own_statement(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """Return the account of a payout: opening balance, a line per order, the amount paid, closing balance."""
    found = payouts.access_statement(seller_id=grant_of(request).seller_id, payout_id=payout_id)
    return answer({"payout": _payout(found.payout), "lines": [_line(line) for line in found.lines]})


def _payout(found: PayoutView) -> dict[str, Any]:
    return {
        "id": found.id,
        "number": found.number,
        "currency": found.amount.currency,
        "opening": found.opening.text,
        "lines_total": found.lines_total.text,
        "amount": found.amount.text,
        "closing": found.closing.text,
        "state": found.state,
        "failure_reason": found.failure_reason,
        "bank_reference": found.bank_reference,
        "account_hint": found.account_hint,
        "period_start": found.period_start,
        "made_at": found.made_at,
        "settled_at": found.settled_at,
    }


def _line(found: StatementLine) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "reference": found.reference,
        "label": found.label,
        "booked_at": found.booked_at,
        "goods": found.goods.text,
        "delivery": found.delivery.text,
        "tax": found.tax.text,
        "commission": found.commission.text,
        "refunds": found.refunds.text,
        "other": found.other.text,
        "net": found.net.text,
    }
