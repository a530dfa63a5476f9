"""What is done to several orders at once: sending them, their packing slips, their papers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_GET

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.orders import fulfilment, queries
from entrepot.orders.fulfilment import Shipment
from entrepot.orders.packing import get_packing_slips
from entrepot.orders.papers import get_papers_of_orders
from entrepot.orders.queries import FulfilmentRow
from entrepot.seller_centre.forms import ShipManyForm
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.sellers.queries import Membership
from entrepot.ui import formats, refusals
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

_AT_MOST = 100


@seat("ship_orders")
def ship_many(request: PageRequest, member: Membership) -> HttpResponse:
    """
    Take the tracking numbers of several orders and send those that are right.

    What cannot be sent stays in the table with the reason beside its number; the rest has left.
    """
    marked = queries.access_fulfilment(member.seller_id, _marked(request))
    orders = [order for order in marked if order.group == "to_ship"]
    if not orders:
        messages.info(request, _("Mark the orders that leave first."))
        return redirect(_orders_to_ship(member))
    if request.method != "POST":
        return _table(request, member, orders, ShipManyForm(orders=orders))
    form = ShipManyForm(request.POST, orders=orders)
    form.is_valid()
    shipments = [Shipment(order.id, number) for order, number in form.wanted()]
    outcomes = fulfilment.ship_orders(seller_id=member.seller_id, shipments=shipments, now=clock.now())
    refused = {order_id: outcome for order_id, outcome in outcomes.items() if isinstance(outcome, DomainError)}
    sent = len(outcomes) - len(refused)
    if sent:
        text = ngettext("%(n)s parcel is recorded.", "%(n)s parcels are recorded.", sent)
        messages.success(request, text % {"n": formats.number(sent)})
    for order in orders:
        if order.id in refused:
            form.refuse(order, _why(refused[order.id]))
    left = [order for order in orders if form.errors.get(f"number_{order.id}")]
    if left:
        return _table(request, member, left, _only(form, left), status=422)
    if not shipments:
        messages.info(request, _("Enter a tracking number, or have labels booked."))
        return _table(request, member, orders, form, status=422)
    return redirect(_orders_to_ship(member))


@seat("view_orders")
@require_GET
def packing_slips(request: PageRequest, member: Membership) -> HttpResponseBase:
    """Hand out the packing slips of the marked orders."""
    try:
        paper = get_packing_slips(seller_id=member.seller_id, order_ids=_marked(request))
    except NotFound:
        raise
    except DomainError as refusal:
        messages.info(request, refusals.text(refusal))
        return redirect("seller_centre:orders", seller_id=member.seller_id)
    return attachment(paper, file_name="packing-slips.pdf", media_type="application/pdf")


@seat("view_orders")
@require_GET
def papers_of_orders(request: PageRequest, member: Membership) -> HttpResponseBase:
    """Hand out labels and customs papers of all parcels of the marked orders."""
    try:
        paper = get_papers_of_orders(seller_id=member.seller_id, order_ids=_marked(request), now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        messages.info(request, refusals.text(refusal))
        return redirect("seller_centre:orders", seller_id=member.seller_id)
    return attachment(paper, file_name="labels-and-papers.pdf", media_type="application/pdf")


def _table(
    request: PageRequest, member: Membership, orders: list[FulfilmentRow], form: ShipManyForm, status: int = 200
) -> HttpResponse:
    way = crumbs((_("Orders"), link(member, "orders")), here=_("Send several orders"))
    context = {"crumbs": way, "form": form, "rows": form.rows()}
    return show(request, member, "ship_many", "orders", context, status=status)


def _only(form: ShipManyForm, orders: list[FulfilmentRow]) -> ShipManyForm:
    """Return the form with the rows of some orders alone."""
    form.orders = orders
    return form


def _marked(request: PageRequest) -> list[UUID]:
    """
    Return the ids of the marked orders.

    :raises NotFound: one is no id at all.
    """
    given = request.POST if request.method == "POST" else request.GET
    try:
        return [UUID(text) for text in given.getlist("order")[:_AT_MOST]]
    except ValueError as fault:
        raise NotFound() from fault


def _orders_to_ship(member: Membership) -> str:
    return link(member, "orders") + "?state=to_ship"


def _why(refusal: DomainError) -> str:
    named = [reason for _field, reason in refusals.field_errors(refusal)]
    return " ".join(named) if named else refusals.text(refusal)
