"""The departments that every page of the shop names, kept for a minute: they hardly ever change."""

from __future__ import annotations

import time

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CategoryView
from entrepot.kernel import clock
from entrepot.search import queries as search

_KEPT_SECONDS = 60
_kept: dict[str, tuple[float, tuple[CategoryView, ...]]] = {}
_stocked: dict[str, tuple[float, frozenset[str]]] = {}
_written: dict[tuple[str, str], tuple[tuple[CategoryView, ...], SafeString]] = {}


def list_departments(language: str) -> tuple[CategoryView, ...]:
    """Return the departments with what is below them, named in a language."""
    kept = _kept.get(language)
    if kept is None or time.monotonic() - kept[0] > _KEPT_SECONDS:
        kept = (time.monotonic(), catalog.list_categories(language))
        _kept[language] = kept
    return kept[1]


def list_stocked(language: str, country: str) -> tuple[CategoryView, ...]:
    """Return the departments that hold something which goes to a country."""
    kept = _stocked.get(country)
    if kept is None or time.monotonic() - kept[0] > _KEPT_SECONDS:
        kept = (time.monotonic(), search.list_stocked_departments(country=country, at=clock.now()))
        _stocked[country] = kept
    return tuple(node for node in list_departments(language) if node.slug in kept[1])


def write_navigation(language: str, current: str) -> SafeString:
    """Write the links to the departments, as every page carries them; kept as long as the departments."""
    departments = list_departments(language)
    kept = _written.get((language, current))
    if kept is None or kept[0] is not departments:
        marked = mark_safe(' aria-current="true"')
        rows = [(node.slug, marked if node.slug == current else "", node.name) for node in departments]
        kept = (departments, format_html_join("", '<a href="/category/{}"{}>{}</a>', rows))
        _written[language, current] = kept
    return kept[1]


def find_path(slug: str, language: str) -> tuple[CategoryView, ...]:
    """Return a category and what is above it, the department first; empty when there is none of this slug."""

    def find(nodes: tuple[CategoryView, ...], above: tuple[CategoryView, ...]) -> tuple[CategoryView, ...]:
        for node in nodes:
            path = (*above, node)
            if node.slug == slug or (path := find(node.children, path)):
                return path if node.slug != slug else (*above, node)
        return ()

    return find(list_departments(language), ())


def forget() -> None:
    """Read again at the next page."""
    _kept.clear()
    _stocked.clear()
    _written.clear()
