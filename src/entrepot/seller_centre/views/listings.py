"""A seller's listings, and what customs must know of each of the seller's categories."""

from __future__ import annotations

from math import ceil
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from entrepot.catalog import operations, queries
from entrepot.catalog.queries import SellerCategoryView
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.markets import queries as markets
from entrepot.seller_centre import words
from entrepot.seller_centre.forms import CustomsForm
from entrepot.seller_centre.seats import seat, show
from entrepot.sellers.queries import Membership
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest

_PAGE_SIZE = 50


@seat("view_listings")
@require_GET
def listings(request: PageRequest, member: Membership) -> HttpResponse:
    """Show a seller's listings with their stock and what customs still asks."""
    state = request.GET.get("state", "")
    text = request.GET.get("q", "")[:100]
    page = queries.list_seller_listings(
        member.seller_id,
        language=request.choice.language,
        state=state if state in words.LISTING_STATES else None,
        q=text,
        without_hs="without_hs" in request.GET,
        page=_number(request.GET.get("page", "1")),
        page_size=_PAGE_SIZE,
    )
    context = {
        "page": page,
        "pages": ceil(page.count / _PAGE_SIZE),
        "rows": [(row, *words.state(row.state, words.LISTING_STATES)) for row in page.items],
        "chips": [
            (code, words.state(code, words.LISTING_STATES)[0], page.by_state[code])
            for code in words.LISTING_STATES
            if code in page.by_state
        ],
        "state": state,
        "search_here": text,
        "categories": queries.list_seller_categories(member.seller_id),
    }
    return show(request, member, "listings", "listings", context)


@seat("manage_listings")
@require_POST
def set_state(request: PageRequest, member: Membership, listing_id: UUID) -> HttpResponse:
    """Put one listing on sale or pause it."""
    state = "paused" if request.POST.get("state") == "paused" else "active"
    try:
        operations.set_listing_state(seller_id=member.seller_id, listing_ids=[listing_id], state=state, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    return redirect("seller_centre:listings", seller_id=member.seller_id)


@seat("manage_listings")
def customs(request: PageRequest, member: Membership, category_id: int) -> HttpResponse:
    """Take HS code, origin and weight for a whole category of the seller's; saving confirms them."""
    category = _category(member.seller_id, category_id)
    initial = {
        "hs_code": category.hs_code,
        "origin_country": category.origin_country or queries.get_dispatch_country(member.seller_id),
        "default_weight_g": category.default_weight_g,
    }
    form = CustomsForm(request.POST or None, countries=markets.list_iso_countries(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            result = operations.set_category_customs(
                seller_id=member.seller_id,
                seller_category=category.text,
                hs_code=form.cleaned_data["hs_code"],
                origin_country=form.cleaned_data["origin_country"],
                default_weight_g=form.cleaned_data["default_weight_g"],
                confirmed_by=member.person_id,
                now=clock.now(),
            )
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            text = ngettext("Confirmed for %(n)s listing.", "Confirmed for %(n)s listings.", result.listings)
            messages.success(request, text % {"n": formats.number(result.listings)})
            return redirect("seller_centre:listings", seller_id=member.seller_id)
    return show(request, member, "customs", "listings", {"category": category, "form": form})


def _category(seller_id: UUID, category_id: int) -> SellerCategoryView:
    for category in queries.list_seller_categories(seller_id):
        if category.id == category_id:
            return category
    raise NotFound(category_id=category_id)


def _number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
