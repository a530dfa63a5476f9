"""Purchases: found by number, mailbox and state; one with its orders, parcels, payments and every posting explained."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_GET

from entrepot.accounts import queries as accounts
from entrepot.kernel.errors import NotFound
from entrepot.ledger import queries as ledger
from entrepot.operator_console import postings, words
from entrepot.operator_console.desk import operators_only, page_of, show
from entrepot.operator_console.forms import PurchaseSearch
from entrepot.operator_console.priced import part_rows
from entrepot.orders import cancellations, explaining, queries
from entrepot.orders.queries import Explanation, OrderView, oversight
from entrepot.payments import queries as payments
from entrepot.payments.queries import Attempt, Refund
from entrepot.pricing import labels
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

_PER_PAGE = 50


@operators_only
@require_GET
def purchases(request: PageRequest) -> HttpResponse:
    """Show purchases, the newest first; a number leads straight to its purchase."""
    form = PurchaseSearch(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    text, state, country = asked.get("q", ""), asked.get("state", ""), asked.get("country", "").upper()
    narrowed: dict[str, Any] = {"country": country or None}
    if state in words.PURCHASE_STATES and state != "awaiting_payment":
        narrowed["state"] = state
    elif state in words.ORDER_STATES:
        narrowed["order_state"] = state
    if "@" in text:
        person = accounts.find_person(text)
        if person is None:
            messages.info(
                request, _("Nobody has signed up with this address. A guest's lies sealed: ask for a number.")
            )
        narrowed["person_id"] = person.id if person else UUID(int=0)
    elif text:
        found = oversight.search_purchases(number=text, limit=2)
        if len(found) == 1:
            return redirect("operator_console:purchase", purchase_id=found[0].id)
        messages.info(request, _("There is no purchase and no order of this number."))
    page = page_of(request)
    count = oversight.count_purchases(**narrowed)
    rows = oversight.search_purchases(**narrowed, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE)
    kept = {name: value for name, value in (("q", text if "@" in text else ""), ("country", country)) if value}
    context = {
        "rows": [(row, words.state(row.state, words.PURCHASE_STATES), _order_states(row.order_states)) for row in rows],
        "chips": _chips(state, kept),
        "narrowing": _narrowing(request),
        "text": text,
        "state": state,
        "country": country,
        "count": count,
        "page": page,
        "pages": -(-count // _PER_PAGE),
    }
    return show(request, "purchases", "purchases", context)


def _chips(state: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    labels = {code: words.state(code, words.ORDER_STATES)[0] for code in words.ORDER_STATES}
    labels["expired"] = words.state("expired", words.PURCHASE_STATES)[0]
    known = state in labels
    chips = [{"label": _("All"), "link": "?" + urlencode(kept), "current": not known, "count": None}]
    for code, label in labels.items():
        link = "?" + urlencode({**kept, "state": code})
        chips.append({"label": label, "link": link, "current": code == state, "count": None})
    return chips


def _narrowing(request: PageRequest) -> str:
    """Return this page's address up to the code of the country that it is to be narrowed to."""
    query = request.GET.copy()
    for name in ("page", "country"):
        query.pop(name, None)
    return f"?{query.urlencode()}&country=" if query else "?country="


def _order_states(codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return each state that the purchase's orders are in, once, as (words, tone)."""
    return tuple(words.state(code, words.ORDER_STATES) for code in dict.fromkeys(codes))


@operators_only
@require_GET
def purchase(request: PageRequest, purchase_id: UUID) -> HttpResponse:
    """Show one purchase: its payments, its orders, and where the money went."""
    found = queries.get_any_purchase(purchase_id)
    transfers = ledger.transfers_of_references([found.id, *(order.id for order in found.orders)])
    refunds = payments.list_refunds(purchase_id=purchase_id)
    numbers = {order.id: order.number for order in found.orders}
    explained = queries.explain_orders(found.orders)
    context = {
        "purchase": found,
        "state": words.state(found.state, words.PURCHASE_STATES),
        "attempts": [_attempt(attempt) for attempt in payments.list_attempts(purchase_id)],
        "refunds": [_refund(refund, numbers) for refund in refunds],
        "orders": [_order(order, postings.explain(transfers[order.id]), explained[order.id]) for order in found.orders],
        "strays": postings.explain(transfers[found.id]),
    }
    return show(request, "purchase", "purchases", context)


def _order(order: OrderView, rows: list[postings.PostingRow], explained: Explanation) -> dict[str, Any]:
    text, tone = words.state(order.state, words.ORDER_STATES)
    return {
        "order": order,
        "text": text,
        "tone": tone,
        "postings": rows,
        "parcels": [(parcel, *words.state(parcel.status, words.PARCEL_STATES)) for parcel in order.parcels],
        "held_note": _held_note(order),
        "parts": part_rows(order.quote, order.currency),
        "unsure": [labels.reason(code, get_language() or "en") for code in order.quote.unsure],
        "explained": explaining.in_words(explained),
    }


def _held_note(order: OrderView) -> str:
    """Say where the order's money is, in a sentence."""
    amount = words.isolated(formats.money(order.held))
    if order.held.minor and order.protection_ends_at:
        day = formats.day(order.protection_ends_at)
        return _("Escrow holds %(amount)s, at the latest until %(day)s.") % {"amount": amount, "day": day}
    if order.held.minor:
        return _("Escrow holds %(amount)s until the buyer has the goods.") % {"amount": amount}
    if order.released.minor:
        amount = words.isolated(formats.money(order.released))
        return _("%(amount)s went on from escrow: to the seller, to tax offices, to us.") % {"amount": amount}
    if order.refunded.minor:
        amount = words.isolated(formats.money(order.refunded))
        return _("%(amount)s went back to the buyer.") % {"amount": amount}
    return _("Nothing was paid for it.") if order.paid_at is None else ""


def _attempt(attempt: Attempt) -> tuple[Attempt, str, str, str]:
    text, tone = words.state(str(attempt.state), words.ATTEMPT_STATES)
    return attempt, text, tone, words.code(attempt.decline_code)


def _refund(refund: Refund, numbers: dict[UUID, str]) -> tuple[Refund, str, str, str, str]:
    text, tone = words.state(str(refund.state), words.REFUND_STATES)
    why = cancellations.FOR_OPERATOR.get(refund.reason)
    return refund, text, tone, _(why) if why else words.code(refund.reason), numbers.get(refund.reference, "")


@operators_only
@require_GET
def order(request: PageRequest, order_id: UUID) -> HttpResponse:
    """Go to the purchase that an order belongs to."""
    links = oversight.find_links([order_id])
    if order_id not in links:
        raise NotFound(order=order_id)
    return redirect("operator_console:purchase", purchase_id=links[order_id].purchase_id)
