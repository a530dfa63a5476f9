"""What a field of a customs code says of the code in it."""

from __future__ import annotations

from django import forms
from django.utils.translation import get_language

from entrepot.customs import nomenclature


def tell_goods(form: forms.Form, name: str = "hs_code") -> None:
    """Have the field's hint name the chapter and heading of the code that it holds."""
    field = form[name]
    code = str(field.value() or "").replace(" ", "").replace(".", "")
    steps = nomenclature.path(code, language=get_language() or "en")
    if steps:
        field.help_text = " · ".join(f"{step.code} {step.words}" for step in steps)
