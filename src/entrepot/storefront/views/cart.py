"""The cart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CardView
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.orders.queries import CartView
from entrepot.pricing.quote import OrderQuote
from entrepot.shipping import labels
from entrepot.storefront import cart_cookie, carts, charges, words
from entrepot.storefront.forms import AddForm, QuantityForm
from entrepot.ui.redirects import safe_target
from entrepot.ui.requests import PageRequest

_QUANTITIES = 10


@never_cache
@require_GET
def cart(request: PageRequest) -> HttpResponse:
    """Show the cart, brought in line with the reader's choice."""
    found = carts.find(request)
    if found is None:
        response = render(request, "storefront/cart.html", {"place": "cart", "cart": None, "cart_count": 0})
        if cart_cookie.read(request):
            cart_cookie.forget(response)
        return response
    aligned = carts.align(request, found)
    context = {"place": "cart", **contents(aligned.cart, aligned.refusal)}
    response = render(request, "storefront/cart.html", context)
    carts.keep(response, aligned.cart)
    return response


@require_POST
def add(request: PageRequest) -> HttpResponse:
    """Put something into the cart and show the cart."""
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That could not be put into the cart."))
        return redirect(safe_target(request, request.headers.get("Referer"), "/"))
    try:
        changed = carts.add(request, sku=form.cleaned_data["sku"], quantity=form.cleaned_data["quantity"])
    except DomainError as refusal:
        messages.error(request, words.refused(refusal))
        return redirect(safe_target(request, request.headers.get("Referer"), "/cart"))
    response = redirect("storefront:cart")
    carts.keep(response, changed)
    return response


@require_POST
def quantity(request: PageRequest) -> HttpResponse:
    """Change how many pieces of something lie in the cart; none takes it out."""
    form = QuantityForm(request.POST)
    if not form.is_valid():
        return redirect("storefront:cart")
    return _change(request, partial(carts.set_quantity, **form.cleaned_data))


@require_POST
def drop(request: PageRequest) -> HttpResponse:
    """Take out of the cart what cannot be bought any more."""
    return _change(request, partial(carts.drop, skus=set(request.POST.getlist("sku"))))


def _change(request: PageRequest, change: Callable[[CartView], CartView | None]) -> HttpResponse:
    """Change the cart, if there is one, and show it; a cart that nothing is left of is forgotten."""
    found = carts.find(request)
    response = redirect("storefront:cart")
    if found is None:
        return response
    try:
        changed = change(found)
    except DomainError as refusal:
        messages.error(request, words.refused(refusal))
        return response
    if changed is None:
        cart_cookie.forget(response)
    else:
        carts.keep(response, changed)
    return response


def contents(found: CartView, refusal: DomainError | None = None) -> dict[str, Any]:
    """Return a cart as the cart's and the checkout's page show it."""
    quote, today = found.quote, clock.now().date()
    views = catalog.get_cards({line.listing_id for order in quote.orders for line in order.lines}, found.language)
    by_listing = {view.id: view for view in views}
    faults = carts.find_faults(found, refusal)
    return {
        "cart": found,
        "cart_count": sum(line.quantity for line in found.lines),
        "groups": [_group(order, found, by_listing, faults, today) for order in quote.orders],
        "bar": charges.bar(quote, quote.currency),
        "total": Money(quote.total, quote.currency),
        "at_door": Money(quote.at_door, quote.currency) if quote.at_door else None,
        "needs_consent": charges.needs_consent(quote.orders),
        "refusal": words.refused(refusal) if refusal else "",
        "faulty": list(faults),
        "can_checkout": refusal is None and not faults,
    }


def _group(
    order: OrderQuote, found: CartView, views: dict[UUID, CardView], faults: dict[str, str], today: date
) -> dict[str, Any]:
    currency = found.quote.currency
    amounts = {
        name: Money(getattr(order, name), currency) for name in ("goods", "delivery", "duty", "tax", "fees", "total")
    }
    return {
        "name": order.seller.store_name,
        "slug": order.seller.store_slug,
        "country": order.seller.country,
        "service": labels.service(order.service.name),
        "arrival": charges.arrival(today, order.service.days_min, order.service.days_max),
        "charges": charges.of_order(order, currency=currency, country=found.country),
        "charges_table": charges.write_table(order, currency=currency, country=found.country),
        "lines": [_line(line, views.get(line.listing_id), currency, faults) for line in order.lines],
        **amounts,
    }


def _line(line: Any, view: CardView | None, currency: str, faults: dict[str, str]) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "title": view.title if view else line.title,
        "options": words.variant(line.options),
        "link": f"/listing/{line.listing_id}/{view.slug}?sku={line.sku}" if view else "",
        "image": view.image if view else "",
        "quantity": line.quantity,
        "quantities": sorted({*range(1, _QUANTITIES + 1), line.quantity}),
        "goods": Money(line.goods, currency),
        "fault": faults.get(line.sku, ""),
    }
