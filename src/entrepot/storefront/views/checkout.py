"""The checkout: one page, one form; a total never moves without the page saying so."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from entrepot.accounts import operations as accounts, queries as people
from entrepot.accounts.queries import AddressView
from entrepot.accounts.rules import ADDRESS_FIELDS
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.orders import checkout as coordinator, operations as orders, queries
from entrepot.orders.queries import CartView
from entrepot.pricing.quote import GROUPS, Quote
from entrepot.storefront import cart_cookie, carts, charges, words
from entrepot.storefront.forms import ContactForm, PaymentForm
from entrepot.storefront.payment_ways import Way, Ways, list_ways
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


@dataclass(frozen=True, slots=True)
class Forms:
    """What the checkout asks: the three blocks of its one form, and the address book to choose from."""

    contact: ContactForm
    address: AddressForm
    payment: PaymentForm
    ways: Ways
    book: tuple[AddressView, ...] = ()
    chosen: UUID | None = None

    def are_valid(self) -> bool:
        return all([self.contact.is_valid(), self.address.is_valid(), self.payment.is_valid()])

    @property
    def way(self) -> Way:
        """The way to pay that a valid form names."""
        found = self.ways.find(self.payment.cleaned_data["way"])
        assert found is not None, "the form offers no other ways"
        return found


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
        if aligned.refusal is not None or carts.find_faults(aligned.cart):
            return redirect("storefront:cart")
        return _show(request, aligned.cart, _forms(request, aligned.cart))
    return _take(request, found)


def _forms(request: PageRequest, cart: CartView) -> Forms:
    data = request.POST if request.method == "POST" else None
    pack = markets.find_pack(cart.country)
    given = set(cart.address.import_ids) if cart.address else set()
    asked = [kind for kind in (pack.import_ids if pack else ()) if kind.kind in {*cart.needs, *given}]
    # In a browser that people share, nobody is shown what the one before typed.
    is_own = cart.person_id in (None, _holder(request))
    email = (cart.email if is_own else "") or (request.user.email if request.user.is_authenticated else "")
    book = _address_book(request, cart.country)
    kept = cart.address.as_json() if cart.address and is_own else {}
    chosen = _chosen(request, book, kept)
    initial = {**(chosen.fields if chosen else kept), "import_ids": kept.get("import_ids")}
    ways = list_ways()
    return Forms(
        ContactForm(data, initial={"email": email}),
        AddressForm(data, country=cart.country, import_ids=asked, initial=initial_from(initial)),
        PaymentForm(data, ways=ways),
        ways,
        book,
        chosen.id if chosen else None,
    )


def _holder(request: PageRequest) -> UUID | None:
    """Return whose order it becomes: the person who is signed in, or nobody's."""
    found: UUID | None = request.user.pk if request.user.is_authenticated else None
    return found


def _address_book(request: PageRequest, country: str) -> tuple[AddressView, ...]:
    """Return the person's own addresses in the country that the cart goes to."""
    if not request.user.is_authenticated:
        return ()
    return tuple(address for address in people.list_addresses(request.user.pk) if address.country == country)


def _chosen(request: PageRequest, book: tuple[AddressView, ...], kept: dict[str, Any]) -> AddressView | None:
    """Return the address to begin with: the one that was pressed, else the default while the cart has none."""
    wanted = request.GET.get("address", "")
    if wanted == "new":
        return None
    for address in book:
        if str(address.id) == wanted:
            return address
    if kept:
        return next((address for address in book if all(kept.get(k) == v for k, v in address.fields.items())), None)
    return book[0] if book else None


def _take(request: PageRequest, cart: CartView) -> HttpResponse:
    forms = _forms(request, cart)
    if not forms.are_valid():
        return _show(request, cart, forms, status=422)
    contact, address, payment = forms.contact, forms.address, forms.payment
    try:
        changed = _with_address(cart, contact, address)
    except DomainError as refusal:
        names = fault_names(address)
        for field, reason in refusals.field_errors(refusal):
            form, name = (contact, "email") if field == "email" else (address, names.get(field))
            form.add_error(name if name in form.fields else None, reason)
        fault = "" if address.errors or contact.errors else words.refused(refusal)
        return _show(request, cart, forms, fault=fault, status=422)
    shown = Money(payment.cleaned_data["shown_total"], payment.cleaned_data["shown_currency"])
    missing = [
        kind for kind in changed.needs if f"id_{kind}" not in address.fields and kind not in ("email", "address")
    ]
    if missing:
        fault = _("Customs of the country asks for one more number; it is asked below.")
        return _show(request, changed, _forms(request, changed), fault=fault, status=422)
    if Money(changed.quote.total, changed.quote.currency) != shown:
        change = _what_changed(shown, cart.quote, changed.quote)
        return _show(request, changed, forms, change=change, status=409)
    if charges.needs_consent(changed.quote.orders) and not payment.cleaned_data["accept_due_at_door"]:
        payment.add_error("accept_due_at_door", _("Please agree to this, or take these goods out of the cart."))
        return _show(request, changed, forms, status=422)
    if changed.person_id != _holder(request):
        orders.claim_cart(cart_id=changed.id, token=changed.token, person_id=_holder(request))
    try:
        purchase = _place(changed.id, changed.token, forms)
    except orders.TotalChanged:
        fresh = carts.change(changed, {})
        change = _what_changed(shown, changed.quote, fresh.quote)
        return _show(request, fresh, forms, change=change, status=409)
    except DomainError as refusal:
        return _show(request, changed, forms, fault=words.refused(refusal), status=409)
    _keep_address(request, changed, payment)
    return _leave(purchase)


def _with_address(cart: CartView, contact: ContactForm, address: AddressForm) -> CartView:
    """Keep e-mail and address on the cart and quote it for that place; what is kept already is not written again."""
    changes: dict[str, Any] = {"email": contact.cleaned_data["email"], "address": address.as_address()}
    kept = cart.address.as_json() if cart.address else None
    same = cart.email == changes["email"] and kept == changes["address"]
    return cart if same and clock.now() < cart.valid_until else carts.change(cart, changes)


def _keep_address(request: PageRequest, cart: CartView, payment: PaymentForm) -> None:
    """Put the address into the person's book where they asked for it; an order never fails for its sake."""
    if not request.user.is_authenticated or not payment.cleaned_data["keep_address"] or cart.address is None:
        return
    fields = {name: getattr(cart.address, name) for name in ADDRESS_FIELDS}
    try:
        accounts.save_address(person_id=request.user.pk, country=cart.country, fields=fields, now=clock.now())
    except DomainError as refusal:
        messages.info(request, refusals.text(refusal))


def _place(cart_id: UUID, token: str, forms: Forms) -> queries.PurchaseView:
    given, way = forms.payment.cleaned_data, forms.way
    body = f"{given['shown_total']} {given['shown_currency']} {way.code} {given['accept_due_at_door']}"
    back = reverse("storefront:purchase", args=[UUID(int=0)]).replace(str(UUID(int=0)), "{purchase_id}")
    return coordinator.place_and_pay(
        cart_id=cart_id,
        token=token,
        idempotency_key=given["idempotency_key"],
        shown_total=Money(given["shown_total"], given["shown_currency"]),
        payment_method=way.method,
        payment_token=way.token,
        accept_due_at_door=given["accept_due_at_door"],
        body_hash=hashlib.sha256(body.encode()).digest(),
        return_url=f"{back}?token={{token}}&new=1",
        now=clock.now(),
    )


def _replay(request: PageRequest, cart_id: UUID, token: str) -> HttpResponse | None:
    ways = list_ways()
    payment = PaymentForm(request.POST, ways=ways)
    if not payment.is_valid():
        return None
    forms = Forms(ContactForm(), AddressForm(country=request.choice.country), payment, ways)
    try:
        return _leave(_place(cart_id, token, forms))
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
    forms: Forms,
    *,
    fault: str = "",
    change: Change | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "place": "cart",
        **contents(cart),
        "contact": forms.contact,
        "address": forms.address,
        "payment": forms.payment,
        "ways": forms.ways,
        "way": forms.payment["way"].value() or next((way.code for way in forms.ways.all), ""),
        "book": forms.book,
        "chosen_address": forms.chosen,
        "fault": fault,
        "changed": change,
        "idempotency_key": uuid.uuid4(),
    }
    response = render(request, "storefront/checkout.html", context, status=status)
    carts.keep(response, cart)
    return response
