"""Forms of many listings at once: customs facts and places of whole categories, prices, stock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from entrepot.catalog.queries import SellerCategoryView, SellerSku
from entrepot.catalog.rules.listings import ON_HAND_MAX
from entrepot.catalog.rules.prices import PriceChange
from entrepot.seller_centre.categories import Shelves
from entrepot.seller_centre.forms.choices import choice
from entrepot.seller_centre.forms.codes import tell_goods
from entrepot.ui import formats


class CustomsForm(forms.Form):
    """What customs must know of all goods of one category of the seller's."""

    hs_code = forms.RegexField(
        r"^\d{6,10}$",
        label=_("HS code"),
        help_text=_("6 to 10 digits. The customs tariff of your country lists them."),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"}),
        error_messages={"invalid": _("An HS code has 6 to 10 digits.")},
    )
    origin_country = forms.ChoiceField(label=_("Made in"))
    default_weight_g = forms.IntegerField(
        label=_("Weight of one piece, where a listing says none (g)"), min_value=1, max_value=500_000, required=False
    )

    def __init__(self, *args: Any, countries: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "origin_country").choices = [("", gettext("Choose…")), *named_countries(countries)]
        tell_goods(self)


def named_countries(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return countries with their names, in the order of the names."""
    return sorted(((code, formats.country(code)) for code in codes), key=lambda pair: pair[1].casefold())


class CategoryField(forms.CharField):
    """One of the shop's categories, typed or picked from the list that the page gives it; it becomes a slug."""

    def __init__(self, *, shelves: Shelves, slug: str | None = None, **kwargs: Any) -> None:
        self.shelves = shelves
        attrs = {"list": "shelves", "autocomplete": "off", "dir": "auto"}
        super().__init__(initial=shelves.path_of(slug), max_length=200, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return ""
        slug = self.shelves.find(typed)
        if slug is None:
            raise forms.ValidationError(gettext("Choose one of the list: there is no such category."))
        return slug


class MappingForm(forms.Form):
    """Where each of a seller's own categories belongs in the shop."""

    def __init__(self, *args: Any, rows: Sequence[SellerCategoryView], shelves: Shelves, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[f"category_{row.id}"] = CategoryField(
                shelves=shelves,
                slug=row.category_slug,
                label=gettext("Category of the shop for %(name)s") % {"name": shelves.name_of(row.text)},
                required=False,
            )

    def changed(self) -> dict[str, str]:
        """Return the slug by the seller's words, of those that are to move."""
        return {
            row.text: slug
            for row in self.rows
            if (slug := self.cleaned_data[f"category_{row.id}"]) and slug != row.category_slug
        }


class PriceForm(forms.Form):
    """What becomes of the prices of the marked listings."""

    way = forms.ChoiceField(
        label=_("What to do"),
        choices=[
            ("percent", _("Raise or lower by a percentage")),
            ("amount", _("Raise or lower by an amount")),
            ("set", _("Set to one price")),
        ],
    )
    value = forms.DecimalField(
        label=_("By how much, or to what"),
        help_text=_("10 raises, -10 lowers."),
        max_digits=14,
        decimal_places=4,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}),
    )
    ending = forms.ChoiceField(
        label=_("Round"),
        choices=[
            ("exact", _("Not at all")),
            ("whole", _("To whole amounts")),
            ("ninety", _("To end in .90")),
            ("ninety_nine", _("To end in .99")),
        ],
    )

    def clean_value(self) -> Decimal:
        value: Decimal = self.cleaned_data["value"]
        way = self.cleaned_data.get("way")
        if way == "percent" and value <= -100:
            raise forms.ValidationError(gettext("Less than 100 percent can be taken off."))
        if way == "set" and value <= 0:
            raise forms.ValidationError(gettext("The price must be above zero."))
        return value

    def change(self) -> PriceChange:
        """Return the change that was asked for."""
        said = self.cleaned_data
        return PriceChange(way=said["way"], value=said["value"], ending=said["ending"])


class StockForm(forms.Form):
    """How many pieces there are of each variant; beside each count stands, unseen, what it was when the page came."""

    def __init__(self, *args: Any, skus: Sequence[SellerSku], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skus = skus
        for sku in skus:
            name = " · ".join(filter(None, (sku.title, sku.options)))
            self.fields[f"stock_{sku.sku_id}"] = forms.IntegerField(
                label=gettext("Pieces of %(name)s") % {"name": name},
                min_value=0,
                max_value=ON_HAND_MAX,
                initial=sku.on_hand,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"was_{sku.sku_id}"] = forms.IntegerField(initial=sku.on_hand, widget=forms.HiddenInput)

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return the counts that were changed by the seller's own names, and what they were."""
        said = self.cleaned_data
        new, old = {}, {}
        for sku in self.skus:
            count, before = said[f"stock_{sku.sku_id}"], said[f"was_{sku.sku_id}"]
            if count != before:
                new[sku.seller_sku], old[sku.seller_sku] = count, before
        return new, old
