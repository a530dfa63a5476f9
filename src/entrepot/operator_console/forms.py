"""Forms of the console: every decision asks for its reason."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import QueryDict
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
    """Why somebody is stopped; it is shown to them."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The seller reads this: say what is wrong and what would be right."),
    )


class JudgementForm(forms.Form):
    """Why a match on a list is somebody else; only operators read it."""

    reason = forms.CharField(
        label=_("Why it is somebody else"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Say what tells them apart: date of birth, address, number in the register."),
    )


class BuyerForm(forms.Form):
    """Why a buyer is somebody else than a name on a list, or is not; several stand on one page."""

    reason = forms.CharField(
        label=_("Why it is somebody else, or is not"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only operators read it. It stands in the audit trail."),
    )

    def __init__(self, data: QueryDict | None = None, *, purchase_id: UUID) -> None:
        super().__init__(data, auto_id=f"id_{purchase_id}_%s")
        self.purchase_id = purchase_id


class FreezeForm(forms.Form):
    """Why a seller's money is held back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the audit trail."),
    )


class BankForm(forms.Form):
    """What the bank said of a payout."""

    word = forms.CharField(label=_("The bank's reference, or why it did not pay"), max_length=200)


class PurchaseSearch(forms.Form):
    """What purchases are looked for by."""

    q = forms.CharField(required=False, max_length=254, strip=True)
    state = forms.CharField(required=False, max_length=40)
    country = forms.CharField(required=False, max_length=2)


class TrailSearch(forms.Form):
    """What lines of the audit trail are looked for by; dates are days, both included."""

    actor = forms.CharField(required=False, max_length=100)
    action = forms.CharField(required=False, max_length=100)
    kind = forms.CharField(required=False, max_length=50)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
