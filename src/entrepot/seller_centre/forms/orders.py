"""Forms of fulfilment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


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
