"""
A language in which every message of the catalogue is written ⟦so⟧: whatever stands outside was never given to gettext.

`speak` teaches Django the language; `findings` reads a page and returns the visible words outside the marks that are
no data. Numbers, dates, names of countries and the like come from CLDR in Esperanto, the language's code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import allauth
import django
import pytest
from babel import Locale
from django.db import connection
from django.utils.translation import trans_real
from lxml import html

from entrepot.customs import nomenclature
from entrepot.customs.classification.lexicon import get_lexicon
from entrepot.ui import catalogues, formats

CODE = "eo"
_SHOWN = ("alt", "title", "aria-label", "placeholder", "aria-description", "label")
_BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption footer form h1 h2 h3 h4 "
    "header hr legend li main nav ol option p section summary table tbody td th thead tr ul title button label".split()
)
# `bdi` holds what somebody else wrote: names, codes, sources of law.
_UNREAD = frozenset({"script", "style", "code", "pre", "svg", "noscript", "bdi"})
_CODES = re.compile(
    r"https?://\S*|\S+@\S+|(?:/[\w{}.-]+)+/?|\b[\w-]+(?:\.[\w-]+)+\b"  # Addresses.
    r"|\b\w*\d\w*(?:-\w+)*\b"  # Numbers of orders, ids, dates.
    r"|\b[A-Z]{2,}\b|\b\w\b|\b(?:[A-Z][a-z]+){2,}\b"  # Codes; single letters; names of facts.
)
_WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
NAMES = frozenset({"Entrepot"})


class _Translation:
    """What Django asks of a catalogue: known messages are marked, unknown ones come back as they are."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known

    def gettext(self, message: str) -> str:
        _, found, text = message.rpartition("\x04")
        if text not in self._known:
            return message if not found else text
        return f"⟦{text}⟧"

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        text = singular if number == 1 else plural
        return f"⟦{text}⟧" if singular in self._known else text

    def to_language(self) -> str:
        return CODE

    def language(self) -> str:
        return CODE


@cache
def _messages() -> frozenset[str]:
    """Return our messages in English, and those that Django and allauth bring translated."""
    ours = {text for message in catalogues.messages_of(catalogues.extract()) for text in catalogues.sources_of(message)}
    theirs: set[str] = set()
    for home in (Path(django.__file__).parent, Path(allauth.__file__).parent):
        for path in home.rglob("locale/es/LC_MESSAGES/django.mo"):
            with path.open("rb") as file:
                kept = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            keys = [key[0] if isinstance(key, tuple) else key for key in kept]
            theirs |= {key.rpartition("\x04")[2] for key in keys}
    return frozenset(ours | theirs)


@pytest.fixture
def marked_language(monkeypatch: pytest.MonkeyPatch, settings: Any) -> str:
    """Offer the marked language beside the others, as its code."""
    settings.LANGUAGES = [*settings.LANGUAGES, (CODE, "Esperanto")]
    monkeypatch.setitem(trans_real._translations, CODE, _Translation(_messages()))
    return CODE


def words_of_data() -> list[str]:
    """Return the texts of every table that are no code, the longest first: they are nobody's to translate."""
    # Words for customs codes are files with a column for each language (tests/customs/test_nomenclature.py).
    found: set[str] = {names["en"] for names in nomenclature.words_by_code().values()}
    for names in get_lexicon().facet_names.values():  # So are those that tell codes apart: `(cotton, women)`.
        found |= {f"({names['en']}", f", {names['en']}"}
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t LIMIT 2000')
            for (row,) in cursor.fetchall():
                found.update(_texts(row if isinstance(row, dict) else __import__("json").loads(row)))
    kept = {text for text in found if _WORD.search(text) and not re.fullmatch(r"[a-z_]+", text) and len(text) < 2000}
    lines = {line.strip() for text in kept for line in re.split(r"<[^>]+>|\n", text) if _WORD.search(line)}
    return sorted(kept | lines, key=len, reverse=True)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, child in value.items():
            yield str(name)
            yield from _texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)


@cache
def _words_of_cldr() -> frozenset[str]:
    locale = Locale(CODE)
    texts: list[str] = [
        *locale.territories.values(),
        *locale.currencies.values(),
        *locale.languages.values(),
        *(str(name) for widths in locale.months.values() for names in widths.values() for name in names.values()),
        *(str(name) for widths in locale.days.values() for names in widths.values() for name in names.values()),
        *(str(name) for widths in locale.day_periods.values() for names in widths.values() for name in names.values()),
        *(str(symbol) for symbol in locale.currency_symbols.values()),
        *(formats.language_own_name(code) for code in ("en", "es", "it", "ru", "tr", "zh-hans", "zh", "ar", CODE)),
    ]
    return frozenset(word for text in texts for word in _WORD.findall(text))


def findings(page: str, data: Iterable[str]) -> list[str]:
    """Return the texts of a page that hold words outside the marks which are neither data nor names nor codes."""
    data = list(data)
    return [text for text in dict.fromkeys(_outside(page)) if _is_english(text, data)]


def _is_english(text: str, data: list[str]) -> bool:
    rest = text
    for known in data:
        if known in rest:
            rest = rest.replace(known, " ")
    rest = _CODES.sub(" ", rest)
    return any(word not in NAMES and word not in _words_of_cldr() for word in _WORD.findall(rest))


def _outside(page: str) -> Iterator[str]:
    root = html.fromstring(page)
    for node in root.iter():
        if isinstance(node.tag, str) and node.tag not in _UNREAD:
            for name in _SHOWN:
                if value := node.get(name):
                    yield from _unmarked(value)
            if node.tag == "input" and node.get("type") in ("submit", "button"):
                yield from _unmarked(node.get("value") or "")
    yield from _unmarked("".join(_flow(root)))


def _flow(node: Any) -> Iterator[str]:
    """Yield the visible text in reading order, a line break where a block ends."""
    if not isinstance(node.tag, str) or node.tag in _UNREAD:
        return
    is_block = node.tag in _BLOCKS or node.tag == "br"
    yield "\n" if is_block else ""
    yield node.text or ""
    for child in node:
        yield from _flow(child)
        yield child.tail or ""
    yield "\n" if is_block else ""


def _unmarked(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        depth, outside = 0, []
        for sign in line:
            depth += (sign == "⟦") - (sign == "⟧" and depth > 0)
            outside.append(" " if depth or sign == "⟧" else sign)
        for piece in re.split(r" {3,}", "".join(outside)):
            if cleaned := " ".join(piece.split()):
                yield cleaned
