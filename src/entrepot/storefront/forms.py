"""Forms of the shop beside the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from entrepot.storefront.payment_ways import Ways


class ContactForm(forms.Form):
    """How the buyer hears of the order."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("For the confirmation and the link to your order. No account is needed."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )


class PaymentForm(forms.Form):
    """How to pay, what the page showed, and the buyer's word where charges are due at the door."""

    shown_total = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    shown_currency = forms.RegexField(r"^[A-Z]{3}$", widget=forms.HiddenInput)
    idempotency_key = forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput)
    accept_due_at_door = forms.BooleanField(
        label=_("I know that import charges are not included and that I pay them on delivery."), required=False
    )
    keep_address = forms.BooleanField(label=_("Keep this address in my address book."), required=False)

    def __init__(self, *args: Any, ways: Ways, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"] = forms.ChoiceField(label=_("Pay with"), choices=[(way.code, way.label) for way in ways.all])


class AddForm(forms.Form):
    """Pieces of a SKU for the cart."""

    sku = forms.RegexField(r"^[0-9A-Z]{12}$")
    quantity = forms.IntegerField(min_value=1, max_value=99)


class QuantityForm(forms.Form):
    """Another number of pieces of a SKU; none takes the line out."""

    sku = forms.RegexField(r"^[0-9A-Z]{12}$")
    quantity = forms.IntegerField(min_value=0, max_value=99)


class FindOrderForm(forms.Form):
    """What the confirmation e-mail said: the order's number, and the address that it went to."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=40,
        help_text=_("It stands in the confirmation e-mail and on the parcel, such as 7K3M9-XQ2RT."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The one that you ordered with."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )


class NameForm(forms.Form):
    """What we call a person."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        required=False,
        help_text=_("What we call you in e-mails; parcels go to the name in the address."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class EraseForm(forms.Form):
    """The person's word, and the proof that it is theirs."""

    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        required=False,
    )
    is_sure = forms.BooleanField(label=_("I know that this cannot be undone."))
