"""Where a seller's day begins: what is due, by urgency, then figures."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.catalog import queries as catalog
from entrepot.kernel import clock
from entrepot.orders import queries as orders
from entrepot.payouts import queries as payouts
from entrepot.seller_centre.seats import seat, show
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership
from entrepot.shipping import queries as shipping
from entrepot.ui.requests import PageRequest

_SOON = timedelta(hours=24)


@login_required
@require_GET
def home(request: PageRequest) -> HttpResponse:
    """Go to the person's own seller, or to the beginning of a registration."""
    seats = sellers.memberships(request.user.pk)
    if not seats:
        return redirect("seller_centre:register")
    first = next((seat for seat in seats if seat.seller_state == "approved"), seats[0])
    target = "today" if first.seller_state in ("approved", "suspended") else "registration"
    return redirect(f"seller_centre:{target}", seller_id=first.seller_id)


@seat("view_orders")
@require_GET
def today(request: PageRequest, member: Membership) -> HttpResponse:
    """Show what is due today."""
    now = clock.now()
    counts = orders.count_seller_orders(member.seller_id)
    open_orders = orders.list_seller_orders(member.seller_id, states=["to_ship", "part_shipped"], limit=20)
    due = sorted(open_orders, key=lambda order: order.dispatch_due_at or now)
    rows = [
        {
            "order": order,
            "is_late": order.dispatch_due_at is not None and order.dispatch_due_at - now < _SOON,
            "pieces": sum(line.to_ship for line in order.lines),
        }
        for order in due
    ]
    context = {
        "due": rows,
        "counts": counts,
        "to_ship": counts.get("to_ship", 0) + counts.get("part_shipped", 0),
        "on_the_way": counts.get("shipped", 0),
        "listings": catalog.list_seller_listings(member.seller_id, page_size=1).by_state,
        "dues": payouts.list_due(now=now, seller_id=member.seller_id) if member.may("view_payouts") else (),
        "setup": _setup(member),
    }
    return show(request, member, "today", "today", context)


def _setup(member: Membership) -> list[tuple[str, str]]:
    """Return what still keeps a new seller from selling: (address name, words)."""
    store = sellers.get_stores([member.seller_id]).get(member.seller_id)
    if store is None:
        return [("store", _("Open your store: its name and where parcels leave from."))]
    missing = []
    if not shipping.list_templates(seller_id=member.seller_id):
        missing.append(("store", _("Say what delivery costs; without that nothing can be sold.")))
    waiting = sum(row.without_hs for row in catalog.list_seller_categories(member.seller_id))
    if waiting:
        missing.append(("listings", _("Confirm the customs tariff numbers, so that buyers abroad see one sure price.")))
    return missing
