"""Forms of delivery: a template's days, a way of sending, a zone with its prices by weight."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from entrepot.kernel.money import AmountNotRepresentable, Money
from entrepot.markets import queries as markets
from entrepot.seller_centre import words
from entrepot.seller_centre.forms.choices import choice
from entrepot.ui import formats

_BLANK_STEPS = 3
_BETWEEN_NAMES = re.compile(r"[,;\n،、，；]+")
EVERYWHERE = "*"


class TemplateSettingsForm(forms.Form):
    """What holds for all ways of sending of one template."""

    name = forms.CharField(label=_("Name of the template"), max_length=80)
    handling_days_min = forms.IntegerField(label=_("Leaves after, at least (days)"), min_value=0, max_value=60)
    handling_days_max = forms.IntegerField(label=_("Leaves after, at most (days)"), min_value=0, max_value=60)
    default_item_weight_g = forms.IntegerField(
        label=_("Weight of one piece, where a listing says none (g)"), min_value=1, max_value=500_000
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ServiceForm(forms.Form):
    """One way of sending: who carries it, and how."""

    name = forms.CharField(label=_("Name that buyers see"), max_length=80)
    carrier = forms.CharField(label=_("Carrier"), max_length=80)
    channel = forms.ChoiceField(label=_("Way"))
    volumetric_divisor = forms.IntegerField(
        label=_("Divisor for bulky parcels"),
        help_text=_("From the carrier's tariff, such as 5000. Leave it empty where only the weight counts."),
        min_value=1000,
        max_value=12_000,
        required=False,
    )
    tracked = forms.BooleanField(label=_("The parcel can be followed by its number"), required=False, initial=True)
    duties_prepaid = forms.BooleanField(
        label=_("Import duties and taxes are prepaid"),
        help_text=_("Tick it only where the carrier pays them for the buyer; it decides what buyers are promised."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "channel").choices = [(code, gettext(text)) for code, text in words.CHANNELS.items()]

    def document(self) -> dict[str, Any]:
        """Return the service as templates keep it, without its code and zones."""
        kept = {name: self.cleaned_data[name] for name in ("name", "carrier", "channel", "tracked", "duties_prepaid")}
        divisor = self.cleaned_data["volumetric_divisor"]
        return {**kept, "volumetric_divisor": divisor} if divisor else kept


class AmountField(forms.CharField):
    """An amount of one currency, typed with a point or a comma; cleaned to minor units, or None where it is empty."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = Money.parse(text.replace(" ", "").replace("\u00a0", "").replace(",", "."), self.currency)
        except AmountNotRepresentable as refusal:
            raise forms.ValidationError(gettext("This is no amount.")) from refusal
        if amount.minor < 0:
            raise forms.ValidationError(gettext("This is no amount."))
        return amount.minor


class ZoneForm(forms.Form):
    """Countries that are served at one price table."""

    countries = forms.CharField(
        label=_("Countries"),
        required=False,
        help_text=_("Names or two-letter codes, with commas between them. EU and EAEU stand for their members."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    everywhere = forms.BooleanField(label=_("Everywhere that no other zone names"), required=False)
    exclude = forms.CharField(
        label=_("But not to"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    days_min = forms.IntegerField(label=_("On the way, at least (days)"), min_value=0, max_value=180)
    days_max = forms.IntegerField(label=_("On the way, at most (days)"), min_value=0, max_value=180)

    def __init__(
        self,
        data: Any = None,
        *,
        currency: str,
        zone: dict[str, Any] | None = None,
        taken: Iterable[str] = (),
        prefix: str | None = None,
    ) -> None:
        steps = list(zone["steps"]) if zone else []
        super().__init__(data, initial=_initial(zone, steps, currency) if zone else None, prefix=prefix)
        self.taken = frozenset(taken)
        unit = {"currency": currency}
        self.fields["per_item"] = AmountField(
            label=gettext("Each piece adds (%(currency)s)") % unit, currency=currency, required=False
        )
        self.fields["free_over"] = AmountField(
            label=gettext("Free for goods of at least (%(currency)s)") % unit, currency=currency, required=False
        )
        asked = [name for name in self.data if re.fullmatch(r"step_\d{1,2}_weight", name)]
        self.step_count = min(max(len(steps) + _BLANK_STEPS, len(asked)), 40)
        for number in range(self.step_count):
            self.fields[f"step_{number}_weight"] = forms.IntegerField(
                label=gettext("Weight up to (g)"), min_value=1, max_value=1_000_000, required=False
            )
            self.fields[f"step_{number}_price"] = AmountField(
                label=gettext("Price (%(currency)s)") % unit, currency=currency, required=False
            )

    def steps(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"step_{n}_weight"], self[f"step_{n}_price"]) for n in range(self.step_count)]

    def clean_countries(self) -> list[str]:
        return self._read("countries")

    def clean_exclude(self) -> list[str]:
        return self._read("exclude")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = [*cleaned.get("countries", ()), *([EVERYWHERE] if cleaned.get("everywhere") else ())]
        if not named and "countries" not in self.errors:
            self.add_error("countries", _("Say where this zone is."))
        twice = sorted(self.taken.intersection(named))
        if twice:
            shown = formats.listing([_country_name(code) for code in twice])
            self.add_error(
                "countries", gettext("Another zone of this way has it already: %(names)s") % {"names": shown}
            )
        low, high = cleaned.get("days_min"), cleaned.get("days_max")
        if low is not None and high is not None and high < low:
            self.add_error("days_max", gettext("This is less than the number before it."))
        self._check_steps(cleaned)
        return cleaned

    def _check_steps(self, cleaned: dict[str, Any]) -> None:
        before, found = 0, False
        for number in range(self.step_count):
            weight, price = cleaned.get(f"step_{number}_weight"), cleaned.get(f"step_{number}_price")
            if weight is None and price is None:
                continue
            found = True
            if weight is None or price is None:
                missing = f"step_{number}_weight" if weight is None else f"step_{number}_price"
                if missing not in self.errors:
                    self.add_error(missing, gettext("This is needed."))
                continue
            if weight <= before:
                self.add_error(f"step_{number}_weight", gettext("Each weight must be more than the one before it."))
            before = weight
        if not found:
            self.add_error("step_0_weight", gettext("This is needed."))

    def document(self) -> dict[str, Any]:
        """Return the zone as templates keep it."""
        given = self.cleaned_data
        zone: dict[str, Any] = {
            "countries": [*given["countries"], *([EVERYWHERE] if given["everywhere"] else [])],
            "steps": [
                [given[f"step_{number}_weight"], given[f"step_{number}_price"]]
                for number in range(self.step_count)
                if given[f"step_{number}_weight"] is not None
            ],
            "per_item_minor": given["per_item"] or 0,
            "days_min": given["days_min"],
            "days_max": given["days_max"],
        }
        if given["exclude"]:
            zone["exclude"] = given["exclude"]
        if given["free_over"] is not None:
            zone["free_over_minor"] = given["free_over"]
        return zone

    def _read(self, field: str) -> list[str]:
        """Return the codes of countries as they were written."""
        text = self.cleaned_data[field]
        known, unions = _names(), markets.get_library().unions
        codes: list[str] = []
        unknown: list[str] = []
        for written in filter(None, (part.strip() for part in _BETWEEN_NAMES.split(text))):
            if written.upper() in unions:
                codes += unions[written.upper()].members
            elif found := known.get(written.casefold()):
                codes.append(found)
            else:
                unknown.append(written)
        if unknown:
            raise forms.ValidationError(
                gettext("We know no country of this name: %(names)s") % {"names": formats.listing(unknown)}
            )
        return list(dict.fromkeys(codes))


class PriceCheckForm(forms.Form):
    """What a parcel would cost: where to, how heavy."""

    to = forms.ChoiceField(label=_("Where to"))
    weight_g = forms.IntegerField(label=_("Weight (g)"), min_value=1, max_value=500_000, initial=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "to").choices = country_choices()


def country_choices() -> list[tuple[str, str]]:
    """Return every country by its name in the reader's language."""
    named = [(code, formats.country(code)) for code in markets.list_iso_countries()]
    return sorted(named, key=lambda pair: pair[1].casefold())


def country_names(codes: Iterable[str]) -> str:
    """Return countries as the form shows them, to be read again."""
    return ", ".join(sorted((formats.country(code) for code in codes if code != EVERYWHERE), key=str.casefold))


def _country_name(code: str) -> str:
    return gettext("everywhere else") if code == EVERYWHERE else formats.country(code)


def _names() -> dict[str, str]:
    """Return the code of every country by how it may be written: its code, in English, in the reader's language."""
    found: dict[str, str] = {}
    for code, english in markets.list_iso_countries().items():
        for name in (code, english, formats.country(code, "en"), formats.country(code)):
            found[name.casefold()] = code
    return found


def _initial(zone: dict[str, Any], steps: list[list[int]], currency: str) -> dict[str, Any]:
    def shown(minor: int | None) -> str:
        return Money(minor, currency).text if minor else ""

    initial: dict[str, Any] = {
        "countries": country_names(zone["countries"]),
        "everywhere": EVERYWHERE in zone["countries"],
        "exclude": country_names(zone.get("exclude", ())),
        "days_min": zone["days_min"],
        "days_max": zone["days_max"],
        "per_item": shown(zone.get("per_item_minor")),
        "free_over": shown(zone.get("free_over_minor")),
    }
    for number, (weight, price) in enumerate(steps):
        initial[f"step_{number}_weight"], initial[f"step_{number}_price"] = weight, Money(price, currency).text
    return initial
