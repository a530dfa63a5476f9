"""
Spelling: what a buyer meant who typed a word that no listing has.

The words of the index are the dictionary, so a correction is always a word that finds something. They are kept in
memory, by length, and compared when a search has found nothing: nothing is done while buyers spell well.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product, zip_longest
from uuid import UUID
from weakref import WeakKeyDictionary

from django.conf import settings
from rapidfuzz import process
from rapidfuzz.distance import OSA

from entrepot.kernel import sql
from entrepot.kernel.languages import text_language
from entrepot.search.index_port import Asked, EngineAnswer, EngineQuery, SearchEngine
from entrepot.search.words import ask, field_language
from entrepot.search.words.folding import plain, tidy
from entrepot.search.words.keyboards import switch
from entrepot.search.words.splitting import UNSPACED_RUN
from entrepot.search.words.stemming import stem
from entrepot.search.words.synonyms import read_book

_ROOM = "entrepot.search"
WORDS_MAX, STEMS_MAX = 200_000, 50_000
_TITLES_READ = 12
_LENGTHS = range(3, 25)
# Below this many words the dictionary is read anew as soon as the index has changed; above it that takes seconds, so in
# the background and seldom: new words are known to the index at once, and only to mends a little later.
_SMALL, _SECONDS = 20_000, 600.0
_REMEMBERED_MAX = 10_000
# Letters that are not a part of a code.
_WORD = re.compile(r"\b(?<!\d-)[^\W\d_]{2,}\b(?!-\d)")
# What a slip costs, in powers of e of how common a word must be to outweigh it.
_EDIT, _FIRST_LETTER, _BLANK, _HABITUAL = 5.0, 1.5, 6.0, 1.0
# A word shorter than this is not mended, one shorter than that only by one slip: too little tells what was meant.
_SLIP_FROM, _TWO_SLIPS_FROM = 4, 7
_CANDIDATES, _TRIALS, _PLACES_MAX = 4, 8, 3
_HEADS_MAX = 30_000


class Dictionary:
    """The words of an index with the number of listings that have them, the commonest `WORDS_MAX` of them."""

    def __init__(self, words: list[tuple[str, int]], snapshot: str) -> None:
        self.snapshot = snapshot
        self.read_at = time.monotonic()
        self._meant: dict[str, tuple[tuple[str, float], ...]] = {}
        self.counts: dict[str, int] = {}
        self._heads: dict[int, dict[str, str]] = {}
        self._alike: dict[tuple[int, str], list[str]] = {}  # By length and first letter.
        for word, count in words:
            if word.isalpha() and len(word) in _LENGTHS and not UNSPACED_RUN.match(word):
                self.counts[word] = count
                self._alike.setdefault((len(word), word[0]), []).append(word)
        self._letters = sorted({letter for _, letter in self._alike})

    def list_near(self, word: str) -> list[tuple[str, float]]:
        """Return words that may have been meant, with how likely each is, the likeliest first."""
        if len(word) < _SLIP_FROM:
            return []
        # Hardly anybody errs in the first letter and once more: only where nothing else is near, all are compared.
        near = self._compare(word, word[0]) | dict.fromkeys(self._list_begun_otherwise(word), 1)
        near = near or self._compare(word, *self._letters)
        found = [(other, self._likelihood(word, other, distance)) for other, distance in near.items()]
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return found[:_CANDIDATES]

    def _compare(self, word: str, *letters: str) -> dict[str, int]:
        """Return the words with these first letters that are a few slips away, with how many."""
        near: dict[str, int] = {}
        for length in range(len(word) - 2, len(word) + 3):
            furthest = 2 if min(length, len(word)) >= _TWO_SLIPS_FROM else 1
            for letter in letters:
                words = self._alike.get((length, letter), ())
                rows = process.extract(word, words, scorer=OSA.distance, score_cutoff=furthest, limit=None)
                near.update((other, int(distance)) for other, distance, _ in rows)
        return near

    def _list_begun_otherwise(self, word: str) -> Iterator[str]:
        """Yield the words that only a slip in the first letter parts from this one."""
        rest = word[1:]
        others = chain(
            *((letter + rest, letter + word) for letter in self._letters), (rest, rest[0] + word[0] + rest[1:])
        )
        return (other for other in others if other[0] != word[0] and other in self.counts)

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

    def list_meant(self, word: str) -> tuple[tuple[str, float], ...]:
        """Return what may have been meant by a word that is nowhere: near words, or two words. Many slip alike."""
        if (known := self._meant.get(word)) is None:
            found = self.list_near(word)
            if (parts := self.split(word)) is not None:
                found.append(parts)
            if len(self._meant) >= _REMEMBERED_MAX:
                self._meant.clear()
            known = self._meant[word] = tuple(sorted(found, key=lambda pair: -pair[1]))
        return known

    def find_nearest(self, word: str) -> str:
        """Return the likeliest word but one slip away; empty: there is none."""
        return next((other for other, _ in self.list_near(word) if OSA.distance(word, other) == 1), "")

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
        furthest = 2 if len(begun) >= _TWO_SLIPS_FROM else 1
        near: dict[str, float] = {}
        for length in (len(begun) - 1, len(begun), len(begun) + 1):  # A letter may be missing, or one too many.
            heads = self._list_heads(length)
            rows = process.extract(begun, heads.keys(), scorer=OSA.distance, score_cutoff=furthest, limit=None)
            for head, distance, _ in rows:
                cost = _EDIT * distance + (_FIRST_LETTER if head[0] != begun[0] else 0.0)
                likelihood = math.log1p(self.counts[heads[head]]) - cost
                near[heads[head]] = max(likelihood, near.get(heads[head], likelihood))
        return sorted(near, key=lambda word: -near[word])[:limit]

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


_dictionaries: WeakKeyDictionary[SearchEngine, dict[str, Dictionary]] = WeakKeyDictionary()
_guard = threading.Lock()
_reading = threading.Lock()


def get_dictionary(engine: SearchEngine, language: str = "") -> Dictionary:
    """
    Return the words of an index; of a large one perhaps as they were a moment ago.

    :param language: of a field of stems, whose stems are returned instead: longer texts than titles have no other.
    """
    snapshot = engine.find(EngineQuery(None, "", frozenset(), "newest", limit=1)).snapshot
    with _guard:
        kept = _dictionaries.setdefault(engine, {}).get(language)
        if kept is None or (kept.snapshot != snapshot and len(kept.counts) < _SMALL):
            return _read(engine, language, snapshot)
    is_old = kept.snapshot != snapshot and time.monotonic() - kept.read_at > _SECONDS
    if is_old and _reading.acquire(blocking=False):
        threading.Thread(target=_read_again, args=(engine, language, snapshot), name="spelling", daemon=True).start()
    return kept


def _read_again(engine: SearchEngine, language: str, snapshot: str) -> None:
    try:
        _read(engine, language, snapshot)
    finally:
        _reading.release()


def _read(engine: SearchEngine, language: str, snapshot: str) -> Dictionary:
    words = engine.list_words("", limit=STEMS_MAX if language else WORDS_MAX, language=language)
    found = _dictionaries[engine][language] = Dictionary(words, snapshot)
    return found


def _search(engine: SearchEngine, asked: Asked | None, lanes: frozenset[str] | None) -> EngineAnswer:
    return engine.find(EngineQuery(asked, "", lanes, "relevance", limit=_TITLES_READ))


@dataclass(frozen=True, slots=True)
class _Place:
    """A word of what was typed that no listing has, where it stands, and what may have been meant."""

    start: int
    end: int
    meant: tuple[tuple[str, float], ...]


Texts = Callable[[Sequence[UUID]], Iterable[tuple[UUID, str, str]]]


def _read_texts(listing_ids: Sequence[UUID]) -> Iterable[tuple[UUID, str, str]]:
    return sql.fetch_all(sql.load(_ROOM, "texts"), [list(listing_ids)])


def correct(
    q: str,
    language: str,
    *,
    engine: SearchEngine,
    lanes: frozenset[str] | None = None,
    read_texts: Texts = _read_texts,
) -> str:
    """
    Return what was meant by a search that found nothing, as it would be typed; empty when no spelling finds anything.

    Words that some listing has stay as they are, and so do numbers and codes: only what is nowhere is replaced, by
    words that are typed nearly so, on another keyboard so, or with a blank more or less. What is returned finds
    listings that may go to the buyer (`lanes`; None: anywhere).

    :param read_texts: tells (id, language, text) of listings, by which words are written as they write them.
    """

    def find(text: str) -> Sequence[UUID]:
        asked = ask(text, language)
        return _search(engine, asked, lanes).listing_ids if asked.wanted else ()

    book = read_book(settings.SYNONYMS_DIR)
    own = field_language(language)

    def known(word: str) -> bool:
        if book.is_name(word, own) or book.is_name(word, "en"):
            return True
        asked = ask(word, language)
        return not asked.wanted or _search(engine, asked, None).count > 0

    text = tidy(q).strip()
    dictionary = get_dictionary(engine)
    # The slip of a whole keyboard is seen in every word; a mend by letters would only guess.
    switched = (other for other in switch(text) if _all_in(plain(tidy(other)), dictionary))
    for other in chain(switched, _mend(text, language, engine, known)):
        if found := find(other):
            return _write(other, text, read_texts(found), language)
    return ""


def _write(meant: str, typed: str, rows: Iterable[tuple[UUID, str, str]], language: str) -> str:
    """Return what was meant with its new words written as listings write them: with accents, and not as a stem."""
    kept = {plain(word) for word in _WORD.findall(typed)}
    new = {word for word in _WORD.findall(meant) if word not in kept}
    if not new:
        return meant
    own = field_language(language)
    written: dict[str, str] = {}
    for _, text_of, text in sorted(rows, key=lambda row: row[1] != text_language(language)):
        for word in _WORD.findall(tidy(text, text_of)):
            if (folded := plain(word)) in new:
                written.setdefault(folded, word)
            elif own and text_of == own and (stems := stem([word], own)) and stems[0] in new:
                written.setdefault(f"{stems[0]}.", word)
        if new <= written.keys():
            break

    def write(word: re.Match[str]) -> str:
        of_new = word.group() if word.group() in new else ""
        return written.get(of_new) or written.get(f"{of_new}.") or word.group()

    return _WORD.sub(write, meant)


def _all_in(text: str, dictionary: Dictionary) -> bool:
    words = _WORD.findall(text)
    return bool(words) and all(word in dictionary.counts for word in words if len(word) > 3)


def _mend(text: str, language: str, engine: SearchEngine, known: Callable[[str], bool]) -> Iterator[str]:
    """Yield the spellings of a text to try, the likeliest first."""
    dictionary = get_dictionary(engine)
    words = list(_WORD.finditer(text))
    unknown: list[re.Match[str]] = []
    wholes: list[tuple[bool, str]] = []  # With two words written as one; whether that is misspelt as well.
    for found, after in zip_longest(words, words[1:]):
        word = plain(found.group())
        if after and text[found.end() : after.start()].isspace():
            whole = word + plain(after.group())
            meant = whole if whole in dictionary.counts else dictionary.find_nearest(whole)
            if meant:
                wholes.append((meant != whole, text[: found.start()] + meant + text[after.end() :]))
        if not UNSPACED_RUN.search(word) and word not in dictionary.counts and not known(found.group()):
            unknown.append(found)
    yield from (whole for is_misspelt, whole in wholes if not is_misspelt)
    if not unknown:
        return
    near = [_Place(found.start(), found.end(), dictionary.list_meant(plain(found.group()))) for found in unknown]
    yield from _combine(text, near, len(words))
    yield from (whole for is_misspelt, whole in wholes if is_misspelt)
    if own := field_language(language):
        # What only descriptions have is kept by its stem.
        stems = get_dictionary(engine, own)
        rows = [(found, stem([found.group()], own)) for found in unknown]
        yield from _combine(
            text,
            [_Place(found.start(), found.end(), stems.list_meant(row[0] if row else "")) for found, row in rows],
            len(words),
        )


def _combine(text: str, places: Sequence[_Place], words: int) -> Iterator[str]:
    """Yield a text of so many words with what may have been meant in these places."""
    left_out = sum(not place.meant for place in places)
    if left_out == len(places) or 1 < left_out >= words - left_out:
        return
    # What is like nothing would find nothing: it is left out beside what is mended, unless it is half of it all.
    choices = product(*(place.meant or (("", 0.0),) for place in places[:_PLACES_MAX]))
    for chosen in sorted(choices, key=lambda chosen: -sum(fit for _, fit in chosen))[:_TRIALS]:
        pieces, last = [], 0
        for place, (word, _) in zip(places, chosen, strict=False):
            pieces += [text[last : place.start], word]
            last = place.end
        yield " ".join("".join([*pieces, text[last:]]).split())
