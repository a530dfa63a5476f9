"""The steps of a registration: what each still lacks, what the operator said about it, and all of it on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext as _, gettext_noop

from entrepot.seller_centre.forms.registration import FORMS, AboutForm
from entrepot.sellers.queries import RegistrationView, SellerView
from entrepot.ui import formats
from entrepot.ui.address_form import region_name

_LABELS = {
    "about": gettext_noop("Who you are"),
    "numbers": gettext_noop("Your numbers"),
    "documents": gettext_noop("Papers"),
    "bank": gettext_noop("Bank account"),
    "confirm": gettext_noop("Send"),
}
STEPS = tuple(_LABELS)


@dataclass(frozen=True, slots=True)
class Progress:
    """One step: is it done, and what it lacks in the words of its form."""

    name: str
    label: str
    is_done: bool
    lacks: list[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a registration was given back: what it is about ("" for all of it), and on which step that is mended."""

    about: str
    text: str
    step: str


def label(step: str) -> str:
    """Return a step's name."""
    return _(_LABELS[step])


def title(step: str) -> str:
    """Return what a step's page is called."""
    return _("Read it once more and send it") if step == "confirm" else label(step)


def following(step: str) -> str:
    """Return the step after one; the last is followed by itself."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def progress(registration: RegistrationView) -> list[Progress]:
    """Return how far each step is."""
    is_sent = registration.state in ("submitted", "approved", "suspended")
    names = _names(registration)
    rows = []
    for step in STEPS:
        missing = [part for part in registration.missing if step_of(part) == step]
        is_done = is_sent or (not missing and step != "confirm")
        rows.append(Progress(step, label(step), is_done, [names[part] for part in missing if part in names]))
    return rows


def first_open(registration: RegistrationView) -> str:
    """Return the first step that is not done; given back, the first that was found at fault."""
    for reason in reasons(registration):
        if registration.state == "rejected" and reason.about:
            return reason.step
    return next((row.name for row in progress(registration) if not row.is_done), "confirm")


def reasons(registration: RegistrationView) -> list[Reason]:
    """Return what the operator said, each with what it is about."""
    names = _names(registration)
    return [
        Reason(about=names.get(row.get("field", ""), ""), text=row["reason"], step=step_of(row.get("field", "")))
        for row in registration.reasons
    ]


def reasons_of(registration: RegistrationView, step: str) -> list[Reason]:
    """Return what the operator said that is to be mended on one step; what is about everything stands on each."""
    return [reason for reason in reasons(registration) if not reason.about or reason.step == step]


def step_of(part: str) -> str:
    """Return the step on which a part of a registration is filled in."""
    if part.startswith("ids."):
        return "numbers"
    if part.startswith("documents."):
        return "documents"
    if part == "bank_account":
        return "bank"
    return "confirm" if part in ("terms", "self_certification") else "about"


def papers(registration: RegistrationView) -> list[dict[str, Any]]:
    """Return each kind of paper that the country wants, with what was given of it."""
    return [
        {
            "kind": kind,
            "label": _(label_),
            "required": required,
            "given": [paper for paper in registration.documents if paper.kind == kind],
        }
        for kind, label_, required in registration.documents_wanted
    ]


def summary(registration: RegistrationView, seller: SellerView) -> list[dict[str, Any]]:
    """Return all that was said, step by step, for who reads it once more before it is sent."""
    fields = registration.fields
    place = " ".join(part for part in (fields["postal_code"], fields["city"]) if part)
    region = region_name(registration.country, fields["region"], get_language() or "en")
    address = [row for row in (fields["street"], fields["street2"], place, region) if row]
    names = _names(registration)
    about = [
        (names["legal_name"], registration.legal_name),
        (_("Form of your business"), str(FORMS[registration.form])),
        (_("Country"), formats.country(registration.country)),
        (names["trade_name"], fields["trade_name"]),
        (names["representative"], fields["representative"]),
        (_("Address"), ", ".join(address)),
        (names["phone"], fields["phone"]),
        (names["email"], fields["email"]),
        (names["register_name"], fields["register_name"]),
        (names["register_number"], fields["register_number"]),
    ]
    vat = _("Yes") if seller.vat_registered else _("No")
    numbers = [*((_(row.label), row.value) for row in registration.ids), (_("Registered for VAT"), vat)]
    given = [
        (row["label"], formats.listing([paper.file_name for paper in row["given"]])) for row in papers(registration)
    ]
    account = registration.bank_account
    bank = [(_("Bank account"), f"{account.holder} · …{account.hint} · {account.currency}" if account else "")]
    return [
        {"step": step, "label": label(step), "rows": rows}
        for step, rows in (("about", about), ("numbers", numbers), ("documents", given), ("bank", bank))
    ]


def _names(registration: RegistrationView) -> dict[str, str]:
    """Return what each part of a registration is called."""
    names = {name: str(field.label) for name, field in AboutForm.base_fields.items()}
    if registration.form == "sole_trader":
        names["representative"] = _("Your full name")
    names |= {f"ids.{wanted.kind}": _(wanted.label) for wanted in registration.ids}
    names |= {f"documents.{kind}": _(label_) for kind, label_, _required in registration.documents_wanted}
    names["bank_account"] = _("Bank account")
    return names
