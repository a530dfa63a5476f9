"""
Completions: how what is being typed may go on, out of what can be bought there now.

The words are taken from titles of the listings that the beginning finds, so every completion finds something, stands in
the buyer's language where the listing does, and is written as sellers write it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CategoryView
from entrepot.kernel import sql
from entrepot.kernel.languages import text_language
from entrepot.pricing.quote import Destination
from entrepot.search import lanes as lanes_of, spelling
from entrepot.search.index_port import Asked, EngineQuery, Form, Group, SearchEngine, SearchNotReady
from entrepot.search.words import ask
from entrepot.search.words.chinese import cut_query
from entrepot.search.words.folding import plain, tidy
from entrepot.search.words.splitting import CHUNK, UNSPACED_RUN, pairs
from entrepot.search.words.stemming import is_stop_word

_ROOM = "entrepot.search"
TYPED_MAX = 80
_WORDS_TRIED = 12  # Words that one begun word may become.
_LISTINGS_READ = 40  # Whose titles are read.
_BRANDS, _CATEGORIES, _LISTINGS = 2, 3, 2
_PHRASE_WORDS = 3
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
    found, typed = _find(typed, language, engine, lanes)
    titles = _read_titles(found, language, typed)
    phrases = _list_phrases(typed, titles.values(), language)
    named = [
        *_list_categories(typed, language, engine, lanes),
        *_list_brands(typed, language, engine, lanes),
    ]
    listings: list[Completion] = []
    if len(typed.whole) >= 4 or UNSPACED_RUN.match(typed.whole):
        listings = [Completion("listing", title, str(key)) for key, title in list(titles.items())[:_LISTINGS]]
    words = [Completion("words", phrase, phrase) for phrase in phrases]
    room = max(limit - len(named) - len(listings), (limit + 1) // 2)
    return tuple([*words[:room], *named, *listings][:limit])


def _find(typed: _Typed, language: str, engine: SearchEngine, lanes: frozenset[str]) -> tuple[Sequence[UUID], _Typed]:
    """Return listings that go on as typed; else as what was perhaps meant, with that."""
    if found := _search(_to_asked(typed, _list_words(typed, engine), language), language, engine, lanes):
        return found, typed
    if not typed.begun or UNSPACED_RUN.search(typed.begun):
        return (), typed
    dictionary = spelling.get_dictionary(engine)
    for meant in dictionary.list_begun(typed.begun, limit=3):
        if found := _search(_to_asked(typed, [meant], language), language, engine, lanes):
            return found, replace(typed, begun=meant)
    return (), typed


def _search(asked: Asked | None, language: str, engine: SearchEngine, lanes: frozenset[str]) -> Sequence[UUID]:
    if asked is None:
        return ()
    return engine.find(EngineQuery(asked, language, lanes, "relevance", _LISTINGS_READ)).listing_ids


def _list_words(typed: _Typed, engine: SearchEngine) -> list[str]:
    """Return the commonest words of the index that what is begun may become."""
    if not typed.begun:
        return []
    if UNSPACED_RUN.match(typed.begun):
        if len(typed.begun) > 1:
            return [typed.begun]
        return [word for word, _ in engine.list_words(typed.begun, limit=_WORDS_TRIED)]
    return [word for word, _ in engine.list_words(typed.begun, limit=_WORDS_TRIED)]


def _to_asked(typed: _Typed, words: Sequence[str], language: str) -> Asked | None:
    groups = list(ask(typed.before, language).wanted) if typed.before else []
    if words:
        forms = tuple(Form("", tuple(pairs(word)) if UNSPACED_RUN.match(word) else (word,), 1.0) for word in words)
        groups.append(Group(typed.begun, forms))
    return Asked(tuple(groups)) if groups and (words or not typed.begun) else None


def _read_titles(found: Sequence[UUID], language: str, typed: _Typed) -> dict[UUID, str]:
    """Return titles that hold what was typed: in the buyer's language, else in the one that they are found by."""
    own = text_language(language)
    kept: dict[UUID, str] = {}
    if not found:
        return kept
    rows = sql.fetch_all(sql.load(_ROOM, "titles"), [list(found)])
    for wanted in (True, False):
        for listing_id, title_language, title in rows:
            if listing_id not in kept and (title_language == own) is wanted and _holds(title, typed):
                kept[listing_id] = title
    return {listing_id: kept[listing_id] for listing_id in found if listing_id in kept}


def _holds(title: str, typed: _Typed) -> bool:
    text = plain(tidy(title))
    if UNSPACED_RUN.match(typed.begun):
        return typed.begun in text
    begun = typed.begun or typed.heads[-1]
    return any(word.startswith(begun) for word in CHUNK.findall(text))


def _list_phrases(typed: _Typed, titles: Iterable[str], language: str) -> list[str]:
    """Return what titles have where the typed words stand, as whole searches, those of most titles first."""
    base = language.partition("-")[0]
    heads = frozenset(typed.heads)
    counted: Counter[str] = Counter()
    for title in titles:
        tidied = tidy(title, base)
        if UNSPACED_RUN.match(typed.begun):
            counted.update(set(_phrases_of_symbols(tidied, typed.begun)))
        else:
            counted.update(set(_phrases_of_words(CHUNK.findall(tidied), typed, heads, base)))
    # A longer phrase stands in fewer titles; among equals it says more. What only repeats what was typed says nothing.
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1] * (1 + 0.25 * pair[0].count(" ")), len(pair[0])))
    phrases: list[str] = []
    for phrase, number in ranked:
        text = (typed.before + phrase).strip()
        is_begun_alike = any(
            other.startswith(text + " ") and counted[other[len(typed.before) :]] == number for other in phrases
        )
        if plain(text) != typed.whole and text not in phrases and not is_begun_alike:
            phrases.append(text)
    return phrases


def _phrases_of_words(words: Sequence[str], typed: _Typed, heads: frozenset[str], language: str) -> Iterator[str]:
    for at, word in enumerate(words):
        folded = plain(word)
        if typed.begun:
            if not folded.startswith(typed.begun) or folded in heads:
                continue
            start = at
        elif folded == typed.heads[-1] and at + 1 < len(words):
            start = at + 1
        else:
            continue
        for length in range(1, _PHRASE_WORDS + 1):
            row = words[start : start + length]
            if len(row) < length or plain(row[-1]) in heads:
                break
            if not is_stop_word(plain(row[-1]), language) and not row[-1].isdigit():
                yield " ".join(row)


def _phrases_of_symbols(text: str, begun: str) -> Iterator[str]:
    """Yield what is begun with the word that it ends in, and the one after that."""
    at = text.find(begun)
    run = UNSPACED_RUN.match(text, at) if at >= 0 else None
    if run is None:
        return
    # The word that what was typed begins, wherever the words before it are parted.
    row = text[at : min(run.end(), at + len(begun) + 12)]
    end, steps = 0, 0
    for word in cut_query(row):
        end += len(word)
        if end >= len(begun):
            yield row[:end]
            steps += 1
            if steps == 2:
                return


def _list_categories(typed: _Typed, language: str, engine: SearchEngine, lanes: frozenset[str]) -> Iterator[Completion]:
    """Yield categories whose names hold the words typed, as far as something in them can be bought there."""
    wanted = [word for word in typed.heads if not is_stop_word(word, language.partition("-")[0])]
    number = 0
    for slug, name, words in _read_categories(language):
        if _names(words, wanted, typed.begun):
            answer = engine.find(EngineQuery(None, language, lanes, "newest", 1, category=slug))
            if answer.count:
                yield Completion("category", name, slug)
                number += 1
                if number == _CATEGORIES:
                    return


def _names(words: Sequence[str], wanted: Sequence[str], begun: str) -> bool:
    if UNSPACED_RUN.match(begun):
        return any(begun in word for word in words)
    return all(word in words for word in wanted) and any(word.startswith(begun) for word in words)


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
