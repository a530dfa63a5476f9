"""Where a rule is written, as pages show it: titles of laws in their own language, addresses as links."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

_BETWEEN = re.compile(r";\s*(?![^()]*\))")  # Not inside of brackets.
_ADDRESS = re.compile(r"^(?:(?P<title>.*\S)\s+\()?(?P<address>https?://[^\s()]+)\)?$")
# What tells an English title: a screen reader has to know whose language it reads.
_ENGLISH = re.compile(r"\b(the|of|and|on|for|from|to|Act|Bank|Regulations?|Directive|Customs|Tax|Code|Order|Tariff)\b")
_LONG_HOST = 24


def write(text: str) -> SafeString:
    """Write a source, or several with semicolons between; what we say in our own words is said in the reader's."""
    return _write(text, get_language() or "en")


@lru_cache(maxsize=2048)
def _write(text: str, language: str) -> SafeString:
    parts = (part.strip() for part in _BETWEEN.split(text))
    return format_html_join("; ", "{}", ((_part(part, language),) for part in parts if part))


def _part(text: str, language: str) -> SafeString:
    found = _ADDRESS.match(text)
    if found is not None:
        return format_html(
            '<a href="{}" rel="noreferrer nofollow">{}</a>',
            found["address"],
            _title(found["title"], language) if found["title"] else _host(found["address"]),
        )
    return _title(text, language)


def _title(text: str, language: str) -> SafeString:
    said = gettext(text)
    if said != text:
        return format_html("{}", said)
    if language != "en" and _ENGLISH.search(text):
        return format_html('<bdi lang="en">{}</bdi>', text)
    return format_html("<bdi>{}</bdi>", text)


def _host(address: str) -> SafeString:
    host: str = conditional_escape((urlsplit(address).hostname or address).removeprefix("www."))
    if len(host) > _LONG_HOST:  # It may break before its dots, so that a narrow table keeps its other columns.
        host = mark_safe(host.replace(".", "<wbr>."))  # noqa: S308 (escaped above)
    return format_html("{}", host)
