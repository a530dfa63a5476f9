"""What the shop's frame writes on every page: `{% load shop %}`."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from entrepot.storefront.departments import write_navigation

register = template.Library()


@register.simple_tag
def department_links(current: str = "") -> SafeString:
    """Write the links to the departments."""
    return write_navigation(get_language() or "en", current or "")
