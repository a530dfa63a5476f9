"""The board of markets by stage, and one market: its readiness, its rules, its two switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext as _, gettext_lazy
from django.views.decorators.http import require_GET

from entrepot.kernel import audit, clock
from entrepot.kernel.errors import DomainError
from entrepot.kernel.sentences import Sentence
from entrepot.markets import operations, queries
from entrepot.markets.packs import CountryPack
from entrepot.markets.rules import CLOSED_MARKET, STAGES as STAGE_CODES, MarketStages
from entrepot.operator_console import corridors, words
from entrepot.operator_console.desk import actor, counts_of, operators_only, show
from entrepot.operator_console.forms import STAGES, StageForm
from entrepot.orders.queries import oversight
from entrepot.pricing import labels
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest

SIDES = {"selling": gettext_lazy("Selling"), "buying": gettext_lazy("Buying")}
_FIGURES_OF = timedelta(days=30)
FINDINGS = {
    "ready": (gettext_lazy("ready"), "leaf"),
    "doubtful": (gettext_lazy("doubtful"), "brick"),
    "missing": (gettext_lazy("missing"), "brick"),
}
# What a stage means for people, said before a switch is moved.
EFFECTS = {
    ("selling", "closed"): gettext_lazy("Nobody can register to sell from here, and no goods from here are offered."),
    ("selling", "pilot"): gettext_lazy("Sellers from here register, and sell as soon as you approve them."),
    ("selling", "open"): gettext_lazy("Sellers from here register, and sell as soon as you approve them."),
    ("selling", "suspended"): gettext_lazy(
        "Goods from here are not offered any more. Orders that were placed go on, and payouts too."
    ),
    ("buying", "closed"): gettext_lazy("Nobody here is shown goods or can place an order."),
    ("buying", "pilot"): gettext_lazy("Buyers here see what can be delivered to them, and can order it."),
    ("buying", "open"): gettext_lazy("Buyers here see what can be delivered to them, and can order it."),
    ("buying", "suspended"): gettext_lazy("Buyers here cannot place new orders. Those that were placed go on."),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One market on the board, as seen from one side."""

    code: str
    name: str
    is_ready: bool
    doubts: int
    missing: int
    sellers: int
    listings: int
    orders: int
    reviewed_days: int


@operators_only
@require_GET
def board(request: PageRequest) -> HttpResponse:
    """Show every market of one side by its stage, with its readiness and figures."""
    side = "buying" if request.GET.get("side") == "buying" else "selling"
    now = clock.now()
    stages = queries.get_stages()
    cards = _cards(side, now, counts_of(request).sellers_by_country)
    columns = []
    for code in ("open", "pilot", "suspended", "closed"):
        label, tone = STAGES[code]
        found = [card for card in cards if getattr(stages.get(card.code, CLOSED_MARKET), side) == code]
        columns.append({"code": code, "label": label, "tone": tone, "cards": tuple(found)})
    tabs = [
        {"label": SIDES["selling"], "link": "?side=selling", "current": side == "selling"},
        {"label": SIDES["buying"], "link": "?side=buying", "current": side == "buying"},
    ]
    return show(request, "markets", "markets", {"columns": columns, "side": side, "tabs": tabs})


def _cards(side: str, now: datetime, counts: Mapping[str, Mapping[str, int]]) -> list[Card]:
    orders: dict[str, int] = {}
    for count in oversight.count_orders_by_corridor(since=now - _FIGURES_OF):
        code = count.origin if side == "selling" else count.destination
        orders[code] = orders.get(code, 0) + count.orders
    listings = _listings(side)
    cards, language = [], get_language()
    for pack in queries.list_packs():
        report = queries.readiness(pack.code, today=now.date())
        parts = [part for part in report["parts"] if part["side"] == side]
        cards.append(
            Card(
                code=pack.code,
                name=formats.country(pack.code, language),
                is_ready=report[f"{side}_ready"],
                doubts=sum(part["state"] == "doubtful" for part in parts),
                missing=sum(part["state"] == "missing" for part in parts),
                sellers=counts.get(pack.code, {}).get("approved", 0),
                listings=listings.get(pack.code, 0),
                orders=orders.get(pack.code, 0),
                reviewed_days=report["age_days"],
            )
        )
    return sorted(cards, key=lambda card: (-card.orders, -card.listings, card.name.casefold()))


def _listings(side: str) -> dict[str, int]:
    """Return how many listings each country offers, or how many others would deliver to it."""
    if side == "selling":
        return corridors.count_offered()
    found: dict[str, int] = {}
    every = tuple(pack.code for pack in queries.list_packs())
    for (_origin, destination), number in corridors.count_listings(every).items():
        found[destination] = found.get(destination, 0) + number
    return found


@operators_only
def market(request: PageRequest, code: str) -> HttpResponse:
    """Show one market, and move one of its switches: first what that does, then, confirmed, the move itself."""
    pack = queries.get_pack(code.upper())
    stages = queries.get_stages().get(pack.code, CLOSED_MARKET)
    if request.method != "POST":
        return _show(request, pack, stages, _forms(stages))
    side = request.POST.get("side", "")
    forms = _forms(stages, side, request)
    form = forms.get(side)
    if form is None or not form.is_valid():
        return _show(request, pack, stages, forms, status=422)
    stage, reason = form.cleaned_data["stage"], form.cleaned_data["reason"]
    if "confirmed" not in request.POST and stage != getattr(stages, side):
        return _ask(request, pack, stages, form)
    try:
        moved = operations.set_stage(
            country=pack.code,
            side="selling" if side == "selling" else "buying",
            stage=stage,
            actor=actor(request),
            reason=reason,
            now=clock.now(),
        )
    except DomainError as refusal:
        refusals.into_form(form, refusal)
        return _show(request, pack, stages, forms, status=422)
    if moved:
        messages.success(request, _("The switch is moved and the reason kept."))
    else:
        messages.info(request, _("It stands there already."))
    return redirect("operator_console:market", code=pack.code)


def _forms(stages: MarketStages, side: str = "", request: PageRequest | None = None) -> dict[str, StageForm]:
    return {
        name: StageForm(
            request.POST if request is not None and side == name else None,
            auto_id=f"{name}-%s",
            initial={"side": name, "stage": getattr(stages, name)},
        )
        for name in SIDES
    }


def _ask(request: PageRequest, pack: CountryPack, stages: MarketStages, form: StageForm) -> HttpResponse:
    """Say what a move does before it is made."""
    side, stage = form.cleaned_data["side"], form.cleaned_data["stage"]
    counts = counts_of(request).sellers_by_country.get(pack.code, {})
    context = {
        "pack": pack,
        "name": formats.country(pack.code),
        "side": SIDES[side],
        "before": STAGES[getattr(stages, side)],
        "after": STAGES[stage],
        "effect": EFFECTS[side, stage],
        "approved": counts.get("approved", 0) if side == "selling" else 0,
        "values": form.cleaned_data,
        "is_hard": stage in ("closed", "suspended"),
    }
    return show(request, "market_move", "markets", context)


def _show(
    request: PageRequest, pack: CountryPack, stages: MarketStages, forms: dict[str, StageForm], status: int = 200
) -> HttpResponse:
    now = clock.now()
    report = queries.readiness(pack.code, today=now.date())
    findings = [
        {**part, "words": FINDINGS[part["state"]], "part": _said(part["part"]), "detail": _detail(part["detail"])}
        for part in report["parts"]
    ]
    orders = oversight.count_orders_by_corridor(since=now - _FIGURES_OF)
    context: dict[str, Any] = {
        "pack": pack,
        "name": formats.country(pack.code),
        "switches": [
            {
                "label": SIDES[side],
                "words": STAGES[getattr(stages, side)],
                "reason": getattr(stages, f"{side}_reason"),
                "form": forms[side],
                "parts": [found for found in findings if found["side"] in (side, "both")],
            }
            for side in SIDES
        ],
        "report": report,
        "figures": {
            "sellers": counts_of(request).sellers_by_country.get(pack.code, {}).get("approved", 0),
            "listings": corridors.count_offered().get(pack.code, 0),
            "sent": sum(count.orders for count in orders if count.origin == pack.code),
            "bought": sum(count.orders for count in orders if count.destination == pack.code),
        },
        "bans": queries.list_bans_of(pack.code, on=now.date()),
        "entries": words.trail(audit.list_entries(subject_kind="market", subject_id=pack.code, limit=20)),
    }
    return show(request, "market", "markets", context, status=status)


def _said(text: str) -> str:
    return refusals.reason(text)


def _detail(text: str) -> str:
    """Return what was found of a part; the codes of its doubts as the sentences that buyers read."""
    if not isinstance(text, Sentence) or "doubts" not in text.values:
        return _said(text)
    language = get_language() or "en"
    doubts = " ".join(labels.reason(code, language) for code in text.values["doubts"].split(", "))
    return f"{_said(text.values['finding'])} · {doubts}"


assert set(STAGES) == set(STAGE_CODES)
