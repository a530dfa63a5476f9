"""
Spelling: what a buyer meant who typed a word that no listing has.

The words of the index are the dictionary, so a correction is always a word that finds something. They are kept in
memory, by length, and compared when a search has found nothing: nothing is done while buyers spell well.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product
from uuid import UUID
from weakref import WeakKeyDictionary

from rapidfuzz import process
from rapidfuzz.distance import OSA

from entrepot.kernel import sql
from entrepot.kernel.languages import text_language
from entrepot.search.index_port import Asked, EngineAnswer, EngineQuery, SearchEngine
from entrepot.search.words import ask
from entrepot.search.words.folding import plain, tidy
from entrepot.search.words.keyboards import switch
from entrepot.search.words.splitting import UNSPACED_RUN

_ROOM = "entrepot.search"
WORDS_MAX = 200_000
_TITLES_READ = 12
_LENGTHS = range(3, 25)
# Below this many words the dictionary is read anew as soon as the index has changed, above it in the background.
_SMALL = 20_000
# Letters that are not a part of a code.
_WORD = re.compile(r"\b(?<!\d-)[^\W\d_]{2,}\b(?!-\d)")
# What a slip costs, in powers of e of how common a word must be to outweigh it.
_EDIT, _FIRST_LETTER, _BLANK, _HABITUAL = 5.0, 1.5, 6.0, 1.0
_CANDIDATES, _TRIALS = 4, 8
_HEADS_MAX = 30_000


class Dictionary:
    """The words of an index with the number of listings that have them, the commonest `WORDS_MAX` of them."""

    def __init__(self, words: list[tuple[str, int]], snapshot: str) -> None:
        self.snapshot = snapshot
        self.counts: dict[str, int] = {}
        self._heads: dict[int, dict[str, str]] = {}
        self.by_length: dict[int, list[str]] = {length: [] for length in _LENGTHS}
        for word, count in words:
            if word.isalpha() and len(word) in _LENGTHS and not UNSPACED_RUN.match(word):
                self.counts[word] = count
                self.by_length[len(word)].append(word)

    def list_near(self, word: str) -> list[tuple[str, float]]:
        """Return words that may have been meant, with how likely each is, the likeliest first."""
        furthest = 1 if len(word) < 6 else 2
        found: list[tuple[str, float]] = []
        for length in range(len(word) - furthest, len(word) + furthest + 1):
            near = process.extract(
                word, self.by_length.get(length, ()), scorer=OSA.distance, score_cutoff=furthest, limit=None
            )
            found.extend((other, self._likelihood(word, other, int(distance))) for other, distance, _ in near)
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return found[:_CANDIDATES]

    def _likelihood(self, typed: str, meant: str, distance: int) -> float:
        likelihood = math.log1p(self.counts[meant]) - _EDIT * distance
        if typed[0] != meant[0]:
            likelihood -= _FIRST_LETTER
        # Letters doubled or not, or in the wrong order: the slips of those who know the word.
        if _undoubled(typed) == _undoubled(meant) or sorted(typed) == sorted(meant):
            likelihood += _HABITUAL * 2
        elif _without_vowels(typed) == _without_vowels(meant):
            likelihood += _HABITUAL
        return likelihood

    def split(self, word: str) -> tuple[str, float] | None:
        """Return a word as the likeliest two that were typed without a blank between them."""
        found = [
            (f"{head} {rest}", math.log1p(min(self.counts[head], self.counts[rest])) - _BLANK)
            for at in range(2, len(word) - 1)
            if (head := word[:at]) in self.counts and (rest := word[at:]) in self.counts
        ]
        return max(found, key=lambda pair: pair[1], default=None)

    def list_begun(self, begun: str, *, limit: int) -> list[str]:
        """Return the commonest words that begin nearly so, for a word that is still being typed."""
        if len(begun) < 3:
            return []
        heads = self._list_heads(len(begun))
        near = process.extract(
            begun, heads.keys(), scorer=OSA.distance, score_cutoff=1 if len(begun) < 6 else 2, limit=None
        )
        near = [row for row in near if row[0][0] == begun[0]] or near
        near.sort(key=lambda row: _EDIT * row[1] - math.log1p(self.counts[heads[row[0]]]))
        return [heads[head] for head, _, _ in near[:limit]]

    def _list_heads(self, length: int) -> dict[str, str]:
        """Return the beginnings of the commonest words, each with the commonest word that begins so."""
        if length not in self._heads:
            found: dict[str, str] = {}
            for word in islice(self.counts, _HEADS_MAX):  # The commonest come first.
                if len(word) >= length:
                    found.setdefault(word[:length], word)
            self._heads[length] = found
        return self._heads[length]


def _undoubled(word: str) -> str:
    return re.sub(r"(.)\1", r"\1", word)


def _without_vowels(word: str) -> str:
    return re.sub("[aeiouyаеиоуыэюя]", "", word[1:])


_dictionaries: WeakKeyDictionary[SearchEngine, Dictionary] = WeakKeyDictionary()
_guard = threading.Lock()
_reading = threading.Lock()


def get_dictionary(engine: SearchEngine) -> Dictionary:
    """Return the words of an index; of a large one perhaps as they were a moment ago."""
    snapshot = engine.find(EngineQuery(None, "", None, "newest", limit=1)).snapshot
    with _guard:
        kept = _dictionaries.get(engine)
        if kept is None:
            return _read(engine, snapshot)
    if kept.snapshot == snapshot:
        return kept
    if len(kept.counts) < _SMALL:
        with _guard:
            return _read(engine, snapshot)
    if _reading.acquire(blocking=False):
        threading.Thread(target=_read_again, args=(engine, snapshot), name="spelling", daemon=True).start()
    return kept


def _read_again(engine: SearchEngine, snapshot: str) -> None:
    try:
        _read(engine, snapshot)
    finally:
        _reading.release()


def _read(engine: SearchEngine, snapshot: str) -> Dictionary:
    found = _dictionaries[engine] = Dictionary(engine.list_words("", limit=WORDS_MAX), snapshot)
    return found


def _search(engine: SearchEngine, asked: Asked | None, lanes: frozenset[str] | None) -> EngineAnswer:
    return engine.find(EngineQuery(asked, "", lanes, "relevance", limit=_TITLES_READ))


@dataclass(frozen=True, slots=True)
class _Place:
    """A word of what was typed that no listing has, where it stands, and what may have been meant."""

    start: int
    end: int
    meant: tuple[tuple[str, float], ...]


def correct(q: str, language: str, *, engine: SearchEngine, lanes: frozenset[str] | None = None) -> str:
    """
    Return what was meant by a search that found nothing, as it would be typed; empty when no spelling finds anything.

    Words that some listing has stay as they are, and so do numbers and codes: only what is nowhere is replaced, by
    words that are typed nearly so, on another keyboard so, or with a blank more or less. What is returned finds
    listings that may go to the buyer (`lanes`; None: anywhere).
    """

    def find(text: str) -> Sequence[UUID]:
        asked = ask(text, language)
        return _search(engine, asked, lanes).listing_ids if asked.wanted else ()

    def known(word: str) -> bool:
        asked = ask(word, language)
        return not asked.wanted or _search(engine, asked, None).count > 0

    text = tidy(q).strip()
    dictionary = get_dictionary(engine)
    # The slip of a whole keyboard is seen in every word; a mend by letters would only guess.
    switched = (other for other in switch(text) if _all_in(plain(tidy(other)), dictionary))
    for other in chain(switched, _mend(text, dictionary, known)):
        if found := find(other):
            return _write(other, text, found, language)
    return ""


def _write(meant: str, typed: str, found: Sequence[UUID], language: str) -> str:
    """Return what was meant with its new words written as titles of what it finds write them, accents and all."""
    rows = sql.fetch_all(sql.load(_ROOM, "titles"), [list(found)])
    own = text_language(language)
    written: dict[str, str] = {}
    for _, title_language, title in sorted(rows, key=lambda row: row[1] != own):
        for word in _WORD.findall(tidy(title, title_language)):
            written.setdefault(plain(word), word)
    kept = set(_WORD.findall(typed))
    return _WORD.sub(
        lambda word: word.group() if word.group() in kept else written.get(word.group(), word.group()), meant
    )


def _all_in(text: str, dictionary: Dictionary) -> bool:
    words = _WORD.findall(text)
    return bool(words) and all(word in dictionary.counts for word in words if len(word) > 3)


def _mend(text: str, dictionary: Dictionary, known: Callable[[str], bool]) -> Iterator[str]:
    """Yield the spellings of a text to try, the likeliest first."""
    words = list(_WORD.finditer(text))
    places: list[_Place] = []
    joined: list[str] = []
    for number, found in enumerate(words):
        word = plain(found.group())
        if number + 1 < len(words) and text[found.end() : words[number + 1].start()].isspace():
            whole = word + plain(words[number + 1].group())
            if whole in dictionary.counts:
                joined.append(text[: found.start()] + whole + text[words[number + 1].end() :])
        if UNSPACED_RUN.search(word) or word in dictionary.counts or known(found.group()):
            continue
        meant = dictionary.list_near(word)
        if (parts := dictionary.split(word)) is not None:
            meant.append(parts)
        if meant:
            places.append(_Place(found.start(), found.end(), tuple(sorted(meant, key=lambda pair: -pair[1]))))
    yield from joined
    if places:
        yield from _combine(text, places[:3])


def _combine(text: str, places: list[_Place]) -> Iterator[str]:
    choices = sorted(product(*(place.meant for place in places)), key=lambda chosen: -sum(fit for _, fit in chosen))
    for chosen in choices[:_TRIALS]:
        pieces, last = [], 0
        for place, (word, _) in zip(places, chosen, strict=True):
            pieces += [text[last : place.start], word]
            last = place.end
        yield "".join([*pieces, text[last:]])
