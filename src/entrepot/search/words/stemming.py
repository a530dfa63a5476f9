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
    "pt": "portuguese",
    "fr": "french",
    "de": "german",
    "ar": "arabic",
}
LANGUAGES = (*_ENGLISH_NAMES, "tr")


def _french(text: str) -> str:
    return re.sub(r"ee(s?)\b", r"ée\1", plain(text))


def _portuguese(text: str) -> str:
    text = re.sub(r"(?<=\w\w)([aeou])is\b", r"\1l", plain(text))  # Papéis, papel.
    text = re.sub(r"c(?:ao|oes)\b", "ção", text)
    return re.sub(r"(?<=[bdfglmnprstvxz])(?:ao|oes|aes)\b", "ão", text)


def _spanish(text: str) -> str:
    return re.sub(r"(?<=[csgtx])ion\b", "ión", plain_spanish(text))


def _arabic(text: str) -> str:
    """Return text with "for the" and "and the" written as "the", and one ending of feminine words."""
    text = re.sub(r"\b(?:لل|وال)(?=\w{3})", "ال", plain(text))
    return re.sub(r"(?<=\w{3})ات\b|ه\b", "ة", text)


_BEFORE: dict[str, Callable[[str], str]] = {
    "es": _spanish,
    "fr": _french,
    "pt": _portuguese,
    "ar": _arabic,
}
# Turkish endings of nouns, without accents: the plural with what follows it, "of it" after a vowel and after a
# consonant, the accusative, "with".
_TURKISH_ENDINGS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<=\w{3})l[ae]r(?:[iu]?(?:m|n|m[iu]z|n[iu]z|n[iu]n|n[ae]|nd[ae]n?)?|[ae]|d[ae]n?)$",
        r"(?<=\w\w[aeiou])(?:s[iu](?:n[iu]n?|nd[ae]n?)?|n[iu]n|y[iu])$",
        r"(?<=\w{4})l[iu]$",
        r"(?<=\w\w[^aeiou])[iu](?:n[iu]n|nd[ae]n?)?$",
    )
)
_DEVOICED = str.maketrans("bdg", "ptk")


def _stem_turkish(text: str) -> list[str]:
    """
    Return the stems of Turkish words, typed with Turkish letters or without.

    The usual stemmer leaves the ending that makes most names of goods (`koşu ayakkabısı`) and takes what is none
    (`çanta`), so this one takes only the endings that titles have.
    """
    stems = []
    for word in plain(text).split():
        stem = word
        for ending in _TURKISH_ENDINGS:
            stem = ending.sub("", stem)
        stems.append(stem[:-1] + stem[-1].translate(_DEVOICED) if len(stem) > 3 else stem)
    return stems


def _after_russian(text: str) -> str:
    """Return stems without the vowel that comes and goes before the last consonant: подарок, подарки."""
    return re.sub(r"(?<=\w[бвгджзкмнпрстфхцчшщ])[ео]к\b", "к", re.sub(r"(?<=\w\wл)ек\b", "ьк", text))


def _after_spanish(text: str) -> str:
    return re.sub(r"z\b", "c", plain_spanish(text))  # Luz, luces.


_ENGLISH_PLURALS = {
    "women": "woman", "men": "man", "children": "child", "mice": "mous", "feet": "foot", "teeth": "tooth",
    "shelv": "shelf", "knive": "knife", "scarv": "scarf", "leav": "leaf", "loav": "loaf", "wolv": "wolf",
}  # fmt: skip
_ENGLISH_PLURAL = re.compile(rf"\b(?:{'|'.join(_ENGLISH_PLURALS)})\b")


def _after_english(text: str) -> str:
    return _ENGLISH_PLURAL.sub(lambda found: _ENGLISH_PLURALS[found.group()], plain(text))


def _after_arabic(text: str) -> str:
    """Return stems without the article that is left before two letters: الشاي, شاي."""
    return re.sub(r"\bال(?=\w\w\b)", "", text)


_AFTER: dict[str, Callable[[str], str]] = {
    "en": _after_english,
    "es": _after_spanish,
    "ru": _after_russian,
    "ar": _after_arabic,
}


def _stop_words() -> dict[str, tuple[str, ...]]:
    file = files(__package__).joinpath("stop_words.toml")
    return {language: tuple(words.split()) for language, words in tomllib.loads(file.read_text("utf-8")).items()}


STOP_WORDS = _stop_words()
_STOP_SETS = {language: frozenset(words) for language, words in STOP_WORDS.items()}


def is_stop_word(word: str, language: str) -> bool:
    """Whether a bare word only holds sentences of a language together."""
    return word in _STOP_SETS.get(language, ())


def _build_analyzer(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(_ENGLISH_NAMES[language])).build()


class _Stemmer:
    """The stemmer of one language, with what it made of words before: a few words make most of all texts."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.known: dict[str, str] = {}
        self.analyze = _stem_turkish if language == "tr" else _build_analyzer(language).analyze

    def learn(self, words: list[str]) -> None:
        """Stem words that were not met before; one with a digit is none of a language."""
        if len(self.known) > _KNOWN_MAX:
            self.known = {}
        stops = _STOP_SETS[self.language]
        new = [word for word in words if plain(word) not in stops and not _DIGIT.search(word)]
        self.known |= dict.fromkeys(words, "")
        if not new:
            return
        stems = self.analyze(_BEFORE.get(self.language, plain)(" ".join(new)))
        after = _AFTER.get(self.language, plain)
        self.known |= zip(new, after(" ".join(stems)).split(" "), strict=True)


_KNOWN_MAX = 20_000
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
