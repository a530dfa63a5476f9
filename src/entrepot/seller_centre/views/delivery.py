"""What delivery costs: templates taken over from an ordinary tariff, their ways of sending, zones and prices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anyascii import anyascii
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, Forbidden, NotFound
from entrepot.kernel.money import Money
from entrepot.seller_centre import words
from entrepot.seller_centre.forms import PriceCheckForm, ServiceForm, TemplateForm, TemplateSettingsForm, ZoneForm
from entrepot.seller_centre.forms.delivery import EVERYWHERE, country_choices
from entrepot.seller_centre.seats import crumbs, link, seat, show, store_tabs
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership, StoreView
from entrepot.shipping import labels, operations, queries
from entrepot.shipping.presets import Preset, list_presets
from entrepot.shipping.queries import TemplateView
from entrepot.shipping.rules import DeliveryTemplate, list_choices
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest

_COUNTRIES_SHOWN = 4


@seat("view_store")
def delivery(request: PageRequest, member: Membership) -> HttpResponse:
    """Show the delivery templates, and from which ordinary tariffs one can start."""
    store = _store(member)
    templates = queries.list_templates(seller_id=member.seller_id)
    presets = list_presets(store.dispatch_country) if store else ()
    context = {
        "tabs": store_tabs(member, "delivery"),
        "store": store,
        "templates": [(row, [_service_row(row, service) for service in row.services]) for row in templates],
        "preset_form": _preset_form(None, presets),
        "can_edit": store is not None and bool(presets) and member.may("manage_delivery"),
    }
    return show(request, member, "delivery", "store", context)


@seat("manage_delivery")
@require_POST
def take_preset(request: PageRequest, member: Membership) -> HttpResponse:
    """Take a delivery template over from the presets of the country that parcels leave from."""
    store = _store(member)
    presets = list_presets(store.dispatch_country) if store else ()
    form = _preset_form(request.POST, presets)
    if form.is_valid():
        preset = next(row for row in presets if row.shipping_class == form.cleaned_data["preset"])
        operations.set_template(
            seller_id=member.seller_id,
            shipping_class=preset.shipping_class,
            name=labels.service(preset.name),  # Only the seller reads it.
            currency=preset.currency,
            handling_days_min=preset.handling_days_min,
            handling_days_max=preset.handling_days_max,
            services=preset.services,
            default_item_weight_g=preset.default_item_weight_g,
            now=clock.now(),
        )
        messages.success(request, _("The delivery template is yours now."))
    return redirect("seller_centre:delivery", seller_id=member.seller_id)


@seat("view_store")
def template(request: PageRequest, member: Membership, shipping_class: str) -> HttpResponse:
    """Show one template, change what holds for all of it, and say what a parcel would cost."""
    found = queries.get_template(seller_id=member.seller_id, shipping_class=shipping_class)
    names = ("name", "handling_days_min", "handling_days_max", "default_item_weight_g", "version")
    form = TemplateSettingsForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(found, name) for name in names}
    )
    if request.method == "POST":
        if not member.may("manage_delivery"):
            raise Forbidden(role=member.role)
        if form.is_valid() and _save(found, member, form, **form.cleaned_data):
            messages.success(request, _("Saved."))
            return redirect(
                "seller_centre:delivery_template", seller_id=member.seller_id, shipping_class=shipping_class
            )
    asked = PriceCheckForm(request.GET if "to" in request.GET else None)
    context = {
        "crumbs": _way(member, found),
        "template": found,
        "services": [_service_row(found, service) for service in found.services],
        "form": form,
        "can_edit": member.may("manage_delivery"),
        "asked": asked,
        "answers": _answers(found, asked) if asked.is_valid() else None,
        "is_standard": found.shipping_class == "standard",
    }
    return show(request, member, "delivery_template", "store", context)


@seat("manage_delivery")
@require_POST
def remove_template(request: PageRequest, member: Membership, shipping_class: str) -> HttpResponse:
    """Take a template away."""
    found = queries.get_template(seller_id=member.seller_id, shipping_class=shipping_class)
    operations.delete_template(seller_id=member.seller_id, shipping_class=shipping_class)
    messages.success(request, _("The template “%(name)s” is removed.") % {"name": found.name})
    return redirect("seller_centre:delivery", seller_id=member.seller_id)


@seat("manage_delivery")
def add_service(request: PageRequest, member: Membership, shipping_class: str) -> HttpResponse:
    """Add a way of sending: an ordinary one of the country to where one wants, or one of the seller's own."""
    found = queries.get_template(seller_id=member.seller_id, shipping_class=shipping_class)
    offers = _offers(member, found, request.GET.get("to", ""))
    sent = request.POST if request.method == "POST" else None
    form, zone_form = ServiceForm(sent), ZoneForm(sent, currency=found.currency, prefix="zone")
    if sent is not None and "preset" in sent:
        taken = next((service for service in _offers(member, found, "") if service["code"] == sent["preset"]), None)
        if taken is None:
            raise NotFound()
        _save(found, member, None, services=[*found.services, taken])
        return _to_service(member, found, taken["code"])
    if sent is not None and form.is_valid() and zone_form.is_valid():
        code = _new_code(form.cleaned_data["name"], found)
        service = {"code": code, **form.document(), "zones": [zone_form.document()]}
        if _save(found, member, form, services=[*found.services, service]):
            return _to_service(member, found, code)
    context = {
        "crumbs": _way(member, found, here=_("Add a way of sending")),
        "template": found,
        "offers": [_service_row(found, service) for service in offers],
        "countries": country_choices(),
        "to": request.GET.get("to", ""),
        "form": form,
        "zone_form": zone_form,
    }
    return show(request, member, "delivery_add", "store", context)


@seat("manage_delivery")
def service(request: PageRequest, member: Membership, shipping_class: str, service: str) -> HttpResponse:
    """Show one way of sending with its zones, and change what it is."""
    found, place = _find(member, shipping_class, service)
    current = found.services[place]
    form = ServiceForm(request.POST if request.method == "POST" else None, initial=current)
    if request.method == "POST" and form.is_valid():
        changed = {"code": service, **form.document(), "zones": current["zones"]}
        if _save(found, member, form, services=_replaced(found, place, changed)):
            messages.success(request, _("Saved."))
            return _to_service(member, found, service)
    context = {
        "crumbs": _way(member, found, here=labels.service(current["name"])),
        "template": found,
        "service": current,
        "row": _service_row(found, current),
        "form": form,
        "new_zone": len(current["zones"]),
    }
    return show(request, member, "delivery_service", "store", context)


@seat("manage_delivery")
@require_POST
def remove_service(request: PageRequest, member: Membership, shipping_class: str, service: str) -> HttpResponse:
    """Take a way of sending away; the last one goes with its template."""
    found, place = _find(member, shipping_class, service)
    left = [row for number, row in enumerate(found.services) if number != place]
    if not left:
        messages.error(request, _("It is the last way of sending: remove the template instead."))
        return _to_service(member, found, service)
    _save(found, member, None, services=left)
    messages.success(request, _("Removed."))
    return redirect("seller_centre:delivery_template", seller_id=member.seller_id, shipping_class=shipping_class)


@seat("manage_delivery")
def zone(request: PageRequest, member: Membership, shipping_class: str, service: str, zone: int) -> HttpResponse:
    """Show one zone with its prices by weight and change it; the number after the last one is a new zone."""
    found, place = _find(member, shipping_class, service)
    current = found.services[place]
    zones = current["zones"]
    if zone > len(zones):
        raise NotFound()
    others = {code for number, row in enumerate(zones) if number != zone for code in row["countries"]}
    form = ZoneForm(
        request.POST if request.method == "POST" else None,
        currency=found.currency,
        zone=zones[zone] if zone < len(zones) else None,
        taken=others,
    )
    if request.method == "POST" and form.is_valid():
        changed = {**current, "zones": [*zones[:zone], form.document(), *zones[zone + 1 :]]}
        if _save(found, member, form, services=_replaced(found, place, changed)):
            messages.success(request, _("Saved."))
            return _to_service(member, found, service)
    name = labels.service(current["name"])
    way = (name, link(member, "delivery_service", shipping_class=shipping_class, service=service))
    context = {
        "crumbs": _way(member, found, way, here=_("Zone")),
        "template": found,
        "service": current,
        "form": form,
        "zone": zone,
        "is_new": zone == len(zones),
    }
    return show(request, member, "delivery_zone", "store", context)


@seat("manage_delivery")
@require_POST
def remove_zone(request: PageRequest, member: Membership, shipping_class: str, service: str, zone: int) -> HttpResponse:
    """Take a zone away; the last one goes with its way of sending."""
    found, place = _find(member, shipping_class, service)
    current = found.services[place]
    if zone >= len(current["zones"]):
        raise NotFound()
    left = [row for number, row in enumerate(current["zones"]) if number != zone]
    if not left:
        messages.error(request, _("It is the last zone: remove the way of sending instead."))
    else:
        _save(found, member, None, services=_replaced(found, place, {**current, "zones": left}))
        messages.success(request, _("Removed."))
    return _to_service(member, found, service)


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A way of sending as lists show it."""

    code: str
    name: str
    carrier: str
    channel: str
    is_tracked: bool
    is_prepaid: bool
    cheapest: Money
    zones: list[dict[str, Any]]

    places: str


def _service_row(found: TemplateView, service: Mapping[str, Any]) -> ServiceRow:
    return ServiceRow(
        code=service["code"],
        name=labels.service(service["name"]),
        carrier=service["carrier"],
        channel=_(words.CHANNELS[service["channel"]]),
        is_tracked=service.get("tracked", True),
        is_prepaid=service.get("duties_prepaid", False),
        cheapest=Money(min(step[1] for zone in service["zones"] for step in zone["steps"]), found.currency),
        zones=[_zone_row(zone, found.currency) for zone in service["zones"]],
        places=_places({"countries": [code for zone in service["zones"] for code in zone["countries"]]}),
    )


def _zone_row(zone: Mapping[str, Any], currency: str) -> dict[str, Any]:
    free_over = zone.get("free_over_minor")
    prices = [step[1] for step in zone["steps"]]
    return {
        "places": _places(zone),
        "days_min": zone["days_min"],
        "days_max": zone["days_max"],
        "lowest": Money(min(prices), currency),
        "highest": Money(max(prices), currency),
        "weight_g": zone["steps"][-1][0],
        "per_item": Money(zone.get("per_item_minor", 0), currency),
        "free_over": None if free_over is None else Money(free_over, currency),
    }


def _places(zone: Mapping[str, Any]) -> str:
    """Return where a zone is in few words."""
    codes = [code for code in zone["countries"] if code != EVERYWHERE]
    is_open = EVERYWHERE in zone["countries"]
    if not codes:
        return _("Everywhere else")
    if len(codes) <= _COUNTRIES_SHOWN and not is_open:
        return formats.listing(sorted((formats.country(code) for code in codes), key=str.casefold))
    text = ngettext("%(n)s country", "%(n)s countries", len(codes)) % {"n": formats.number(len(codes))}
    first = _("%(number)s, such as %(names)s") % {"number": text, "names": formats.listing(_likely(codes))}
    return _("%(places)s; and everywhere else") % {"places": first} if is_open else first


def _likely(codes: list[str]) -> list[str]:
    """Return the names of a few countries that tell a seller where a long list is."""
    known = [code for code in ("US", "DE", "BR", "RU", "SA", "JP", "AU", "KZ", "GB") if code in codes]
    return [formats.country(code) for code in (known or codes)[:2]]


def _answers(found: TemplateView, asked: PriceCheckForm) -> list[tuple[str, str, Money, int, int, bool]]:
    """Return what each way of sending would cost for one piece of a weight, worth nothing."""
    template = DeliveryTemplate.from_row(
        currency=found.currency,
        handling_days_min=found.handling_days_min,
        handling_days_max=found.handling_days_max,
        services=found.services,
        default_item_weight_g=found.default_item_weight_g,
    )
    choices = list_choices(template, asked.cleaned_data["to"], [(asked.cleaned_data["weight_g"], None, 1, 0)])
    return [
        (labels.service(row.name), row.carrier, row.price_native, row.days_min, row.days_max, row.duties_prepaid)
        for row in sorted(choices, key=lambda row: row.price_native.minor)
    ]


def _offers(member: Membership, found: TemplateView, to: str) -> list[dict[str, Any]]:
    """Return ordinary ways of sending that the template has not, of those that go to a country (all without one)."""
    store = _store(member)
    presets = list_presets(store.dispatch_country) if store else ()
    had = {service["code"] for service in found.services}
    offers = {
        service["code"]: service
        for preset in presets
        if preset.currency == found.currency
        for service in preset.services
        if service["code"] not in had and (not to or _goes_to(service, to))
    }
    return list(offers.values())


def _goes_to(service: Mapping[str, Any], country: str) -> bool:
    return any(
        (country in zone["countries"] or EVERYWHERE in zone["countries"]) and country not in zone.get("exclude", ())
        for zone in service["zones"]
    )


def _save(found: TemplateView, member: Membership, form: Any, **changes: Any) -> bool:
    """Store a template with some of it changed; a refusal goes onto the form."""
    names = ("name", "handling_days_min", "handling_days_max", "services", "default_item_weight_g", "version")
    try:
        operations.set_template(
            seller_id=member.seller_id,
            shipping_class=found.shipping_class,
            currency=found.currency,
            now=clock.now(),
            **{name: changes.get(name, getattr(found, name)) for name in names},
        )
    except DomainError as refusal:
        if form is None:
            raise
        refusals.into_form(form, refusal)
        return False
    return True


def _store(member: Membership) -> StoreView | None:
    return sellers.get_stores([member.seller_id]).get(member.seller_id)


def _preset_form(data: Any, presets: tuple[Preset, ...]) -> TemplateForm:
    rows = [(row.shipping_class, labels.service(row.name)) for row in presets]
    return TemplateForm(data, presets=rows, initial={"preset": rows[0][0] if rows else None})


def _find(member: Membership, shipping_class: str, code: str) -> tuple[TemplateView, int]:
    found = queries.get_template(seller_id=member.seller_id, shipping_class=shipping_class)
    for place, service in enumerate(found.services):
        if service["code"] == code:
            return found, place
    raise NotFound(service=code)


def _replaced(found: TemplateView, place: int, changed: dict[str, Any]) -> list[dict[str, Any]]:
    return [changed if number == place else row for number, row in enumerate(found.services)]


def _new_code(name: str, found: TemplateView) -> str:
    """Return a code of its own for a new way of sending, like its name."""
    had = {service["code"] for service in found.services}
    base = re.sub(r"[^a-z0-9]+", "_", anyascii(name).lower()).strip("_")[:32] or "own"
    return next(code for code in (base, *(f"{base}_{number}" for number in range(2, 100))) if code not in had)


def _to_service(member: Membership, found: TemplateView, code: str) -> HttpResponse:
    return redirect(
        "seller_centre:delivery_service",
        seller_id=member.seller_id,
        shipping_class=found.shipping_class,
        service=code,
    )


def _way(member: Membership, found: TemplateView, *between: tuple[str, str], here: str = "") -> list[dict[str, str]]:
    top = (_("Delivery"), link(member, "delivery"))
    if not here:
        return crumbs(top, here=found.name)
    own = (found.name, link(member, "delivery_template", shipping_class=found.shipping_class))
    return crumbs(top, own, *between, here=here)
