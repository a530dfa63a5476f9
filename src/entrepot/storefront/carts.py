"""The browser's cart: found by its cookie, opened by the first thing put in, in line with the reader's choice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.orders import operations as orders, queries
from entrepot.orders.queries import CartView
from entrepot.pricing import queries as pricing
from entrepot.storefront import cart_cookie, words
from entrepot.storefront.cart_cookie import CartKey
from entrepot.ui.requests import PageRequest


@dataclass(frozen=True, slots=True)
class Aligned:
    """A cart beside the refusal that kept it from following the reader's choice, if there was one."""

    cart: CartView
    refusal: DomainError | None = None


def find(request: PageRequest) -> CartView | None:
    """Return the browser's open cart; one that was placed, expired or is gone is none."""
    key = cart_cookie.read(request)
    if key is None:
        return None
    try:
        cart = queries.access_cart(key.cart_id, key.token)
    except NotFound:
        return None
    return cart if cart.status == "open" else None


def align(request: PageRequest, cart: CartView) -> Aligned:
    """Requote a cart for the country, currency and language that the reader chose, or when its quote ran out."""
    choice, now = request.choice, clock.now()
    same = (cart.country, cart.currency, cart.language) == (choice.country, choice.currency, choice.language)
    if same and now < cart.valid_until:
        return Aligned(cart)
    changes = {"country": choice.country, "currency": choice.currency, "language": choice.language}
    try:
        return Aligned(change(cart, {} if same else changes))
    except DomainError as refusal:
        return Aligned(cart, refusal)


def change(cart: CartView, changes: dict[str, Any]) -> CartView:
    """Change a cart as it was just read."""
    return orders.change_cart(cart_id=cart.id, token=cart.token, version=cart.version, changes=changes, now=clock.now())


def add(request: PageRequest, *, sku: str, quantity: int) -> CartView:
    """Put pieces of a SKU into the browser's cart; the first one opens it."""
    cart = find(request)
    if cart is None:
        return _open(request, [{"sku": sku, "quantity": quantity}])
    lines = {line.sku: line.quantity for line in cart.lines}
    lines[sku] = lines.get(sku, 0) + quantity
    choice = request.choice
    changes = {
        "country": choice.country,
        "currency": choice.currency,
        "language": choice.language,
        "lines": [{"sku": code, "quantity": number} for code, number in lines.items()],
    }
    return change(cart, changes)


def set_quantity(cart: CartView, *, sku: str, quantity: int) -> CartView | None:
    """Set how many pieces of a SKU lie in a cart; None when nothing is left in it."""
    lines = [
        {"sku": line.sku, "quantity": quantity if line.sku == sku else line.quantity}
        for line in cart.lines
        if line.sku != sku or quantity > 0
    ]
    return change(cart, {"lines": lines}) if lines else None


def drop(cart: CartView, skus: Collection[str]) -> CartView | None:
    """Take lines out of a cart at once (one that stayed would refuse the others); None when nothing is left in it."""
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in cart.lines if line.sku not in skus]
    return change(cart, {"lines": lines}) if lines else None


def find_faults(cart: CartView, refusal: DomainError | None = None) -> dict[str, str]:
    """Return what is wrong with lines of a cart now, by SKU: why it was refused, what the stock does not cover."""
    faults = words.line_faults(refusal)
    offers = pricing.load_offers([line.sku for line in cart.lines], language=cart.language, country=cart.country)
    for line in cart.lines:
        offer = offers.get(line.sku)
        if offer is None or not offer.buyable:
            faults.setdefault(line.sku, _("It is no longer offered."))
        elif short := words.shortage(line.quantity, offer.available):
            faults.setdefault(line.sku, short)
    return faults


def keep(response: HttpResponse, cart: CartView) -> None:
    """Keep a cart in the browser."""
    count = sum(line.quantity for line in cart.lines)
    cart_cookie.write(response, CartKey(cart.id, cart.token, count))


def _open(request: PageRequest, lines: list[dict[str, Any]]) -> CartView:
    choice = request.choice
    person_id: UUID | None = request.user.pk if request.user.is_authenticated else None
    return orders.create_cart(
        country=choice.country,
        currency=choice.currency,
        language=choice.language,
        lines=lines,
        person_id=person_id,
        now=clock.now(),
    )
