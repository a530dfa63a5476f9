"""
How many of what was found are of which kind.

What narrows a list by a kind itself is left out when that kind is counted, so each such kind is counted by itself. A
count costs time for each listing that fits: where very many do and the question allows it, an even sample is counted,
the first that holds enough of them. A listing is in a sample by its id, whatever generation it stands in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tantivy import Query

from entrepot.search.embedded import filters, schema
from entrepot.search.embedded.filters import ATTRIBUTE, Filters, Part
from entrepot.search.embedded.reader import Generation
from entrepot.search.index_port import EngineQuery

# Of more listings than this the facets may be estimated, from the first sample that holds enough of them: a share of so
# many is right within a percent or two of the whole.
EXACT_UP_TO = 10_000
_ENOUGH = EXACT_UP_TO // min(schema.SAMPLES)
# How many values of a facet are told, and how many each segment counts, so that what is told is exact.
_TOLD = {
    "category": (2_000, 4_000),
    "brand": (200, 200_000),
    "lane_number": (50_000, 50_000),
    "attribute": (500, 100_000),
}
_STARS = [{"key": str(stars), "from": stars * 100, "to": stars * 100 + 100} for stars in range(1, 6)]

Counts = dict[str, Mapping[str, int]]


class Counting:
    """The facets of one question to one generation."""

    def __init__(
        self,
        generation: Generation,
        query: EngineQuery,
        asked: Query | None,
        narrowed: Filters,
        lane: Sequence[Part],
        any_lane: Sequence[Part],
    ) -> None:
        self._generation, self._query, self._asked = generation, query, asked
        self._narrowed, self._lane, self._any_lane = narrowed, lane, any_lane
        self._counts: Counts = {}
        self._estimated: set[str] = set()

    def count_all(self, found: int) -> tuple[Counts, frozenset[str]]:
        """Return the counts of every facet asked for, and which are estimated; `found` is how many listings fit."""
        counted, narrowed = self._query.counted, self._narrowed
        by_itself = {kind for kind in counted if kind in narrowed.by_kind}
        if "lane" in counted and self._lane != self._any_lane:
            by_itself.add("lane")
        together = [kind for kind in counted if kind not in by_itself]
        if together and found:
            self._counts |= self._count(together, fitting=found)
        else:
            self._counts |= {kind: {} for kind in together}
        for kind in by_itself:
            self._counts |= self._count([kind], without=kind)
        if "attribute" in counted:
            for kind in narrowed.by_kind:
                if kind.startswith(ATTRIBUTE):
                    self._count_own_values(kind)
        return self._counts, frozenset(self._estimated)

    def _count_own_values(self, kind: str) -> None:
        """Count the values of an attribute that narrows the list as if it did not."""
        name = kind.removeprefix(ATTRIBUTE) + schema.BETWEEN
        others = {value: number for value, number in self._counts["attribute"].items() if not value.startswith(name)}
        own = self._count(["attribute"], without=kind)["attribute"]
        self._counts["attribute"] = others | {value: number for value, number in own.items() if value.startswith(name)}

    def _count(
        self, kinds: Sequence[str], *, without: str = "", fitting: int | None = None
    ) -> dict[str, dict[str, int]]:
        """Count some kinds as if a kind narrowed nothing; `fitting` is how many listings that leaves, where known."""
        parts = [*self._narrowed.without(without), *(self._any_lane if without == "lane" else self._lane)]
        most = self._generation.searcher.num_docs if fitting is None else fitting
        if self._query.may_estimate and most > EXACT_UP_TO:
            for of in schema.SAMPLES:
                if most < of * _ENOUGH:
                    continue
                # Every listing stands in one lane, so that their counts say how many there are.
                told = self._aggregate({*kinds, "lane"}, [*parts, filters.one_of("sample", (str(of),))], sampled=True)
                sampled = sum(told["lane"].values())
                if sampled >= _ENOUGH or (fitting and sampled):
                    self._estimated.update(kinds)
                    share = fitting / sampled if fitting else of
                    return {kind: {value: round(n * share) for value, n in told[kind].items()} for kind in kinds}
                most = sampled * of  # About: a sample that would hold too few of so many is passed over.
        return self._aggregate(kinds, parts)

    def _aggregate(
        self, kinds: Sequence[str] | set[str], parts: Sequence[Part], *, sampled: bool = False
    ) -> dict[str, dict[str, int]]:
        generation, language = self._generation, self._query.language
        asks = {
            kind: _ask(kind, language, sampled=sampled) for kind in kinds if kind != "rating" or generation.is_rated
        }
        answer = generation.searcher.aggregate(filters.join(parts, scored=self._asked), asks) if asks else {}
        return {kind: _read(kind, answer[kind], generation) if kind in answer else {} for kind in kinds}


def _ask(kind: str, language: str, *, sampled: bool) -> dict[str, Any]:
    if kind == "rating":
        return {"range": {"field": "rating", "ranges": _STARS}}
    if kind == "lane":
        kind = "lane_number"
    field = f"attributes.{schema.language_key(language)}" if kind == "attribute" else kind
    told, counted = _TOLD[kind]
    # Each value that a segment counts is looked up by its text: of a sample the commonest are enough.
    return {"terms": {"field": field, "size": told, "segment_size": told if sampled else counted}}


def _read(kind: str, answer: Mapping[str, Any], generation: Generation) -> dict[str, int]:
    if kind == "lane":
        names = generation.lanes_by_number
        return {names[int(row["key"])]: row["doc_count"] for row in answer["buckets"]}
    if kind == "rating":  # So many stars or more.
        stars = {int(row["key"]): row["doc_count"] for row in answer["buckets"] if row["key"].isdecimal()}
        sums = {str(least): sum(count for of, count in stars.items() if of >= least) for least in stars}
        return {least: count for least, count in sums.items() if count}
    return {row["key"]: row["doc_count"] for row in answer["buckets"] if row["doc_count"]}
