"""A seller's listings: found, put on sale or paused, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_POST

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import StateResult
from entrepot.catalog.queries import SellerListing, SellerListingPage
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, Forbidden, NotFound
from entrepot.seller_centre import words
from entrepot.seller_centre.categories import Shelves
from entrepot.seller_centre.seats import seat, show
from entrepot.seller_centre.selection import LACKS, Selection, View
from entrepot.sellers.queries import Membership
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest

_PAGE_SIZE = 50
_LACKS = {
    "without_hs": gettext_noop("No HS code"),
    "without_weight": gettext_noop("No weight"),
    "without_picture": gettext_noop("No picture"),
    "out_of_stock": gettext_noop("Out of stock"),
}
_SORTS = {
    "newest": gettext_noop("Newest first"),
    "changed": gettext_noop("Changed last"),
    "title": gettext_noop("By title"),
    "cheapest": gettext_noop("Cheapest first"),
    "dearest": gettext_noop("Dearest first"),
    "least_stock": gettext_noop("Least stock first"),
}


@seat("view_listings")
@require_GET
def listings(request: PageRequest, member: Membership) -> HttpResponse:
    """Show a seller's listings with their stock, what they lack, and what can be done with those that are marked."""
    view = View.of(request.GET)
    page = queries.list_seller_listings(
        member.seller_id,
        language=request.choice.language,
        wanted=view.filter,
        sort=view.sort,
        page=_number(request.GET.get("page", "1")),
        page_size=_PAGE_SIZE,
    )
    shelves = Shelves(request.choice.language)
    categories = queries.list_seller_categories(member.seller_id)
    context = {
        "page": page,
        "pages": ceil(page.count / _PAGE_SIZE),
        "rows": [_row(listing, shelves) for listing in page.items],
        "view": view,
        "states": _state_chips(view, page),
        "lacking": _lacking_chips(view, page),
        "sorts": [(code, _(text)) for code, text in _SORTS.items()],
        "categories": [(row.id, shelves.name_of(row.text), row.listings) for row in categories if row.listings],
        "open_categories": sum(1 for row in categories if row.listings and (row.without_hs or row.without_origin)),
        "total": sum(page.by_state.values()),
        "may_manage": member.may("manage_listings"),
        "may_count": member.may("manage_stock"),
    }
    return show(request, member, "listings/list", "listings", context)


@dataclass(frozen=True, slots=True)
class Row:
    """One listing with the words of its line."""

    listing: SellerListing
    state_text: str
    state_tone: str
    category: str
    lacks: tuple[str, ...]


def _row(listing: SellerListing, shelves: Shelves) -> Row:
    text, tone = words.state(listing.state, words.LISTING_STATES)
    lacks = tuple(
        _(_LACKS[name])
        for name, is_lacking in (
            ("without_hs", listing.hs_code is None),
            ("without_weight", not listing.has_weights),
            ("without_picture", not listing.image),
            ("out_of_stock", listing.on_hand <= listing.reserved),
        )
        if is_lacking
    )
    return Row(listing, text, tone, shelves.name_of(listing.seller_category), lacks)


def _state_chips(view: View, page: SellerListingPage) -> list[dict[str, Any]]:
    chips = [
        {
            "label": words.state(code, words.LISTING_STATES)[0],
            "count": page.by_state[code],
            "link": view.link(state=code),
            "current": view.state == code,
        }
        for code in words.LISTING_STATES
        if code in page.by_state
    ]
    whole = {"label": _("All"), "count": None, "link": view.link(state=""), "current": not view.state}
    return [whole, *chips]


def _lacking_chips(view: View, page: SellerListingPage) -> list[dict[str, Any]]:
    """Return the chips that narrow the list to what lacks something; pressed again, a chip widens it."""
    return [
        {
            "label": _(_LACKS[name]),
            "count": page.lacking[name],
            "link": view.link(lacks="" if view.lacks == name else name),
            "current": view.lacks == name,
        }
        for name in LACKS
        if page.lacking[name] or view.lacks == name
    ]


@seat("manage_listings")
@require_POST
def set_state(request: PageRequest, member: Membership, listing_id: UUID) -> HttpResponse:
    """Put one listing on sale or pause it."""
    state = "paused" if request.POST.get("to") == "paused" else "active"
    try:
        operations.set_listing_state(seller_id=member.seller_id, listing_ids=[listing_id], state=state, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    return redirect(_list_link(member, View.of(request.POST)))


@seat("manage_listings")
@require_POST
def remove(request: PageRequest, member: Membership, listing_id: UUID) -> HttpResponse:
    """Delete a listing that nobody ever ordered of; archive another."""
    try:
        is_gone = operations.remove_listing(seller_id=member.seller_id, listing_id=listing_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
        return redirect("seller_centre:listing_edit", seller_id=member.seller_id, listing_id=listing_id)
    if is_gone:
        messages.success(request, _("The listing is deleted."))
    else:
        messages.success(request, _("The listing is archived: somebody has ordered of it, so it is kept."))
    return redirect("seller_centre:listings", seller_id=member.seller_id)


@seat("view_listings")
@require_POST
def bulk(request: PageRequest, member: Membership) -> HttpResponse:
    """Do with the marked listings what the pressed button says, or lead to the page that asks how."""
    selection = Selection.of(request.POST)
    wanted = request.POST.get("do", "")
    back = _list_link(member, selection.view)
    if not selection.every and not selection.marked:
        messages.warning(request, _("Mark the listings first."))
        return redirect(back)
    if wanted in ("prices", "stock", "safety"):
        target = reverse(f"seller_centre:listing_{wanted}", kwargs={"seller_id": member.seller_id})
        return redirect(f"{target}?{urlencode(selection.pairs)}")
    _demand(member, "manage_listings")
    result = operations.set_listing_states(
        seller_id=member.seller_id,
        listing_ids=selection.listing_ids(member.seller_id),
        state="paused" if wanted == "paused" else "active",
        now=clock.now(),
    )
    _tell(request, result, wanted)
    return redirect(back)


def _demand(member: Membership, action: str) -> None:
    if not member.may(action):
        raise Forbidden(action=action)


def _tell(request: PageRequest, result: StateResult, wanted: str) -> None:
    if wanted == "paused":
        text = ngettext("%(n)s listing was paused.", "%(n)s listings were paused.", result.changed)
    else:
        text = ngettext("%(n)s listing was put on sale.", "%(n)s listings were put on sale.", result.changed)
    messages.success(request, text % {"n": formats.number(result.changed)})
    if result.blocked:
        text = ngettext(
            "%(n)s stays blocked: only the operator can lift that.",
            "%(n)s stay blocked: only the operator can lift that.",
            result.blocked,
        )
        messages.warning(request, text % {"n": formats.number(result.blocked)})
    if result.incomplete:
        text = ngettext(
            "%(n)s has no price yet and stays off sale.",
            "%(n)s have no price yet and stay off sale.",
            result.incomplete,
        )
        messages.warning(request, text % {"n": formats.number(result.incomplete)})


def _list_link(member: Membership, view: View) -> str:
    target = reverse("seller_centre:listings", kwargs={"seller_id": member.seller_id})
    return f"{target}?{urlencode(view.pairs)}" if view.pairs else target


def _number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
