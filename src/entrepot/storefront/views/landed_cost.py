"""What goods cost delivered: a page to try any way, and a page that says what applies in each country."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.pricing.estimates import Estimate, make_estimate
from entrepot.storefront import charges, country_rules, estimating, words
from entrepot.ui import formats
from entrepot.ui.limits import RateLimit
from entrepot.ui.requests import PageRequest

_asked_often = RateLimit(60)


@require_GET
def landed_cost(request: PageRequest) -> HttpResponse:
    """Work out what goods would cost delivered; everything that is asked stands in the address."""
    now, choice = clock.now(), request.choice
    table = markets.get_fx(at=now)
    asked = estimating.Estimating(request.GET, choice=choice, currencies={"EUR", *table.per_eur})
    context: dict[str, Any] = {
        "place": "",
        "asked": asked,
        "form": asked.form,
        "examples": estimating.list_examples(choice, rate=table.rate("EUR", choice.currency)),
    }
    status = 200
    if asked.is_sent:
        if _asked_often.seconds_to_wait(request):
            asked.form.add_error(None, _("That was often. Wait a few minutes and try again."))
            status = 429
        else:
            context |= _work_out(asked)
            status = 200 if "estimate" in context or "why_not" in context else 422
    if request.headers.get("HX-Request"):
        status = 200  # htmx swaps nothing in that was refused.
    return render(request, "storefront/landed_cost.html", context, status=status)


def _work_out(asked: estimating.Estimating) -> dict[str, Any]:
    """Return what a page shows of the answer; nothing where a field cannot be taken."""
    wanted = asked.read()
    if wanted is None:
        return {}
    try:
        found = make_estimate(wanted, now=clock.now())
    except DomainError as refusal:
        if asked.refuse(refusal):
            return {}
        return {"why_not": words.refused(refusal), "source": words.source_of(refusal)}
    return _answer(found, wanted.origin)


def _answer(found: Estimate, origin: str) -> dict[str, Any]:
    country, order = found.country, found.order
    # The figure on this page holds what falls due on delivery, so it is told even where it is not certain.
    note, tone = words.delivered_note(order.import_charges, True, country, Money(order.at_door, found.currency))
    return {
        "estimate": found,
        "note": note,
        "tone": tone if order.sure else "brick",
        "charges": charges.of_order(order, currency=found.currency, country=country),
        "title": _("%(origin)s to %(destination)s")
        % {"origin": formats.country(origin), "destination": formats.country(country)},
        "country": country,
        "country_slug": country_rules.slug_of(country),
        "closed": None if found.corridor.open else words.why_not(found.corridor.reason or ""),
    }


@require_GET
def countries(request: PageRequest) -> HttpResponse:
    """Show every country, and how far its rules are known."""
    statuses = country_rules.list_statuses(at=clock.now())
    names = estimating.list_countries(request.choice.language)
    rows = []
    for code, name in names:
        text, tone = country_rules.STATUSES[statuses[code]]
        rows.append({"code": code, "name": name, "slug": country_rules.slug_of(code), "tone": tone, "text": _(text)})
    counts = [
        (_(text), tone, sum(status == code for status in statuses.values()))
        for code, (text, tone) in country_rules.STATUSES.items()
    ]
    return render(request, "storefront/landed_cost_countries.html", {"place": "", "rows": rows, "counts": counts})


@require_GET
def country(request: PageRequest, country: str) -> HttpResponse:
    """Show what applies to goods that come into a country, and since when."""
    code = country_rules.find_country(country)
    slug = country_rules.slug_of(code)
    if country != slug:
        return redirect("storefront:landed_cost_country", country=slug)
    found = country_rules.describe(code, at=clock.now())
    context = {
        "place": "",
        "found": found,
        "name": formats.country(code),
        "slug": slug,
        "part_of_slug": country_rules.slug_of(found.part_of) if found.part_of else "",
        "places": [(place, country_rules.slug_of(place.country) if place.country else "") for place in found.places],
        "sender": "CN" if code != "CN" else "IT",
    }
    return render(request, "storefront/landed_cost_country.html", context)
