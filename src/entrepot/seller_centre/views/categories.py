"""A seller's own categories: where each belongs in the shop, and what customs must know of its goods."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from entrepot.catalog import operations, queries
from entrepot.catalog.queries import SellerCategoryView
from entrepot.customs.classification import Candidate
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.markets import queries as markets
from entrepot.seller_centre import suggestions
from entrepot.seller_centre.categories import Shelves
from entrepot.seller_centre.forms import ContactsForm
from entrepot.seller_centre.forms.choices import contact_id
from entrepot.seller_centre.forms.listings import CustomsForm, MappingForm
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest


@seat("manage_listings")
def categories(request: PageRequest, member: Membership) -> HttpResponse:
    """Show the categories of a seller's feeds and take where each belongs; their listings move there."""
    shelves = Shelves(request.choice.language)
    rows = queries.list_seller_categories(member.seller_id)
    form = MappingForm(request.POST or None, rows=rows, shelves=shelves)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            _map(request, member, form.changed())
            return redirect(link(member, "categories"))
        status = 422
    context = {
        "rows": [(row, shelves.name_of(row.text), form[f"category_{row.id}"]) for row in rows],
        "has_unclassified": any(row.without_hs and row.hs_code is None for row in rows),
        "form": form,
        "shelves": shelves,
        "crumbs": crumbs((_("Listings"), link(member, "listings")), here=_("Your categories")),
    }
    return show(request, member, "listings/categories", "listings", context, status)


def _map(request: PageRequest, member: Membership, changed: dict[str, str]) -> None:
    now = clock.now()
    moved = sum(
        operations.map_category(seller_id=member.seller_id, seller_category=text, category=slug, now=now)
        for text, slug in changed.items()
    )
    text = ngettext("Saved; %(n)s listing moved.", "Saved; %(n)s listings moved.", moved)
    messages.success(request, text % {"n": formats.number(moved)})


@seat("manage_listings")
def customs(request: PageRequest, member: Membership, category_id: int) -> HttpResponse:
    """Take HS code, origin and weight for a whole category of the seller's; saving confirms them."""
    category = _category(member.seller_id, category_id)
    name = Shelves(request.choice.language).name_of(category.text)
    candidates: tuple[Candidate, ...] = ()
    if category.hs_code is None:
        candidates = _suggested(member.seller_id, category_id)
    initial = {
        "hs_code": category.hs_code,
        "origin_country": category.origin_country or queries.get_dispatch_country(member.seller_id),
        "default_weight_g": category.default_weight_g,
    }
    if code := suggestions.taken(request.POST):
        typed = {name: request.POST.get(name, "") for name in initial}
        form = CustomsForm(countries=markets.list_iso_countries(), initial={**typed, "hs_code": code})
    else:
        form = CustomsForm(request.POST or None, countries=markets.list_iso_countries(), initial=initial)
    if form.is_bound and form.is_valid():
        try:
            result = operations.set_category_customs(
                seller_id=member.seller_id,
                seller_category=category.text,
                hs_code=form.cleaned_data["hs_code"],
                origin_country=form.cleaned_data["origin_country"],
                default_weight_g=form.cleaned_data["default_weight_g"],
                confirmed_by=member.person_id,
                shown=suggestions.shown(request.POST, member),
                now=clock.now(),
            )
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            text = ngettext("Confirmed for %(n)s listing.", "Confirmed for %(n)s listings.", result.listings)
            messages.success(request, text % {"n": formats.number(result.listings)})
            return redirect(link(member, "categories"))
    context = {
        "category": category,
        "name": name,
        "form": form,
        "contacts": _contacts_form(member, category),
        "suggested": suggestions.rows(candidates),
        "sealed": suggestions.seal(candidates),
        "crumbs": crumbs(
            (_("Listings"), link(member, "listings")), (_("Your categories"), link(member, "categories")), here=name
        ),
    }
    return show(request, member, "listings/customs", "listings", context, 422 if form.errors else 200)


@seat("manage_listings")
@require_POST
def safety(request: PageRequest, member: Membership, category_id: int) -> HttpResponse:
    """Take who made a category's goods and who answers for their safety in the European Union."""
    category = _category(member.seller_id, category_id)
    form = _contacts_form(member, category, request.POST)
    if form.is_valid() and form.has_changed():
        changed: dict[str, Any] = {name: contact_id(form.cleaned_data[name]) for name in form.changed_data}
        try:
            result = operations.set_category_contacts(
                seller_id=member.seller_id, seller_category=category.text, **changed, now=clock.now()
            )
        except DomainError as refusal:
            messages.error(request, refusals.text(refusal))
        else:
            text = ngettext("Saved for %(n)s listing.", "Saved for %(n)s listings.", result.listings)
            messages.success(request, text % {"n": formats.number(result.listings)})
    return redirect(link(member, "customs", category_id=category_id))


def _contacts_form(member: Membership, category: SellerCategoryView, said: QueryDict | None = None) -> ContactsForm:
    return ContactsForm(
        said,
        contacts=sellers.list_safety_contacts(member.seller_id),
        none=_("As for the store"),
        initial={"manufacturer_id": category.manufacturer_id, "responsible_id": category.responsible_id},
        prefix="safety",
    )


def _suggested(seller_id: UUID, category_id: int) -> tuple[Candidate, ...]:
    found = queries.suggest_codes_of_categories(seller_id)
    return next((one.candidates for one in found if one.id == category_id), ())


def _category(seller_id: UUID, category_id: int) -> SellerCategoryView:
    for category in queries.list_seller_categories(seller_id):
        if category.id == category_id:
            return category
    raise NotFound(category_id=category_id)
