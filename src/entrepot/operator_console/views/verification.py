"""Verification: the queue, one case with its papers on one screen, the decision at its foot."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_noop
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.operator_console import words
from entrepot.operator_console.desk import actor, operators_only, show
from entrepot.operator_console.forms import ReasonForm
from entrepot.sellers import operations, queries
from entrepot.ui import refusals
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

STATES = {
    "draft": (gettext_noop("Draft"), "quiet"),
    "submitted": (gettext_noop("Waiting for us"), "sea"),
    "approved": (gettext_noop("Approved"), "leaf"),
    "rejected": (gettext_noop("Given back"), "quiet"),
    "suspended": (gettext_noop("Suspended"), "brick"),
}


@operators_only
@require_GET
def queue(request: PageRequest) -> HttpResponse:
    """Show who waits, the longest first."""
    return show(request, "queue", "verification", {"items": queries.verification_queue()})


@operators_only
@require_GET
def sellers(request: PageRequest) -> HttpResponse:
    """Show all sellers, of one state or all."""
    state = request.GET.get("state", "")
    rows = queries.list_sellers(state=state if state in STATES else None, limit=200)
    counts = queries.count_sellers()
    context = {
        "rows": [(row, *_words(row.state)) for row in rows],
        "chips": [(code, _words(code)[0], counts[code]) for code in STATES if code in counts],
        "state": state,
    }
    return show(request, "sellers", "sellers", context)


@operators_only
@require_GET
def case(request: PageRequest, seller_id: UUID) -> HttpResponse:
    """Show a seller's case."""
    return _show_case(request, seller_id, ReasonForm())


@operators_only
@require_POST
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
        elif decision in ("reject", "suspend"):
            if not form.is_valid():
                return _show_case(request, seller_id, form, status=422)
            act = operations.reject_seller if decision == "reject" else operations.suspend_seller
            act(**who, reasons=[{"field": "", "reason": form.cleaned_data["reason"]}])
        else:
            raise NotFound(decision=decision)
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("Decided; the seller is told."))
    return redirect("operator_console:case", seller_id=seller_id)


@operators_only
@require_GET
def document(request: PageRequest, seller_id: UUID, document_id: UUID) -> FileResponse:
    """Hand out one paper of a case as a download."""
    paper = queries.read_document(document_id=document_id, seller_id=seller_id)
    return attachment(paper.content, file_name=paper.file_name, media_type=paper.media_type)


def _show_case(request: PageRequest, seller_id: UUID, form: ReasonForm, status: int = 200) -> HttpResponse:
    found = queries.get_verification_case(seller_id)
    registration = found.registration
    text, tone = _words(registration.state)
    labels = {kind: _(label) for kind, label, _required in registration.documents_wanted}
    context = {
        "case": found,
        "missing": words.missing(registration),
        "history": words.trail(found.history),
        "registration": registration,
        "papers": [(labels.get(paper.kind, paper.kind), paper) for paper in registration.documents],
        "state_text": text,
        "state_tone": tone,
        "form": form,
        "store": queries.get_stores([seller_id]).get(seller_id),
    }
    return show(request, "case", "verification", context, status=status)


def _words(state: str) -> tuple[str, str]:
    text, tone = STATES[state]
    return _(text), tone
