"""The engine: a writer and a reader of one folder, and the way from a question to its answer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from tantivy import DocAddress, Occur, Query, SearchResult

from entrepot.search.embedded import filters, schema
from entrepot.search.embedded.filters import ATTRIBUTE, Filters, Part
from entrepot.search.embedded.generations import Folder
from entrepot.search.embedded.reader import Generation, Reader
from entrepot.search.embedded.writer import Lock, Writer
from entrepot.search.index_port import (
    Document,
    EngineAnswer,
    EngineQuery,
    IndexIsWritten,
    Position,
    SearchEngine,
    SearchNotReady,
)

_SORT_KEYS = {"newest": "by_newest", "orders": "by_orders", "rating": "by_rating"}
# How many values of a facet are told, and how many each segment counts, so that what is told is exact.
_TOLD = {
    "category": (2_000, 4_000),
    "brand": (200, 200_000),
    "lane_number": (50_000, 50_000),
    "attribute": (500, 100_000),
}
_STARS = [{"key": str(stars), "from": stars * 100, "to": stars * 100 + 100} for stars in range(1, 6)]


class EmbeddedEngine:
    """A tantivy index under a folder; `stamp` tells by which rules documents are written today."""

    def __init__(self, path: Path, *, stamp: Callable[[], str]) -> None:
        self._folder = Folder(path)
        self._stamp = stamp
        self._lock = Lock(self._folder.lock)
        self._writer: Writer | None = None
        self._reader = Reader(self._folder)

    # --- writing ---------------------------------------------------------------------------------------------------

    def claim(self) -> bool:
        return self._lock.take()

    def release(self) -> None:
        self._close_writer()
        self._lock.free()

    def write(self, documents: Sequence[Document]) -> None:
        if documents:
            self._opened().write(documents)

    def remove(self, listing_ids: Sequence[UUID]) -> None:
        if listing_ids:
            self._opened().remove(listing_ids)

    def publish(self, position: Position | None = None) -> None:
        writer = self._opened()
        writer.publish(position or writer.position)

    def start_anew(self) -> SearchEngine:
        self._demand_claim()
        return _NewIndex(self, Writer(self._folder, stamp=self._stamp(), anew=True))

    def take_over(self, built: Writer, position: Position) -> None:
        """Publish an index that was built beside this one, and go on writing there."""
        built.finish()
        built.publish(position)
        built.close()
        self._close_writer()
        shutil.rmtree(self._folder.building, ignore_errors=True)

    def _opened(self) -> Writer:
        self._demand_claim()
        if self._writer is None:
            self._writer = Writer(self._folder, stamp=self._stamp())
        return self._writer

    def _demand_claim(self) -> None:
        if not self._lock.take():
            raise IndexIsWritten

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    # --- reading ---------------------------------------------------------------------------------------------------

    def get_position(self) -> Position | None:
        about = self._folder.read_about(self._folder.read_current())
        if about is None or about.schema != schema.digest() or about.stamp != self._stamp():
            return None
        return about.position

    def count_documents(self) -> int:
        try:
            return int(self._reader.get().searcher.num_docs)
        except SearchNotReady:
            return 0

    def find(self, query: EngineQuery) -> EngineAnswer:
        generation = self._reader.get(query.snapshot)
        narrowed = filters.build(query)
        chosen = query.lanes
        if query.chosen_lanes is not None:
            chosen = query.chosen_lanes if query.lanes is None else query.lanes & query.chosen_lanes
        lane, any_lane = generation.narrow_to(chosen), generation.narrow_to(query.lanes)
        asked = None
        if query.asked is not None:
            asked = generation.to_query(query.asked, is_lenient=query.is_lenient)
        parts = [*narrowed.without(), *lane]
        if not query.counted:
            return _answer(generation, *_list(generation, query, asked, parts))
        counts = _count(generation, query, asked, narrowed, lane, any_lane)
        if "lane" in counts and lane == any_lane:
            # Each listing stands in one lane, so that what was found is counted already.
            found = sum(counts["lane"].values()), _list_counted(generation, query, asked, parts)
        else:
            found = _list(generation, query, asked, parts)
        return _answer(generation, *found, counts)

    def list_lanes(self, snapshot: str = "") -> frozenset[str]:
        return self._reader.get(snapshot).lane_names

    def list_words(self, prefix: str, *, limit: int, language: str = "") -> list[tuple[str, int]]:
        field = f"words_{language}" if language else "words"
        return self._reader.get().searcher.terms_with_prefix(field, prefix, limit=limit)

    def list_brands(self, prefix: str, *, limit: int) -> list[tuple[str, int]]:
        found = self._reader.get().searcher.terms_with_prefix("brand_key", prefix.casefold(), limit=limit)
        return [(key.partition(schema.BETWEEN)[2], count) for key, count in found]

    def list_similar(self, listing_id: UUID, *, language: str, lanes: frozenset[str] | None, limit: int) -> list[UUID]:
        return list(self._reader.get().find_similar(listing_id, lanes, limit))


class _NewIndex(EmbeddedEngine):
    """An index that is built beside the one in use."""

    def __init__(self, replaced: EmbeddedEngine, writer: Writer) -> None:
        self._replaced = replaced
        self._writer = writer

    def claim(self) -> bool:
        return True

    def release(self) -> None:
        self._close_writer()

    def publish(self, position: Position | None = None) -> None:
        writer = self._opened()
        self._replaced.take_over(writer, position or writer.position)
        self._writer = None

    def _opened(self) -> Writer:
        assert self._writer is not None, "it was published already"
        return self._writer


def _answer(
    generation: Generation,
    count: int,
    addresses: Sequence[DocAddress],
    counts: Mapping[str, Mapping[str, int]] | None = None,
) -> EngineAnswer:
    ids = generation.read_ids(addresses)
    return EngineAnswer(count, ids, generation.name, counts or {}, generation.read_stamps(addresses))


def _list(
    generation: Generation, query: EngineQuery, asked: Query | None, parts: Sequence[Part]
) -> tuple[int, tuple[DocAddress, ...]]:
    """Return how many listings fit, and the slice asked for: those in stock first."""
    if asked is None or query.sort != "relevance":
        key = _SORT_KEYS.get(query.sort, "by_newest")
        found = generation.searcher.search(
            filters.join(parts, scored=asked), max(query.limit, 1), order_by_field=key, offset=query.offset
        )
        return _count_of(found), tuple(address for _, address in found.hits[: query.limit])
    if generation.is_all_stocked:
        return _best(generation, filters.join(parts, scored=asked), query.limit, query.offset)
    sold_out = filters.one_of("sold_out", ("1",))
    stocked = filters.join([*parts, (Occur.MustNot, sold_out[1])], scored=asked)
    count, ids = _best(generation, stocked, query.limit, query.offset)
    others = filters.join([*parts, sold_out], scored=asked)
    number, more = _best(generation, others, query.limit - len(ids), max(0, query.offset - count))
    return count + number, ids + more


def _list_counted(
    generation: Generation, query: EngineQuery, asked: Query | None, parts: Sequence[Part]
) -> tuple[DocAddress, ...]:
    """Return the slice asked for, where how many fit is known: mostly those in stock fill it."""
    if asked is None or query.sort != "relevance" or generation.is_all_stocked:
        return _list(generation, query, asked, parts)[1]
    stocked = filters.join([*parts, (Occur.MustNot, filters.one_of("sold_out", ("1",))[1])], scored=asked)
    found = generation.searcher.search(
        stocked, max(query.limit, 1), count=False, offset=query.offset, weight_by_field="popularity"
    )
    if len(found.hits) < query.limit:
        return _list(generation, query, asked, parts)[1]
    return tuple(address for _, address in found.hits[: query.limit])


def _best(generation: Generation, query: Query, limit: int, offset: int) -> tuple[int, tuple[DocAddress, ...]]:
    found = generation.searcher.search(query, max(limit, 1), offset=offset, weight_by_field="popularity")
    return _count_of(found), tuple(address for _, address in found.hits[:limit])


def _count_of(found: SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # Its stub leaves it out.


def _count(
    generation: Generation,
    query: EngineQuery,
    asked: Query | None,
    narrowed: Filters,
    lane: Sequence[Part],
    any_lane: Sequence[Part],
) -> dict[str, Mapping[str, int]]:
    """Return the counts of every facet asked for: in one pass all whose own kind narrows nothing, else one for each."""
    counts: dict[str, Mapping[str, int]] = {}
    by_itself = {kind for kind in query.counted if kind in narrowed.by_kind}
    if "lane" in query.counted and lane != any_lane:
        by_itself.add("lane")
    chosen_names = (
        [kind for kind in narrowed.by_kind if kind.startswith(ATTRIBUTE)] if "attribute" in query.counted else []
    )
    together = [kind for kind in query.counted if kind not in by_itself]

    def count(kinds: Sequence[str], *, without: str = "") -> dict[str, dict[str, int]]:
        parts = [*narrowed.without(without), *(any_lane if without == "lane" else lane)]
        asks = {kind: _aggregation(kind, query.language) for kind in kinds}
        answer = generation.searcher.aggregate(filters.join(parts, scored=asked), asks)
        return {kind: _read_buckets(kind, answer[kind], generation) for kind in kinds}

    if together:
        counts.update(count(together))
    for kind in by_itself:
        counts.update(count([kind], without=kind))
    for kind in chosen_names:
        name = kind.removeprefix(ATTRIBUTE) + schema.BETWEEN
        rest = {value: number for value, number in counts["attribute"].items() if not value.startswith(name)}
        own = count(["attribute"], without=kind)["attribute"]
        counts["attribute"] = rest | {value: number for value, number in own.items() if value.startswith(name)}
    return counts


def _aggregation(kind: str, language: str) -> dict[str, Any]:
    if kind == "rating":
        return {"range": {"field": "rating", "ranges": _STARS}}
    if kind == "lane":
        kind = "lane_number"
    field = f"attributes.{schema.language_key(language)}" if kind == "attribute" else kind
    told, counted = _TOLD[kind]
    return {"terms": {"field": field, "size": told, "segment_size": counted}}


def _read_buckets(kind: str, answer: Mapping[str, Any], generation: Generation) -> dict[str, int]:
    if kind == "lane":
        names = generation.lanes_by_number
        return {names[int(row["key"])]: row["doc_count"] for row in answer["buckets"]}
    if kind == "rating":  # So many stars or more.
        stars = {int(row["key"]): row["doc_count"] for row in answer["buckets"] if row["key"].isdecimal()}
        sums = {str(least): sum(count for of, count in stars.items() if of >= least) for least in stars}
        return {least: count for least, count in sums.items() if count}
    return {row["key"]: row["doc_count"] for row in answer["buckets"] if row["doc_count"]}
