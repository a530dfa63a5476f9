"""The engine: a writer and readers of one cluster, and the way from a question to its answer."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn
from uuid import UUID, uuid4

from entrepot.integrations.opensearch import keeping, writing
from entrepot.integrations.opensearch.cluster import Cluster, Place
from entrepot.integrations.opensearch.reading import Gone, Reading, open_point
from entrepot.integrations.opensearch.state import Generation, Seen, State, States
from entrepot.integrations.opensearch.writing import Writing
from entrepot.search.index_port import (
    Document,
    EngineAnswer,
    EngineQuery,
    IndexIsWritten,
    Position,
    SearchEngine,
    SearchNotReady,
)

# Each published generation holds a point in time open; a cluster allows some hundred.
_GENERATIONS_MAX = 60
_KEPT_AFTER_REPLACED_SECONDS = 600.0
_OPEN_MAX = 6


class OpenSearchEngine:
    """An index on a cluster, for any number of nodes; `stamp` tells by which rules documents are written today."""

    def __init__(self, place: Place, *, stamp: Callable[[], str], clock: Callable[[], float] = time.time) -> None:
        self._place = place
        self._stamp = stamp
        self._clock = clock
        self._cluster = Cluster(place)
        self._states = States(self._cluster, f"{place.prefix}-search-state", place.replicas)
        self._is_ours = re.compile(rf"{place.prefix}-listings-[0-9a-f]{{12}}").fullmatch
        self._open: OrderedDict[str, Reading] = OrderedDict()
        self._writing: Writing | None = None

    # --- writing ---------------------------------------------------------------------------------------------------

    def claim(self) -> bool:
        return self._states.claim()

    def release(self) -> None:
        self._writing = None
        self._states.release()

    def write(self, documents: Sequence[Document]) -> None:
        self._opened().write(documents)

    def remove(self, listing_ids: Sequence[UUID]) -> None:
        self._opened().remove(listing_ids)

    def publish(self, position: Position | None = None) -> None:
        written = self._opened()
        written.flush()
        seen = self._states.read_to_write()
        state = seen.state or self._begin(written.index)
        if state.index != written.index:
            self._lose()
        if position is not None:
            state = replace(state, xid=position.xid, fact_id=position.fact_id)
        self._write_state(self._drop_replaced(self._add_generation(state)), seen)
        if seen.state is None:
            self._point_alias(written.index)

    def start_anew(self) -> SearchEngine:
        self._demand_claim()
        self._drop_strays()
        return _NewIndex(self, self._make_index())

    def take_over(self, built: Writing, position: Position | None) -> None:
        """Publish an index that was built beside the one in use, which is kept for a while for who still reads it."""
        self._demand_claim()
        built.flush()
        seen = self._states.read_to_write()
        state, former = self._begin(built.index), seen.state
        place = position or (former.position if former else state.position)
        state = replace(state, xid=place.xid, fact_id=place.fact_id)
        if former is not None:
            state = replace(state, replaced=former.index, replaced_at=self._clock())
        self._write_state(self._add_generation(state), seen)
        self._point_alias(built.index)
        self._writing = None

    def _begin(self, index: str) -> State:
        return State(index, keeping.digest(), self._stamp(), 0, 0)

    def _write_state(self, state: State, seen: Seen) -> None:
        if not self._states.write(state, seen=seen):
            self._lose()

    def _lose(self) -> NoReturn:
        """Give up what was to be written: another process published meanwhile, so it has the right to write."""
        self._writing = None
        raise IndexIsWritten

    def _point_alias(self, index: str) -> None:
        """Have the alias name the index in use: for whoever looks into the cluster; the engine itself names indices."""
        alias = self._place.prefix
        named = self._cluster.ask("GET", f"/_alias/{alias}", allowed=(404,))
        actions = [{"remove": {"index": former, "alias": alias}} for former in named if self._is_ours(former)]
        self._cluster.ask("POST", "/_aliases", {"actions": [*actions, {"add": {"index": index, "alias": alias}}]})

    def drop(self, index: str) -> None:
        """Take an index away."""
        self._cluster.ask("DELETE", f"/{index}", allowed=(404,))

    def _opened(self) -> Writing:
        self._demand_claim()
        if self._writing is None:
            state = self._states.read_to_write().state
            self._writing = Writing(self._cluster, state.index) if state is not None else self._make_index()
        return self._writing

    def _demand_claim(self) -> None:
        if not self.claim():
            self._lose()

    def _make_index(self) -> Writing:
        index = f"{self._place.prefix}-listings-{uuid4().hex[:12]}"
        body = keeping.definition(shards=self._place.shards, replicas=self._place.replicas)
        self._cluster.ask("PUT", f"/{index}", body, timeout_seconds=writing.SECONDS)
        return Writing(self._cluster, index)

    def _add_generation(self, state: State) -> State:
        self._cluster.ask("POST", f"/{state.index}/_refresh", timeout_seconds=writing.SECONDS)
        point = open_point(self._cluster, state.index)
        generations = (*state.generations, Generation(uuid4().hex[:12], point))
        old, kept = generations[:-_GENERATIONS_MAX], generations[-_GENERATIONS_MAX:]
        if old:
            points = [generation.point for generation in old]
            self._cluster.ask("DELETE", "/_search/point_in_time", {"pit_id": points}, allowed=(404,))
        return replace(state, generations=kept)

    def _drop_replaced(self, state: State) -> State:
        if not state.replaced or self._clock() - state.replaced_at < _KEPT_AFTER_REPLACED_SECONDS:
            return state
        self.drop(state.replaced)
        return replace(state, replaced="", replaced_at=0.0)

    def _drop_strays(self) -> None:
        """Take away what a builder left that was stopped."""
        state = self._states.read_to_write().state
        known = {state.index, state.replaced} if state is not None else set()
        for index in self._cluster.ask("GET", f"/{self._place.prefix}-listings-*/_alias", allowed=(404,)):
            if self._is_ours(index) and index not in known:
                self.drop(index)

    # --- reading ---------------------------------------------------------------------------------------------------

    def get_position(self) -> Position | None:
        state = self._states.read_to_write().state
        if state is None or state.schema != keeping.digest() or state.stamp != self._stamp():
            return None
        return state.position

    def count_documents(self) -> int:
        state = self._states.read()
        return int(self._cluster.ask("GET", f"/{state.index}/_count")["count"]) if state is not None else 0

    def find(self, query: EngineQuery) -> EngineAnswer:
        try:
            return self._read(query.snapshot).find(query)
        except Gone:
            return self._read().find(query)

    def list_lanes(self, snapshot: str = "") -> frozenset[str]:
        try:
            return self._read(snapshot).lane_names
        except Gone:
            return self._read().lane_names

    def list_words(self, prefix: str, *, limit: int, language: str = "") -> list[tuple[str, int]]:
        return self._read().list_beginning(f"spoken.words_{language}" if language else "spoken.words", prefix, limit)

    def list_brands(self, prefix: str, *, limit: int) -> list[tuple[str, int]]:
        found = self._read().list_beginning("brand_key", prefix.casefold(), limit)
        return [(key.partition(keeping.BETWEEN)[2], count) for key, count in found]

    def list_similar(self, listing_id: UUID, *, language: str, lanes: frozenset[str] | None, limit: int) -> list[UUID]:
        return self._read().list_similar(listing_id, lanes, limit)

    def _read(self, snapshot: str = "") -> Reading:
        state = self._states.read()
        if state is None or state.schema != keeping.digest() or not state.generations:
            raise SearchNotReady
        published = {generation.name: generation for generation in state.generations}
        wanted = published.get(snapshot, state.generations[-1])
        reading = self._open.get(wanted.name)
        if reading is None:
            reading = Reading(self._cluster, state.index, wanted, shards=self._place.shards)
            self._open[wanted.name] = reading
            while len(self._open) > _OPEN_MAX:
                self._open.popitem(last=False)
        reading.is_newest = wanted is state.generations[-1]
        return reading


class _NewIndex(OpenSearchEngine):
    """An index that is built beside the one in use."""

    def __init__(self, replaced: OpenSearchEngine, built: Writing) -> None:
        self._replaced = replaced
        self._built: Writing | None = built

    def claim(self) -> bool:
        return self._replaced.claim()

    def release(self) -> None:
        if self._built is not None:
            self._replaced.drop(self._built.index)
            self._built = None

    def publish(self, position: Position | None = None) -> None:
        self._replaced.take_over(self._opened(), position)
        self._built = None

    def _opened(self) -> Writing:
        assert self._built is not None, "it was published already"
        if not self.claim():
            raise IndexIsWritten
        return self._built
