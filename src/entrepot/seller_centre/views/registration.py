"""The guided, resumable registration: five steps, built from the pack of the seller's country."""

from __future__ import annotations

from typing import Any
from uuid import UUID

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
from entrepot.seller_centre import steps
from entrepot.seller_centre.forms import (
    AboutForm,
    BankForm,
    ConfirmForm,
    DocumentForm,
    NumbersForm,
    StartForm,
    StepForm,
)
from entrepot.seller_centre.seats import crumbs, link, seat, show, store_tabs
from entrepot.seller_centre.steps import STEPS
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import Membership, RegistrationView
from entrepot.ui import refusals
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

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
    """Show how far a registration is, what it still lacks, and what the operator said."""
    registration = queries.get_registration(member.seller_id)
    context = {
        **_frame(registration, member, current=None),
        "summary": [part for part in _summary(registration) if part["step"] != "documents"],
        "can_edit": _is_open(registration) and member.may("manage_registration"),
        "next_link": link(member, "step", step=steps.first_open(registration)),
        "papers": steps.papers(registration),
    }
    if registration.state in ("approved", "suspended"):
        context["tabs"] = store_tabs(member, "registration")
        return show(request, member, "registration", "store", context)
    return show(request, member, "registration", "registration", context)


@seat("manage_registration")
def step(request: PageRequest, member: Membership, step: str) -> HttpResponse:
    """Show one step and take what is filled in; what is not finished may be kept for another day."""
    if step not in STEPS:
        raise NotFound(step=step)
    registration = queries.get_registration(member.seller_id)
    later = "later" in request.POST
    form = _form(request, step, registration, later=later)
    if request.method == "POST" and form.is_valid():
        try:
            _save(member, step, form)
        except DomainError as refusal:
            refusals.into_form(form, refusal, form.names() if hasattr(form, "names") else None)
        else:
            return _after(request, member, step, later=later)
    context: dict[str, Any] = {
        **_frame(registration, member, current=step),
        "crumbs": crumbs((_("Registration"), link(member, "registration")), here=steps.label(step)),
        "step": step,
        "title": steps.title(step),
        "form": form,
        "papers": steps.papers(registration),
        "next_link": link(member, "step", step=steps.following(step)),
        "missing": _missing(registration, member),
        "summary": _summary(registration) if step == "confirm" else [],
        "here": steps.reasons_of(registration, step),
        "can_edit": _is_open(registration),
    }
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


def _form(request: PageRequest, step: str, registration: RegistrationView, *, later: bool) -> Any:
    data = request.POST or None
    pack = markets.get_pack(registration.country)
    if step == "about":
        assert pack.registration is not None, "the registration was started"
        given = {**registration.fields, "legal_name": registration.legal_name}
        given["register_name"] = given["register_name"] or pack.registration.registry
        return AboutForm(data, country=registration.country, form=registration.form, later=later, initial=given)
    if step == "numbers":
        seller = queries.get_seller(registration.seller_id)
        initial = {"vat_registered": seller.vat_registered, "oss": "OSS" in seller.registrations}
        return NumbersForm(data, registration=registration, pack=pack, later=later, initial=initial)
    if step == "bank":
        account = registration.bank_account
        holder = account.holder if account else registration.legal_name
        return BankForm(data, pack=pack, initial={"account_holder": holder})
    if step == "confirm":
        return ConfirmForm(data)
    return StepForm(data)


def _save(member: Membership, step: str, form: Any) -> None:
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


def _after(request: PageRequest, member: Membership, step: str, *, later: bool) -> HttpResponse:
    """Go on from a step that was kept."""
    if step == "confirm":
        messages.success(request, _("Your registration is with us. We answer by e-mail."))
    elif later:
        messages.success(request, _("Kept. Come back whenever you like; everything is here."))
    else:
        return redirect("seller_centre:step", seller_id=member.seller_id, step=steps.following(step))
    return redirect("seller_centre:registration", seller_id=member.seller_id)


def _is_open(registration: RegistrationView) -> bool:
    return registration.state in ("draft", "rejected")


def _frame(registration: RegistrationView, member: Membership, *, current: str | None) -> dict[str, Any]:
    entries = [
        {
            "name": row.name,
            "label": row.label,
            "link": link(member, "step", step=row.name),
            "current": row.name == current,
            "done": row.is_done,
            "lacks": row.lacks,
        }
        for row in steps.progress(registration)
    ]
    return {
        "registration": registration,
        "steps": entries,
        "done": sum(bool(entry["done"]) for entry in entries),
        "reasons": steps.reasons(registration),
    }


def _summary(registration: RegistrationView) -> list[dict[str, Any]]:
    return steps.summary(registration, queries.get_seller(registration.seller_id))


def _missing(registration: RegistrationView, member: Membership) -> list[tuple[str, str]]:
    """Return what still lacks, each with the page of its step."""
    return [
        (lack, link(member, "step", step=row.name))
        for row in steps.progress(registration)
        if row.name != "confirm"
        for lack in row.lacks
    ]
