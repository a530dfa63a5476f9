"""Identifiers and accounts as countries write them: made compact, checked by the algorithm that the pack names."""

from __future__ import annotations

import unicodedata

import phonenumbers
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from entrepot.markets.rules import IdKind, find_id_fault, tidy_id


class BadNumber(ValueError):
    """A number cannot be taken; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def fold(text: str) -> str:
    """Return text as typed with ASCII digits and without anything invisible: full-width and Arabic digits fold."""
    composed = unicodedata.normalize("NFKC", text)
    digits = (str(unicodedata.digit(char)) if char.isdigit() else char for char in composed)
    return "".join(char for char in digits if unicodedata.category(char)[0] != "C").strip()


def plain(text: str) -> str:
    """Return a number as typed in capitals and ASCII digits, without blanks."""
    return "".join(char for char in fold(text) if not char.isspace()).upper()


def compact_id(text: str, kind: IdKind) -> str:
    """
    Return an identifier in its compact form. A pass says "well-formed", never "exists": only the register can say that.

    :raises BadNumber: `empty`, `bad_form` or `bad_check_digit`.
    """
    written = fold(text).upper()
    if len(written) > 64:
        raise BadNumber("bad_form")
    fault = find_id_fault(kind, written)
    if fault is not None:
        raise BadNumber(fault)
    return tidy_id(kind, written)


def compact_iban(text: str, *, country: str | None = None) -> str:
    """
    Return an IBAN in its compact form.

    :param country: the only country whose accounts are taken; None takes every country of SEPA.
    :raises BadNumber: with the reason.
    """
    try:
        iban = IBAN(plain(text), validate_bban=True)
    except SchwiftyException as fault:
        raise BadNumber("invalid_iban") from fault
    if country is not None and iban.country_code != country:
        raise BadNumber("iban_of_another_country")
    if country is None and not iban.in_sepa_zone:
        raise BadNumber("iban_outside_sepa")
    return iban.compact


def compact_bic(text: str) -> str:
    """
    Return a BIC in its compact form.

    :raises BadNumber: it is none.
    """
    try:
        return BIC(plain(text)).compact
    except SchwiftyException as fault:
        raise BadNumber("invalid_bic") from fault


def compact_phone(text: str, *, country: str) -> str:
    """
    Return a phone number as E.164 (`+390612345678`); without `+` it is read as one of the country.

    :raises BadNumber: no such number can exist.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as fault:
        raise BadNumber("invalid_phone") from fault
    if not phonenumbers.is_valid_number(number):
        raise BadNumber("invalid_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
