"""The account of a buyer: the overview, what was ordered, the profile."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from entrepot.accounts import operations as accounts, queries as people
from entrepot.catalog import queries as catalog
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.orders import queries
from entrepot.orders.queries import PastPurchase
from entrepot.storefront import words
from entrepot.storefront.address_lines import lines_of
from entrepot.storefront.forms import NameForm
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest

_PAGE_SIZE = 10
_LATEST = 3
_PICTURES = 4


@login_required
@never_cache
@require_GET
def account(request: PageRequest) -> HttpResponse:
    """Show a person's latest orders, where their parcels go, and what else there is."""
    purchases = queries.list_history(request.user.pk, limit=_LATEST + 1)
    book = people.list_addresses(request.user.pk)
    context = {
        "place": "account",
        "tab": "overview",
        "purchases": _rows(purchases[:_LATEST], request.choice.language),
        "has_more": len(purchases) > _LATEST,
        "address": lines_of(book[0].country, book[0].fields) if book else [],
    }
    return render(request, "storefront/account.html", context)


@login_required
@never_cache
@require_GET
def orders(request: PageRequest) -> HttpResponse:
    """Show everything that a person ordered, the newest first, page by page."""
    count = queries.count_purchases(request.user.pk)
    pages = max(1, -(-count // _PAGE_SIZE))
    text = request.GET.get("page", "1")
    page = min(max(int(text), 1), pages) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    found = queries.list_history(request.user.pk, limit=_PAGE_SIZE, offset=(page - 1) * _PAGE_SIZE)
    context = {
        "place": "account",
        "tab": "orders",
        "purchases": _rows(found, request.choice.language),
        "page": page,
        "pages": pages,
    }
    return render(request, "storefront/orders.html", context)


@login_required
@never_cache
def profile(request: PageRequest) -> HttpResponse:
    """Show the name, the e-mail address and the password; take another name."""
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            accounts.change_name(person_id=request.user.pk, name=form.cleaned_data["name"], now=clock.now())
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("storefront:profile")
    status = 422 if form.errors else 200
    return render(
        request, "storefront/profile.html", {"place": "account", "tab": "profile", "form": form}, status=status
    )


def _rows(purchases: tuple[PastPurchase, ...], language: str) -> list[dict[str, Any]]:
    listings = {listing for purchase in purchases for order in purchase.orders for listing in order.listing_ids}
    images = {card.id: card.image for card in catalog.get_cards(listings, language)} if listings else {}
    return [_row(purchase, images) for purchase in purchases]


def _isolated(name: str) -> str:
    """Return a name in marks that keep its direction from its neighbours'."""
    return f"\u2068{name}\u2069"


def _row(purchase: PastPurchase, images: dict[Any, str]) -> dict[str, Any]:
    text, tone = words.purchase_state(purchase)
    pieces = sum(order.pieces for order in purchase.orders)
    listings = list(dict.fromkeys(listing for order in purchase.orders for listing in order.listing_ids))
    return {
        "id": purchase.id,
        "number": purchase.number,
        "placed_at": purchase.placed_at,
        "sellers": [_isolated(name) for name in dict.fromkeys(order.seller_name for order in purchase.orders)],
        "images": [images[listing] for listing in listings if images.get(listing)][:_PICTURES],
        "pieces": ngettext("%(n)s piece", "%(n)s pieces", pieces) % {"n": formats.number(pieces)},
        "total": purchase.total,
        "text": text,
        "tone": tone,
    }
