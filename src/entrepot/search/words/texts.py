"""Texts of documents as words."""

from __future__ import annotations

from entrepot.kernel.languages import text_language
from entrepot.search.words import compounds
from entrepot.search.words.chinese import cut_chinese
from entrepot.search.words.folding import plain, tidy
from entrepot.search.words.splitting import cut
from entrepot.search.words.stemming import LANGUAGES as STEMMED, stem

# Languages that have a field of their own.
LANGUAGES = (*STEMMED, "zh")


def field_language(code: str) -> str:
    """Return the language whose field holds texts of a language, empty where it has none."""
    language = text_language(code).partition("-")[0].lower()
    return language if language in LANGUAGES else ""


def bare(text: str, language: str = "") -> list[str]:
    """Return the words of a text in any language: folded, not stemmed."""
    return plain(" ".join(_cut(text, language))).split()


def tokens(text: str, language: str) -> list[str]:
    """Return the stems of a text for its language's field; none where the language has no field."""
    return bare_and_tokens(text, language)[1]


def bare_and_tokens(text: str, language: str) -> tuple[list[str], list[str]]:
    """Return what `bare` and `tokens` do for one text, which is cut only once."""
    words = _cut(text, language)
    folded = plain(" ".join(words)).split()
    name = field_language(language)
    if name == "zh":
        return folded, cut_chinese(tidy(text))
    if not name:
        return folded, []
    stems = stem(words, name)
    if name == compounds.LANGUAGE:
        stems += compounds.list_tokens(words)  # Behind the text, whose words so stay side by side.
    return folded, stems


def _cut(text: str, language: str) -> list[str]:
    base = language.partition("-")[0].lower()
    return cut(tidy(text, base), base)
