"""A seller's orders: the list with its filters, one order, a parcel of it that leaves, the papers of its parcels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.orders import cancellations, fulfilment, papers, queries
from entrepot.orders.packing import address_lines
from entrepot.orders.queries import FulfilmentRow, OrderView, screening
from entrepot.orders.queries.fulfilment import Group
from entrepot.seller_centre import words
from entrepot.seller_centre.forms import ShipForm
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.sellers.queries import Membership
from entrepot.shipping import labels
from entrepot.shipping.queries import ParcelView
from entrepot.ui import formats, refusals
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

_PAGE_SIZE = 50
_OPEN = ("to_ship", "part_shipped")


@seat("view_orders")
@require_GET
def orders_list(request: PageRequest, member: Membership) -> HttpResponse:
    """Show a seller's orders, of one group or all, found by number, sorted, a page at a time."""
    group = next((code for code in queries.GROUPS if code == request.GET.get("state")), None)
    text = request.GET.get("q", "").strip()[:40]
    sort = request.GET.get("sort", "")
    sort = sort if sort in words.ORDER_SORTS else "deadline" if group == "to_ship" else "newest"
    page = _page_number(request.GET.get("page", "1"))
    found = queries.list_fulfilment(
        member.seller_id,
        groups=[group] if group else [],
        text=text,
        sort=sort,  # type: ignore[arg-type]  # One of the keys above.
        page=page,
        page_size=_PAGE_SIZE,
    )
    counts = queries.count_fulfilment(member.seller_id)
    context = {
        "rows": [_row(order) for order in found.items],
        "count": found.count,
        "chips": _chips(request, counts, group),
        "group": group or "",
        "sort": sort,
        "sorts": [(code, _(text)) for code, text in words.ORDER_SORTS.items()],
        "search_here": text,
        "page": page,
        "pages": ceil(found.count / _PAGE_SIZE),
        "can_ship": member.may("ship_orders"),
        "send_all": _send_all(member, found.items) if group == "to_ship" else "",
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


@seat("view_orders")
@require_GET
def papers_pdf(request: PageRequest, member: Membership, order_id: UUID, parcel_id: UUID) -> FileResponse:
    """Hand out a parcel's label with the customs papers that its way asks for."""
    found = papers.get_parcel_papers(
        seller_id=member.seller_id, order_id=order_id, parcel_id=parcel_id, now=clock.now()
    )
    return attachment(found.pdf, file_name=f"papers-{parcel_id}.pdf", media_type="application/pdf")


def _send_all(member: Membership, orders: Sequence[FulfilmentRow]) -> str:
    """Return the address of the table in which all orders of a page are sent; empty where there is nothing to do."""
    if not orders or not member.may("ship_orders"):
        return ""
    return f"{link(member, 'ship_many')}?{urlencode([('order', order.id) for order in orders])}"


def _chips(request: PageRequest, counts: dict[Group, int], current: Group | None) -> list[dict[str, Any]]:
    """Return the filters above the list, each with how many orders it leaves."""
    kept = {name: request.GET[name] for name in ("q", "sort") if request.GET.get(name)}
    every = {
        "label": _("All"),
        "link": f"?{urlencode(kept)}",
        "current": current is None,
        "count": sum(counts.values()),
    }
    groups = [
        {
            "label": _(text),
            "link": "?" + urlencode({**kept, "state": code}),
            "current": code == current,
            "count": counts[code],
        }
        for code, text in words.ORDER_GROUPS.items()
        if code in counts
    ]
    return [every, *groups]


@dataclass(frozen=True, slots=True)
class ParcelCard:
    """A parcel on its order's page: what is in it, where it is, which papers travel with it."""

    parcel: ParcelView
    contents: list[tuple[str, int]]
    papers: list[str]
    steps: list[dict[str, Any]]


def _row(order: FulfilmentRow) -> dict[str, Any]:
    text, tone = words.state(order.state, words.ORDER_STATES)
    if order.group == "released":
        text, tone = _(words.ORDER_GROUPS["released"]), "leaf"
    return {
        "order": order,
        "state_text": text,
        "state_tone": tone,
        "hold": words.hold(order.hold) if order.hold else "",
        "is_open": order.group == "to_ship",
    }


def _show_order(
    request: PageRequest, member: Membership, found: OrderView, form: ShipForm, status: int = 200
) -> HttpResponse:
    text, tone = words.state(found.state, words.ORDER_STATES)
    is_open = found.state in _OPEN
    due = queries.find_seller_due(found)
    context: dict[str, Any] = {
        "order": found,
        "crumbs": crumbs((_("Orders"), link(member, "orders")), here=found.number),
        "state_text": text,
        "state_tone": tone,
        "money_text": words.money(found),
        "due": due,
        "commission": -due.commission,
        "form": form,
        "can_ship": is_open and member.may("ship_orders"),
        "is_held": is_open and screening.is_held(found.purchase_id),
        "can_cancel": is_open and member.may("cancel_orders"),
        "address": address_lines(found),
        "service": found.quote.service,
        "service_name": labels.service(found.quote.service.name),
        "parcels": [_parcel(found, parcel) for parcel in found.parcels],
        "steps": _order_steps(found),
        "refunds": [(refund, _(cancellations.FOR_SELLER.get(refund.reason, ""))) for refund in found.refunds],
    }
    return show(request, member, "order", "orders", context, status=status)


def _parcel(order: OrderView, parcel: ParcelView) -> ParcelCard:
    by_sku = {line.sku_id: order.lines[place].title for place, line in enumerate(order.quote.lines)}
    now = clock.now()
    return ParcelCard(
        parcel=parcel,
        contents=[(by_sku[line.sku_id], line.quantity) for line in parcel.lines],
        papers=[_(words.PAPERS[kind]) for kind in papers.list_paper_kinds(order, parcel, now=now)],
        steps=[*_events(parcel), *_expected(parcel)],
    )


def _events(parcel: ParcelView) -> list[dict[str, Any]]:
    return [
        {
            "title": labels.step(event.detail, event.word),
            "text": formats.country(event.country) if event.country else event.place,
            "at": event.occurred_at,
            "done": True,
        }
        for event in parcel.events
    ]


def _expected(parcel: ParcelView) -> list[dict[str, Any]]:
    if parcel.delivered_at is not None:
        return []
    days = formats.day_range(parcel.expected_from.date(), parcel.expected_until.date())
    return [{"title": labels.step("Delivered"), "text": _("Expected %(days)s") % {"days": days}, "current": True}]


def _order_steps(order: OrderView) -> list[dict[str, Any]]:
    """Return what happened to the order itself; each parcel tells its own way."""
    return [
        {
            "title": _(words.ORDER_STEPS[step.code]),
            "at": step.at,
            "done": True,
            "ended": step.code == "cancelled",
        }
        for step in order.timeline
        if step.code in words.ORDER_STEPS and not step.parcel_number
    ]


def _open_lines(found: OrderView) -> list[tuple[int, str, int]]:
    return [(line.position, line.title, line.to_ship) for line in found.lines if line.to_ship]


def _page_number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
