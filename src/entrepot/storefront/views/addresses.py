"""The address book: what is kept, a new one, a change, the default, and away with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from entrepot.accounts import operations as accounts, queries as people
from entrepot.accounts.rules import ADDRESS_FIELDS
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.orders import queries as orders
from entrepot.storefront.address_lines import lines_of
from entrepot.ui import formats, refusals
from entrepot.ui.address_form import AddressForm, fault_names, initial_from
from entrepot.ui.ports import get_reach
from entrepot.ui.requests import PageRequest


@login_required
@never_cache
@require_GET
def addresses(request: PageRequest) -> HttpResponse:
    """Show a person's address book."""
    rows = [
        {"id": address.id, "lines": lines_of(address.country, address.fields), "is_default": address.is_default}
        for address in people.list_addresses(request.user.pk)
    ]
    return render(request, "storefront/addresses.html", {"place": "account", "tab": "addresses", "addresses": rows})


@login_required
@never_cache
def new(request: PageRequest) -> HttpResponse:
    """Ask for one more address, in the form of the country that it lies in."""
    country = _country(request)
    form = AddressForm(request.POST if request.method == "POST" else None, country=country)
    if request.method == "POST" and form.is_valid() and _save(request, form):
        messages.success(request, _("The address is in your book."))
        return redirect("storefront:addresses")
    codes = {*get_reach().destinations, country}
    countries = sorted(((code, formats.country(code)) for code in codes), key=lambda pair: pair[1].casefold())
    return _form(request, form, {"country": country, "countries": countries, "is_new": True})


@login_required
@never_cache
def edit(request: PageRequest, address_id: UUID) -> HttpResponse:
    """Show an address of the book; take it changed."""
    address = people.get_address(person_id=request.user.pk, address_id=address_id)
    data = request.POST if request.method == "POST" else None
    form = AddressForm(data, country=address.country, initial=initial_from(address.fields))
    if request.method == "POST" and form.is_valid() and _save(request, form, address_id):
        messages.success(request, _("Saved."))
        return redirect("storefront:addresses")
    return _form(request, form, {"country": address.country, "is_new": False})


@login_required
@require_POST
def remove(request: PageRequest, address_id: UUID) -> HttpResponse:
    """Forget an address."""
    accounts.remove_address(person_id=request.user.pk, address_id=address_id, now=clock.now())
    messages.success(request, _("The address is removed. Orders that went there keep it."))
    return redirect("storefront:addresses")


@login_required
@require_POST
def make_default(request: PageRequest, address_id: UUID) -> HttpResponse:
    """Offer an address before the others."""
    accounts.make_default(person_id=request.user.pk, address_id=address_id, now=clock.now())
    return redirect("storefront:addresses")


def _country(request: PageRequest) -> str:
    """Return the country that was chosen for a new address, else the one that the reader has goods sent to."""
    wanted = request.POST.get("country") or request.GET.get("country", "")
    return wanted if wanted in get_reach().destinations else request.choice.country


def _save(request: PageRequest, form: AddressForm, address_id: UUID | None = None) -> bool:
    """Have the address checked and kept; a fault goes beside its field."""
    try:
        checked = orders.check_address(form.as_address(), country=form.country)
        accounts.save_address(
            person_id=request.user.pk,
            country=form.country,
            fields={name: getattr(checked, name) for name in ADDRESS_FIELDS},
            address_id=address_id,
            now=clock.now(),
        )
    except DomainError as refusal:
        refusals.into_form(form, refusal, fault_names(form))
        return False
    return True


def _form(request: PageRequest, form: AddressForm, context: dict[str, Any]) -> HttpResponse:
    context |= {"place": "account", "tab": "addresses", "form": form}
    return render(request, "storefront/address.html", context, status=422 if form.errors else 200)
