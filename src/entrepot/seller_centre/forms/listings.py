"""Forms of feeds and listings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from entrepot.seller_centre.forms.choices import choice
from entrepot.ui import formats


class FeedForm(forms.Form):
    """A feed to read."""

    feed = forms.FileField(label=_("Feed"), error_messages={"required": _("Choose a file first.")})
    format = forms.ChoiceField(
        label=_("Format"),
        required=False,
        choices=[
            ("", _("Recognise it")),
            ("google", _("Google Merchant, RSS")),
            ("google-tsv", _("Google Merchant, table")),
            ("yml", _("Yandex Market (YML)")),
            ("shopify", _("Shopify CSV")),
        ],
    )
    dry_run = forms.BooleanField(label=_("Only try it: report what would change, change nothing"), required=False)


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

    def __init__(self, *args: Any, countries: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((code, formats.country(code)) for code in countries), key=lambda pair: pair[1].casefold())
        choice(self, "origin_country").choices = [("", gettext("Choose…")), *named]
