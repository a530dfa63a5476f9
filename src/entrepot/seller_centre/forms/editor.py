"""Forms of the listing editor: the listing's own fields, those of each variant, and its words in another language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy as _

from entrepot.catalog.rules import texts
from entrepot.catalog.rules.listings import ON_HAND_MAX, WEIGHT_G_MAX, gtin_fault, hs_fault
from entrepot.kernel.languages import text_language
from entrepot.seller_centre.categories import Shelves
from entrepot.seller_centre.forms.choices import choice, offer_contacts
from entrepot.seller_centre.forms.codes import tell_goods
from entrepot.seller_centre.forms.listings import CategoryField, named_countries
from entrepot.sellers.queries import SafetyContactView
from entrepot.ui import formats, refusals

_LEFT = {"dir": "ltr", "autocomplete": "off"}
_DECIMAL = {**_LEFT, "inputmode": "decimal"}


LITHIUM_KINDS = {
    "": _("Not said yet"),
    "none": _("No lithium battery"),
    "UN3481": _("Rechargeable, in or with the device (UN3481)"),
    "UN3480": _("Rechargeable, on its own (UN3480)"),
    "UN3091": _("Not rechargeable, in or with the device (UN3091)"),
    "UN3090": _("Not rechargeable, on its own (UN3090)"),
}


class ListingForm(forms.Form):
    """What a listing says of itself, whatever its variants."""

    title = forms.CharField(
        label=_("Title"),
        min_length=texts.TITLE_LENGTH_MIN,
        max_length=texts.TITLE_LENGTH_MAX,
        help_text=_("What it is, for whom, of what: it stands on every card."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=texts.DESCRIPTION_LENGTH_MAX,
        required=False,
        help_text=_("An empty line begins a paragraph. Simple HTML is kept: lists, tables, bold."),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
    brand = forms.CharField(
        label=_("Brand"), max_length=120, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    language = forms.ChoiceField(label=_("Language of these words"))
    hs_code = forms.CharField(
        label=_("HS code"),
        max_length=16,
        required=False,
        help_text=_("6 to 10 digits. Without it buyers abroad see no sure price."),
        widget=forms.TextInput(attrs={**_LEFT, "inputmode": "numeric"}),
    )
    origin_country = forms.ChoiceField(label=_("Made in"), required=False)
    shipping_class = forms.ChoiceField(label=_("Delivery"))
    tax_included = forms.BooleanField(label=_("The prices hold the tax of my country"), required=False)
    home_tax_rate = forms.DecimalField(
        label=_("Tax rate of these goods at home, in percent"),
        help_text=_("Only if it is another than the usual one."),
        min_value=Decimal(0),
        max_value=Decimal("99.999"),
        max_digits=5,
        decimal_places=3,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs=_DECIMAL),
    )

    manufacturer_id = forms.ChoiceField(label=_("Manufacturer"), required=False)
    responsible_id = forms.ChoiceField(label=_("Responsible person in the European Union"), required=False)
    lithium = forms.ChoiceField(label=_("Lithium battery"), choices=LITHIUM_KINDS, required=False)
    battery_wh = forms.DecimalField(
        label=_("Energy of the battery (Wh)"),
        help_text=_("Volts times ampere hours; it stands on the battery."),
        min_value=Decimal("0.01"),
        max_value=Decimal(100_000),
        max_digits=8,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs=_DECIMAL),
    )
    is_aerosol = forms.BooleanField(label=_("A spray can"), required=False)
    is_flammable = forms.BooleanField(label=_("It burns easily: solvents, fuels, strong spirits"), required=False)
    is_automatic_knife = forms.BooleanField(label=_("A knife that springs or falls open"), required=False)
    is_on_prescription = forms.BooleanField(label=_("A medicine on prescription"), required=False)
    is_of_protected_species = forms.BooleanField(label=_("Made of protected animals or plants"), required=False)
    has_nicotine = forms.BooleanField(label=_("With nicotine"), required=False)
    has_proof_of_origin = forms.BooleanField(
        label=_("A proof of origin lies in each parcel"),
        help_text=_("Where a trade agreement gives goods of this origin a lower duty, buyers pay that one."),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        shelves: Shelves,
        countries: Iterable[str],
        classes: Sequence[tuple[str, str]],
        contacts: Sequence[SafetyContactView],
        is_new: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"] = CategoryField(
            shelves=shelves,
            label=gettext("Category"),
            help_text=gettext("Type a part of its name and pick it from the list."),
            required=False,
        )
        choice(self, "origin_country").choices = [("", gettext("Choose…")), *named_countries(countries)]
        choice(self, "shipping_class").choices = list(classes)
        if contacts:
            offer_contacts(self, contacts, none=gettext("As for the store"))
        else:
            del self.fields["manufacturer_id"], self.fields["responsible_id"]
        tell_goods(self)
        if is_new:
            languages = dict.fromkeys(text_language(code) for code, _name in settings.LANGUAGES)
            choice(self, "language").choices = [(code, formats.language_own_name(code)) for code in languages]
        else:
            del self.fields["language"]

    def clean_hs_code(self) -> str:
        code = str(self.cleaned_data["hs_code"]).replace(" ", "").replace(".", "")
        if code and (fault := hs_fault(code)):
            raise forms.ValidationError(refusals.reason(fault))
        return code


def _side(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal("0.1"),
        max_value=Decimal(2000),
        max_digits=5,
        decimal_places=1,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs=_DECIMAL),
    )


class VariantForm(forms.Form):
    """
    One thing to buy. `known` is the seller's own name of one that is stored, `choice` its options as JSON, `was` the
    count of pieces when the page was made.
    """

    known = forms.CharField(required=False, widget=forms.HiddenInput)
    choice = forms.CharField(required=False, widget=forms.HiddenInput)
    was = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seller_sku = forms.CharField(
        label=_("Your SKU"), max_length=200, required=False, widget=forms.TextInput(attrs={**_LEFT})
    )
    price = forms.DecimalField(
        label=_("Price"), max_digits=15, decimal_places=4, localize=True, widget=forms.TextInput(attrs=_DECIMAL)
    )
    stock = forms.IntegerField(
        label=_("In stock"),
        min_value=0,
        max_value=ON_HAND_MAX,
        required=False,
        widget=forms.TextInput(attrs={**_LEFT, "inputmode": "numeric"}),
    )
    weight_g = forms.IntegerField(
        label=_("Weight (g)"),
        min_value=1,
        max_value=WEIGHT_G_MAX,
        required=False,
        widget=forms.TextInput(attrs={**_LEFT, "inputmode": "numeric"}),
    )
    length_cm = _side(_("Length (cm)"))
    width_cm = _side(_("Width (cm)"))
    height_cm = _side(_("Height (cm)"))
    gtin = forms.CharField(
        label=_("GTIN (EAN, UPC)"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={**_LEFT, "inputmode": "numeric"}),
    )
    is_removed = forms.BooleanField(label=_("Not sold any more"), required=False)

    def __init__(self, *args: Any, needs_price: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].required = needs_price

    def clean_gtin(self) -> str:
        gtin = str(self.cleaned_data["gtin"]).replace(" ", "").replace("-", "")
        if gtin and (fault := gtin_fault(gtin)):
            raise forms.ValidationError(refusals.reason(fault))
        return gtin

    def millimetres(self, name: str) -> int | None:
        """Return a side in millimetres."""
        side = self.cleaned_data[name]
        return None if side is None else int(side * 10)


class WordsForm(forms.Form):
    """A listing's words in another language; what is left empty shows as in the seller's own."""

    title = forms.CharField(
        label=_("Title"),
        min_length=texts.TITLE_LENGTH_MIN,
        max_length=texts.TITLE_LENGTH_MAX,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=texts.DESCRIPTION_LENGTH_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )

    def __init__(
        self, *args: Any, attributes: Sequence[tuple[str, str]], options: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.own_attributes, self.own_options = attributes, options
        for number, (name, value) in enumerate(attributes):
            self._add(f"attribute_{number}_name", name, 120)
            self._add(f"attribute_{number}_value", value, 1000)
        for number, word in enumerate(options):
            self._add(f"option_{number}", word, 120)

    def _add(self, name: str, label: str, length_max: int) -> None:
        self.fields[name] = forms.CharField(
            label=label, max_length=length_max, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
        )

    def attributes(self) -> list[tuple[str, str]]:
        """Return the attributes as they were said; one that was left empty keeps the seller's own words."""
        said = self.cleaned_data
        pairs = [
            (said[f"attribute_{number}_name"] or name, said[f"attribute_{number}_value"] or value)
            for number, (name, value) in enumerate(self.own_attributes)
        ]
        return [] if pairs == list(self.own_attributes) else pairs

    def options(self) -> dict[str, str]:
        """Return the words of the options that were said."""
        said = self.cleaned_data
        pairs = ((word, said[f"option_{number}"]) for number, word in enumerate(self.own_options))
        return {word: text for word, text in pairs if text}

    def attribute_fields(self) -> list[tuple[str, str, forms.BoundField, forms.BoundField]]:
        """Return the seller's own words beside the fields for those of this language."""
        return [
            (name, value, self[f"attribute_{number}_name"], self[f"attribute_{number}_value"])
            for number, (name, value) in enumerate(self.own_attributes)
        ]

    def option_fields(self) -> list[forms.BoundField]:
        return [self[f"option_{number}"] for number in range(len(self.own_options))]
