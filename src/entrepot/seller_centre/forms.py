"""Forms of the seller centre; those of the registration are built from the country's pack."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy as _

from entrepot.markets.packs import CountryPack
from entrepot.seller_centre import words
from entrepot.sellers.queries import RegistrationView
from entrepot.ui import formats
from entrepot.ui.address_form import regions_of

FORMS = {"company": _("Company"), "sole_trader": _("Sole trader")}


def _choice(form: forms.Form, name: str) -> forms.ChoiceField:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


class StartForm(forms.Form):
    """Where the trader is at home and in which form it trades."""

    country = forms.ChoiceField(label=_("Country of your business"))
    form = forms.ChoiceField(label=_("Form of your business"), widget=forms.RadioSelect, initial="company")

    def __init__(self, *args: Any, countries: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((code, formats.country(code)) for code in countries), key=lambda pair: pair[1].casefold())
        _choice(self, "country").choices = named
        _choice(self, "form").choices = list(FORMS.items())


class AboutForm(forms.Form):
    """Who trades, where, and how one reaches them."""

    legal_name = forms.CharField(
        label=_("Legal name"), max_length=200, help_text=_("Exactly as it stands in the register.")
    )
    trade_name = forms.CharField(label=_("Trade name"), max_length=200, required=False)
    representative = forms.CharField(
        label=_("Who may sign for it"), max_length=200, help_text=_("Full name of the person who binds the business.")
    )
    street = forms.CharField(label=_("Street and number"), max_length=200)
    street2 = forms.CharField(label=_("Flat, floor, entrance"), max_length=200, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=120)
    region = forms.CharField(label=_("Region"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=30, widget=forms.TextInput(attrs={"type": "tel", "dir": "ltr"})
    )
    email = forms.EmailField(label=_("E-mail for buyers and authorities"), max_length=200)
    register_name = forms.CharField(label=_("Trade register"), max_length=200)
    register_number = forms.CharField(
        label=_("Number in the register"), max_length=60, widget=forms.TextInput(attrs={"dir": "ltr"})
    )


class NumbersForm(forms.Form):
    """The identifiers that the home country gives a business."""

    vat_registered = forms.BooleanField(label=_("The business is registered for VAT"), required=False)
    oss = forms.BooleanField(
        label=_("It uses the one-stop shop (OSS)"),
        help_text=_("Then VAT of sales to other countries of the Union is declared at home."),
        required=False,
    )

    def __init__(self, *args: Any, registration: RegistrationView, pack: CountryPack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "EU" not in pack.unions:
            del self.fields["oss"]
        self.kinds = [wanted.kind for wanted in registration.ids]
        for wanted in registration.ids:
            example = gettext("For example %(example)s") % {"example": wanted.example} if wanted.example else ""
            self.fields[f"id_{wanted.kind}"] = forms.CharField(
                label=gettext(wanted.label),
                required=wanted.is_required,
                max_length=60,
                initial=wanted.value,
                help_text=example,
                widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
            )
        self.order_fields([*(f"id_{kind}" for kind in self.kinds), "vat_registered", "oss"])

    def ids(self) -> dict[str, str]:
        return {kind: self.cleaned_data[f"id_{kind}"] for kind in self.kinds}

    def schemes(self) -> list[str]:
        return ["OSS"] if self.cleaned_data.get("oss") else []

    def names(self) -> dict[str, str]:
        """Return where an operation's faults belong on this form."""
        return {**{f"ids.{kind}": f"id_{kind}" for kind in self.kinds}, "registrations": "oss"}


class DocumentForm(forms.Form):
    """One paper of one kind."""

    kind = forms.CharField(widget=forms.HiddenInput)
    paper = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        error_messages={"required": _("Choose a file first.")},
    )


class BankForm(forms.Form):
    """Where the money goes, by the country's payout rail."""

    def __init__(self, *args: Any, pack: CountryPack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert pack.payout is not None, "a country that registers sellers pays them"
        self.wanted = [field.name for field in pack.payout.fields]
        for field in pack.payout.fields:
            example = gettext("For example %(example)s") % {"example": field.example} if field.example else ""
            self.fields[field.name] = forms.CharField(
                label=gettext(field.label),
                max_length=140,
                help_text=example,
                widget=forms.TextInput(
                    attrs={"dir": "auto" if field.name == "account_holder" else "ltr", "autocomplete": "off"}
                ),
            )

    def account(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.wanted}

    def names(self) -> dict[str, str]:
        return {f"fields.{name}": name for name in self.wanted}


class ConfirmForm(forms.Form):
    """What a trader promises before it is looked at."""

    terms = forms.BooleanField(label=_("I accept the terms for sellers on behalf of the business."))
    promise = forms.BooleanField(
        label=_("The business offers only goods that comply with the law of the countries it sells to.")
    )


class StoreForm(forms.Form):
    """The shop front and where parcels leave from."""

    name = forms.CharField(label=_("Name of the store"), max_length=80)
    slug = forms.CharField(
        label=_("Address of the store"),
        max_length=50,
        help_text=_("Small letters, digits and hyphens. It never changes."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    story = forms.CharField(
        label=_("About the store"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    dispatch_country = forms.ChoiceField(label=_("Parcels leave from"))
    dispatch_region = forms.CharField(label=_("Region"), max_length=120, required=False)
    dispatch_postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    dispatch_city = forms.CharField(label=_("City"), max_length=120)
    language = forms.ChoiceField(label=_("Language of your listings"))

    def __init__(self, *args: Any, countries: list[str], languages: list[str], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["slug"]
        _choice(self, "dispatch_country").choices = [(code, formats.country(code)) for code in countries]
        offered = dict.fromkeys([*languages, *(code for code, _name in settings.LANGUAGES)])
        _choice(self, "language").choices = [(code, formats.language_own_name(code)) for code in offered]
        regions = regions_of(countries[0], languages[0]) if len(countries) == 1 else ()
        if regions:
            self.fields["dispatch_region"] = forms.ChoiceField(
                label=_("Region"), choices=[("", "—"), *regions], required=False
            )


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
        _choice(self, "origin_country").choices = [("", gettext("Choose…")), *named]


class ShipForm(forms.Form):
    """A parcel that leaves: who carries it under which number. Left empty, a label is booked where one can be."""

    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=40,
        required=False,
        help_text=_("The post's number has 13 characters, such as RR123456785IT; its check digit is verified. "
                    "Leave it empty to have a label booked."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip
    carrier = forms.CharField(
        label=_("Carrier, if it is another one than the buyer chose"), max_length=80, required=False
    )
    channel = forms.ChoiceField(
        label=_("Way"), required=False, choices=[("", "—"), ("post", _("Post")), ("courier", _("Courier"))]
    )

    def __init__(self, *args: Any, lines: list[tuple[int, str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions = [position for position, _title, _left in lines]
        for position, title, left in lines:
            self.fields[f"line_{position}"] = forms.IntegerField(label=title, min_value=0, max_value=left, initial=left)

    def pieces(self) -> dict[int, int]:
        """Return the pieces that leave, by the line's position."""
        given = {position: self.cleaned_data.get(f"line_{position}") or 0 for position in self.positions}
        return {position: number for position, number in given.items() if number}

    def line_fields(self) -> list[forms.BoundField]:
        return [self[f"line_{position}"] for position in self.positions]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.pieces():
            raise forms.ValidationError(_("Say which pieces leave."))
        if cleaned.get("carrier") and not cleaned.get("channel"):
            self.add_error("channel", _("Say how the other carrier brings it."))
        return cleaned


class TemplateForm(forms.Form):
    """A delivery template to start from."""

    preset = forms.ChoiceField(label=_("Start from"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, presets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choice(self, "preset").choices = presets


class InviteForm(forms.Form):
    """A mailbox and the seat that is offered to it."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, initial="viewer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choice(self, "role").choices = [
            (code, f"{gettext(name)} – {gettext(may)}") for code, (name, may) in words.ROLES.items()
        ]


class KeyForm(forms.Form):
    """A new key: what it is for and what it may do."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("The program that will use it, such as your stock system.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choice(self, "scopes").choices = [(code, gettext(text)) for code, text in words.SCOPES.items()]
