"""
What the cluster remembers between processes: who writes, which index is in use, and its published generations.

Two documents of a small index. Both are written only in place of what was read (OpenSearch's sequence numbers), so that
no node undoes another's word.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import uuid4

from entrepot.integrations.opensearch.cluster import Cluster
from entrepot.search.index_port import Position

# A writer says so often that it lives; who has not for so long is taken for dead.
_RENEWED_SECONDS = 10.0
_DEAD_SECONDS = 30.0
_NOTICED_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Generation:
    """A state of an index that was published: its name, and the point in time under which the cluster keeps it."""

    name: str
    point: str


@dataclass(frozen=True, slots=True)
class State:
    """Which index is in use, by which rules it was written, how far it goes, its last generations (newest last)."""

    index: str
    schema: str
    stamp: str
    xid: int
    fact_id: int
    generations: tuple[Generation, ...] = ()
    replaced: str = ""
    replaced_at: float = 0.0

    @property
    def position(self) -> Position:
        return Position(self.xid, self.fact_id)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was published when it was read, and the document as it stood."""

    state: State | None
    document: dict[str, Any] | None


@dataclass(slots=True)
class _Sight:
    """What was last seen of another writer, and since when by our own clock: clocks of nodes are not compared."""

    sequence: int = -1
    since: float = 0.0


@dataclass(slots=True)
class States:
    """Reads and writes the two documents for one process."""

    cluster: Cluster
    index: str
    replicas: int
    clock: Callable[[], float] = time.monotonic
    _me: str = field(default_factory=lambda: uuid4().hex)
    _renewed_at: float | None = None
    _sight: _Sight = field(default_factory=_Sight)
    _read: State | None = None
    _read_at: float | None = None

    # --- who writes --------------------------------------------------------------------------------------------------

    def claim(self) -> bool:
        """Take the right to write, keep it, or say that another process has it."""
        now = self.clock()
        if self._renewed_at is not None and now - self._renewed_at < _RENEWED_SECONDS:
            return True
        found = self._get("writer")
        if found is None:
            self._make()
            taken = self._put("writer", {"holder": self._me, "beat": 0})
        else:
            holder = found["_source"]["holder"]
            if holder not in ("", self._me) and not self._is_dead(found["_seq_no"], now):
                self._renewed_at = None
                return False
            body = {"holder": self._me, "beat": found["_source"]["beat"] + 1}
            taken = self._put("writer", body, seen=found)
        self._renewed_at = now if taken else None
        return taken

    def release(self) -> None:
        """Give the right to write back."""
        if self._renewed_at is None:
            return
        self._renewed_at = None
        found = self._get("writer")
        if found is not None and found["_source"]["holder"] == self._me:
            self._put("writer", {"holder": "", "beat": found["_source"]["beat"] + 1}, seen=found)

    def _is_dead(self, sequence: int, now: float) -> bool:
        if sequence != self._sight.sequence:
            self._sight = _Sight(sequence, now)
        return now - self._sight.since >= _DEAD_SECONDS

    # --- what is published -------------------------------------------------------------------------------------------

    def read(self) -> State | None:
        """Return what is published; None: nothing yet. It is looked up again after half a second."""
        now = self.clock()
        if self._read_at is None or now - self._read_at >= _NOTICED_SECONDS:
            found = self._get("published")
            self._read = _to_state(found["_source"]) if found is not None else None
            self._read_at = now
        return self._read

    def read_to_write(self) -> Seen:
        """Return what is published, and the document that says so, to write in its place."""
        found = self._get("published")
        return Seen(_to_state(found["_source"]) if found is not None else None, found)

    def write(self, state: State, *, seen: Seen) -> bool:
        """Publish: from now on this is what readers see. Return False where another process was quicker."""
        if not self._put("published", json.loads(json.dumps(asdict(state))), seen=seen.document):
            return False
        self._read, self._read_at = state, self.clock()
        return True

    # --- the documents -----------------------------------------------------------------------------------------------

    def _get(self, name: str) -> dict[str, Any] | None:
        answer = self.cluster.ask("GET", f"/{self.index}/_doc/{name}", allowed=(404,))
        return answer if answer.get("found") else None

    def _put(self, name: str, body: dict[str, Any], *, seen: dict[str, Any] | None = None) -> bool:
        """Write a document as new, or in place of what was seen; return whether nobody was quicker."""
        if seen is None:
            answer = self.cluster.ask("PUT", f"/{self.index}/_create/{name}", body, allowed=(409,))
        else:
            versions = {"if_seq_no": seen["_seq_no"], "if_primary_term": seen["_primary_term"]}
            answer = self.cluster.ask("PUT", f"/{self.index}/_doc/{name}", body, allowed=(409,), parameters=versions)
        if answer.get("status") != 409:
            return True
        # A request that was sent twice finds its own first writing.
        found = self._get(name)
        return found is not None and found["_source"] == body

    def _make(self) -> None:
        settings = {"index": {"number_of_shards": 1, "number_of_replicas": self.replicas}}
        body = {"settings": settings, "mappings": {"dynamic": False}}
        self.cluster.ask("PUT", f"/{self.index}", body, allowed=(400,))  # 400: another process made it.


def _to_state(source: dict[str, Any]) -> State:
    generations = tuple(Generation(**generation) for generation in source["generations"])
    return replace(State(**{**source, "generations": ()}), generations=generations)
