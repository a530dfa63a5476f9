"""German compounds taken apart, by the words of `compounds.toml`: a Ledertasche is a Tasche of Leder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from entrepot.search.words.folding import plain
from entrepot.search.words.stemming import stem

LANGUAGE = "de"
# Behind the stem of what goods are for, which does not stand there alone: a Kaffeemaschine is `kaffe~ maschin`.
_BESIDE = "~"
_LINKS = ("s", "n", "en", "e", "er", "es")
_LENGTH_MIN, _PART_LENGTH_MIN, _GOODS_LENGTH_MIN = 6, 3, 2


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that compounds are made of: what may stand before, by its forms there; the rest by stems."""

    goods: frozenset[str]
    before: dict[str, str]
    beside: frozenset[str]
    kinds: frozenset[str]
    whole: frozenset[str]


@cache
def list_words(language: str) -> dict[str, str]:
    """Return the lists of a language, each with blanks between its words."""
    lists: dict[str, str] = tomllib.loads(files(__package__).joinpath("compounds.toml").read_text("utf-8"))[language]
    return lists


@cache
def _words() -> _Words:
    lists = list_words(LANGUAGE)
    goods, alike, beside = (plain(lists[name]).split() for name in ("goods", "alike", "beside"))
    stems = {_stem(word) for word in alike}
    before: dict[str, str] = {}
    for entry in (*alike, *beside, *goods):
        form, _, alone = entry.partition(":")
        token = _stem(alone or form)
        for linked in (form,) if alone else (form, *(form + link for link in _LINKS), form.removesuffix("e")):
            before.setdefault(linked, token if token in stems else token + _BESIDE)
    return _Words(
        goods=frozenset(map(_stem, goods)),
        before=before,
        beside=frozenset(token.removesuffix(_BESIDE) for token in before.values() if token.endswith(_BESIDE)),
        kinds=frozenset(map(_stem, plain(lists["kinds"]).split())),
        whole=frozenset(map(_stem, plain(lists["whole"]).split())),
    )


def _stem(word: str) -> str:
    return next(iter(stem([word], LANGUAGE)), word)


@lru_cache(maxsize=50_000)
def take_apart(word: str) -> tuple[str, ...]:
    """
    Return the tokens of what a bare word is made of, what the goods are last; none where it is no compound.

    Of a word whose beginning says nothing of the goods (Handtasche) it is one token.
    """
    words = _words()
    if len(word) < _LENGTH_MIN or (whole := _stem(word)) in words.whole:
        return ()
    if whole in words.kinds:
        ends = (_stem(word[at:]) for at in range(_PART_LENGTH_MIN - 1, len(word)))
        return next(((end,) for end in ends if end in words.goods), ())
    # The longest beginning first: a Kunstlederjacke is of Kunstleder.
    for at in range(len(word) - _GOODS_LENGTH_MIN, 1, -1):
        if before := words.before.get(word[:at]):
            end = _stem(word[at:])
            if end in words.goods or end in words.whole:
                return (before, end)
            if further := take_apart(word[at:]):
                return (before, *further)
    return ()


def list_tokens(words: list[str]) -> list[str]:
    """Return the tokens of the compounds among the words of a text."""
    return [token for word in words if len(word) >= _LENGTH_MIN for token in take_apart(plain(word))]


def to_beside(token: str) -> str:
    """Return a stem as compounds have it for what goods are for; empty where none has."""
    return token + _BESIDE if token in _words().beside else ""


def list_places(token: str) -> tuple[str, ...]:
    """Return how a compound's token may stand in texts: where it stands for what goods are for, by itself too."""
    return (token, token.removesuffix(_BESIDE)) if token.endswith(_BESIDE) else (token,)
