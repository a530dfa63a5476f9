"""
From what was asked to a query of the index.

A listing is to have every word. A word is as rare as its commonest form, so that a form that hardly anybody writes does
not outrank the word itself; what was not typed so (two words as one, one word as two) stands behind what was. Where few
listings have every word, those that lack some follow, the fewer the better. docs/search-relevance.md has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tantivy import Occur, Query, Schema, Searcher

from entrepot.search.index_port import Asked, Form, Group

# With fewer listings than this that have every word, listings that lack one of several words follow them.
ENOUGH = 10
# What each word that a listing has is worth beside how well it fits, where some words may be missing: about as much as
# an ordinary word in an ordinary place, so that nearly always more words win.
_PER_WORD = 6.0
_WORTH_MIN = 0.7
_IN_DETAILS = 0.5
_JOINED = 0.5
_APART = 0.5
_APART_LENGTH_MIN, _PART_LENGTH_MIN = 7, 3
_APART_MAX = 2
_GOING_ON_MAX = 50


def widen(searcher: Searcher, asked: Asked) -> Asked:
    """Return what was asked with its words also written as one ("smart watch") or as two ("smartwatch") if any are."""
    groups = [list(group.forms) for group in asked.wanted]
    for at, (first, second) in enumerate(zip(asked.wanted, asked.wanted[1:], strict=False)):
        for form in _joined(first, second):
            if _count(searcher, form):
                groups[at].append(form)
                groups[at + 1].append(form)
    for forms, group in zip(groups, asked.wanted, strict=True):
        forms.extend(_apart(searcher, group))
    wanted = tuple(replace(group, forms=tuple(forms)) for group, forms in zip(asked.wanted, groups, strict=True))
    return replace(asked, wanted=wanted)


def count_missing(searcher: Searcher, schema: Schema, asked: Asked, *, is_lenient: bool) -> tuple[int, int]:
    """
    Return how many of the words every listing lacks, and how many one may lack so that there is enough to show.

    A word that no listing has is probably misspelt: it is demanded, and nothing found, unless `is_lenient`.
    """
    known = sum(any(_count(searcher, form) for form in group.forms) for group in asked.wanted)
    unknown = missing = len(asked.wanted) - max(known, 1)
    if missing and not is_lenient:
        return 0, 0
    while missing < len(asked.wanted) - 1:
        if searcher.search(to_query(searcher, schema, asked, missing=missing), 1).count >= ENOUGH:  # type: ignore[attr-defined]
            break
        missing += 1
    return unknown, missing


def to_query(searcher: Searcher, schema: Schema, asked: Asked, *, missing: int = 0) -> Query:
    """
    Return the query for what was asked, its score the relevance.

    :param missing: how many of the words a listing may lack; those that lack fewer come first.
    """
    groups = [_group(searcher, schema, group) for group in asked.wanted]
    unwanted = [(Occur.MustNot, _group(searcher, schema, group)) for group in asked.unwanted]
    if not groups:
        return Query.boolean_query([(Occur.Must, Query.const_score_query(Query.all_query(), 0.0)), *unwanted])
    needed = max(1, len(groups) - missing)
    if needed == len(groups):
        return Query.boolean_query([*((Occur.Must, group) for group in groups), *unwanted])
    # Each word counts twice, by its fit and by its being there, which tells the more the rarer it is.
    worths = [_PER_WORD * share for share in share_worth(asked, lambda form: _count(searcher, form), searcher.num_docs)]
    pairs = zip(groups, worths, strict=True)
    parts = [part for group, worth in pairs for part in (group, Query.const_score_query(group, worth))]
    some = Query.boolean_query([(Occur.Should, part) for part in parts], 2 * needed)
    return Query.boolean_query([(Occur.Must, some), *unwanted])


def share_worth(asked: Asked, count: Callable[[Form], int], total: int) -> list[float]:
    """
    Return what each word is worth, by how rare its commonest form is: 1 for one that is as rare as the mean, and never
    more than two others together.
    """
    rarities = [_rarity(max(map(count, group.forms), default=0), total) for group in asked.wanted]
    mean = sum(rarities) / len(rarities)
    return [min(max(rarity / mean, _WORTH_MIN), 2 * _WORTH_MIN) for rarity in rarities]


def _group(searcher: Searcher, schema: Schema, group: Group) -> Query:
    """Return the query for one word: its best form by stems, and what it is worth that it stands there as typed."""
    stems = [form for form in group.forms if form.language]
    bare = [form for form in group.forms if not form.language]
    if group.open_end:
        bare.extend(_going_on(searcher, group))
    sides = [query for forms in (stems, bare) if (query := _best(searcher, schema, forms)) is not None]
    if not sides:
        return Query.empty_query()
    return sides[0] if len(sides) == 1 else Query.boolean_query([(Occur.Should, side) for side in sides])


def _best(searcher: Searcher, schema: Schema, forms: Sequence[Form]) -> Query | None:
    """Return the query for the best of some forms of a word, None where no listing has any."""
    counts = {(field, form): counts for form in forms for field, counts in _places(searcher, form)}
    if not counts:
        return None
    # A phrase is as rare, to the index's formula, as all its words together.
    rarities = {place: sum(_rarity(count, searcher.num_docs) for count in of) for place, of in counts.items()}
    least = min(rarities.values())
    queries = []
    for (field, form), rarity in rarities.items():
        if len(form.tokens) == 1:
            query = Query.term_query(schema, field, form.tokens[0], "freq")
        else:
            query = Query.phrase_query(schema, field, list(form.tokens))
        weight = form.weight * least / rarity * (_IN_DETAILS if field == "details" else 1.0)
        queries.append(Query.boost_query(query, weight))
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries)


def _places(searcher: Searcher, form: Form) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the fields in which a form may stand, with how many listings have each of its tokens there."""
    for field in (f"words_{form.language}",) if form.language else ("words", "details"):
        counts = tuple(int(searcher.doc_freq(field, token)) for token in form.tokens)
        if all(counts):
            yield field, counts


def _count(searcher: Searcher, form: Form) -> int:
    """Return how many listings have a form, at most."""
    return max((min(counts) for _, counts in _places(searcher, form)), default=0)


def _rarity(count: int, total: int) -> float:
    """Return what the index's formula makes of so many listings among all."""
    return math.log(1.0 + (max(total - count, 0) + 0.5) / (count + 0.5))


def _joined(first: Group, second: Group) -> Iterator[Form]:
    """Yield two words written as one, in each form that the second may have."""
    if not (first.typed.isalpha() and second.typed.isalpha()):
        return
    head = next((form.tokens[0] for form in first.forms if not form.language and len(form.tokens) == 1), "")
    if not head:
        return
    for form in second.forms:
        if len(form.tokens) == 1:
            yield replace(form, tokens=(head + form.tokens[0],), weight=form.weight * _JOINED)


def _apart(searcher: Searcher, group: Group) -> list[Form]:
    """Return one long word written as two, both of which are known."""
    whole = next((form.tokens[0] for form in group.forms if not form.language and len(form.tokens) == 1), "")
    if len(whole) < _APART_LENGTH_MIN or not group.typed.isalpha() or not whole.isascii():
        return []
    found: list[tuple[int, Form]] = []
    for at in range(_PART_LENGTH_MIN, len(whole) - _PART_LENGTH_MIN + 1):
        form = Form("", (whole[:at], whole[at:]), _APART)
        if count := _count(searcher, form):
            found.append((count, form))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [form for _, form in found[:_APART_MAX]]


def _going_on(searcher: Searcher, group: Group) -> list[Form]:
    """Return the commonest words that a word may become which is still being typed."""
    begun = next((form.tokens[-1] for form in reversed(group.forms) if not form.language), "")
    if not begun:
        return []
    return [Form("", (word,), _APART) for word, _ in searcher.terms_with_prefix("words", begun, limit=_GOING_ON_MAX)]
