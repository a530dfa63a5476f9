"""Words brought to their stems, a whole text at a time, by the stemmers that tantivy brings along."""

from __future__ import annotations

import re
import threading
import tomllib
from collections.abc import Callable
from importlib.resources import files

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from entrepot.search.words.folding import plain, plain_spanish

_ENGLISH_NAMES = {
    "en": "english",
    "es": "spanish",
    "it": "italian",
    "ru": "russian",
    "tr": "turkish",
    "pt": "portuguese",
    "fr": "french",
    "de": "german",
    "ar": "arabic",
}
LANGUAGES = tuple(_ENGLISH_NAMES)


def _french(text: str) -> str:
    return re.sub(r"ee(s?)\b", r"ée\1", plain(text))


def _portuguese(text: str) -> str:
    text = re.sub(r"c(?:ao|oes)\b", "ção", plain(text))
    return re.sub(r"(?<=[bdfglmnprstvxz])(?:ao|oes|aes)\b", "ão", text)


def _spanish(text: str) -> str:
    return re.sub(r"(?<=[csgtx])ion\b", "ión", plain_spanish(text))


def _turkish(text: str) -> str:
    """Return text with the vowels of endings as harmony wants them, whatever keyboard it was typed on."""
    text = plain(text)
    for _ in range(3):  # Each vowel hangs on the one before it.
        text = re.sub(r"([aıou][^aeiıou ]*)i", r"\1ı", text)
    return re.sub(r"([ei][^aeiıou ]*)u", r"\1ü", text)


def _arabic(text: str) -> str:
    """Return text with "for the" written as "the", and the ending that is written two ways in one of them."""
    return re.sub(r"ه\b", "ة", re.sub(r"\bلل(?=\w{3})", "ال", plain(text)))


_BEFORE: dict[str, Callable[[str], str]] = {
    "es": _spanish,
    "fr": _french,
    "pt": _portuguese,
    "tr": _turkish,
    "ar": _arabic,
}
_DEVOICED = str.maketrans("bdg", "ptk")


def _turkish_end(found: re.Match[str]) -> str:
    stem = found.group()
    if len(stem) > 4 and stem[-1] in "aeiu":
        stem = stem[:-1]
    return stem[:-1] + stem[-1].translate(_DEVOICED)


def _after_turkish(text: str) -> str:
    return re.sub(r"[^\W\d]{4,}", _turkish_end, plain(text))


def _after_russian(text: str) -> str:
    """Return stems without the vowel that comes and goes before the last consonant: подарок, подарки."""
    return re.sub(r"(?<=\w[бвгджзкмнпрстфхцчшщ])[ео]к\b", "к", re.sub(r"(?<=\w\wл)ек\b", "ьк", text))


_AFTER: dict[str, Callable[[str], str]] = {"es": plain_spanish, "tr": _after_turkish, "ru": _after_russian}


def _stop_words() -> dict[str, tuple[str, ...]]:
    file = files(__package__).joinpath("stop_words.toml")
    return {language: tuple(words.split()) for language, words in tomllib.loads(file.read_text("utf-8")).items()}


STOP_WORDS = _stop_words()
_STOP_SETS = {language: frozenset(words) for language, words in STOP_WORDS.items()}


def is_stop_word(word: str, language: str) -> bool:
    """Whether a bare word only holds sentences of a language together."""
    return word in _STOP_SETS.get(language, ())


class _Stemmer:
    """The stemmer of one language, with what it made of words before: a few words make most of all texts."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.known: dict[str, str] = {}
        builder = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(_ENGLISH_NAMES[language]))
        self.analyzer: TextAnalyzer = builder.build()

    def learn(self, words: list[str]) -> None:
        """Stem words that were not met before; one with a digit is none of a language."""
        if len(self.known) > _KNOWN_MAX:
            self.known = {}
        stops = _STOP_SETS[self.language]
        new = [word for word in words if plain(word) not in stops and not _DIGIT.search(word)]
        self.known |= dict.fromkeys(words, "")
        if not new:
            return
        stems = self.analyzer.analyze(_BEFORE.get(self.language, plain)(" ".join(new)))
        after = _AFTER.get(self.language, plain)
        self.known |= zip(new, after(" ".join(stems)).split(" "), strict=True)


_KNOWN_MAX = 50_000
_DIGIT = re.compile(r"\d")


class _Stemmers(threading.local):
    """A set of stemmers for each thread: tantivy's analyzers must not be used by two at once."""

    def __init__(self) -> None:
        self.by_language: dict[str, _Stemmer] = {}


_stemmers = _Stemmers()


def stem(words: list[str], language: str) -> list[str]:
    """Return the stems of words (in small letters) in a row; stop words and words with digits are left out."""
    stemmer = _stemmers.by_language.get(language)
    if stemmer is None:
        stemmer = _stemmers.by_language[language] = _Stemmer(language)
    known = stemmer.known
    if new := [word for word in words if word not in known]:
        stemmer.learn(list(dict.fromkeys(new)))
        known = stemmer.known
    try:
        return [found for word in words if (found := known[word])]
    except KeyError:  # What was known has just been forgotten, because it became too much.
        stemmer.learn(list(dict.fromkeys(words)))
        return [found for word in words if (found := stemmer.known[word])]
