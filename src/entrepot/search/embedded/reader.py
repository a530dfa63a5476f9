"""The reading side of an index: generations, opened when they are first asked for."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from uuid import UUID

from tantivy import DocAddress, FieldType, Index, Occur, Query, Searcher

from entrepot.search import words
from entrepot.search.embedded import filters, lane_filter, matching, schema
from entrepot.search.embedded.filters import Part
from entrepot.search.embedded.generations import Folder
from entrepot.search.index_port import Asked, SearchNotReady

_NAME = re.compile(r"\d{9}-[0-9a-f]{8}")
_OPEN_MAX = 6
_REMEMBERED_MAX = 4096
_LIKE_WORDS_MAX = 6

# Ids by their lower half, which is random: to look one up costs a third of making it.
_ids: dict[int, UUID] = {}
_IDS_MAX = 200_000


def _identify(high: int, low: int) -> UUID:
    known = _ids.get(low)
    if known is None or known.int >> 64 != high:
        if len(_ids) >= _IDS_MAX:
            _ids.clear()
        known = _ids[low] = UUID(int=high << 64 | low)
    return known


class Generation:
    """A generation, open for reading; any number of threads may ask it at once."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        index = Index.open(str(path))
        index.config_reader("manual")
        self.searcher: Searcher = index.searcher()
        self._queries: dict[tuple[Asked, bool, bool], tuple[Query, bool]] = {}

    @cached_property
    def lanes(self) -> dict[str, int]:
        """The lanes that listings stand in, with their number."""
        return dict(self.searcher.terms_with_prefix("lane", ""))

    @cached_property
    def lanes_by_number(self) -> dict[int, str]:
        return {schema.number_lane(lane): lane for lane in self.lanes}

    @cached_property
    def lane_names(self) -> frozenset[str]:
        return frozenset(self.lanes)

    def to_query(self, asked: Asked, *, is_lenient: bool = False, is_strict: bool = False) -> tuple[Query, bool]:
        """
        Return the query for what was asked, lacking as many of its words as leave enough to show, and whether listings
        may lack words that others have (never if `is_strict`). It is remembered: the pages and facets of one list ask
        for it again and again.
        """
        key = asked, is_lenient, is_strict
        if (known := self._queries.get(key)) is None:
            if len(self._queries) >= _REMEMBERED_MAX:
                self._queries.clear()
            shape = schema.build()
            wide = matching.widen(self.searcher, words.narrow(asked, self._count_word))
            unknown, missing = matching.count_missing(self.searcher, shape, wide, is_lenient=is_lenient)
            if is_strict:
                missing = unknown
            query = matching.to_query(self.searcher, shape, wide, missing=missing)
            known = self._queries[key] = query, missing > unknown
        return known

    def _count_word(self, language: str, word: str) -> int:
        return int(self.searcher.doc_freq(f"words_{language}" if language else "words", word))

    @cached_property
    def is_all_stocked(self) -> bool:
        return self.searcher.doc_freq("sold_out", "1") == 0

    @cached_property
    def is_rated(self) -> bool:
        rated = Query.range_query(schema.build(), "rating", FieldType.Unsigned, lower_bound=0)
        return bool(self.searcher.search(rated, 1).hits)

    def narrow_to(self, lanes: frozenset[str] | None) -> tuple[Part, ...]:
        """Return the demand to stand in one of some lanes."""
        return () if lanes is None else lane_filter.build(lanes, self.lane_names, self.lanes)

    def part_by_stock(self, addresses: Sequence[DocAddress]) -> tuple[list[DocAddress], list[DocAddress]]:
        """Return those of some documents whose listings are in stock, and those sold out."""
        parted: tuple[list[DocAddress], list[DocAddress]] = ([], [])
        keys = self.searcher.fast_field_values("by_newest", list(addresses)) if addresses else []
        for address, key in zip(addresses, keys, strict=True):
            parted[not int(key or 0) & schema.ARE_STOCKED].append(address)
        return parted

    def read_ids(self, addresses: Sequence[DocAddress]) -> tuple[UUID, ...]:
        """Return whose documents these are."""
        if not addresses:
            return ()
        found = list(addresses)
        high = self.searcher.fast_field_values("id_high", found)
        low = self.searcher.fast_field_values("id_low", found)
        return tuple([_identify(int(a or 0), int(b or 0)) for a, b in zip(high, low, strict=True)])

    def read_stamps(self, addresses: Sequence[DocAddress]) -> tuple[int, ...]:
        """Return when these documents were written, each a number of its own."""
        if not addresses:
            return ()
        return tuple(int(stamp or 0) for stamp in self.searcher.fast_field_values("written", list(addresses)))

    def find_similar(self, listing_id: UUID, lanes: frozenset[str] | None, limit: int) -> tuple[UUID, ...]:
        """
        Return listings in stock of the same category, those that share words or the brand first, then those of the
        category above it. Beyond its department nothing is alike, whatever word two titles share.
        """
        shape = schema.build()
        hits = self.searcher.search(Query.term_query(shape, "id", listing_id.hex, "basic"), limit=1).hits
        if not hits:
            return ()
        categories, brand, titled = schema.read_like(self.searcher.doc(hits[0][1]))
        # The rarest words tell most, and cost least to look up.
        telling = sorted(titled, key=lambda word: int(self.searcher.doc_freq("words", word)))[:_LIKE_WORDS_MAX]
        alike = [(Occur.Should, Query.term_query(shape, "words", word)) for word in telling]
        if brand:
            alike.append((Occur.Should, Query.const_score_query(filters.one_of("brand", (brand,))[1], 2.0)))
        parts = [(Occur.MustNot, Query.term_query(shape, "id", listing_id.hex, "basic"))]
        parts.append((Occur.MustNot, Query.term_query(shape, "sold_out", "1", "basic")))
        parts += self.narrow_to(lanes)
        if not categories:
            return self._list_alike(parts, alike, limit)
        ids: tuple[UUID, ...] = ()
        for category in reversed(categories):
            near = filters.one_of("category", (category,))
            found = self._list_alike([*parts, near], [*alike, (Occur.Should, near[1])], limit)
            ids = tuple(dict.fromkeys((*ids, *found)))[:limit]
            if len(ids) == limit:
                break
        return ids

    def _list_alike(self, parts: Sequence[Part], alike: Sequence[tuple[Occur, Query]], limit: int) -> tuple[UUID, ...]:
        asked = filters.join(parts, scored=Query.boolean_query(list(alike)))
        found = self.searcher.search(asked, limit=limit, count=False, weight_by_field="popularity")
        return self.read_ids([address for _, address in found.hits])


class Reader:
    """Opens generations as they are asked for, and notices a new one at the next question."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._current = folder.current
        self._open: OrderedDict[str, Generation] = OrderedDict()
        self._guard = threading.Lock()
        self._seen: tuple[int, int] = (0, 0)
        self._newest = ""

    def get(self, snapshot: str = "") -> Generation:
        """
        Return the generation of a snapshot, the newest where that is gone.

        :raises SearchNotReady: there is none, or it has other fields than this version asks for.
        """
        if _NAME.fullmatch(snapshot) and (kept := self._find(snapshot)) is not None:  # It may come from anywhere.
            return kept
        newest = self._find(self._read_newest())
        if newest is None:
            raise SearchNotReady
        return newest

    def _read_newest(self) -> str:
        try:
            about = self._current.stat()
        except FileNotFoundError:
            return ""
        seen = (about.st_mtime_ns, about.st_ino)
        if seen != self._seen:
            self._newest = self._folder.read_current()
            self._seen = seen
        return self._newest

    def _find(self, name: str) -> Generation | None:
        kept = self._open.get(name)
        if kept is not None:
            return kept
        with self._guard:
            if name in self._open:
                self._open.move_to_end(name)
                return self._open[name]
            about = self._folder.read_about(name) if name else None
            if about is None or about.schema != schema.digest():
                return None
            try:
                opened = Generation(name, self._folder.of(name))
            except ValueError:  # Removed at this moment.
                return None
            self._open[name] = opened
            while len(self._open) > _OPEN_MAX:
                self._open.popitem(last=False)
            return opened
