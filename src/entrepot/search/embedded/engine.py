"""The engine: a writer and a reader of one folder, and the way from a question to its answer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from tantivy import DocAddress, Occur, Query, SearchResult

from entrepot.search.embedded import filters, schema
from entrepot.search.embedded.counting import Counting
from entrepot.search.embedded.filters import Part
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

_MORE = 16  # Beside a page, for the few among the best that are sold out.
_SORT_KEYS = {"newest": "by_newest", "orders": "by_orders", "rating": "by_rating"}


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
        asked, some_lack = None, False
        if query.asked is not None:
            asked, some_lack = generation.to_query(query.asked, is_lenient=query.is_lenient, is_strict=query.is_strict)
        parts = [*narrowed.without(), *lane]
        if not query.limit:
            counting = Counting(generation, query, asked, narrowed, lane, any_lane)
            counts, estimated = counting.count_all(generation.searcher.num_docs)
            return EngineAnswer(0, (), generation.name, counts, estimated=estimated)
        if query.asked is not None and some_lack and query.sort != "relevance":
            whole, _ = generation.to_query(query.asked, is_lenient=query.is_lenient, is_strict=True)
            count, addresses = _list_whole_first(generation, query, asked, whole, parts)
        else:
            count, addresses = _list(generation, query, asked, parts)
        counts, estimated = Counting(generation, query, asked, narrowed, lane, any_lane).count_all(count)
        ids, stamps = generation.read_ids(addresses), generation.read_stamps(addresses)
        return EngineAnswer(count, ids, generation.name, counts, stamps, estimated, some_lack)

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


def _list(
    generation: Generation, query: EngineQuery, asked: Query | None, parts: Sequence[Part]
) -> tuple[int, tuple[DocAddress, ...]]:
    """Return how many listings fit, and the slice asked for: those in stock first."""
    if asked is None or query.sort != "relevance":
        key = _SORT_KEYS.get(query.sort, "by_newest")
        found = generation.searcher.search(
            filters.join(parts, scored=asked), query.limit, order_by_field=key, offset=query.offset
        )
        return _count_of(found), tuple(address for _, address in found.hits)
    fitting = filters.join(parts, scored=asked)
    if generation.is_all_stocked:
        return _best(generation, fitting, query.limit, query.offset)
    # Few are sold out, so that the best of all mostly hold the best of those in stock.
    end = query.offset + query.limit
    count, best = _best(generation, fitting, end + end // 4 + _MORE, 0)
    stocked, sold_out = generation.part_by_stock(best)
    if len(stocked) < end and len(best) < count:
        return count, _list_apart(generation, query, fitting)
    return count, tuple([*stocked, *sold_out][query.offset : end])


def _list_apart(generation: Generation, query: EngineQuery, fitting: Query) -> tuple[DocAddress, ...]:
    """Return the slice asked for of what fits, those in stock and those sold out looked for one after the other."""
    sold_out = filters.one_of("sold_out", ("1",))
    stocked = filters.join([(Occur.MustNot, sold_out[1])], scored=fitting)
    count, addresses = _best(generation, stocked, query.limit, query.offset)
    if len(addresses) < query.limit:
        others = filters.join([sold_out], scored=fitting)
        start = max(0, query.offset - count)
        addresses += _best(generation, others, query.limit - len(addresses), start)[1]
    return addresses


def _list_whole_first(
    generation: Generation, query: EngineQuery, asked: Query | None, whole: Query, parts: Sequence[Part]
) -> tuple[int, tuple[DocAddress, ...]]:
    """
    Return how many listings fit, and the slice asked for in an order of its own: of those in stock and of those sold
    out, each time first what has every word (`whole`).
    """
    sold_out = filters.one_of("sold_out", ("1",))
    count = 0
    found: tuple[DocAddress, ...] = ()
    for stock in ((Occur.MustNot, sold_out[1]), sold_out):
        for words in ((Occur.Must, whole), (Occur.MustNot, whole)):
            tier = filters.join([*parts, stock, words], scored=asked)
            hits = generation.searcher.search(
                tier,
                max(query.limit - len(found), 1),
                order_by_field=_SORT_KEYS[query.sort],
                offset=max(0, query.offset - count),
            )
            found += tuple(address for _, address in hits.hits[: query.limit - len(found)])
            count += _count_of(hits)
    return count, found


def _best(generation: Generation, query: Query, limit: int, offset: int) -> tuple[int, tuple[DocAddress, ...]]:
    found = generation.searcher.search(query, max(limit, 1), offset=offset, weight_by_field="popularity")
    return _count_of(found), tuple(address for _, address in found.hits[:limit])


def _count_of(found: SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # Its stub leaves it out.
