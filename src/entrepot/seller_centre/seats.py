"""The door of every seller's page: the person's seat at the seller that the address names."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership
from entrepot.ui.rail import RailLink
from entrepot.ui.requests import PageRequest

SeatView = Callable[..., HttpResponseBase]


def seat(action: str) -> Callable[[SeatView], SeatView]:
    """
    Call the view with the seat of who is logged in, if its role allows the action.

    Strangers sign in first; a person without a seat at this seller gets 404, a role that is too small 403.
    """

    def wrap(view: SeatView) -> SeatView:
        @login_required
        @never_cache
        @wraps(view)
        def run(request: PageRequest, seller_id: UUID, **named: Any) -> HttpResponseBase:
            member = sellers.access_seller(person_id=request.user.pk, seller_id=seller_id, action=action)
            return view(request, member, **named)

        return run

    return wrap


def show(
    request: PageRequest, member: Membership, template: str, place: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Show a page of the seller centre in its frame."""
    entries = rail(member)
    daily = tuple(entry for entry in entries if entry.is_daily)
    frame = {"member": member, "rail": entries, "place": place, "bar": daily}
    return render(request, f"seller_centre/{template}.html", {**frame, **context}, status=status)


def link(member: Membership, name: str, **named: Any) -> str:
    """Return the address of one of the seat's pages."""
    return _link(name, member.seller_id, tuple(named.items()))


@lru_cache(maxsize=4096)
def _link(name: str, seller_id: UUID, named: tuple[tuple[str, Any], ...]) -> str:
    return reverse(f"seller_centre:{name}", kwargs={"seller_id": seller_id, **dict(named)})


def crumbs(*above: tuple[str, str], here: str) -> list[dict[str, str]]:
    """Return the way to a page: (words, address) of the pages above it, and its own name."""
    return [*({"label": label, "link": address} for label, address in above), {"label": here, "link": ""}]


def rail(member: Membership) -> tuple[RailLink, ...]:
    """Return the links of the left rail that this seat may follow."""
    approved = member.seller_state in ("approved", "suspended")
    entries = [
        ("today", "today", _("Today"), "today", approved),
        ("orders", "box", _("Orders"), "orders", approved and member.may("view_orders")),
        ("listings", "list", _("Listings"), "listings", approved and member.may("view_listings")),
        ("feeds", "upload", _("Import"), "feeds", approved and member.may("manage_listings")),
        ("money", "money", _("Money"), "money", approved and member.may("view_payouts")),
        ("store", "store", _("Store"), "store", approved and member.may("view_store")),
        ("registration", "document", _("Registration"), "registration", not approved),
    ]
    # On a phone the bar has room for five; importing is a click from the listings.
    return tuple(
        RailLink(name, symbol, label, link(member, address), is_daily=name != "feeds")
        for name, symbol, label, address, shown in entries
        if shown
    )


def store_tabs(member: Membership, current: str) -> list[dict[str, Any]]:
    """Return the pages of the store's area that this seat may open."""
    pages = [
        ("store", _("Shop front"), member.may("view_store")),
        ("stories", _("In other languages"), member.may("manage_store")),
        ("safety", _("Product safety"), member.may("manage_store")),
        ("delivery", _("Delivery"), member.may("view_store")),
        ("members", _("Members"), member.may("view_members")),
        ("keys", _("API keys"), member.may("manage_api_keys")),
        ("registration", _("Registration"), member.may("view_registration")),
    ]
    return [
        {"label": label, "link": link(member, name), "current": name == current}
        for name, label, shown in pages
        if shown
    ]
