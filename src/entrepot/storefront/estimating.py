"""The form of the page that works out a landed cost: read from an address, so that every answer can be sent on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext as _, gettext_lazy, gettext_noop

from entrepot.customs import classification, nomenclature
from entrepot.customs.classification import Described
from entrepot.kernel.errors import DomainError
from entrepot.markets import queries as markets
from entrepot.pricing.estimates import (
    QUANTITY_MAX,
    VALUE_MAX,
    WEIGHT_MAX_G,
    EstimateChannel,
    EstimateItem,
    EstimateRequest,
)
from entrepot.ui import formats, refusals
from entrepot.ui.address_form import regions_of
from entrepot.ui.choice import Choice

LINES_MAX = 6
_FIRST_DAY, _LAST_DAY = date(2015, 1, 1), date(2035, 12, 31)
# Ways to begin with: goods, the customs code, where they are sent from, what they cost in euro, what they weigh.
EXAMPLES = (
    (gettext_noop("A T-shirt from %(country)s"), "CN", "610910", 20, 250),
    (gettext_noop("A pair of leather shoes from %(country)s"), "IT", "640399", 120, 1200),
    (gettext_noop("A coffee machine from %(country)s"), "TR", "851671", 240, 6000),
)


@lru_cache(maxsize=64)
def list_countries(language: str) -> tuple[tuple[str, str], ...]:
    """Return every country by its name in a language, in the order of the alphabet."""
    names = [(code, formats.country(code, language)) for code in markets.list_iso_countries()]
    return tuple(sorted(names, key=lambda pair: formats.sorting_key(pair[1])))


@lru_cache(maxsize=64)
def _list_currencies(language: str, codes: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple((code, f"{code} · {formats.currency(code, language)}") for code in sorted(codes))


class KeptSelect(forms.Select):
    """A long list whose options are written once for each entry that may be chosen."""

    def __init__(self, entries: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.entries = entries

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", given, _options(self.entries, str(value or "")))


@lru_cache(maxsize=2048)
def _options(entries: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((code, mark_safe(" selected") if code == chosen else "", name) for code, name in entries),
    )


class OneOfMany(forms.CharField):
    """A choice from a long list; with `empty` also none, in these words."""

    def __init__(self, label: str, entries: tuple[tuple[str, str], ...], *, empty: str = "") -> None:
        shown = (("", empty), *entries) if empty else entries
        super().__init__(label=label, required=not empty, widget=KeptSelect(shown))
        self.known = {code for code, _name in entries}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and value not in self.known:
            message = str(forms.ChoiceField.default_error_messages["invalid_choice"])
            raise forms.ValidationError(message % {"value": value})


class EstimateForm(forms.Form):
    """From where to where, in which money, on which day, how it travels."""

    # `from` is a word of Python: the fields of both countries are made below.
    region = forms.CharField(label=gettext_lazy("State or region"), max_length=40, required=False)
    postal_code = forms.CharField(
        label=gettext_lazy("Postal code"),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    from_postal_code = forms.CharField(
        label=gettext_lazy("Postal code of the sender"),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3)
    delivery = forms.DecimalField(
        label=gettext_lazy("Delivery"),
        min_value=0,
        max_value=VALUE_MAX,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}),
    )
    on = forms.DateField(
        label=gettext_lazy("Day of the order"),
        input_formats=["%Y-%m-%d"],
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    channel = forms.ChoiceField(label=gettext_lazy("How it is sold and sent"), required=False)
    prepaid = forms.BooleanField(label=gettext_lazy("The carrier prepays duties and taxes"), required=False)

    def __init__(self, data: QueryDict, *, currencies: Iterable[str], is_sent: bool) -> None:
        super().__init__(data if is_sent else None, initial=data.dict(), auto_id="%s")
        language = get_language() or "en"
        self.fields["from"] = OneOfMany(_("Sent from"), list_countries(language))
        self.fields["to"] = OneOfMany(_("Delivered to"), list_countries(language))
        self.fields["currency"] = OneOfMany(_("Currency"), _list_currencies(language, frozenset(currencies)))
        cast(forms.ChoiceField, self.fields["channel"]).choices = [
            ("", _("As this shop sells: registered where it is")),
            ("registered", _("By a platform that is registered everywhere")),
            ("post", _("By post, nobody registered")),
            ("courier", _("By courier, nobody registered")),
        ]
        self.order_fields(["from", "to", "region", "postal_code"])
        if regions := self._regions(data.get("to", "")):
            self.fields["region"] = forms.ChoiceField(
                label=_("State or region"), choices=[("", _("The capital's")), *regions], required=False
            )

    @staticmethod
    def _regions(country: str) -> list[tuple[str, str]]:
        """Return the regions of a country where rules differ between them."""
        pack = markets.find_pack(country)
        if pack is None or not (pack.regions or any(area.regions for area in pack.territories)):
            return []
        return list(regions_of(country, get_language() or "en"))

    def clean_on(self) -> date | None:
        day: date | None = self.cleaned_data["on"]
        if day is not None and not _FIRST_DAY <= day <= _LAST_DAY:
            raise forms.ValidationError(refusals.reason("out_of_range"))
        return day


class LineForm(forms.Form):
    """One kind of goods. A line that says nothing is none."""

    hs = forms.CharField(
        label=gettext_lazy("Customs code, or the goods in words"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    value = forms.DecimalField(
        label=gettext_lazy("Price of one piece, without tax"),
        min_value=0,
        max_value=VALUE_MAX,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}),
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("Pieces"),
        min_value=1,
        max_value=QUANTITY_MAX,
        required=False,
        widget=forms.NumberInput(attrs={"dir": "ltr"}),
    )
    weight_g = forms.IntegerField(
        label=gettext_lazy("Weight of one, in grams"),
        min_value=0,
        max_value=WEIGHT_MAX_G,
        required=False,
        widget=forms.NumberInput(attrs={"dir": "ltr"}),
    )

    NAMES = ("hs", "value", "quantity", "weight_g", "origin")

    def __init__(self, given: dict[str, str], number: int, *, is_sent: bool) -> None:
        self.says_nothing = not any(given.get(name, "").strip() for name in ("hs", "value", "weight_g"))
        # Of lines that nobody filled in only the first is asked for something.
        is_asked = is_sent and (number == 1 or not self.says_nothing)
        super().__init__(given if is_asked else None, initial=given, auto_id=f"%s-{number}")
        countries = list_countries(get_language() or "en")
        self.fields["origin"] = OneOfMany(_("Made in"), countries, empty=_("where it is sent from"))
        self.number = number
        self.suggested: tuple[tuple[str, str], ...] = ()
        self.offered: list[tuple[str, str, str]] = []

    def clean_hs(self) -> str:
        """Return the code; words are answered with the codes that they may mean."""
        text = str(self.cleaned_data["hs"])
        code = "".join(text.replace(".", "").split())
        if not code or (code.isascii() and code.isdigit() and 6 <= len(code) <= 10):
            return code
        if any(sign.isalpha() for sign in text):
            self.suggested = list_codes(text, get_language() or "en")
            raise forms.ValidationError(
                _("Choose the code that fits best.") if self.suggested else _("No code is known for these words.")
            )
        raise forms.ValidationError(refusals.reason("hs_code"))

    @property
    def goods(self) -> str:
        """What the code that stands in the field is called; nothing for words."""
        code = "".join(str(self["hs"].value() or "").replace(".", "").split())
        return nomenclature.describe(code, language=get_language() or "en") if code[:4].isdigit() else ""


@lru_cache(maxsize=512)
def list_codes(words: str, language: str) -> tuple[tuple[str, str], ...]:
    """Return the codes that words may mean, the likeliest first, each with the words of its heading."""
    found = classification.suggest(Described(title=words, language=language))
    return tuple(
        (candidate.code, nomenclature.describe(candidate.code, language=language))
        for candidate in found
        if len(candidate.code) == 6
    )


class Estimating:
    """What an address asks: its form and its lines, and the request that they make."""

    def __init__(self, query: QueryDict, *, choice: Choice, currencies: Iterable[str]) -> None:
        is_asked = "from" in query
        self._data = data = _tidy(query, choice) if is_asked else _first(choice)
        self.is_sent = is_asked and "more" not in query
        self.form = EstimateForm(data, currencies=currencies, is_sent=self.is_sent)
        self.lines = list(_lines(data, is_sent=self.is_sent))
        if "more" in query and self.can_grow:
            self.lines.append(LineForm({}, len(self.lines) + 1, is_sent=False))

    @property
    def can_grow(self) -> bool:
        return len(self.lines) < LINES_MAX

    @property
    def sender(self) -> forms.BoundField:
        return self.form["from"]

    @property
    def asks_region(self) -> bool:
        return isinstance(self.form.fields["region"], forms.ChoiceField)

    @property
    def is_particular(self) -> bool:
        """Whether something is asked that stands in the fold."""
        return any(self.form.initial.get(name) for name in ("from_postal_code", "on", "channel", "prepaid"))

    def read(self) -> EstimateRequest | None:
        """Return the request; None where something cannot be taken, and the forms say what."""
        told = [line for line in self.lines if line.is_bound]
        if len(told) > 1 and told[0].says_nothing:
            told[0].is_bound = False  # The goods stand further down.
            told = told[1:]
        fine = [self.form.is_valid(), *(line.is_valid() for line in told)]
        for line in told:
            line.offered = [(code, words, self._with_code(line, code)) for code, words in line.suggested]
        if not all(fine):
            return None
        given = self.form.cleaned_data
        return EstimateRequest(
            origin=given["from"],
            destination=given["to"],
            items=tuple(_item(line.cleaned_data) for line in told),
            currency=given["currency"],
            region=given["region"],
            postal_code=given["postal_code"],
            origin_postal_code=given["from_postal_code"],
            on=given["on"],
            delivery=given["delivery"] or Decimal(0),
            channel=cast(EstimateChannel, given["channel"]),
            duties_prepaid=given["prepaid"],
        )

    def _with_code(self, line: LineForm, code: str) -> str:
        """Return the address that asks the same with a code in place of a line's words."""
        query = self._data.copy()
        codes = query.getlist("hs")
        codes[line.number - 1] = code
        query.setlist("hs", codes)
        return f"?{query.urlencode()}"

    def refuse(self, error: DomainError) -> bool:
        """Put a refusal beside the fields that it names; return whether it names any."""
        found = refusals.field_errors(error)
        told = [line for line in self.lines if line.is_bound]
        for name, words in found:
            place = name.split(".")
            if place[0] == "items" and len(place) == 3:
                told[int(place[1])].add_error(place[2], words)
            else:
                self.form.add_error(name if name in self.form.fields else None, words)
        return bool(found)


def _tidy(query: QueryDict, choice: Choice) -> QueryDict:
    """
    Return what an address says without signs that are no text, in capitals where codes are; an address that names no
    destination or no money, as one that somebody wrote by hand, means the reader's.
    """
    found = query.copy()
    for name in found:
        found.setlist(name, [value.replace("\x00", "").strip()[:60] for value in found.getlist(name)])
    for name, otherwise in (("from", ""), ("to", choice.country), ("currency", choice.currency)):
        found[name] = found.get(name, "").upper() or otherwise
    found.setlist("origin", [value.upper() for value in found.getlist("origin")])
    for name in ("value", "delivery"):  # `12,50` is what half of the world writes.
        found.setlist(name, [value.replace(",", ".") for value in found.getlist(name)])
    return found


def _first(choice: Choice) -> QueryDict:
    """Return what the page begins with: a way to the reader's own country."""
    found = QueryDict(mutable=True)
    sender = "CN" if choice.country != "CN" else "IT"
    found.update({"from": sender, "to": choice.country, "currency": choice.currency, "quantity": "1"})
    return found


def _lines(data: QueryDict, *, is_sent: bool) -> Iterator[LineForm]:
    columns = {name: data.getlist(name)[:LINES_MAX] for name in LineForm.NAMES}
    for position in range(max(1, *(len(column) for column in columns.values()))):
        given = {name: column[position] for name, column in columns.items() if position < len(column)}
        yield LineForm(given, position + 1, is_sent=is_sent)


def _item(given: dict[str, Any]) -> EstimateItem:
    return EstimateItem(
        value=given["value"],
        quantity=given["quantity"] or 1,
        hs=given["hs"],
        origin=given["origin"],
        weight_g=given["weight_g"],
    )


def list_examples(choice: Choice, *, rate: Decimal) -> list[tuple[str, str]]:
    """Return ways to try, as (words, query); `rate` is how much of the reader's money a euro is."""
    found = []
    for words, sender, hs, euro, weight_g in EXAMPLES:
        if sender == choice.country:
            continue
        value = round(euro * rate, 0 if rate > 50 else 2)
        query = {
            "from": sender,
            "to": choice.country,
            "currency": choice.currency,
            "hs": hs,
            "value": f"{value:f}",
            "quantity": 1,
            "weight_g": weight_g,
        }
        found.append((_(words) % {"country": formats.place(sender)}, urlencode(query)))
    return found
