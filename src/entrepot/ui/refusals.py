"""Refusals in the reader's words: each error's English `summary` is a message of the catalogue, and so are reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext, gettext_noop

from entrepot.kernel.errors import DomainError
from entrepot.kernel.sentences import Sentence
from entrepot.ui import formats

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
    "bad_form": gettext_noop("This is not written as it should be."),
    "bad_check_digit": gettext_noop("The check digit is wrong: compare it with your papers."),
    "empty": gettext_noop("This is needed."),
    "s10_check_digit": gettext_noop("The check digit is wrong: compare the number with the label."),
    "not_s10": gettext_noop("A postal number has 13 characters, such as RR123456785IT."),
    "tracking_number_form": gettext_noop("A tracking number has 6 to 35 letters and digits."),
    "out_of_range": gettext_noop("This is too small or too large."),
    "below_minimum": gettext_noop("This is less than the number before it."),
    "weights_must_rise": gettext_noop("Each weight must be more than the one before it."),
    "not_text": gettext_noop("This must be text."),
    "control_character": gettext_noop("This holds characters that cannot be printed."),
    "form": gettext_noop("This is not written as it should be."),
    "not_an_object": gettext_noop("This must be an object with named fields."),
    "not_a_list": gettext_noop("This must be a list."),
    "not_a_boolean": gettext_noop("This must be true or false."),
    "not_weight_and_price": gettext_noop("Each step is a weight and a price."),
    "not_post_or_courier": gettext_noop("This is either post or courier."),
    "twice": gettext_noop("This stands here twice."),
    "unknown_field": gettext_noop("There is no such field."),
    "unknown_line": gettext_noop("The order has no such line."),
    "unknown_tracking_word": gettext_noop("No carrier says such a word."),
    "below_1": gettext_noop("This must be at least 1."),
    "not_the_cart_country": gettext_noop("The address lies in another country than the cart is for."),
    "not_registered_here": gettext_noop("Sellers of this kind cannot register in this country."),
    "no_exchange_rate": gettext_noop("There is no exchange rate for this currency."),
    "hs_code": gettext_noop("A customs code has 6 to 10 digits, such as 6109 10."),
    "too_many_decimals": gettext_noop("This has more decimals than the currency."),
    "from_1_to_255_printable_ascii": gettext_noop("Send 1 to 255 printable characters of ASCII."),
    "password_too_short": gettext_noop("The password is too short."),
    "password_too_common": gettext_noop("The password is one of the common ones."),
    "password_too_similar": gettext_noop("The password is too much like your name or address."),
    "password_entirely_numeric": gettext_noop("The password has nothing but digits."),
    "not_a_url": gettext_noop("This is not a web address."),
    "https_required": gettext_noop("The address must begin with https."),
    "credentials_in_url": gettext_noop("The address must not hold a name or password."),
    "port_refused": gettext_noop("The address names a port that is not called."),
    "not_a_public_address": gettext_noop("The address is not reachable from the public internet."),
    "invalid": gettext_noop("This cannot be taken."),
    # What the API's schemas say of a body (pydantic's names).
    "missing": gettext_noop("This is needed."),
    "extra_forbidden": gettext_noop("There is no such field."),
    "string_type": gettext_noop("This must be text."),
    "int_type": gettext_noop("This must be a whole number."),
    "int_parsing": gettext_noop("This must be a whole number."),
    "bool_type": gettext_noop("This must be true or false."),
    "bool_parsing": gettext_noop("This must be true or false."),
    "list_type": gettext_noop("This must be a list."),
    "dict_type": gettext_noop("This must be an object with named fields."),
    "model_attributes_type": gettext_noop("This must be an object with named fields."),
    "string_pattern_mismatch": gettext_noop("This is not written as it should be."),
    "string_too_long": gettext_noop("This is too long."),
    "string_too_short": gettext_noop("This is too short."),
    "greater_than_equal": gettext_noop("This is too small or too large."),
    "less_than_equal": gettext_noop("This is too small or too large."),
    "literal_error": gettext_noop("This is none of the words that are known here."),
    "uuid_parsing": gettext_noop("This is not an id."),
}

# Codes with a value behind them: `unknown_country UK`, `from_1_to_999`.
_WITH_VALUE = (
    (re.compile(r"unknown_country (\w+)"), gettext_noop("%(value)s is not a country that we know.")),
    (re.compile(r"country_twice (\w+)"), gettext_noop("%(value)s stands here twice.")),
    (re.compile(r"unknown: (.+)"), gettext_noop("%(value)s is not known here.")),
    (re.compile(r"from_1_to_(\d+)"), gettext_noop("This must be a whole number from 1 to %(value)s.")),
)


def text(error: DomainError) -> str:
    """Return what was refused, in the language of the page."""
    return gettext(error.summary)


# What a general code means for some fields.
_OF_FIELD = {("postal_code", "invalid"): "invalid_postal_code", ("phone", "invalid"): "invalid_phone"}


def reason(code: str, field: str = "") -> str:
    """Return a reason in the reader's words: a sentence, or what a code (several, with commas between) stands for."""
    if isinstance(code, Sentence):
        return code.said(gettext, formats.number)
    for form, message in _WITH_VALUE:
        if match := form.fullmatch(code):
            return gettext(message) % {"value": match[1]}
    name = field.rpartition(".")[2]
    known = [one for one in code.split(", ") if one in REASONS]
    if not known:
        return gettext(code if " " in code else REASONS["invalid"])  # A sentence that was kept as it was said.
    return " ".join(gettext(REASONS[_OF_FIELD.get((name, one), one)]) for one in known)


def field_errors(error: DomainError) -> list[tuple[str, str]]:
    """Return (field, reason in the reader's words) of an error that names fields; else an empty list."""
    rows = error.fields.get("errors")
    if not isinstance(rows, list):
        return []
    pairs = [(str(row.get("field", "")), row.get("reason", "")) for row in rows if isinstance(row, dict)]
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
