"""The guided, resumable registration: five steps, built from the pack of the seller's country."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.markets import queries as markets
from entrepot.seller_centre.forms import AboutForm, BankForm, ConfirmForm, DocumentForm, NumbersForm, StartForm
from entrepot.seller_centre.seats import seat, show
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import Membership, RegistrationView
from entrepot.ui import refusals
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

STEPS = ("about", "numbers", "documents", "bank", "confirm")
TERMS_VERSION = "2026-11"


@login_required
@never_cache
def register(request: PageRequest) -> HttpResponse:
    """Begin a registration: the country and the form of the business decide what is asked afterwards."""
    countries = markets.list_seller_countries(clock.now())
    form = StartForm(request.POST or None, countries=countries, initial={"country": request.choice.country})
    if request.method == "POST" and form.is_valid():
        try:
            begun = operations.start_registration(
                person_id=request.user.pk,
                country=form.cleaned_data["country"],
                form=form.cleaned_data["form"],
                now=clock.now(),
            )
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            return redirect("seller_centre:step", seller_id=begun.seller_id, step="about")
    open_ones = [seat for seat in queries.memberships(request.user.pk) if seat.seller_state in ("draft", "rejected")]
    return render(request, "seller_centre/register.html", {"form": form, "open_ones": open_ones})


@seat("view_registration")
@require_GET
def overview(request: PageRequest, member: Membership) -> HttpResponse:
    """Show how far a registration is, and what the operator said."""
    registration = queries.get_registration(member.seller_id)
    return show(request, member, "registration", "registration", _frame(registration))


@seat("manage_registration")
def step(request: PageRequest, member: Membership, step: str) -> HttpResponse:
    """Show one step and take what is filled in."""
    if step not in STEPS:
        raise NotFound(step=step)
    registration = queries.get_registration(member.seller_id)
    form = _form(request, step, registration)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, member, step, form)
        except DomainError as refusal:
            refusals.into_form(form, refusal, form.names() if hasattr(form, "names") else None)
        else:
            if step == "confirm":
                messages.success(request, _("Your registration is with us. We answer by e-mail."))
                return redirect("seller_centre:registration", seller_id=member.seller_id)
            return redirect("seller_centre:step", seller_id=member.seller_id, step=_next(step))
    frame = _frame(registration)
    context: dict[str, Any] = {**frame, "step": step, "form": form, "papers": _papers(registration)}
    context["next_step"], context["missing"] = _next(step), _missing_words(registration)
    return show(request, member, "step", "registration", context)


@seat("manage_registration")
@require_POST
def upload(request: PageRequest, member: Membership) -> HttpResponse:
    """Take one paper."""
    form = DocumentForm(request.POST, request.FILES)
    if form.is_valid():
        paper = form.cleaned_data["paper"]
        try:
            operations.upload_document(
                seller_id=member.seller_id,
                person_id=member.person_id,
                kind=form.cleaned_data["kind"],
                file_name=paper.name,
                content=paper.read(),
                now=clock.now(),
            )
        except DomainError as refusal:
            messages.error(request, refusals.text(refusal))
        else:
            messages.success(request, _("Kept: %(name)s") % {"name": paper.name})
    else:
        messages.error(request, _("Choose a file first."))
    return redirect("seller_centre:step", seller_id=member.seller_id, step="documents")


@seat("manage_registration")
@require_POST
def withdraw(request: PageRequest, member: Membership, document_id: UUID) -> HttpResponse:
    """Take one paper back."""
    operations.withdraw_document(
        seller_id=member.seller_id, person_id=member.person_id, document_id=document_id, now=clock.now()
    )
    return redirect("seller_centre:step", seller_id=member.seller_id, step="documents")


@seat("view_registration")
@require_GET
def document(request: PageRequest, member: Membership, document_id: UUID) -> FileResponse:
    """Hand out one of the seller's own papers as a download."""
    paper = queries.read_document(document_id=document_id, seller_id=member.seller_id)
    return attachment(paper.content, file_name=paper.file_name, media_type=paper.media_type)


def _form(request: PageRequest, step: str, registration: RegistrationView) -> Any:
    data = request.POST or None
    pack = markets.get_pack(registration.country)
    if step == "about":
        return AboutForm(data, initial={**registration.fields, "legal_name": registration.legal_name})
    if step == "numbers":
        seller = queries.get_seller(registration.seller_id)
        initial = {"vat_registered": seller.vat_registered, "oss": "OSS" in seller.registrations}
        return NumbersForm(data, registration=registration, pack=pack, initial=initial)
    if step == "bank":
        account = registration.bank_account
        holder = account.holder if account else registration.legal_name
        return BankForm(data, pack=pack, initial={"account_holder": holder})
    if step == "confirm":
        return ConfirmForm(data)
    return django_forms.Form(data)


def _save(request: PageRequest, member: Membership, step: str, form: Any) -> None:
    who: dict[str, Any] = {"seller_id": member.seller_id, "person_id": member.person_id, "now": clock.now()}
    if step == "about":
        operations.save_registration(**who, fields=form.cleaned_data)
    elif step == "numbers":
        operations.save_registration(**who, ids=form.ids())
        vat = form.cleaned_data["vat_registered"]
        operations.set_tax_profile(**who, vat_registered=vat, registrations=form.schemes())
    elif step == "bank":
        operations.set_bank_account(**who, fields=form.account())
    elif step == "confirm":
        operations.accept_terms(**who, version=TERMS_VERSION)
        operations.certify_compliance(**who)
        operations.submit_registration(**who)


def _next(step: str) -> str:
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def _frame(registration: RegistrationView) -> dict[str, Any]:
    labels = {
        "about": _("Who you are"),
        "numbers": _("Your numbers"),
        "documents": _("Papers"),
        "bank": _("Bank account"),
        "confirm": _("Send"),
    }
    lacking = {_step_of(part) for part in registration.missing}
    is_sent = registration.state in ("submitted", "approved", "suspended")
    steps = [
        {"name": name, "label": labels[name], "done": is_sent or (name not in lacking and name != "confirm")}
        for name in STEPS
    ]
    return {"registration": registration, "steps": steps, "can_edit": registration.state in ("draft", "rejected")}


def _step_of(part: str) -> str:
    if part.startswith("ids."):
        return "numbers"
    if part.startswith("documents."):
        return "documents"
    if part == "bank_account":
        return "bank"
    return "confirm" if part in ("terms", "self_certification") else "about"


def _missing_words(registration: RegistrationView) -> list[str]:
    names = {name: field.label for name, field in AboutForm.base_fields.items()}
    names |= {f"ids.{wanted.kind}": _(wanted.label) for wanted in registration.ids}
    names |= {f"documents.{kind}": _(label) for kind, label, _required in registration.documents_wanted}
    names["bank_account"] = _("Bank account")
    return [str(names[part]) for part in registration.missing if part in names]


def _papers(registration: RegistrationView) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "label": _(label),
            "required": required,
            "given": [paper for paper in registration.documents if paper.kind == kind],
        }
        for kind, label, required in registration.documents_wanted
    ]
