"""Where a seller's day begins: what is due, by urgency, then figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.catalog import queries as catalog
from entrepot.kernel import clock
from entrepot.kernel.money import Money, sum_money
from entrepot.orders import queries as orders
from entrepot.orders.queries import DayFigures
from entrepot.seller_centre import dues
from entrepot.seller_centre.seats import seat, show
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership, SellerView
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

# How many days are looked at, and how many of them make one bar.
_SPANS = {"7": (7, 1), "30": (30, 5)}


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
    """Show what is due today, then the last days in figures."""
    now = clock.now()
    seller = sellers.get_seller(member.seller_id)
    counts = orders.count_fulfilment(seller.id)
    span = request.GET.get("days", "7")
    span = span if span in _SPANS else "7"
    context = {
        "dues": dues.list_dues(member, seller.store, now=now),
        "to_ship": counts.get("to_ship", 0),
        "on_the_way": counts.get("shipped", 0),
        "listings": catalog.count_seller_listings(member.seller_id),
        "figures": _figures(seller, last=now.date(), span=span),
        "spans": [
            {"label": _("7 days"), "link": "?days=7", "current": span == "7", "count": None},
            {"label": _("30 days"), "link": "?days=30", "current": span == "30", "count": None},
        ],
    }
    return show(request, member, "today", "today", context)


@dataclass(frozen=True, slots=True)
class Figures:
    """The orders of some days: their sums, those of as many days before, and a bar for each stretch of days."""

    orders: int
    pieces: int
    net: Money
    orders_before: int
    net_before: Money
    bars: list[tuple[str, Money, str]]
    days: tuple[DayFigures, ...]


def _figures(seller: SellerView, *, last: date, span: str) -> Figures:
    days, each = _SPANS[span]
    currency = seller.payout_currency
    first = last - timedelta(days=2 * days - 1)
    found = orders.list_daily_figures(seller.id, first=first, last=last, currency=currency)
    before, shown = found[:days], found[days:]
    return Figures(
        orders=sum(day.orders for day in shown),
        pieces=sum(day.pieces for day in shown),
        net=_net(shown, currency),
        orders_before=sum(day.orders for day in before),
        net_before=_net(before, currency),
        bars=[_bar(shown[start : start + each], currency) for start in range(0, days, each)],
        days=shown,
    )


def _net(days: Sequence[DayFigures], currency: str) -> Money:
    return sum_money((day.net for day in days), currency)


def _bar(days: Sequence[DayFigures], currency: str) -> tuple[str, Any, str]:
    label = formats.day(days[0].day) if len(days) == 1 else formats.day_range(days[0].day, days[-1].day)
    net = _net(days, currency)
    return label, net, formats.money(net)
