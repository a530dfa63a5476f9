"""A seller's orders: the list, one order, shipping it, cancelling lines, the papers of its parcels."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.orders import fulfilment, operations as orders, papers, queries
from entrepot.orders.queries import OrderView
from entrepot.seller_centre import words
from entrepot.seller_centre.forms import ShipForm
from entrepot.seller_centre.seats import seat, show
from entrepot.sellers.queries import Membership
from entrepot.ui import formats, refusals
from entrepot.ui.address_form import regions_of
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

_PAGE_SIZE = 50
_OPEN = ("to_ship", "part_shipped")


@seat("view_orders")
@require_GET
def orders_list(request: PageRequest, member: Membership) -> HttpResponse:
    """Show a seller's orders, the newest first, of one state or all."""
    state = request.GET.get("state", "")
    states = [state] if state in words.ORDER_STATES else []
    before = _uuid(request.GET.get("before", ""))
    rows = queries.list_seller_orders(member.seller_id, states=states, before=before, limit=_PAGE_SIZE)
    counts = queries.count_seller_orders(member.seller_id)
    context = {
        "orders": [(order, *words.state(order.state, words.ORDER_STATES)) for order in rows],
        "chips": [
            (code, words.state(code, words.ORDER_STATES)[0], counts[code])
            for code in words.ORDER_STATES
            if code in counts
        ],
        "state": state if states else "",
        "next": rows[-1].id if len(rows) == _PAGE_SIZE else None,
    }
    return show(request, member, "orders", "orders", context)


@seat("view_orders")
@require_GET
def order(request: PageRequest, member: Membership, order_id: UUID) -> HttpResponse:
    """Show one order: what to send where, by when, and what it brings."""
    found = queries.get_seller_order(member.seller_id, order_id)
    return _show_order(request, member, found, ShipForm(lines=_open_lines(found)))


@seat("ship_orders")
@require_POST
def ship(request: PageRequest, member: Membership, order_id: UUID) -> HttpResponse:
    """Record a parcel that leaves, booking its label where the seller names no number."""
    found = queries.get_seller_order(member.seller_id, order_id)
    form = ShipForm(request.POST, lines=_open_lines(found))
    if not form.is_valid():
        return _show_order(request, member, found, form, status=422)
    given = form.cleaned_data
    try:
        fulfilment.ship_order(
            seller_id=member.seller_id,
            order_id=order_id,
            lines=form.pieces(),
            tracking_number=given["tracking_number"] or None,
            carrier=given["carrier"] or None,
            channel=given["channel"] or None,
            now=clock.now(),
        )
    except DomainError as refusal:
        refusals.into_form(form, refusal)
        return _show_order(request, member, found, form, status=422)
    messages.success(request, _("The parcel is recorded; the buyer is told."))
    return redirect("seller_centre:order", seller_id=member.seller_id, order_id=order_id)


@seat("cancel_orders")
@require_POST
def cancel(request: PageRequest, member: Membership, order_id: UUID) -> HttpResponse:
    """Cancel the lines that are marked, as far as they have not left."""
    found = queries.get_seller_order(member.seller_id, order_id)
    marked = {text for text in request.POST.getlist("line") if text.isascii() and text.isdecimal()}
    pieces = {line.position: line.to_ship for line in found.lines if str(line.position) in marked and line.to_ship}
    if not pieces:
        messages.info(request, _("Mark what is to be cancelled first."))
        return redirect("seller_centre:order", seller_id=member.seller_id, order_id=order_id)
    try:
        back = orders.cancel_lines(
            order_id=order_id, by="seller", lines=pieces, seller_id=member.seller_id, now=clock.now()
        )
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("Cancelled. %(amount)s goes back to the buyer.") % {"amount": formats.money(back)})
    return redirect("seller_centre:order", seller_id=member.seller_id, order_id=order_id)


@seat("view_orders")
@require_GET
def papers_pdf(request: PageRequest, member: Membership, order_id: UUID, parcel_id: UUID) -> FileResponse:
    """Hand out a parcel's label with the customs papers that its way asks for."""
    found = papers.get_parcel_papers(
        seller_id=member.seller_id, order_id=order_id, parcel_id=parcel_id, now=clock.now()
    )
    return attachment(found.pdf, file_name=f"papers-{parcel_id}.pdf", media_type="application/pdf")


def _show_order(
    request: PageRequest, member: Membership, found: OrderView, form: ShipForm, status: int = 200
) -> HttpResponse:
    text, tone = words.state(found.state, words.ORDER_STATES)
    is_open = found.state in _OPEN
    context: dict[str, Any] = {
        "order": found,
        "state_text": text,
        "state_tone": tone,
        "money_text": _(words.MONEY_STATES[found.money_state]),
        "due": found.quote.due_native,
        "commission": -found.quote.due_native.commission,
        "form": form,
        "can_ship": is_open and member.may("ship_orders"),
        "can_cancel": is_open and member.may("cancel_orders"),
        "address": _address_lines(found),
        "service": found.quote.service,
    }
    return show(request, member, "order", "orders", context, status=status)


def _open_lines(found: OrderView) -> list[tuple[int, str, int]]:
    return [(line.position, line.title, line.to_ship) for line in found.lines if line.to_ship]


def _address_lines(found: OrderView) -> list[str]:
    address = found.address
    if address is None:
        return []
    place = " ".join(part for part in (address.postal_code, address.city, address.district) if part)
    region = dict(regions_of(address.country, get_language() or "en")).get(address.region, address.region)
    rows = [address.name, address.company, address.street, address.street2, place, region]
    return [row for row in (*rows, formats.country(address.country), address.phone) if row]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
