"""The form of a feed that is handed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from entrepot.catalog.operations import ImportOptions
from entrepot.kernel.languages import text_language
from entrepot.seller_centre.forms.choices import choice
from entrepot.ui import formats

FORMATS = {
    "google": _("Google Merchant, RSS"),
    "google-tsv": _("Google Merchant, table"),
    "yml": _("Yandex Market (YML)"),
    "shopify": _("Shopify CSV"),
}


class FeedForm(forms.Form):
    """A feed to read, and what it leaves unsaid."""

    feed = forms.FileField(
        label=_("Feed"),
        required=False,
        help_text=_("The file that your shop or your stock system writes: XML, CSV or a table, also packed (.gz)."),
        error_messages={"empty": _("This file is empty.")},
    )
    url = forms.CharField(
        label=_("Or the address where it lies"),
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "dir": "ltr"}),
    )
    format = forms.ChoiceField(label=_("Format"), required=False)
    language = forms.ChoiceField(label=_("Language of its texts"), required=False)
    in_stock_quantity = forms.IntegerField(
        label=_("Pieces where it only says “in stock”"), min_value=1, max_value=1_000_000, initial=10
    )
    retire_missing = forms.BooleanField(
        label=_("It names all that I offer: take off sale what it does not name"), required=False
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choice(self, "format").choices = [("", _("Recognise it")), *FORMATS.items()]
        languages = dict.fromkeys(text_language(code) for code, _name in settings.LANGUAGES)
        named = [(code, formats.language_name(code)) for code in languages]
        choice(self, "language").choices = [("", _("The store's")), *named]

    def clean(self) -> dict[str, Any]:
        """Want a file or an address."""
        said = super().clean() or {}
        if not self.errors and not said.get("feed") and not said.get("url"):
            self.add_error("feed", _("Choose a file first, or name an address."))
        return said

    def options(self) -> ImportOptions:
        """Return what the seller decides about the import."""
        said = self.cleaned_data
        return ImportOptions(
            language=said["language"] or None,
            in_stock_quantity=said["in_stock_quantity"],
            retire_missing=said["retire_missing"],
        )
