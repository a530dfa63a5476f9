"""What the living page shows: every component with something to show in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from entrepot.kernel.clock import now
from entrepot.kernel.money import Money


class SpecimenForm(forms.Form):
    """A form with one field of each kind; bound, it shows every field's fault."""

    name = forms.CharField(label="Name")
    email = forms.EmailField(label="E-mail", help_text="For the confirmation.")
    country = forms.ChoiceField(label="Country", choices=[("IT", "Italia"), ("SA", "السعودية")])
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    paper = forms.FileField(label="Paper", required=False)
    agree = forms.BooleanField(label="I agree that import charges are paid on delivery")


def build() -> dict[str, Any]:
    """Return the context of the living page."""
    parts = [
        ("goods", _("Goods"), Money(2400, "EUR")),
        ("delivery", _("Delivery"), Money(620, "EUR")),
        ("duty", _("Duty"), Money(300, "EUR")),
        ("tax", _("Tax"), Money(697, "EUR")),
        ("fees", _("Fees"), Money(80, "EUR")),
    ]
    steps = [
        {"title": _("Paid"), "done": True, "at": now()},
        {"title": _("Being packed"), "current": True, "text": _("The seller sends it within 3 days.")},
        {"title": _("On the way")},
        {"title": _("Delivered")},
    ]
    return {
        "form": SpecimenForm(),
        "faulty": SpecimenForm({"email": "no address"}),
        "parts": parts,
        "steps": steps,
        "total": Money(4097, "EUR"),
        "icons": (
            "search cart person pin home grid chevron down arrow check close alert info shield truck box globe store "
            "clock document upload download money list today flag scales history minus plus lock card mail picture "
            "users exit"
        ).split(),
        "flags": "IT FR ES RU DE CN TR KZ SA GB BR".split(),
        "colours": ["ink", "paper", "sea", "brick", "leaf", "sand"],
        "tones": [("quiet", _("Draft")), ("sea", _("On the way")), ("leaf", _("Paid")), ("brick", _("Due today"))],
        "themes": [("light", "ltr"), ("dark", "ltr"), ("light", "rtl")],
    }
