"""A purchase after it was placed: by its secret link or by log-in; everybody else gets 404."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from entrepot.catalog import queries as catalog
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.orders import (
    cancellations,
    checkout as coordinator,
    explaining as explanations,
    operations as orders,
    queries,
)
from entrepot.orders.queries import Explanation, LineView, OrderView, PurchaseView
from entrepot.storefront import charges, words
from entrepot.storefront.address_lines import lines_of
from entrepot.storefront.payment_ways import list_ways
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest
from entrepot.ui.timeline import Point

_CANCELLABLE = ("to_ship", "part_shipped")
_CONFIRMABLE = ("shipped", "delivered")
_UNDECIDED = ("pending", "unknown", "open")


@never_cache
@require_GET
def purchase(request: PageRequest, purchase_id: UUID) -> HttpResponse:
    """Show a purchase: what became of the payment, then each order with its parcels and its money."""
    found = _access(request, purchase_id, request.GET.get("token", ""))
    if found.state == "awaiting_payment" and found.payment.state == "challenge" and "new" in request.GET:
        found = _come_back(found)
    state_text, state_tone = words.purchase_state(found)
    action = found.payment.next_action or {}
    unpaid = found.state == "awaiting_payment"
    ways = list_ways()
    cards = catalog.get_cards({line.listing_id for order in found.orders for line in order.lines}, found.language)
    images = {card.id: card.image for card in cards}
    explained = queries.explain_orders(found.orders)
    context = {
        "place": "account",
        "purchase": found,
        "payment_state": found.payment.state,
        "is_new": "new" in request.GET,
        "is_waiting": unpaid and found.payment.state in _UNDECIDED,
        "can_pay": unpaid and found.payment.state in ("declined", "cancelled") and clock.now() < found.payment_due_at,
        "challenge_url": f"{action.get('url', '')}?next={_page(found)}",
        "decline": words.decline(found.payment.decline_code),
        "ways": ways,
        "way": ways.all[0].code if ways else "",
        "state_text": state_text,
        "state_tone": state_tone,
        "orders": [_order(order, images, explained[order.id]) for order in found.orders],
        "address": lines_of(found.address.country, found.address.as_json()) if found.address else [],
    }
    # The address of this page is its key. Referrer-Policy stays the shop's own, `same-origin`: it goes to nobody else,
    # while under `no-referrer` browsers send this page's forms with `Origin: null`, which the CSRF check refuses.
    return render(request, "storefront/purchase.html", context)


@require_POST
def pay(request: PageRequest, purchase_id: UUID) -> HttpResponse:
    """Try to pay once more."""
    found = _access(request, purchase_id, request.POST.get("secret", ""))
    way = list_ways().find(request.POST.get("way", ""))
    if way is not None:
        try:
            coordinator.pay_again(
                purchase_id=found.id,
                token=found.token,
                payment_method=way.method,
                payment_token=way.token,
                idempotency_key=str(uuid.uuid4()),
                return_url=f"{_page(found)}&new=1",
                now=clock.now(),
            )
        except DomainError as refusal:
            messages.error(request, refusals.text(refusal))
    return redirect(f"{_page(found)}&new=1")


@require_POST
def cancel(request: PageRequest, purchase_id: UUID, order_id: UUID) -> HttpResponse:
    """Cancel the lines that are marked, as far as they have not left."""
    found = _access(request, purchase_id, request.POST.get("secret", ""))
    order = _order_of(found, order_id)
    marked = {text for text in request.POST.getlist("line") if text.isascii() and text.isdecimal()}
    pieces = {line.position: line.to_ship for line in order.lines if str(line.position) in marked and line.to_ship}
    if not pieces:
        messages.info(request, _("Mark what is to be cancelled first."))
        return redirect(_page(found))
    try:
        back = orders.cancel_lines(order_id=order.id, by="buyer", lines=pieces, now=clock.now())
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("Cancelled. %(amount)s comes back to you.") % {"amount": formats.money(back)})
    return redirect(_page(found))


@require_POST
def confirm(request: PageRequest, purchase_id: UUID, order_id: UUID) -> HttpResponse:
    """Take the buyer's word that an order has arrived."""
    found = _access(request, purchase_id, request.POST.get("secret", ""))
    order = _order_of(found, order_id)
    try:
        orders.confirm_receipt(order_id=order.id, now=clock.now())
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("Thank you. The seller will be paid."))
    return redirect(_page(found))


def _access(request: PageRequest, purchase_id: UUID, token: str) -> PurchaseView:
    person_id = request.user.pk if request.user.is_authenticated else None
    return queries.get_purchase(purchase_id, token=token or None, person_id=person_id)


def _come_back(found: PurchaseView) -> PurchaseView:
    """Take up the payment when the buyer comes back from the bank's page."""
    try:
        return coordinator.finish_challenge(purchase_id=found.id, token=found.token, now=clock.now())
    except DomainError:
        return found


def _order_of(found: PurchaseView, order_id: UUID) -> OrderView:
    for order in found.orders:
        if order.id == order_id:
            return order
    raise NotFound(order_id=order_id)


def _page(found: PurchaseView) -> str:
    return f"{reverse('storefront:purchase', args=[found.id])}?token={found.token}"


def _order(order: OrderView, images: dict[UUID, str], explained: Explanation) -> dict[str, Any]:
    text, tone = words.state(order.state, words.ORDER_STATES)
    money_text, money_more, money_class, money_icon = _money(order)
    return {
        "id": order.id,
        "seller": order.seller_name,
        "slug": order.seller_slug,
        "country": order.quote.seller.country,
        "state_text": text,
        "tone": tone,
        "money_text": money_text,
        "money_more": money_more,
        "money_class": money_class,
        "money_icon": money_icon,
        "can_confirm": order.state in _CONFIRMABLE,
        "can_cancel": order.state in _CANCELLABLE,
        "lines": [_line(line, images) for line in order.lines],
        "charges": charges.write_table(order.quote, currency=order.currency, country=order.country),
        "explained": explanations.in_words(explained),
        "parcels": [_parcel(parcel) for parcel in order.parcels],
        "steps": _steps(order),
        "rest": _rest(order),
        "refunds": [(refund, _(cancellations.FOR_BUYER.get(refund.reason, ""))) for refund in order.refunds],
    }


def _money(order: OrderView) -> tuple[str, str, str, str]:
    """Return where the money is in words, what follows from that, and the look of it."""
    text = _(words.MONEY_STATES[order.money_state])
    if order.money_state == "held" and order.completed_at:  # Until the worker has released it.
        return _("The seller is being paid."), "", "notice-leaf", "check"
    if order.money_state == "held":
        more = ""
        if order.protection_ends_at:
            more = _("Until %(date)s at the latest; then the seller is paid unless you have told us otherwise.") % {
                "date": formats.day(order.protection_ends_at)
            }
        elif order.dispatch_due_at:
            more = _("The seller has to send by %(date)s; otherwise you get everything back.") % {
                "date": formats.day(order.dispatch_due_at)
            }
        return text, more, "notice-sea", "shield"
    if order.money_state == "refunded":
        return text, formats.money(order.refunded), "", "history"
    if order.money_state == "released":
        return text, "", "notice-leaf", "check"
    return text, "", "", "money"


def _rest(order: OrderView) -> str:
    """Return what is still to come of an order that has left in part."""
    pieces = sum(line.to_ship for line in order.lines)
    if not order.parcels or not pieces or order.ended_at is not None:
        return ""
    text = ngettext("%(n)s piece is still to be sent.", "%(n)s pieces are still to be sent.", pieces)
    return text % {"n": formats.number(pieces)}


def _line(line: LineView, images: dict[UUID, str]) -> dict[str, Any]:
    pieces = [ngettext("%(n)s piece", "%(n)s pieces", line.quantity) % {"n": formats.number(line.quantity)}]
    if line.cancelled:
        pieces.append(_("%(n)s cancelled") % {"n": formats.number(line.cancelled)})
    if line.shipped:
        pieces.append(_("%(n)s sent") % {"n": formats.number(line.shipped)})
    return {
        "position": line.position,
        "listing_id": line.listing_id,
        "title": line.title,
        "options": words.variant(line.options),
        "image": images.get(line.listing_id, ""),
        "pieces": " · ".join(pieces),
        "cancellable": line.to_ship > 0,
        "total": line.total,
    }


def _parcel(parcel: Any) -> dict[str, Any]:
    seen = [
        Point(
            words.step(event.detail, event.word),
            at=event.occurred_at,
            text=", ".join(filter(None, (event.place, formats.country(event.country) if event.country else ""))),
            done=True,
        )
        for event in parcel.events
        if event.word != "InfoReceived"  # It was announced when it was sent: one line says both.
    ]
    steps = [Point(_("Sent"), at=parcel.shipped_at, done=True), *seen]
    arrival = ""
    if parcel.delivered_at is None:
        arrival = formats.day_range(parcel.expected_from.date(), parcel.expected_until.date())
        steps.append(Point(_("Delivered"), text=arrival))
    return {
        "number": parcel.number,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "arrival": arrival,
        "steps": tuple(steps),
    }


def _steps(order: OrderView) -> tuple[Point, ...]:
    """Return an order's way before any parcel of it has left."""
    if order.state == "cancelled":
        return tuple(
            Point(words.step(step.code), at=step.at, done=True, ended=step.code == "cancelled")
            for step in order.timeline
        )
    due = order.dispatch_due_at
    return (
        _point("placed", order.placed_at),
        _point("paid", order.paid_at),
        Point(
            _("Being packed"),
            text=_("sent by %(date)s") % {"date": formats.day(due)} if due else "",
            current=order.paid_at is not None,
        ),
        Point(_("On its way")),
        Point(_("Delivered")),
    )


def _point(code: str, at: datetime | None) -> Point:
    return Point(words.step(code), at=at, done=at is not None)
