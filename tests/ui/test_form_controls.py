from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from entrepot.ui.form_controls import FormRenderer

AWKWARD = "<b>\"Tom\" & 'Jerry'</b>"
CHOICES = [("", "Choose…"), ("a&b", AWKWARD), ("Group <1>", [("x", "X"), (2, mark_safe("<i>two</i>"))])]


@pytest.mark.parametrize("value", [None, "", AWKWARD, mark_safe("&amp;"), 7, gettext_lazy("Country")])
@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(attrs={"autocomplete": "shipping name", "required": True, "disabled": False, "maxlength": 9}),
        forms.EmailInput(),
        forms.NumberInput(attrs={"min": 0, "step": "0.01"}),
        forms.URLInput(attrs={"placeholder": AWKWARD}),
        forms.PasswordInput(render_value=True),
        forms.HiddenInput(),
        forms.CheckboxInput(attrs={"data-x": AWKWARD}),
        forms.Textarea(attrs={"rows": 3}),
        forms.Select(choices=CHOICES, attrs={"autocomplete": "country"}),
        forms.SelectMultiple(choices=CHOICES),
        forms.DateInput(),
        forms.RadioSelect(choices=CHOICES[:2]),
        forms.FileInput(),
    ],
    ids=lambda widget: type(widget).__name__,
)
def test_a_control_is_written_as_django_writes_it(widget: forms.Widget, value: Any) -> None:
    if isinstance(widget, forms.DateInput) and value == 7:
        value = date(2026, 11, 22)
    if isinstance(widget, forms.SelectMultiple):
        value = [value]
    expected = widget.render("na<me", value, {"id": "id_1"}, renderer=DjangoTemplates())
    written = widget.render("na<me", value, {"id": "id_1"}, renderer=FormRenderer())
    assert written == expected
    assert hasattr(written, "__html__")


def test_forms_use_it() -> None:
    assert isinstance(forms.Form().renderer, FormRenderer)
