"""What the shop's frame writes on every page: `{% load shop %}`."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from entrepot.storefront.cards import Card
from entrepot.storefront.departments import write_navigation

register = template.Library()


@register.simple_tag
def department_links(current: str = "") -> SafeString:
    """Write the links to the departments."""
    return write_navigation(get_language() or "en", current or "")


@register.filter
def written(cards: Sequence[Card]) -> SafeString:
    """Write cards one after the other."""
    return mark_safe("".join(card.html for card in cards))  # noqa: S308 (each is written)
