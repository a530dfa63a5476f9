"""The store: its front, where parcels leave from, what delivery costs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, Forbidden
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.seller_centre.forms import StoreForm, TemplateForm
from entrepot.seller_centre.seats import seat, show, store_tabs
from entrepot.sellers import operations, queries as sellers
from entrepot.sellers.queries import Membership, StoreView
from entrepot.shipping import operations as shipping, queries as templates
from entrepot.shipping.presets import list_presets
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest


@seat("view_store")
def store(request: PageRequest, member: Membership) -> HttpResponse:
    """Show the store and take changes; the first time it opens."""
    current = sellers.get_stores([member.seller_id]).get(member.seller_id)
    form = _form(request, member, current)
    if request.method == "POST":
        if not member.may("manage_store"):
            raise Forbidden(role=member.role)
        if form.is_valid() and _save(form, member, current):
            messages.success(request, _("Saved."))
            return redirect("seller_centre:store", seller_id=member.seller_id)
    context = {
        "store": current,
        "tabs": store_tabs(member),
        "form": form,
        "can_edit": member.may("manage_store"),
        "templates": _templates(member) if current else [],
        "template_form": _template_form(None, current) if current else None,
    }
    return show(request, member, "store", "store", context)


@seat("manage_delivery")
@require_POST
def template(request: PageRequest, member: Membership) -> HttpResponse:
    """Take a delivery template over from the presets of the country that parcels leave from."""
    current = sellers.get_stores([member.seller_id]).get(member.seller_id)
    form = _template_form(request.POST, current) if current else None
    if current is not None and form is not None and form.is_valid():
        preset = next(
            row for row in list_presets(current.dispatch_country) if row.shipping_class == form.cleaned_data["preset"]
        )
        shipping.set_template(
            seller_id=member.seller_id,
            shipping_class=preset.shipping_class,
            name=preset.name,
            currency=preset.currency,
            handling_days_min=preset.handling_days_min,
            handling_days_max=preset.handling_days_max,
            services=preset.services,
            default_item_weight_g=preset.default_item_weight_g,
            now=clock.now(),
        )
        messages.success(request, _("The delivery template is yours now."))
    return redirect("seller_centre:store", seller_id=member.seller_id)


def _form(request: PageRequest, member: Membership, current: StoreView | None) -> StoreForm:
    pack = markets.get_pack(member.seller_country)
    countries = list(dict.fromkeys([member.seller_country, *([current.dispatch_country] if current else [])]))
    initial: dict[str, Any] = {"name": member.seller_name}
    if current is not None:
        names = ("name", "story", "dispatch_country", "dispatch_region", "dispatch_postal_code", "dispatch_city")
        initial = {name: getattr(current, name) for name in (*names, "language")}
    return StoreForm(
        request.POST if request.method == "POST" else None,
        countries=countries,
        languages=list(pack.languages),
        is_new=current is None,
        initial=initial,
    )


def _save(form: StoreForm, member: Membership, current: StoreView | None) -> bool:
    who: dict[str, Any] = {"seller_id": member.seller_id, "person_id": member.person_id, "now": clock.now()}
    try:
        if current is None:
            operations.open_store(**who, **form.cleaned_data)
        else:
            operations.change_store(**who, **form.cleaned_data)
    except DomainError as refusal:
        refusals.into_form(form, refusal)
        return False
    return True


def _template_form(data: Any, current: StoreView) -> TemplateForm:
    presets = [(row.shipping_class, row.name) for row in list_presets(current.dispatch_country)]
    return TemplateForm(data, presets=presets, initial={"preset": presets[0][0] if presets else None})


def _templates(member: Membership) -> list[dict[str, Any]]:
    """Return the seller's templates with the cheapest price of each service."""
    rows = []
    for found in templates.list_templates(seller_id=member.seller_id):
        services = []
        for service in found.services:
            steps = [step[1] for zone in service["zones"] for step in zone["steps"]]
            services.append(
                {
                    "name": service["name"],
                    "carrier": service["carrier"],
                    "tracked": service["tracked"],
                    "duties_prepaid": service["duties_prepaid"],
                    "countries": sum(len(zone["countries"]) for zone in service["zones"]),
                    "everywhere": any("*" in zone["countries"] for zone in service["zones"]),
                    "cheapest": Money(min(steps), found.currency),
                }
            )
        rows.append({"template": found, "services": services})
    return rows
