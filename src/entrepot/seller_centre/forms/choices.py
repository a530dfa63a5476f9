"""Choice fields whose choices are known only when the form is made."""

from __future__ import annotations

from django import forms


def choice(form: forms.Form, name: str) -> forms.ChoiceField:
    """Return a form's choice field, so that its choices can be set."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field
