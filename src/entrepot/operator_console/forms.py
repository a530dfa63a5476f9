"""Forms of the console: every decision asks for its reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

STAGES = {
    "closed": (_("Closed"), "quiet"),
    "pilot": (_("Pilot"), "sea"),
    "open": (_("Open"), "leaf"),
    "suspended": (_("Suspended"), "brick"),
}


class StageForm(forms.Form):
    """One switch of a market."""

    side = forms.ChoiceField(choices=[("selling", _("Selling")), ("buying", _("Buying"))], widget=forms.HiddenInput)
    stage = forms.ChoiceField(label=_("Stage"), choices=[(code, words[0]) for code, words in STAGES.items()])
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the audit trail, and buyers and sellers may read it."),
    )


class ReasonForm(forms.Form):
    """Why somebody is refused or stopped; it is shown to them."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The seller reads this: say what is wrong and what would be right."),
    )


class BankForm(forms.Form):
    """What the bank said of a payout."""

    word = forms.CharField(label=_("The bank's reference, or why it did not pay"), max_length=200)
