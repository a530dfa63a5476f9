"""Verification: the queue, one case with its papers on one screen, the decision at its foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from csp.decorators import csp, csp_update
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext as _, gettext_noop
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.markets import queries as markets
from entrepot.markets.rules import find_id_fault
from entrepot.operator_console import words
from entrepot.operator_console.desk import actor, operators_only, show
from entrepot.operator_console.forms import FreezeForm, JudgementForm, ReasonForm
from entrepot.payouts import queries as payouts
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import RegistrationView
from entrepot.ui import refusals
from entrepot.ui.address_form import region_name
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

# What browsers show without running anything of it; all else is handed out as a download.
_SHOWN_TYPES = {"application/pdf", "image/jpeg", "image/png"}
CHECKS = {
    None: (gettext_noop("well-formed"), "leaf"),
    "empty": (gettext_noop("missing"), "brick"),
    "bad_form": (gettext_noop("not written as such numbers are"), "brick"),
    "bad_check_digit": (gettext_noop("the check digit is wrong"), "brick"),
}
ROLES = {
    "legal_name": gettext_noop("Legal name"),
    "trade_name": gettext_noop("Trade name"),
    "representative": gettext_noop("Who may sign for it"),
    "account_holder": gettext_noop("Holder of the account"),
}
LIST_KINDS = {"sanctions": gettext_noop("sanctions"), "exposed": gettext_noop("people near power")}


@operators_only
@require_GET
def queue(request: PageRequest) -> HttpResponse:
    """Show who waits, the longest first."""
    items = queries.verification_queue()
    hits = queries.count_open_hits(item.seller_id for item in items)
    now = clock.now()
    context = {
        "items": [(item, (now - item.submitted_at).days, hits.get(item.seller_id)) for item in items],
        "lists": queries.list_screening_lists(),
    }
    return show(request, "queue", "verification", context)


@operators_only
@require_GET
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
def case(request: PageRequest, seller_id: UUID) -> HttpResponse:
    """Show a seller's case."""
    return _show_case(request, seller_id)


@operators_only
@require_POST
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
def decide(request: PageRequest, seller_id: UUID) -> HttpResponse:
    """Take a decision about a seller."""
    decision = request.POST.get("decision", "")
    who: dict[str, Any] = {"seller_id": seller_id, "actor": actor(request), "now": clock.now()}
    form = ReasonForm(request.POST)
    try:
        if decision == "approve":
            operations.approve_seller(**who)
        elif decision == "reinstate":
            operations.reinstate_seller(**who)
        elif decision == "suspend":
            if not form.is_valid():
                return _show_case(request, seller_id, form=form, status=422)
            operations.suspend_seller(**who, reasons=[{"field": "", "reason": form.cleaned_data["reason"]}])
        elif decision == "reject":
            if not (reasons := _reasons(request)):
                fault = _("Say of at least one item what is wrong with it, or write why in your own words.")
                return _show_case(request, seller_id, fault=fault, status=422)
            operations.reject_seller(**who, reasons=reasons)
        else:
            raise NotFound(decision=decision)
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("Decided; the seller is told."))
    return redirect("operator_console:case", seller_id=seller_id)


def _reasons(request: PageRequest) -> list[dict[str, str]]:
    """Return what the operator wrote beside the items of a case; an empty line is nothing."""
    return [
        {"field": name.removeprefix("reason-"), "reason": text}
        for name, value in request.POST.items()
        if name.startswith("reason-") and (text := str(value).strip()[:2000])
    ]


@operators_only
@require_POST
def compare(request: PageRequest, seller_id: UUID) -> HttpResponse:
    """Compare the seller's names with the lists now."""
    found = operations.screen_seller(seller_id=seller_id, now=clock.now())
    if found is None:
        messages.info(request, _("There is no list of names in force. Import one: entrepot screening import FILE."))
    else:
        messages.success(request, _("The names were compared with the lists in force."))
    return redirect("operator_console:case", seller_id=seller_id)


@operators_only
@require_POST
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
def judge(request: PageRequest, seller_id: UUID) -> HttpResponse:
    """Record that the matches on lists are somebody else, and why."""
    form = JudgementForm(request.POST)
    if not form.is_valid():
        return _show_case(request, seller_id, judgement=form, status=422)
    try:
        operations.clear_screening(
            seller_id=seller_id, reason=form.cleaned_data["reason"], actor=actor(request), now=clock.now()
        )
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("Recorded."))
    return redirect("operator_console:case", seller_id=seller_id)


@operators_only
@require_GET
@xframe_options_sameorigin
@csp({"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"]})  # type: ignore[arg-type]
def document(request: PageRequest, seller_id: UUID, document_id: UUID) -> FileResponse:
    """Show one paper of a case inside it, or hand it out."""
    paper = queries.read_document(document_id=document_id, seller_id=seller_id)
    response = attachment(paper.content, file_name=paper.file_name, media_type=paper.media_type)
    if "shown" in request.GET and paper.media_type in _SHOWN_TYPES:
        response["Content-Disposition"] = "inline"
        del response["Content-Security-Policy"]  # Ours, above: a sandboxed answer would not show a PDF.
    return response


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the seller said or sent, with what we found of it, and what was asked of it before."""

    name: str
    label: str
    value: str
    check: tuple[str, str] | None
    is_code: bool
    asked: str


def _show_case(
    request: PageRequest,
    seller_id: UUID,
    *,
    form: ReasonForm | None = None,
    judgement: JudgementForm | None = None,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    found = queries.get_verification_case(seller_id)
    registration, lists = found.registration, queries.list_screening_lists()
    text, tone = words.state(registration.state, words.SELLER_STATES)
    labels = {kind: _(label) for kind, label, _required in registration.documents_wanted}
    asked = {row.get("field", ""): row["reason"] for row in registration.reasons}
    context = {
        "case": found,
        "missing": words.missing(registration),
        "history": words.trail(found.history),
        "registration": registration,
        "items": _items(registration, asked),
        "papers": [
            (paper, labels.get(paper.kind, paper.kind), paper.media_type.startswith("image/"), paper.kind)
            for paper in registration.documents
        ],
        "general_reason": asked.get("", ""),
        "state_text": text,
        "state_tone": tone,
        "form": form or ReasonForm(),
        "judgement": judgement or JudgementForm(),
        "freeze": FreezeForm(),
        "hold": payouts.find_hold(seller_id),
        "fault": fault,
        "written": {name: value for name, value in request.POST.items() if name.startswith("reason-")},
        "screening": _screening(seller_id, lists),
        "lists": lists,
        "store": queries.get_stores([seller_id]).get(seller_id),
    }
    return show(request, "case", "verification", context, status=status)


def _items(registration: RegistrationView, asked: Mapping[str, str]) -> list[Item]:
    fields = registration.fields
    address = ", ".join(
        part
        for part in (
            " ".join(filter(None, (fields["street"], fields["street2"]))),
            " ".join(filter(None, (fields["postal_code"], fields["city"]))),
            region_name(registration.country, fields["region"], get_language() or "en"),
        )
        if part
    )
    said = [
        ("legal_name", _("Legal name"), registration.legal_name, False),
        ("trade_name", _("Trade name"), fields["trade_name"], False),
        ("representative", _("Signs for it"), fields["representative"], False),
        ("address", _("Address"), address, False),
        ("phone", _("Phone"), fields["phone"], True),
        ("email", _("E-mail"), fields["email"], True),
        ("register_number", _("Register"), f"{fields['register_name']} {fields['register_number']}".strip(), False),
    ]
    items = [
        Item(name, label, value, None, is_code, asked.get(name, ""))
        for name, label, value, is_code in said
        if value or name != "trade_name"
    ]
    kinds = {}
    section = markets.get_pack(registration.country).registration
    if section is not None and registration.form in section.forms:
        kinds = {kind.kind: kind for kind in section.forms[registration.form].ids}
    for wanted in registration.ids:
        code = find_id_fault(kinds[wanted.kind], wanted.value) if wanted.kind in kinds else None
        check: tuple[str, str] | None = None
        if wanted.value or wanted.is_required:
            message, tone = CHECKS[code] if code in CHECKS else CHECKS["bad_form"]
            check = tone, _(message)
        name = f"ids.{wanted.kind}"
        items.append(Item(name, _(wanted.label), wanted.value, check, True, asked.get(name, "")))
    account = registration.bank_account
    if account is not None:
        check = ("leaf", _("own name")) if account.is_own_name else ("brick", _("another name"))
        value = f"{account.holder}, …{account.hint} {account.currency}"
        items.append(Item("bank_account", _("Bank account"), value, check, False, asked.get("bank_account", "")))
    vat = _("registered") if registration.vat_registered else _("not registered")
    items.append(Item("vat", _("VAT"), vat, None, False, asked.get("vat", "")))
    return items


def _screening(seller_id: UUID, in_force: Sequence[queries.ListView]) -> dict[str, Any] | None:
    found = queries.find_screening(seller_id, in_force=in_force)
    if found is None:
        return None
    return {
        "found": found,
        "hits": [(hit, _(ROLES.get(hit.role, hit.role)), _(LIST_KINDS[hit.list_kind])) for hit in found.hits],
        "names": [(_(ROLES.get(role, role)), name) for role, name in found.names],
        "lists": [f"{code} {version}" for code, version in found.lists],
        "cleared_by": words.who([found.cleared_by])[found.cleared_by] if found.cleared_by else "",
    }
