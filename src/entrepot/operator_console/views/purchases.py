"""Purchases with every order's money explained, posting by posting."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.kernel.errors import NotFound
from entrepot.ledger import queries as ledger
from entrepot.ledger.queries import TransferView
from entrepot.operator_console import words
from entrepot.operator_console.desk import operators_only, show
from entrepot.orders import queries
from entrepot.payments import queries as payments
from entrepot.payments.queries import Attempt
from entrepot.ui.requests import PageRequest


@operators_only
@require_GET
def purchases(request: PageRequest) -> HttpResponse:
    """Show the newest purchases, or go to the one whose order's number was typed."""
    number = request.GET.get("number", "").strip()
    if number:
        try:
            return redirect("operator_console:order", order_id=queries.find_order(number))
        except NotFound:
            messages.info(request, _("There is no order of this number."))
    return show(
        request, "purchases", "purchases", {"purchases": queries.list_recent_purchases(limit=100), "number": number}
    )


@operators_only
@require_GET
def purchase(request: PageRequest, purchase_id: UUID) -> HttpResponse:
    """Show one purchase: its payments, its orders, and where the money went."""
    found = queries.get_any_purchase(purchase_id)
    transfers = ledger.transfers_of_references([order.id for order in found.orders])
    context = {
        "purchase": found,
        "attempts": [_attempt(attempt) for attempt in payments.list_attempts(purchase_id)],
        "orders": [
            (order, *words.state(order.state, words.ORDER_STATES), [_posting(row) for row in transfers[order.id]])
            for order in found.orders
        ],
    }
    return show(request, "purchase", "purchases", context)


def _attempt(attempt: Attempt) -> tuple[Attempt, str, str, str]:
    text, tone = words.state(str(attempt.state), words.ATTEMPT_STATES)
    return attempt, text, tone, attempt.decline_code.replace("_", " ")


def _posting(transfer: TransferView) -> tuple[TransferView, str, str, str]:
    return transfer, ledger.explain(transfer), words.account(transfer.debit), words.account(transfer.credit)


@operators_only
@require_GET
def order(request: PageRequest, order_id: UUID) -> HttpResponse:
    """Go to the purchase that an order belongs to."""
    return redirect("operator_console:purchase", purchase_id=queries.get_any_order(order_id).purchase_id)
