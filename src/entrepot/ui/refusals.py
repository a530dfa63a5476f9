"""Refusals in the reader's words: each error's English `summary` is a message of the catalogue, and so are reasons."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext, gettext_noop

from entrepot.kernel.errors import DomainError

STATUS = {"invalid": 400, "not_found": 404, "conflict": 409, "forbidden": 403, "unavailable": 503}

# The reason codes that operations give beside a field.
REASONS = {
    "required": gettext_noop("This is needed."),
    "too_long": gettext_noop("This is too long."),
    "too_short": gettext_noop("This is too short."),
    "too_many": gettext_noop("These are too many."),
    "too_large": gettext_noop("This is too large."),
    "invalid_format": gettext_noop("This is not written as it should be."),
    "invalid_checksum": gettext_noop("The check digit is wrong: compare it with your papers."),
    "invalid_length": gettext_noop("This has too many or too few digits."),
    "invalid_component": gettext_noop("A part of this number cannot be right: compare it with your papers."),
    "not_an_email_address": gettext_noop("This is not an e-mail address."),
    "invalid_phone": gettext_noop("This is not a phone number."),
    "invalid_postal_code": gettext_noop("This is not a postal code of the country."),
    "invalid_iban": gettext_noop("This is not a valid IBAN."),
    "invalid_bic": gettext_noop("This is not a valid BIC."),
    "iban_outside_sepa": gettext_noop("This account lies outside the euro payment area."),
    "iban_of_another_country": gettext_noop("This account lies in another country."),
    "unknown_country": gettext_noop("This is not a country that we know."),
    "unknown_language": gettext_noop("This is not a language that we know."),
    "unknown_role": gettext_noop("There is no such role."),
    "not_a_slug": gettext_noop("Use 3 to 50 small letters a–z, digits and single hyphens."),
    "reserved": gettext_noop("This address is kept for ourselves."),
    "oss_without_vat": gettext_noop("OSS needs a VAT registration."),
    "oss_outside_the_eu": gettext_noop("OSS is for sellers in the European Union."),
    "control_characters": gettext_noop("This holds characters that cannot be printed."),
    "not_asked_here": gettext_noop("This is not asked for in this country."),
    "invalid": gettext_noop("This cannot be taken."),
}


def text(error: DomainError) -> str:
    """Return what was refused, in the language of the page."""
    return gettext(error.summary)


# What a general code means for some fields.
_OF_FIELD = {("postal_code", "invalid"): "invalid_postal_code", ("phone", "invalid"): "invalid_phone"}


def reason(code: str, field: str = "") -> str:
    """Return a reason in the reader's words: a code's, or a sentence's translation where there is one."""
    known = _OF_FIELD.get((field.rpartition(".")[2], code), code)
    message = code if " " in code else REASONS.get(known, REASONS["invalid"])
    return gettext(message)


def field_errors(error: DomainError) -> list[tuple[str, str]]:
    """Return (field, reason in the reader's words) of an error that names fields; else an empty list."""
    rows = error.fields.get("errors")
    if not isinstance(rows, list):
        return []
    pairs = [(str(row.get("field", "")), str(row.get("reason", ""))) for row in rows if isinstance(row, dict)]
    return [(field, reason(code, field)) for field, code in pairs]


def into_form(form: forms.Form, error: DomainError, names: Mapping[str, str] | None = None) -> None:
    """Put a refusal beside the fields that it names; `names` maps an operation's field to the form's."""
    found = field_errors(error)
    for field, words in found:
        name = (names or {}).get(field, field)
        if name in form.fields:
            form.add_error(name, words)
        else:
            form.add_error(None, f"{field}: {words}" if field else words)
    if not found:
        form.add_error(None, text(error))
