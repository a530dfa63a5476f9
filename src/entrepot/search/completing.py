"""
Completions: how what is being typed may go on, out of what can be bought there now.

The words are taken from titles of the listings that the beginning finds, so every completion finds something, stands in
the buyer's language where the listing does, and is written as sellers write it.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal
from uuid import UUID

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CategoryView
from entrepot.kernel import sql
from entrepot.kernel.languages import text_language
from entrepot.pricing.quote import Destination
from entrepot.search import lanes as lanes_of, spelling
from entrepot.search.index_port import Asked, EngineQuery, Form, Group, SearchEngine, SearchNotReady
from entrepot.search.words import ask, field_language
from entrepot.search.words.chinese import cut_query
from entrepot.search.words.folding import plain, tidy
from entrepot.search.words.splitting import CHUNK, UNSPACED_RUN, pairs
from entrepot.search.words.stemming import is_stop_word, stem

_ROOM = "entrepot.search"
TYPED_MAX = 80
_WORDS_TRIED, _WORDS_BEHIND = 6, 24  # Words that one begun word may become: alone, and behind others.
_MORE_ROUNDS, _TOLD_ENOUGH = 2, 6  # How often more is asked for, until so many words follow.
_WORDS_LOOKED_AT, _STEMS_LOOKED_AT = 40, 2_000
_LISTINGS_READ, _LISTINGS_READ_EACH = 40, 12  # Whose titles are read: of all these words, of each.
_FEW_TITLES = 8
_GOES_ON = 0.6  # A phrase that goes on alike in more than this share of its titles is not shown without that.
_SPELLINGS = 3
_BRANDS, _CATEGORIES, _LISTINGS = 2, 3, 2
_PHRASE_WORDS = 3
# What parts a title: everything but the blanks, hyphens and apostrophes within a phrase.
_PART = re.compile(r"[^\w\s'&.\-]+|\s[.\-]|[.\-]\s")
_RUN = re.compile(r"[^\W_]+")
_KEPT_SECONDS = 60
_kept: dict[str, tuple[float, tuple[tuple[str, str, tuple[str, ...]], ...]]] = {}


@dataclass(frozen=True, slots=True)
class Completion:
    """
    One way to go on: words to search for, a brand, a category's name, a listing's title.

    `value` is what it is asked for by: the words, the brand, the category's slug, the listing's id.
    """

    kind: Literal["words", "brand", "category", "listing"]
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class _Title:
    """A title of a listing in a language."""

    listing_id: UUID
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class _Typed:
    """What is being typed: whole words, and the beginning of one (empty after a blank), folded."""

    before: str
    heads: tuple[str, ...]
    begun: str

    @property
    def whole(self) -> str:
        return " ".join([*self.heads, self.begun]).strip()


def complete(
    prefix: str, *, language: str, engine: SearchEngine, destination: Destination | None, limit: int, at: datetime
) -> tuple[Completion, ...]:
    """
    Return how what was typed may go on: words first, then categories, brands, listings, `limit` in all at most.

    Nothing typed, nothing known and no index yet are all answered by nothing.

    :param destination: where it must be possible to send what is found (None: anywhere).
    """
    typed = _read(prefix, language)
    if not typed.whole:
        return ()
    try:
        ways = lanes_of.open_to(engine.list_lanes(), destination, at=at)
        return _complete(typed, language, engine, frozenset(ways), limit)
    except SearchNotReady:
        return ()


def _read(prefix: str, language: str) -> _Typed:
    text = tidy(prefix[:TYPED_MAX].replace('"', " "), language.partition("-")[0]).lstrip(" -")
    words = list(CHUNK.finditer(text))
    if not words:
        return _Typed("", (), "")
    if text[-1].isspace():
        return _Typed(text.rstrip() + " ", tuple(plain(word.group()) for word in words), "")
    return _Typed(
        text[: words[-1].start()], tuple(plain(word.group()) for word in words[:-1]), plain(words[-1].group())
    )


def _complete(
    typed: _Typed, language: str, engine: SearchEngine, lanes: frozenset[str], limit: int
) -> tuple[Completion, ...]:
    as_typed = typed.whole
    titles, typed = _find(typed, language, engine, lanes)
    phrases = [phrase for phrase in _list_phrases(typed, titles, language) if plain(phrase) != as_typed][:limit]
    named = [*_list_categories(typed, language, engine, lanes), *_list_brands(typed, language, engine, lanes)]
    listings: list[Completion] = []
    if len(typed.whole) >= 4 or UNSPACED_RUN.search(typed.whole):
        listings = [Completion("listing", title.text, str(title.listing_id)) for title in titles[:_LISTINGS]]
    words = [Completion("words", phrase, phrase) for phrase in phrases]
    room = max(limit - len(named) - len(listings), (limit + 1) // 2)
    return tuple([*words[:room], *named, *listings][:limit])


def _find(typed: _Typed, language: str, engine: SearchEngine, lanes: frozenset[str]) -> tuple[list[_Title], _Typed]:
    """Return titles that go on as typed, the likeliest words first; else as what was perhaps meant, with that."""
    if titles := _find_titles(typed, language, engine, lanes):
        return titles, typed
    if not typed.begun:  # Nothing follows this word: it ends what is looked for.
        *heads, last = typed.heads
        before = typed.before.rstrip()
        ended = _Typed(before[: max(before.rfind(" "), -1) + 1], tuple(heads), last)
        return _find_titles(ended, language, engine, lanes), ended
    if not UNSPACED_RUN.search(typed.begun):
        for meant in spelling.get_dictionary(engine).list_begun(typed.begun, limit=_SPELLINGS):
            mended = replace(typed, begun=meant)
            if titles := _find_titles(mended, language, engine, lanes):
                return titles, mended
    return [], typed


def _find_titles(typed: _Typed, language: str, engine: SearchEngine, lanes: frozenset[str]) -> list[_Title]:
    before = ask(typed.before, language).wanted if typed.before else ()
    rows: list[tuple[Form, ...]] = [()] if before else []
    if typed.begun:
        forms = _list_forms(typed.begun, language, engine, _WORDS_BEHIND if before else _WORDS_TRIED)
        # What stands before narrows enough for one question; without it each word is asked for by itself, so that the
        # commonest words are there however few of their listings are popular.
        rows = [(form,) for form in forms] if not before else [tuple(forms)] if forms else []
    wanted = [Asked((*before, *((Group(typed.begun, row),) if row else ()))) for row in rows]

    def find(asked: Asked) -> Sequence[UUID]:
        limit = _LISTINGS_READ if before else _LISTINGS_READ_EACH
        return engine.find(EngineQuery(asked, language, lanes, "relevance", limit)).listing_ids

    found = dict.fromkeys(listing_id for asked in wanted for listing_id in find(asked))
    titles = _read_titles(list(found), language, typed)
    told = {word for title in titles for word in _list_next(title, typed)}
    for _ in range(_MORE_ROUNDS):
        # Of goods that one shop has a lot of, the first listings are all alike: what else goes on from there?
        if not 0 < len(told) < _TOLD_ENOUGH:
            break
        others = tuple(Group(word, (Form("", (word,)),)) for word in sorted(told))
        more = _read_titles(find(replace(wanted[0], unwanted=others)), language, typed)
        new = {word for title in more for word in _list_next(title, typed)} - told
        titles += more
        if not new:
            break
        told |= new
    return list({title.listing_id: title for title in titles}.values())


def _list_next(title: _Title, typed: _Typed) -> Iterator[str]:
    """Yield the words of a title that follow the one that is begun, folded."""
    if UNSPACED_RUN.search(typed.begun):
        return
    for part in _PART.split(tidy(title.text)):
        words = CHUNK.findall(part)
        for at in _list_starts(words, typed):
            yield from map(plain, words[at + bool(typed.begun) :][:1])


def _list_forms(begun: str, language: str, engine: SearchEngine, most: int) -> list[Form]:
    """Return the commonest words that what is begun may become, those of the buyer's language first."""
    own = field_language(language)
    if UNSPACED_RUN.search(begun):
        if not UNSPACED_RUN.fullmatch(begun):
            return [form for group in ask(begun, language).wanted for form in group.forms][:most]
        if len(begun) > 1:
            return [Form("", tuple(pairs(begun)))]
        # A sign alone begins Chinese words, whatever the page's language.
        return [Form("zh", (word,)) for word, _ in engine.list_words(begun, limit=most, language="zh")]
    words = [word for word, _ in engine.list_words(_flat(begun), limit=_WORDS_LOOKED_AT)]
    if own and len(words) > most:
        # Stems tell the language; the words themselves tell what stands in titles, and how often.
        stems = {
            stem for stem, _ in engine.list_words(begun[: max(2, len(begun) - 3)], limit=_STEMS_LOOKED_AT, language=own)
        }
        words.sort(key=lambda word: stems.isdisjoint(stem([word], own)))
    return [Form("", (word,)) for word in words[:most]]


def _read_titles(found: Sequence[UUID], language: str, typed: _Typed) -> list[_Title]:
    """Return titles that hold what was typed, those in the buyer's language first, each listing's once."""
    if not found:
        return []
    own = text_language(language)
    rows = [_Title(*row) for row in sql.fetch_all(sql.load(_ROOM, "titles"), [list(found)])]
    holding = [title for title in rows if _holds(title.text, typed)]
    holding.sort(key=lambda title: title.language != own)  # Stable: in the order in which they were found.
    first: dict[UUID, _Title] = {}
    for title in holding:
        first.setdefault(title.listing_id, title)
    return list(first.values())


@lru_cache(maxsize=8192)
def _fold(title: str) -> tuple[str, tuple[str, ...]]:
    """Return a title folded, and its words; the same titles come at each key that is pressed."""
    text = plain(tidy(title))
    return text, tuple(map(_flat, CHUNK.findall(text)))


def _holds(title: str, typed: _Typed) -> bool:
    text, words = _fold(title)
    if UNSPACED_RUN.search(typed.begun):
        return typed.begun in text and all(head in text for head in typed.heads)
    # The words before it, in any of their forms.
    if not all(any(word.startswith(head[: max(3, len(head) - 2)]) for word in words) for head in typed.heads):
        return False
    if typed.begun:
        begun = _flat(typed.begun)
        return any(word.startswith(begun) for word in words)
    return typed.heads[-1] in words[:-1]


def _flat(word: str) -> str:
    """Return a word without the signs that join it, which are typed or not."""
    return word if word.isalnum() else re.sub(r"['.&\-]", "", word)


def _list_phrases(typed: _Typed, titles: Sequence[_Title], language: str) -> list[str]:
    """
    Return what titles have where the typed words stand, as whole searches: what many have before what few have.

    Titles in other languages only fill up what those in the buyer's leave.
    """
    base = language.partition("-")[0]
    own = text_language(language)
    phrases: list[str] = []
    for is_own in (True, False):
        counted: Counter[str] = Counter()
        for title in titles:
            if (title.language == own) is is_own:
                counted.update(dict.fromkeys(_phrases_of(tidy(title.text, base), typed, base), 1))
        # A longer phrase stands in fewer titles; among equals it says more. A single title is a name, not a habit. What
        # stands right behind the words before it is meant sooner than what is elsewhere in such titles.
        few = 1 if len(titles) < _FEW_TITLES else 2
        joined = {phrase for phrase in counted if any(_is_joined(typed.before, phrase, title) for title in titles)}
        for phrase, number in sorted(
            counted.items(), key=lambda pair: (pair[0] not in joined, -pair[1] * (1 + 0.25 * pair[0].count(" ")))
        ):
            text = (typed.before + phrase).strip()
            goes_on = any(
                other.startswith(phrase + " ") and count > number * _GOES_ON for other, count in counted.items()
            )
            if number >= few and not goes_on and text not in phrases:
                phrases.append(text)
    return phrases


def _is_joined(before: str, phrase: str, title: _Title) -> bool:
    return not before or plain(before + phrase) in _fold(title.text)[0]


def _phrases_of(text: str, typed: _Typed, language: str) -> Iterator[str]:
    if UNSPACED_RUN.search(typed.begun):
        yield from _phrases_of_symbols(text, typed.begun)
        return
    # Only words with nothing but a blank between them make a phrase.
    for part in _PART.split(text):
        words = CHUNK.findall(part)
        for start in _list_starts(words, typed):
            yield from _phrases_from(words[start:], typed, language)


def _phrases_from(words: Sequence[str], typed: _Typed, language: str) -> Iterator[str]:
    number = 0
    for length, word in enumerate(words, start=1):
        is_code = not word.isdigit() and any(sign.isdigit() for sign in word)
        if plain(word) in typed.heads or number == _PHRASE_WORDS or (is_code and length > 1):
            return
        if not is_stop_word(plain(word), language):
            number += 1
            yield " ".join(words[:length])


def _list_starts(words: Sequence[str], typed: _Typed) -> Iterator[int]:
    """Yield where the word that is begun stands, or what follows the last whole word."""
    begun = _flat(typed.begun)
    for at, word in enumerate(words):
        folded = _flat(plain(word))
        if begun and folded.startswith(begun) and folded not in typed.heads:
            yield at
        elif not begun and folded == typed.heads[-1]:
            yield at + 1


def _phrases_of_symbols(text: str, begun: str) -> Iterator[str]:
    """Yield what is begun with the word that it ends in, and the one after that."""
    at = text.find(begun)
    run = _RUN.match(text, at) if at >= 0 else None
    if run is None:
        return
    # The word that what was typed begins, wherever the words before it are parted.
    row = text[at : min(run.end(), at + len(begun) + 12)]
    end, steps = 0, 0
    for word in cut_query(row):
        end += len(word)
        if end >= len(begun):
            if steps == 0 or len(word) > 1:  # A single sign after a word belongs to what follows.
                yield row[:end]
            steps += 1
            if steps == 2:
                return


def _list_categories(typed: _Typed, language: str, engine: SearchEngine, lanes: frozenset[str]) -> Iterator[Completion]:
    """Yield categories whose names hold the words typed, as far as something in them can be bought there."""
    wanted = [word for word in typed.heads if not is_stop_word(word, language.partition("-")[0])]
    rows = [row for row in _read_categories(language) if _names(row[2], wanted, typed.begun)]
    rows.sort(key=lambda row: not row[2][0].startswith(typed.begun))  # Stable: then upper ones first.
    number = 0
    for slug, name, _ in rows[: _CATEGORIES * 2]:
        if number < _CATEGORIES and engine.find(EngineQuery(None, language, lanes, "newest", 1, category=slug)).count:
            yield Completion("category", name, slug)
            number += 1


def _names(words: Sequence[str], wanted: Sequence[str], begun: str) -> bool:
    if UNSPACED_RUN.search(begun):
        return any(begun in word for word in words)
    flat = [_flat(word) for word in words]
    looked_at = flat if len(begun) > 2 or wanted else flat[:1]
    return all(word in flat for word in wanted) and any(word.startswith(_flat(begun)) for word in looked_at)


def _read_categories(language: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return slugs, names and folded words of all categories, upper ones first; they hardly ever change."""
    kept = _kept.get(language)
    if kept is None or time.monotonic() - kept[0] > _KEPT_SECONDS:
        rows = tuple(
            (node.slug, node.name, tuple(CHUNK.findall(plain(tidy(node.name, language.partition("-")[0])))))
            for node in _walk(catalog.list_categories(language))
        )
        kept = _kept[language] = (time.monotonic(), rows)
    return kept[1]


def _walk(level: Sequence[CategoryView]) -> Iterator[CategoryView]:
    while level:
        yield from level
        level = [child for node in level for child in node.children]


def _list_brands(typed: _Typed, language: str, engine: SearchEngine, lanes: frozenset[str]) -> Iterator[Completion]:
    for brand, _ in engine.list_brands((typed.before + typed.begun).strip(), limit=_BRANDS):
        if engine.find(EngineQuery(None, language, lanes, "newest", 1, brands=(brand,))).count:
            yield Completion("brand", brand, brand)
