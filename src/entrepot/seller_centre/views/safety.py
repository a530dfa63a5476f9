"""Product safety: who makes the seller's goods and who answers for them in the European Union."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.catalog import queries as catalog
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.markets import queries as markets
from entrepot.seller_centre.forms import ContactForm, ContactsForm
from entrepot.seller_centre.seats import crumbs, link, seat, show, store_tabs
from entrepot.sellers import operations, queries as sellers
from entrepot.sellers.queries import Membership, SafetyContactView, StoreView
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest


@seat("manage_store")
def safety(request: PageRequest, member: Membership) -> HttpResponse:
    """Show whom the seller wrote down, and take whom the store names for all its goods."""
    store = _find_store(member)
    if store is None:
        return redirect(link(member, "store"))
    contacts = sellers.list_safety_contacts(member.seller_id)
    chosen = {"manufacturer_id": store.manufacturer, "responsible_id": store.responsible}
    form = ContactsForm(
        request.POST if request.method == "POST" else None,
        contacts=contacts,
        none=_("Nobody"),
        initial={name: contact.id for name, contact in chosen.items() if contact},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.choose_safety_contacts(**_who(member), **form.chosen())
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(link(member, "safety"))
    used = catalog.count_listings_of_contacts(member.seller_id)
    context = {
        "tabs": store_tabs(member, "safety"),
        "store": store,
        "rows": [(contact, used.get(contact.id, 0)) for contact in contacts],
        "form": form,
        "is_missing": _is_missing(store),
    }
    return show(request, member, "safety", "store", context, 422 if form.errors else 200)


def _is_missing(store: StoreView) -> bool:
    """Say whether goods come from outside the Union and nobody there answers for them all."""
    answers = [contact for contact in (store.manufacturer, store.responsible) if contact and contact.is_in_eu]
    return not answers and store.dispatch_country not in markets.list_members("EU")


@seat("manage_store")
def new(request: PageRequest, member: Membership) -> HttpResponse:
    """Write down one more."""
    if _find_store(member) is None:
        return redirect(link(member, "store"))
    return _write(request, member, None)


@seat("manage_store")
def contact(request: PageRequest, member: Membership, contact_id: UUID) -> HttpResponse:
    """Write one anew."""
    return _write(request, member, sellers.get_safety_contact(member.seller_id, contact_id))


def _write(request: PageRequest, member: Membership, kept: SafetyContactView | None) -> HttpResponse:
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        countries=markets.list_iso_countries(),
        initial={part: getattr(kept, part) for part in ("name", "address", "country", "email")} if kept else {},
    )
    if request.method == "POST" and form.is_valid():
        try:
            if kept is None:
                operations.add_safety_contact(**_who(member), **form.cleaned_data)
            else:
                operations.change_safety_contact(**_who(member), contact_id=kept.id, **form.cleaned_data)
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(link(member, "safety"))
    here = kept.name if kept else _("Manufacturer or responsible person")
    context = {
        "contact": kept,
        "form": form,
        "crumbs": crumbs((_("Product safety"), link(member, "safety")), here=here),
    }
    return show(request, member, "safety_contact", "store", context, 422 if form.errors else 200)


@seat("manage_store")
@require_POST
def remove(request: PageRequest, member: Membership, contact_id: UUID) -> HttpResponse:
    """Take one away that nothing names."""
    try:
        operations.drop_safety_contact(**_who(member), contact_id=contact_id)
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
        return redirect(link(member, "safety_contact", contact_id=contact_id))
    messages.success(request, _("Removed."))
    return redirect(link(member, "safety"))


def _find_store(member: Membership) -> StoreView | None:
    return sellers.get_stores([member.seller_id]).get(member.seller_id)


def _who(member: Membership) -> dict[str, Any]:
    return {"seller_id": member.seller_id, "person_id": member.person_id, "now": clock.now()}
