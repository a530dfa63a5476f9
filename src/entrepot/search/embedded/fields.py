"""
Which words of a document go into which field of the index, how often, and what else its rank hangs on.

The engine's formula (BM25) is fixed, so weight is repetition. A language's field holds the stems of everything, those
of titles and brands most often. `words` holds what names the goods (title, brand, category, codes) as it is written, so
that a word in a title counts in both, and more where it stands as it was typed. `details` has what no field of stems
has of the rest.
docs/search-relevance.md has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from entrepot.search import words
from entrepot.search.index_port import Document, Text

TEXT_FIELDS = ("words", "details", *(f"words_{language}" for language in words.LANGUAGES))
_NAMING = ("title", "brand", "category", "codes")
_TIMES = {"title": 3, "brand": 3, "category": 2, "description": 2, "attributes": 1, "codes": 1}
# A score is multiplied by log2(2 + popularity). So that nothing lifts it beyond this, popularity starts high.
POPULARITY_FACTOR_MAX = 1.25
_BASE = 24.0
_ORDERS_FOR_MOST = 10_000
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_YEARS_KEPT = 20.0
_FRESHNESS_SHARE = 0.2


def to_fields(document: Document) -> dict[str, list[str]]:
    """Return the text fields of a document: tokens between blanks."""
    languages = {name for text in document.texts if (name := words.field_language(text.language))}
    found: dict[str, list[str]] = {"words": [], "details": []}
    for text in document.texts:
        if text.language:
            _add(found, text)
        else:
            _add_nameless(found, text, languages)
    return {name: [" ".join(parts)] for name, parts in found.items() if parts}


# Categories and brands stand in document after document.
_REPEATED = ("category", "brand")
_cut_again = lru_cache(maxsize=50_000)(words.bare_and_tokens)


def _add(found: dict[str, list[str]], text: Text) -> None:
    """Add a text of a language: its stems to that language's field, what names the goods to the bare words too."""
    cut = _cut_again if text.part in _REPEATED else words.bare_and_tokens
    bare, stems = cut(text.words, text.language)
    if text.part == "attributes":  # A long list that says one word again and again says it once.
        bare, stems = list(dict.fromkeys(bare)), list(dict.fromkeys(stems))
    if stems:
        found.setdefault(f"words_{words.field_language(text.language)}", []).extend(stems * _TIMES[text.part])
    if text.part in _NAMING:
        found["words"].extend(bare)
    else:
        unstemmed = [word for word in bare if not word.isalpha()] if stems else bare  # Words with digits have no stems.
        found["details"].extend(unstemmed)


def _add_nameless(found: dict[str, list[str]], text: Text, languages: Iterable[str]) -> None:
    """Add a brand or codes, which are of no language: as they are, a brand as a word of each language as well."""
    cut = _cut_again if text.part in _REPEATED else words.bare_and_tokens
    found["words"].extend(cut(text.words, "")[0])
    if text.part == "brand":
        for language in languages:
            found.setdefault(f"words_{language}", []).extend(cut(text.words, language)[1] * _TIMES["brand"])


def to_popularity(document: Document) -> int:
    """
    Return the value whose logarithm multiplies the score of a document: by 1 where nobody bought it and it is old, by
    at most `POPULARITY_FACTOR_MAX` where thousands did and it is new. Age counts little and from a fixed day, so that
    a value stays right without being written again.
    """
    sold = min(1.0, math.log1p(document.orders) / math.log1p(_ORDERS_FOR_MOST))
    years = (document.listed_at - _EPOCH).total_seconds() / (365.25 * 86_400)
    fresh = min(1.0, max(0.0, years / _YEARS_KEPT))
    lift = (1.0 - _FRESHNESS_SHARE) * sold + _FRESHNESS_SHARE * fresh
    return round(2.0 ** (_BASE * (1.0 + (POPULARITY_FACTOR_MAX - 1.0) * lift))) - 2


def to_like(document: Document) -> list[str]:
    """Return the words by which listings like this one are found."""
    titles = [text.words for text in document.texts if text.part == "title"]
    return list(dict.fromkeys(word for title in titles for word in words.bare(title)))
