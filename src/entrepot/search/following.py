"""
The follower: reads the fact log and keeps this node's index in line; builds it where there is none by today's rules.

It keeps its place in the index itself, not in the database: what is published and the place up to which it goes are one
thing, so a kill can neither lose a change nor tell one twice.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from entrepot.kernel import facts, sql
from entrepot.pricing import ranking
from entrepot.search import lanes, operations
from entrepot.search.index_port import Position, SearchEngine
from entrepot.search.ranking_ahead import RankingAhead

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 0.5  # Between looks at the fact log.
PUBLISH_SECONDS = 1.0  # Between generations: readers open each one.
IDLE_SECONDS = 5.0  # Until a process that does not write looks whether it may.
SWEEP_SECONDS = 86_400  # In this time every listing is read anew: rates move, rules begin and end, orders come.
_FACTS_MAX = 2_000
_UNTOLD_MAX = 5_000  # Facts that change nothing here: so many, and the place is written down all the same.
_SWEEP_BATCH = 200
# What is read anew without a fact may wait for the next change: readers begin afresh with every generation.
_SWEPT_SHOWN_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an index that is being built has come."""

    done: int
    total: int
    seconds: float


class Building:
    """An index that is being built beside the one in use, batch by batch."""

    def __init__(self, engine: SearchEngine) -> None:
        # Who asks while this one is being built is not served by it.
        self._wishes = [*_wishes().glob("*")]
        # Whatever changes while listings are read is told by a fact after this place.
        self.position = _end_of_facts()
        self.index = engine.start_anew()
        self.total = _count_listings()
        self.done = 0
        self.written = 0
        self._last = UUID(int=0)
        self._started = time.monotonic()

    def step(self) -> bool:
        """Write the next listings; return whether there were any."""
        rows = sql.fetch_all(_NEXT, [self._last, operations.BATCH])
        if not rows:
            return False
        listing_ids = [row[0] for row in rows]
        self.written += operations.write_listings(self.index, listing_ids)
        self.done += len(listing_ids)
        self._last = listing_ids[-1]
        return True

    def finish(self) -> Position:
        """Write what has changed meanwhile, and put the index in place of the one in use."""
        while batch := facts.read_after(xid=self.position.xid, fact_id=self.position.fact_id, limit=_FACTS_MAX):
            operations.write_listings(self.index, sorted(lanes.listings_of(batch)))
            self.position = Position(batch[-1].xid, batch[-1].id)
        self.index.publish(self.position)
        ranking.forget_whole()
        for wish in self._wishes:
            wish.unlink(missing_ok=True)
        return self.position

    @property
    def progress(self) -> Progress:
        return Progress(self.done, max(self.total, self.done), round(time.monotonic() - self._started, 1))


class Follower:
    """Follows for one engine."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._position: Position | None = None
        self._building: Building | None = None
        self._untold = 0
        self._swept = UUID(int=0)
        self._sweep_due = 0.0
        self._shown_at = float("-inf")
        self._unshown: list[UUID] = []
        self._ahead = RankingAhead(engine)

    def step(self) -> float:
        """
        Do what is next: follow the facts that wait, or write a batch of an index that is being built.

        :returns: for how many seconds there is nothing to do.
        """
        if not self._engine.claim():
            return IDLE_SECONDS
        if self._building is None:
            self._position = self._position or self._engine.get_position()
            if self._position is None or any(_wishes().glob("*")):
                self._building = Building(self._engine)
                log.info("the search index is built anew", listings=self._building.total)
        pause = self.follow()
        if self._building is not None:
            self._build(self._building)
            return 0.0
        return self._sweep() if pause == PAUSE_SECONDS else pause

    def rest(self, seconds: float, stop: Event) -> None:
        """Work out prices ahead for so long, half of the time: others want the processor too."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not stop.is_set():
            started = time.monotonic()
            is_busy = self._position is not None and self._building is None and self._ahead.step()
            stop.wait(min(left, time.monotonic() - started) if is_busy else left)

    def close(self) -> None:
        """Give back the right to write; what was not published is done again by who follows next."""
        if self._building is not None:
            self._building.index.release()
        self._building = self._position = None
        self._engine.release()

    def follow(self) -> float:
        """Follow the facts that wait; return for how many seconds to leave the next ones."""
        self._position = self._position or self._engine.get_position()
        if self._position is None:
            return PAUSE_SECONDS
        batch = facts.read_after(xid=self._position.xid, fact_id=self._position.fact_id, limit=_FACTS_MAX)
        if not batch:
            return PAUSE_SECONDS
        listing_ids = sorted(lanes.listings_of(batch))
        self._write(listing_ids)
        position = Position(batch[-1].xid, batch[-1].id)
        self._untold += len(batch)
        is_shown = bool(listing_ids) or self._untold >= _UNTOLD_MAX
        if is_shown:
            self._publish(position)
            self._untold = 0
        self._position = position
        if len(batch) == _FACTS_MAX:
            return 0.0
        return PUBLISH_SECONDS if is_shown else PAUSE_SECONDS

    def _build(self, building: Building) -> None:
        if building.step():
            self._tell(building.progress)
            return
        self._position = building.finish()
        self._building = None
        progress = building.progress
        _told().unlink(missing_ok=True)
        log.info("the search index is built", documents=building.written, seconds=progress.seconds)

    def _tell(self, progress: Progress) -> None:
        _told().parent.mkdir(parents=True, exist_ok=True)
        beside = _told().with_suffix(".new")
        beside.write_text(json.dumps(asdict(progress)))
        beside.replace(_told())

    def _sweep(self) -> float:
        """Read some listings anew now and then, so that every one has its turn within a day."""
        if time.monotonic() < self._sweep_due or self._position is None:
            return PAUSE_SECONDS
        is_first = self._sweep_due == 0.0
        self._sweep_due = time.monotonic() + SWEEP_SECONDS * _SWEEP_BATCH / max(_count_listings(), _SWEEP_BATCH)
        if is_first:
            return PAUSE_SECONDS
        rows = sql.fetch_all(_NEXT, [self._swept, _SWEEP_BATCH])
        self._swept = rows[-1][0] if len(rows) == _SWEEP_BATCH else UUID(int=0)
        self._write([row[0] for row in rows])
        if time.monotonic() - self._shown_at > _SWEPT_SHOWN_SECONDS:
            self._publish(self._position)
        return PUBLISH_SECONDS

    def _write(self, listing_ids: Sequence[UUID]) -> None:
        operations.write_listings(self._engine, listing_ids)
        self._unshown.extend(listing_ids)

    def _publish(self, position: Position) -> None:
        self._engine.publish(position)
        self._shown_at = time.monotonic()
        self._ahead.note(self._unshown)
        self._unshown.clear()


_NEXT = "SELECT id FROM catalog_listing WHERE id > %s ORDER BY id LIMIT %s"
_COUNT = "SELECT count(*) FROM catalog_listing"
_END = """
SELECT f.xid::text::bigint, f.id FROM kernel_fact f
WHERE f.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY f.xid DESC, f.id DESC LIMIT 1
"""


def _end_of_facts() -> Position:
    """Return the place of the last fact that a follower may read."""
    row = sql.fetch_one(_END)
    return Position(*row) if row else Position(0, 0)


def _count_listings() -> int:
    row = sql.fetch_one(_COUNT)
    assert row is not None
    return int(row[0])


def follow(stop: Event, *, engine: SearchEngine) -> None:
    """Keep this node's index in line until told to stop; where another process does, stand by to take its place."""
    follower = Follower(engine)
    while not stop.is_set():
        pause = 0.0
        try:
            follower.rest(follower.step(), stop)
        except (DatabaseError, InterfaceError) as trouble:
            log.warning("search cannot read facts", reason=str(trouble).strip())
            connection.close()
            pause = PUBLISH_SECONDS
        except Exception:
            log.exception("the search index could not be written; it is tried again")
            with contextlib.suppress(Exception):
                follower.close()
            pause = IDLE_SECONDS
        if pause:
            stop.wait(pause)
    follower.close()
    connection.close()


def prepare(*, engine: SearchEngine, tell: Callable[[Progress], None], anew: bool = False) -> bool:
    """
    Bring the index up to now: follow every fact that waits, or build it where there is none (`anew`: in any case).

    One by other rules that can still be asked is left to the worker, which builds the new one while this answers.

    :returns: false when another process has the right to write it.
    """
    if not engine.claim():
        return False
    try:
        position = engine.get_position()
        if anew or (position is None and not engine.count_documents()):
            building = Building(engine)
            while building.step():
                tell(building.progress)
            building.finish()
        elif position is not None:
            follower = Follower(engine)
            while follower.follow() == 0.0:
                pass
    finally:
        engine.release()
    return True


def read_progress() -> Progress | None:
    """Return how far the index that another process builds has come; None when none is being built."""
    try:
        return Progress(**json.loads(_told().read_bytes()))
    except FileNotFoundError:
        return None


def wish_rebuild() -> UUID:
    """Ask the process that writes the index to build it anew; return the wish's name."""
    wish = uuid4()
    _wishes().mkdir(parents=True, exist_ok=True)
    (_wishes() / wish.hex).touch()
    return wish


def is_rebuild_wished(wish: UUID) -> bool:
    """Say whether no index that was begun after this wish is finished yet."""
    return (_wishes() / wish.hex).exists()


def _wishes() -> Path:
    return Path(settings.SEARCH_DIR) / "rebuilds"


def _told() -> Path:
    return Path(settings.SEARCH_DIR) / "progress.json"
