"""Forms of the shop beside the address."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

# The sandbox's cards: each token makes the payment end in one way.
SANDBOX_CARDS = (
    ("tok_ok", _("Test card that pays"), "4242"),
    ("tok_challenge", _("Test card whose bank asks you to confirm"), "3155"),
    ("tok_decline", _("Test card that is declined"), "0002"),
    ("tok_late", _("Test card whose payment arrives late"), "9979"),
    ("tok_timeout", _("Test card whose bank does not answer"), "0341"),
)


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

    token = forms.ChoiceField(label=_("Pay with"), choices=[(code, label) for code, label, _digits in SANDBOX_CARDS])
    shown_total = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    shown_currency = forms.RegexField(r"^[A-Z]{3}$", widget=forms.HiddenInput)
    idempotency_key = forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput)
    accept_due_at_door = forms.BooleanField(
        label=_("I know that import charges are not included and that I pay them on delivery."), required=False
    )


class AddForm(forms.Form):
    """Pieces of a SKU for the cart."""

    sku = forms.RegexField(r"^[0-9A-Z]{12}$")
    quantity = forms.IntegerField(min_value=1, max_value=99)


class QuantityForm(forms.Form):
    """Another number of pieces of a SKU; none takes the line out."""

    sku = forms.RegexField(r"^[0-9A-Z]{12}$")
    quantity = forms.IntegerField(min_value=0, max_value=99)
