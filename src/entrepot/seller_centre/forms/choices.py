"""Choice fields whose choices are known only when the form is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from django import forms

from entrepot.sellers.queries import SafetyContactView
from entrepot.ui import formats


def choice(form: forms.Form, name: str) -> forms.ChoiceField:
    """Return a form's choice field, so that its choices can be set."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


def contact_id(said: str) -> UUID | Literal[""]:
    """Return a contact that was chosen as catalog takes it."""
    return UUID(said) if said else ""


KEEP = "keep"


def offer_contacts(form: forms.Form, contacts: Sequence[SafetyContactView], *, none: str, keep: str = "") -> None:
    """
    Offer a form's `manufacturer_id` all contacts of a seller, its `responsible_id` those in the European Union and the
    one that is chosen.

    :param none: what the empty choice is called.
    :param keep: what `KEEP` is called, the choice of leaving all as it is; it is not offered without a name.
    """
    chosen = form.initial.get("responsible_id")
    named = [(contact, f"{contact.name} – {formats.country(contact.country)}") for contact in contacts]
    others = [(KEEP, keep), ("", none)] if keep else [("", none)]
    choice(form, "manufacturer_id").choices = [*others, *((str(contact.id), name) for contact, name in named)]
    choice(form, "responsible_id").choices = [
        *others,
        *((str(contact.id), name) for contact, name in named if contact.is_in_eu or str(contact.id) == str(chosen)),
    ]
