"""The board of markets: two switches each, moved with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.kernel import audit, clock
from entrepot.kernel.errors import DomainError
from entrepot.markets import operations, queries
from entrepot.markets.rules import CLOSED_MARKET
from entrepot.operator_console import words
from entrepot.operator_console.desk import actor, operators_only, show
from entrepot.operator_console.forms import STAGES, StageForm
from entrepot.sellers import queries as sellers
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest


@operators_only
@require_GET
def board(request: PageRequest) -> HttpResponse:
    """Show every market with its two stages."""
    stages = queries.get_stages()
    rows: list[dict[str, Any]] = [
        {
            "code": pack.code,
            "name": formats.country(pack.code),
            "currency": pack.currency,
            "selling": _words(stages.get(pack.code, CLOSED_MARKET).selling),
            "buying": _words(stages.get(pack.code, CLOSED_MARKET).buying),
            "can_sell": pack.registration is not None,
            "regimes": len(pack.regimes),
            "is_sure": bool(pack.regimes) and all(rule.confidence != "low" for rule in pack.regimes),
            "reviewed_on": pack.reviewed_on,
        }
        for pack in queries.list_packs()
    ]
    rows.sort(key=lambda row: (not row["can_sell"], row["name"].casefold()))
    counts = {
        code: sum(1 for found in stages.values() if code in (found.selling, found.buying))
        for code in ("pilot", "suspended")
    }
    figures = {
        "selling": sum(found.can_sell for found in stages.values()),
        "buying": sum(found.can_buy for found in stages.values()),
        **counts,
    }
    return show(request, "markets", "markets", {"rows": rows, "figures": figures})


@operators_only
def market(request: PageRequest, code: str) -> HttpResponse:
    """Show one market: its switches, its rules with their sources, who decided what."""
    pack = queries.get_pack(code.upper())
    stages = queries.get_stages().get(pack.code, CLOSED_MARKET)
    side = request.POST.get("side", "")
    form_of = {
        name: StageForm(
            request.POST if side == name else None,
            auto_id=f"{name}-%s",
            initial={"side": name, "stage": getattr(stages, name)},
        )
        for name in ("selling", "buying")
    }
    form = form_of.get(side)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            moved = operations.set_stage(
                country=pack.code,
                side=form.cleaned_data["side"],
                stage=form.cleaned_data["stage"],
                actor=actor(request),
                reason=form.cleaned_data["reason"],
                now=clock.now(),
            )
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            if moved:
                messages.success(request, _("The switch is moved and the reason kept."))
            else:
                messages.info(request, _("It stands there already."))
            return redirect("operator_console:market", code=pack.code)
    context: dict[str, Any] = {
        "pack": pack,
        "name": formats.country(pack.code),
        "switches": [
            ("selling", _("Selling from here"), _words(stages.selling), stages.selling_reason, form_of["selling"]),
            ("buying", _("Buying from here"), _words(stages.buying), stages.buying_reason, form_of["buying"]),
        ],
        "sellers": sellers.count_sellers(country=pack.code),
        "entries": words.trail(audit.list_entries(subject_kind="market", subject_id=pack.code, limit=20)),
    }
    return show(request, "market", "markets", context)


def _words(stage: str) -> tuple[Any, str]:
    return STAGES[stage]
