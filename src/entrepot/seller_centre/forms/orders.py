"""Forms of fulfilment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from entrepot.orders import cancellations
from entrepot.orders.queries import FulfilmentRow, OrderView
from entrepot.seller_centre.forms.choices import choice
from entrepot.shipping.rules import find_tracking_number_fault, tidy_tracking_number
from entrepot.ui import refusals


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


class ShipManyForm(forms.Form):
    """Tracking numbers of several orders, each of which leaves whole; what is left empty is not sent now."""

    def __init__(self, *args: Any, orders: list[FulfilmentRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.orders = orders
        for order in orders:
            self.fields[_number_of(order)] = forms.CharField(
                label=gettext("Tracking number of order %(number)s") % {"number": order.number},
                max_length=40,
                required=False,
                widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"}),
            )
            self.fields[_label_of(order)] = forms.BooleanField(label=gettext("Book a label"), required=False)

    def rows(self) -> list[tuple[FulfilmentRow, forms.BoundField, forms.BoundField]]:
        return [(order, self[_number_of(order)], self[_label_of(order)]) for order in self.orders]

    def wanted(self) -> list[tuple[FulfilmentRow, str | None]]:
        """Return the orders that leave, each with its number, or None where a label is to be booked."""
        given = [(order, self.cleaned_data.get(_number_of(order), "")) for order in self.orders]
        return [
            (order, number or None)
            for order, number in given
            if not self.errors.get(_number_of(order)) and (number or self.cleaned_data.get(_label_of(order)))
        ]

    def refuse(self, order: FulfilmentRow, reason: str) -> None:
        """Put a refusal beside an order's number."""
        self.add_error(_number_of(order), reason)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for order in self.orders:
            number = tidy_tracking_number(cleaned.get(_number_of(order)) or "")
            cleaned[_number_of(order)] = number
            fault = find_tracking_number_fault(number, channel=order.channel) if number else None
            if fault:
                self.refuse(order, refusals.reason(fault))
        numbers = [cleaned.get(_number_of(order)) for order in self.orders]
        for order, given in zip(self.orders, numbers, strict=True):
            if given and numbers.count(given) > 1:
                self.refuse(order, gettext("This number stands here twice."))
        return cleaned


def _number_of(order: FulfilmentRow) -> str:
    return f"number_{order.id}"


def _label_of(order: FulfilmentRow) -> str:
    return f"label_{order.id}"


class CancelForm(forms.Form):
    """Pieces that cannot be sent, and why."""

    reason = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect, initial="out_of_stock")

    def __init__(self, *args: Any, order: OrderView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "reason").choices = [(code, gettext(text)) for code, text in cancellations.SELLERS_REASONS.items()]
        self.positions = [line.position for line in order.lines if line.to_ship]
        for line in order.lines:
            if line.to_ship:
                self.fields[f"line_{line.position}"] = forms.IntegerField(
                    label=line.title, min_value=0, max_value=line.to_ship, initial=line.to_ship
                )

    def line_fields(self) -> list[forms.BoundField]:
        return [self[f"line_{position}"] for position in self.positions]

    def pieces(self) -> dict[int, int]:
        """Return the pieces to cancel, by the line's position."""
        given = {position: self.cleaned_data.get(f"line_{position}") or 0 for position in self.positions}
        return {position: number for position, number in given.items() if number}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.pieces():
            raise forms.ValidationError(_("Say which pieces are to be cancelled."))
        return cleaned
