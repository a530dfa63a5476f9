"""Forms of the registration, built from the country's pack."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from entrepot.markets.packs import CountryPack
from entrepot.seller_centre.forms.choices import choice
from entrepot.sellers.queries import RegistrationView, may_use_oss
from entrepot.ui import formats
from entrepot.ui.address_form import rules_of

FORMS = {"company": _("Company"), "sole_trader": _("Sole trader")}


class StepForm(forms.Form):
    """One step of the registration; what is not finished may be kept with `later`, without the fields that lack."""

    def __init__(self, *args: Any, later: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.later = later

    def full_clean(self) -> None:
        if self.later:
            for field in self.fields.values():
                field.required = False
        super().full_clean()


class StartForm(forms.Form):
    """Where the trader is at home and in which form it trades."""

    country = forms.ChoiceField(label=_("Country of your business"))
    form = forms.ChoiceField(label=_("Form of your business"), widget=forms.RadioSelect, initial="company")

    def __init__(self, *args: Any, countries: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((code, formats.country(code)) for code in countries), key=lambda pair: pair[1].casefold())
        choice(self, "country").choices = named
        choice(self, "form").choices = list(FORMS.items())


class AboutForm(StepForm):
    """Who trades, where, and how one reaches them."""

    # What stands beside another field where there is room.
    halves = (
        "trade_name",
        "representative",
        "postal_code",
        "city",
        "phone",
        "email",
        "register_name",
        "register_number",
    )

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

    def __init__(self, *args: Any, country: str, form: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        examples = rules_of(country).postal_code_examples
        if examples:
            self.fields["postal_code"].help_text = gettext("For example %(example)s") % {
                "example": formats.isolated(examples[0])
            }
        if form == "sole_trader":
            self.fields["representative"].label = _("Your full name")
            self.fields["representative"].help_text = _("As it stands in your identity document.")


class NumbersForm(StepForm):
    """The identifiers that the home country gives a business."""

    vat_registered = forms.BooleanField(label=_("The business is registered for VAT"), required=False)
    oss = forms.BooleanField(
        label=_("It uses the one-stop shop (OSS)"),
        help_text=_("Then VAT of sales to other countries of the Union is declared at home."),
        required=False,
    )

    def __init__(self, *args: Any, registration: RegistrationView, pack: CountryPack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_use_oss(pack.code):
            del self.fields["oss"]
        self.kinds = [wanted.kind for wanted in registration.ids]
        for wanted in registration.ids:
            example = (
                gettext("For example %(example)s") % {"example": formats.isolated(wanted.example)}
                if wanted.example
                else ""
            )
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


class BankForm(StepForm):
    """Where the money goes, by the country's payout rail."""

    def __init__(self, *args: Any, pack: CountryPack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert pack.payout is not None, "a country that registers sellers pays them"
        self.wanted = [field.name for field in pack.payout.fields]
        for field in pack.payout.fields:
            example = (
                gettext("For example %(example)s") % {"example": formats.isolated(field.example)}
                if field.example
                else ""
            )
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


class ConfirmForm(StepForm):
    """What a trader promises before it is looked at."""

    terms = forms.BooleanField(label=_("I accept the terms for sellers on behalf of the business."))
    promise = forms.BooleanField(
        label=_("The business offers only goods that comply with the law of the countries it sells to.")
    )
