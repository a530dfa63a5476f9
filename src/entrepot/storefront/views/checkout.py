"""The checkout: one page, one form; a total never moves without the page saying so."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.orders import checkout as coordinator, operations as orders, queries
from entrepot.orders.queries import CartView
from entrepot.pricing.quote import GROUPS, Quote
from entrepot.storefront import cart_cookie, carts, words
from entrepot.storefront.forms import SANDBOX_CARDS, ContactForm, PaymentForm
from entrepot.storefront.views.cart import contents
from entrepot.ui import refusals
from entrepot.ui.address_form import AddressForm, fault_names, initial_from
from entrepot.ui.requests import PageRequest


@dataclass(frozen=True, slots=True)
class Change:
    """What moved between the total that the buyer saw and the one that holds."""

    old: Money
    new: Money
    rows: list[dict[str, Any]]


@never_cache
def checkout(request: PageRequest) -> HttpResponse:
    """Show the checkout; take it, place the cart and pay."""
    key = cart_cookie.read(request)
    found = carts.find(request)
    if found is None:
        # The same order sent twice: the cart is placed, and its answer is given again.
        if request.method == "POST" and key is not None and (again := _replay(request, key.cart_id, key.token)):
            return again
        return redirect("storefront:cart")
    if request.method != "POST":
        aligned = carts.align(request, found)
        if aligned.refusal is not None:
            return redirect("storefront:cart")
        return _show(request, aligned.cart, *_forms(request, aligned.cart))
    return _take(request, found)


def _forms(request: PageRequest, cart: CartView) -> tuple[ContactForm, AddressForm, PaymentForm]:
    data = request.POST if request.method == "POST" else None
    pack = markets.find_pack(cart.country)
    given = set(cart.address.import_ids) if cart.address else set()
    asked = [kind for kind in (pack.import_ids if pack else ()) if kind.kind in {*cart.needs, *given}]
    email = cart.email or (request.user.email if request.user.is_authenticated else "")
    address = cart.address.as_json() if cart.address else {}
    return (
        ContactForm(data, initial={"email": email}),
        AddressForm(data, country=cart.country, import_ids=asked, initial=initial_from(address)),
        PaymentForm(data),
    )


def _take(request: PageRequest, cart: CartView) -> HttpResponse:
    contact, address, payment = _forms(request, cart)
    if not all([contact.is_valid(), address.is_valid(), payment.is_valid()]):
        return _show(request, cart, contact, address, payment, status=422)
    try:
        changed = _with_address(cart, contact, address)
    except DomainError as refusal:
        names = fault_names(address)
        for field, reason in refusals.field_errors(refusal):
            form, name = (contact, "email") if field == "email" else (address, names.get(field))
            form.add_error(name if name in form.fields else None, reason)
        fault = "" if address.errors or contact.errors else words.refused(refusal)
        return _show(request, cart, contact, address, payment, fault=fault, status=422)
    shown = Money(payment.cleaned_data["shown_total"], payment.cleaned_data["shown_currency"])
    missing = [
        kind for kind in changed.needs if f"id_{kind}" not in address.fields and kind not in ("email", "address")
    ]
    if missing:
        asked = _forms(request, changed)
        fault = _("Customs of the country asks for one more number; it is asked below.")
        return _show(request, changed, *asked, fault=fault, status=422)
    if Money(changed.quote.total, changed.quote.currency) != shown:
        change = _what_changed(shown, cart.quote, changed.quote)
        return _show(request, changed, contact, address, payment, change=change, status=409)
    if contents(changed)["needs_consent"] and not payment.cleaned_data["accept_due_at_door"]:
        payment.add_error("accept_due_at_door", _("Please agree to this, or take these goods out of the cart."))
        return _show(request, changed, contact, address, payment, status=422)
    try:
        purchase = _place(request, changed.id, changed.token, payment)
    except orders.TotalChanged:
        fresh = carts.change(changed, {})
        change = _what_changed(shown, changed.quote, fresh.quote)
        return _show(request, fresh, contact, address, payment, change=change, status=409)
    except DomainError as refusal:
        return _show(request, changed, contact, address, payment, fault=words.refused(refusal), status=409)
    return _leave(purchase)


def _with_address(cart: CartView, contact: ContactForm, address: AddressForm) -> CartView:
    """Keep e-mail and address on the cart and quote it for that place; what is kept already is not written again."""
    changes: dict[str, Any] = {"email": contact.cleaned_data["email"], "address": address.as_address()}
    kept = cart.address.as_json() if cart.address else None
    same = cart.email == changes["email"] and kept == changes["address"]
    return cart if same and clock.now() < cart.valid_until else carts.change(cart, changes)


def _place(request: PageRequest, cart_id: UUID, token: str, payment: PaymentForm) -> queries.PurchaseView:
    given = payment.cleaned_data
    body = f"{given['shown_total']} {given['shown_currency']} {given['token']} {given['accept_due_at_door']}"
    back = reverse("storefront:purchase", args=[UUID(int=0)]).replace(str(UUID(int=0)), "{purchase_id}")
    return coordinator.place_and_pay(
        cart_id=cart_id,
        token=token,
        idempotency_key=given["idempotency_key"],
        shown_total=Money(given["shown_total"], given["shown_currency"]),
        payment_method="sandbox",
        payment_token=given["token"],
        accept_due_at_door=given["accept_due_at_door"],
        body_hash=hashlib.sha256(body.encode()).digest(),
        return_url=f"{back}?token={{token}}&new=1",
        now=clock.now(),
    )


def _replay(request: PageRequest, cart_id: UUID, token: str) -> HttpResponse | None:
    payment = PaymentForm(request.POST)
    if not payment.is_valid():
        return None
    try:
        return _leave(_place(request, cart_id, token, payment))
    except DomainError:
        return None


def _leave(purchase: queries.PurchaseView) -> HttpResponse:
    address = reverse("storefront:purchase", args=[purchase.id])
    response = redirect(f"{address}?token={purchase.token}&new=1")
    cart_cookie.forget(response)
    return response


def _what_changed(shown: Money, before: Quote, after: Quote) -> Change:
    rows = []
    for name in GROUPS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new and before.currency == after.currency:
            rows.append(
                {"label": words.group(name), "old": Money(old, after.currency), "new": Money(new, after.currency)}
            )
    return Change(shown, Money(after.total, after.currency), rows)


def _show(
    request: PageRequest,
    cart: CartView,
    contact: ContactForm,
    address: AddressForm,
    payment: PaymentForm,
    *,
    fault: str = "",
    change: Change | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "place": "cart",
        **contents(cart),
        "contact": contact,
        "address": address,
        "payment": payment,
        "cards": SANDBOX_CARDS,
        "token": payment["token"].value() or SANDBOX_CARDS[0][0],
        "fault": fault,
        "changed": change,
        "idempotency_key": uuid.uuid4(),
    }
    response = render(request, "storefront/checkout.html", context, status=status)
    carts.keep(response, cart)
    return response
