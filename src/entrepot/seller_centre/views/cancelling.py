"""Cancelling pieces that cannot be sent: which, why, and what that does to the money before it is done."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.orders import operations as orders, queries
from entrepot.orders.queries import OrderView
from entrepot.seller_centre.forms import CancelForm
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.sellers.queries import Membership
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest


@seat("cancel_orders")
def cancel(request: PageRequest, member: Membership, order_id: UUID) -> HttpResponse:
    """Show what cancelling the named pieces would do, and do it when it is sent."""
    found = queries.get_seller_order(member.seller_id, order_id)
    if found.state not in ("to_ship", "part_shipped"):
        messages.info(request, _("Nothing of this order is left to cancel."))
        return redirect("seller_centre:order", seller_id=member.seller_id, order_id=order_id)
    if request.method != "POST":
        named = any(name.startswith("line_") for name in request.GET)
        return _page(request, member, found, CancelForm(request.GET if named else _everything(found), order=found))
    form = CancelForm(request.POST, order=found)
    if not form.is_valid():
        return _page(request, member, found, form, status=422)
    try:
        back = orders.cancel_lines(
            order_id=order_id,
            by="seller",
            lines=form.pieces(),
            seller_id=member.seller_id,
            because=form.cleaned_data["reason"],
            now=clock.now(),
        )
    except DomainError as refusal:
        refusals.into_form(form, refusal)
        return _page(request, member, found, form, status=422)
    messages.success(request, _("Cancelled. %(amount)s goes back to the buyer.") % {"amount": formats.money(back)})
    return redirect("seller_centre:order", seller_id=member.seller_id, order_id=order_id)


def _everything(order: OrderView) -> dict[str, object]:
    """Return what the form holds at first: all that is left, for the commonest reason."""
    return {"reason": "out_of_stock", **{f"line_{line.position}": line.to_ship for line in order.lines}}


def _page(
    request: PageRequest, member: Membership, order: OrderView, form: CancelForm, status: int = 200
) -> HttpResponse:
    preview = None
    if form.is_valid():
        preview = queries.preview_cancellation(member.seller_id, order.id, pieces=form.pieces())
    orders_link = link(member, "orders")
    order_link = link(member, "order", order_id=order.id)
    context = {
        "crumbs": crumbs((_("Orders"), orders_link), (order.number, order_link), here=_("Cancel pieces")),
        "form": form,
        "preview": preview,
    }
    return show(request, member, "cancel", "orders", context, status=status)
