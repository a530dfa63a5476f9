"""Words made comparable: split alike in documents and in queries, with what languages need before any dictionary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# Text search configurations that PostgreSQL brings along, by language.
CONFIGS = {
    "en": "english",
    "ar": "arabic",
    "ru": "russian",
    "tr": "turkish",
    "es": "spanish",
    "it": "italian",
    "de": "german",
    "fr": "french",
    "pt": "portuguese",
}
SIMPLE = "simple"
_LATIN = ("en", "es", "it", "tr", "de", "fr", "pt")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_TAG = re.compile(r"<[^>]*>")
WORDS_MAX = 12


def config_of(language: str) -> str:
    """Return the text search configuration of a language; languages without a dictionary are taken word for word."""
    return CONFIGS.get(language.partition("-")[0], SIMPLE)


def fold(text: str, language: str = "") -> str:
    """Return text in small letters, by Turkish rules for Turkish (I is the capital of ı there)."""
    if language.startswith("tr"):
        text = text.replace("I", "ı")
    return text.replace("İ", "i").lower().replace("ё", "е")


def split(text: str, language: str = "") -> list[str]:
    """Return the words of a text, folded; scripts without blanks as pairs of neighbouring symbols."""
    words: list[str] = []
    for word in _WORD.findall(fold(text, language)):
        if _UNSPACED.search(word):
            words.extend(_pairs(word))
        else:
            words.append(word)
    return words


def prepare(text: str, language: str = "") -> str:
    """Return a document's text as the database splits it the same way: words and single blanks."""
    return " ".join(split(_TAG.sub(" ", text), language))


def _pairs(word: str) -> list[str]:
    found: list[str] = []
    last = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > last:
            found.append(word[last : run.start()])
        symbols = run.group()
        found.extend(symbols[i : i + 2] for i in range(max(len(symbols) - 1, 1)))
        last = run.end()
    if last < len(word):
        found.append(word[last:])
    return found


@dataclass(frozen=True, slots=True)
class Term:
    """One part of what was asked: words that must stand together, or (`excluded`) must not stand there."""

    words: tuple[str, ...]
    excluded: bool = False
    open_end: bool = False
    alternative: bool = False


def parse(q: str, language: str) -> tuple[Term, ...]:
    """
    Return what a buyer typed as terms: words, "phrases", -exclusions, OR between two; the last word may be unfinished.

    Nothing that can be typed is an error; what holds no word asks for nothing.
    """
    terms: list[Term] = []
    alternative = False
    pieces = list(_PIECE.finditer(q.strip()))
    for place, piece in enumerate(pieces):
        minus, phrase, bare = piece.groups()
        if bare == "OR":
            alternative = bool(terms)
            continue
        text = phrase if bare is None else bare
        excluded = bool(minus) or (bare is not None and bare.startswith("-") and len(bare) > 1)
        words = split(text, language)
        if not words:
            continue
        is_last = place == len(pieces) - 1
        if bare is None:
            terms.append(Term(tuple(words), excluded, alternative=alternative))
        else:
            open_end = is_last and not excluded
            for number, word in enumerate(words):
                last_word = open_end and number == len(words) - 1
                terms.append(Term((word,), excluded, last_word, alternative and number == 0))
        alternative = False
    return tuple(terms[:WORDS_MAX])


def to_tsquery(terms: tuple[Term, ...]) -> tuple[str, str]:
    """Return what must be found and what must not, each in the language of `to_tsquery`; empty where there is none."""
    wanted = ""
    for term in terms:
        if not term.excluded:
            words = _phrase(term) + (":*" if term.open_end else "")
            wanted += f" {'|' if term.alternative else '&'} {words}" if wanted else words
    return wanted, " | ".join(_phrase(term) for term in terms if term.excluded)


def _phrase(term: Term) -> str:
    words = " <-> ".join(_quoted(word) for word in term.words)
    return f"({words})" if len(term.words) > 1 else words


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''").replace("\\", "\\\\") + "'"


@cache
def configs_for(q: str, language: str) -> tuple[tuple[str, str], ...]:
    """
    Return (configuration, language to fold by) for every dictionary that words in these scripts may stand in.

    The buyer may type in any language; a listing is found through its original words and every translation.
    """
    languages: list[str] = []
    if _CYRILLIC.search(q):
        languages.append("ru")
    if _ARABIC.search(q):
        languages.append("ar")
    if re.search(r"[a-zA-Z\u00c0-\u024f]", q):
        languages.extend(_LATIN)
    pairs = [(CONFIGS[name], name) for name in languages]
    own = config_of(language)
    if own != SIMPLE and (own, language) not in pairs and language not in dict(pairs).values():
        pairs.insert(0, (own, language))
    return ((SIMPLE, language), *pairs)
