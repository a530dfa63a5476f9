"""Questions as OpenSearch's query language, and its answers read. Pure but for the counts of words, which are asked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrepot.integrations.opensearch.keeping import BETWEEN, lane_key
from entrepot.search.embedded.matching import share_worth
from entrepot.search.embedded.schema import language_key
from entrepot.search.index_port import Asked, EngineQuery, Form, Group

Query = dict[str, Any]
# As the embedded engine weighs (search/embedded/matching.py), whose formula has a factor of 1 + k1 in each word's score
# that Lucene leaves out: where some words may be missing, what each one that is there is worth beside its fit; what a
# word in details and one that goes on is worth; what a brand and a category in common are worth to similar listings.
_FACTOR = 1 + 1.2
_PER_WORD = 6.0 / _FACTOR
_BRAND_ALIKE, _CATEGORY_ALIKE = 2.0 / _FACTOR, 4.0 / _FACTOR
_IN_DETAILS = 0.5
_GOING_ON = 0.5
_NOTHING: Query = {"match_none": {}}
_TOLD = {"category": 2_000, "brand": 200, "lane": 50_000, "attribute": 500}
_STARS = [{"key": str(stars), "from": stars, "to": stars + 1} for stars in range(1, 6)]
_SORTS: Mapping[str, tuple[Query, ...]] = {
    "relevance": ({"_score": "desc"},),
    "newest": (),
    "orders": ({"orders": "desc"},),
    "rating": ({"rating": {"order": "desc", "missing": "_last"}}, {"orders": "desc"}),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many listings hold a token in a field, and how many listings there are."""

    of: Callable[[str, str], int]
    total: int


# --- words -----------------------------------------------------------------------------------------------------------


def to_words(asked: Asked, counts: Counts, going_on: Mapping[str, Sequence[str]], *, missing: int) -> Query:
    """
    Return the query for what was asked, its score the relevance.

    :param going_on: the words that a word which is still being typed may become, by its beginning.
    :param missing: how many of the words a listing may lack; those that lack fewer come first.
    """
    groups = [_group(group, counts, going_on) for group in asked.wanted]
    unwanted = [_group(group, counts, going_on) for group in asked.unwanted]
    if not groups:
        return _bool(filter=[{"match_all": {}}], must_not=unwanted)
    needed = max(1, len(groups) - missing)
    if needed == len(groups):
        return _bool(must=groups, must_not=unwanted)
    # Each word counts twice, by its fit and by its being there, which tells the more the rarer it is.
    parts: list[Query] = []
    for group, share in zip(groups, share_worth(asked, lambda form: _count(form, counts), counts.total), strict=True):
        parts += [group, {"constant_score": {"filter": group, "boost": _PER_WORD * share}}]
    some: Query = {"bool": {"should": parts, "minimum_should_match": 2 * needed}}
    return _bool(must=[some], must_not=unwanted)


def _group(group: Group, counts: Counts, going_on: Mapping[str, Sequence[str]]) -> Query:
    """Return the query for one word: its best form by stems, and what it is worth that it stands there as typed."""
    stems = [form for form in group.forms if form.language]
    bare = [form for form in group.forms if not form.language]
    if group.open_end and (begun := beginning(group)):
        bare += [Form("", (word,), _GOING_ON) for word in going_on.get(begun, ())]
    sides = [query for forms in (stems, bare) if (query := _best(forms, counts)) is not None]
    if not sides:
        return _NOTHING
    return sides[0] if len(sides) == 1 else {"bool": {"should": sides, "minimum_should_match": 1}}


def beginning(group: Group) -> str:
    """Return the word of a group that is still being typed."""
    return next((form.tokens[-1] for form in reversed(group.forms) if not form.language), "")


def _best(forms: Sequence[Form], counts: Counts) -> Query | None:
    """Return the query for the best of some forms of a word, None where no listing has any."""
    found = {(field, form): numbers for form in forms for field, numbers in places(form, counts)}
    if not found:
        return None
    # A phrase is as rare, to the index's formula, as all its words together.
    rarities = {place: sum(_rarity(number, counts.total) for number in numbers) for place, numbers in found.items()}
    least = min(rarities.values())
    queries: list[Query] = []
    for (field, form), rarity in rarities.items():
        weight = form.weight * least / rarity * (_IN_DETAILS if field == "details" else 1.0)
        if len(form.tokens) == 1:
            queries.append({"term": {field: {"value": form.tokens[0], "boost": weight}}})
        else:
            queries.append({"match_phrase": {field: {"query": " ".join(form.tokens), "boost": weight}}})
    return queries[0] if len(queries) == 1 else {"dis_max": {"queries": queries}}


def places(form: Form, counts: Counts) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the fields in which a form may stand, with how many listings have each of its tokens there."""
    for field in fields_of(form):
        numbers = tuple(counts.of(field, token) for token in form.tokens)
        if all(numbers):
            yield field, numbers


def _count(form: Form, counts: Counts) -> int:
    """Return how many listings have a form, at most."""
    return max((min(numbers) for _, numbers in places(form, counts)), default=0)


def fields_of(form: Form) -> tuple[str, ...]:
    """Return the fields in which a form may stand."""
    return (f"words_{form.language}",) if form.language else ("words", "details")


def _rarity(count: int, total: int) -> float:
    """Return what the index's formula (BM25) makes of so many listings among all."""
    return math.log(1.0 + (max(total - count, 0) + 0.5) / (count + 0.5))


# --- what narrows ----------------------------------------------------------------------------------------------------


def narrow_always(query: EngineQuery) -> list[Query]:
    """Return the demands that every facet is counted with."""
    demands: list[Query] = []
    if query.store:
        demands.append({"term": {"store": query.store}})
    if query.among is not None:
        demands.append({"ids": {"values": [listing_id.hex for listing_id in query.among]}})
    return demands


def narrow_by_kind(query: EngineQuery) -> dict[str, Query]:
    """Return the demands that a facet of the same kind is counted without; each attribute's name is a kind."""
    demands: dict[str, Query] = {}
    if query.category:
        demands["category"] = {"term": {"categories": query.category}}
    if query.brands:
        demands["brand"] = {"terms": {"brand": list(query.brands)}}
    if query.rating_min is not None:
        demands["rating"] = {"range": {"rating": {"gte": query.rating_min}}}
    wanted: dict[str, list[str]] = {}
    for name, value in query.attributes:
        wanted.setdefault(name, []).append(name + BETWEEN + value)
    field = f"attributes.{language_key(query.language)}"
    demands |= {f"attribute:{name}": {"terms": {field: values}} for name, values in wanted.items()}
    return demands


def stand_in(lanes: Collection[str] | None, known: Mapping[str, int]) -> Query | None:
    """
    Return the demand to stand in one of some lanes; None: that is every lane.

    :param known: the lanes of the index with the number of their listings; the fewer lanes are named, open or closed.
    """
    if lanes is None:
        return None
    opened = [lane for lane in known if lane in lanes]
    if len(opened) == len(known):
        return None
    if not opened:
        return _NOTHING
    if len(opened) * 2 <= len(known):
        return {"terms": {"lane_key": sorted(map(lane_key, opened))}}
    closed = sorted(lane_key(lane) for lane in known if lane not in lanes)
    return {"bool": {"must_not": [{"terms": {"lane_key": closed}}]}}


# --- a whole search --------------------------------------------------------------------------------------------------


def to_body(
    query: EngineQuery, words: Query | None, known: Mapping[str, int], *, whole: Query | None = None
) -> dict[str, Any]:
    """
    Return the body of a search, but for which slice of it: facets are counted without what narrows their kind.

    :param whole: what comes before the rest in an order of its own.
    """
    by_kind = narrow_by_kind(query)
    always = narrow_always(query)
    if (open_lanes := stand_in(query.lanes, known)) is not None:
        always.append(open_lanes)
    if query.chosen_lanes is not None and (chosen := stand_in(query.chosen_lanes, known)) is not None:
        by_kind["lane"] = chosen
    is_scored = words is not None and query.sort == "relevance"
    demands = always if query.counted else [*always, *by_kind.values()]
    if words is not None and not is_scored:
        demands = [words, *demands]
    main = _bool(must=[words] if words is not None and is_scored else [], filter=demands)
    if is_scored:
        lifted = {"field": "popularity", "missing": 1}
        main = {"function_score": {"query": main, "field_value_factor": lifted, "boost_mode": "multiply"}}
    # Without words there is nothing to be relevant to.
    order = _SORTS["newest" if query.sort == "relevance" and not is_scored else query.sort]
    if whole is not None and not is_scored:
        main = _bool(must=[main], should=[{"constant_score": {"filter": whole}}])
        order = ({"_score": "desc"}, *order)
    body: dict[str, Any] = {
        "query": main,
        "sort": [{"stocked": "desc"}, *order, {"listed_at": "desc"}, {"id": "asc"}],
        "track_total_hits": True,
        "_source": False,
    }
    if query.counted:
        body["aggs"] = _facets(query, by_kind)
        if by_kind:
            body["post_filter"] = _bool(filter=list(by_kind.values()))
    return body


def _facets(query: EngineQuery, by_kind: Mapping[str, Query]) -> dict[str, Query]:
    field = f"attributes.{language_key(query.language)}"
    asks: dict[str, Query] = {}
    for kind in query.counted:
        values: Query
        if kind == "rating":
            values = {"range": {"field": "rating", "ranges": _STARS}}
        else:
            name = {"category": "categories", "lane": "lane_key", "attribute": field}.get(kind, kind)
            values = {"terms": {"field": name, "size": _TOLD[kind]}}
        asks[kind] = _counted(values, by_kind, without=kind)
    for number, name in enumerate(_chosen_names(query)):
        values = {"terms": {"field": field, "size": _TOLD["attribute"], "include": begins_so(name + BETWEEN)}}
        asks[f"attribute_{number}"] = _counted(values, by_kind, without=f"attribute:{name}")
    return asks


def _chosen_names(query: EngineQuery) -> list[str]:
    """Return the names of attributes that are counted each without what was chosen of it."""
    return list(dict.fromkeys(name for name, _ in query.attributes)) if "attribute" in query.counted else []


def _counted(values: Query, by_kind: Mapping[str, Query], *, without: str) -> Query:
    others = [demand for kind, demand in by_kind.items() if kind != without]
    return {"filter": _bool(filter=others), "aggs": {"values": values}}


def read_facets(query: EngineQuery, answer: Mapping[str, Any], known: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Return the counts of every facet asked for."""
    lanes = {lane_key(lane): lane for lane in known} if "lane" in query.counted else {}
    counts: dict[str, dict[str, int]] = {}
    for kind in query.counted:
        found = {bucket["key"]: bucket["doc_count"] for bucket in answer[kind]["values"]["buckets"]}
        if kind == "rating":  # So many stars or more.
            at_least = {str(least): sum(found.get(str(stars), 0) for stars in range(least, 6)) for least in range(1, 6)}
            found = at_least
        elif kind == "lane":
            found = {lanes[key]: count for key, count in found.items() if key in lanes}
        elif kind == "attribute":
            for number, name in enumerate(_chosen_names(query)):
                buckets = answer[f"attribute_{number}"]["values"]["buckets"]
                own = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
                start = name + BETWEEN
                found = {value: count for value, count in found.items() if not value.startswith(start)} | own
        counts[kind] = {value: count for value, count in found.items() if count}
    return counts


def like(words: Sequence[str], *, brand: str, categories: Sequence[str], unlike: str, lanes: Query | None) -> Query:
    """
    Return the query for listings in stock with the same words, brand and categories, but for one of them.

    :param categories: its own, from its department down; beyond that department nothing is alike.
    """
    alike: list[Query] = [{"term": {"words": word}} for word in words]
    if brand:
        alike.append({"constant_score": {"filter": {"term": {"brand": brand}}, "boost": _BRAND_ALIKE}})
    of_categories = (
        {"filter": {"term": {"categories": category}}, "boost": _CATEGORY_ALIKE} for category in categories
    )
    alike += [{"constant_score": clause} for clause in of_categories]
    demands: list[Query] = [{"term": {"stocked": 1}}, *([lanes] if lanes is not None else [])]
    demands += [{"term": {"categories": department}} for department in categories[:1]]
    wanted: Query = {"bool": {"should": alike, "minimum_should_match": 1}}
    main = _bool(must=[wanted], filter=demands, must_not=[{"ids": {"values": [unlike]}}])
    lifted = {"field": "popularity", "missing": 1}
    return {"function_score": {"query": main, "field_value_factor": lifted, "boost_mode": "multiply"}}


def begins_so(text: str) -> str:
    """Return Lucene's regular expression for what begins with a text."""
    return re.sub(r'([.?+*|(){}\[\]"\\#@&<>~^$-])', r"\\\1", text) + ".*"


def _bool(**clauses: list[Query]) -> Query:
    kept = {name: queries for name, queries in clauses.items() if queries}
    return {"bool": kept} if kept else {"match_all": {}}
