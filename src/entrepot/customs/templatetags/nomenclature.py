"""Words for customs codes in templates: `{% load nomenclature %}`."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from entrepot.customs import nomenclature

register = template.Library()


@register.filter
def code_words(code: str | None) -> str:
    """Return what a customs code's heading (else its chapter) is called in the reader's language, or nothing."""
    return nomenclature.describe(code, language=get_language() or "en") if code else ""
