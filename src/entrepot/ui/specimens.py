"""What the living page shows: every component with something to show in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from entrepot.kernel.clock import now
from entrepot.kernel.money import Money
from entrepot.ui import formats


class SpecimenForm(forms.Form):
    """A form with one field of each kind; bound, it shows every field's fault."""

    name = forms.CharField(label=gettext_lazy("Name"))
    email = forms.EmailField(label=gettext_lazy("E-mail"), help_text=gettext_lazy("Quiet text explains."))
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=[("SA", "السعودية"), ("CN", "中国")])
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False
    )
    paper = forms.FileField(label=gettext_lazy("Papers"), required=False)
    agree = forms.BooleanField(label=gettext_lazy("Stay signed in"))


@dataclass(frozen=True, slots=True)
class Specimen:
    """All components once, in one theme and one writing direction."""

    theme: str
    direction: str
    form: SpecimenForm
    faulty: SpecimenForm


@dataclass(frozen=True, slots=True)
class Toast:
    """A message as Django's framework hands it to the template."""

    level_tag: str
    text: str

    def __str__(self) -> str:
        return self.text


def build() -> dict[str, Any]:
    """Return the context of the living page."""
    looks = [("light", "ltr"), ("dark", "ltr"), ("light", "rtl"), ("dark", "rtl")]
    return {
        "specimens": [
            Specimen(
                theme, direction,
                SpecimenForm(auto_id=f"plain-{theme}-{direction}-%s"),
                SpecimenForm({"email": "no address"}, auto_id=f"faulty-{theme}-{direction}-%s"),
            )
            for theme, direction in looks
        ],
        "total": Money(4097, "EUR"),
        **_ground(),
        **_ways(),
        **_data(),
    }  # fmt: skip


def _ground() -> dict[str, Any]:
    return {
        "icons": (
            "search cart person pin home grid chevron down arrow check close alert info shield truck box globe store "
            "clock document upload download money list today flag scales history minus plus lock card mail picture "
            "users exit edit trash refresh filter eye calendar chart more key"
        ).split(),
        "flags": "IT FR ES RU DE CN TR KZ SA GB BR".split(),
        "colours": ["ink", "paper", "sea", "brick", "leaf", "sand"],
        "tones": [("quiet", _("Draft")), ("sea", _("On the way")), ("leaf", _("Paid")), ("brick", _("Due today"))],
        "toasts": [
            Toast("info", _("One moment…")),
            Toast("success", _("Done and paid.")),
            Toast("error", _("Needs your attention.")),
        ],
    }


def _ways() -> dict[str, Any]:
    here = "#main"
    return {
        "crumbs": [{"link": "/search", "label": _("All goods")}, {"link": "", "label": _("Order")}],
        "tabs": [
            {"link": here, "label": _("Orders"), "current": True},
            {"link": here, "label": _("Details")},
            {"link": here, "label": _("History")},
        ],
        "chips": [
            {"link": here, "label": _("All"), "current": True},
            {"link": here, "label": _("To ship"), "count": 12},
            {"link": here, "label": _("Delivered"), "count": 0},
        ],
        "stepper": [
            {"label": _("Company"), "done": True, "link": here},
            {"label": _("Papers"), "current": True},
            {"label": _("Bank account")},
        ],
        "page": 4,
        "pages": 12,
    }


def _data() -> dict[str, Any]:
    return {
        "parts": [
            ("goods", _("Goods"), Money(2400, "EUR")),
            ("delivery", _("Delivery"), Money(620, "EUR")),
            ("duty", _("Duty"), Money(300, "EUR")),
            ("tax", _("Tax"), Money(697, "EUR")),
            ("fees", _("Fees"), Money(80, "EUR")),
        ],
        "steps": [
            {"title": _("Paid"), "done": True, "at": now()},
            {"title": _("Being packed"), "current": True, "text": _("The seller sends it within 3 days.")},
            {"title": _("On the way")},
            {"title": _("Delivered")},
        ],
        "goods": [("picture", "حذاء جلدي"), ("picture", "Кружка фарфоровая"), ("picture", "青花瓷碗")],
        "reasons": [_("Quiet text explains.")],
        "orders": [("7K3M9-XQ2RT", "leaf", _("Paid")), ("QX4T1-00PRZ", "brick", _("Due today"))],
        "sales": [
            (formats.country(code), sold, formats.number(sold)) for code, sold in (("IT", 412), ("TR", 260), ("CN", 0))
        ],
        "corridors": [("IT", [0, 12, 140]), ("TR", [40, None, 88]), ("CN", [320, 64, None])],
        "most": 320,
    }
