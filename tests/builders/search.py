"""A search index that is up to date whenever it is asked, so that a test need not wait for a follower."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from entrepot.search import following
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.embedded.reader import Reader
from entrepot.search.following import Follower
from entrepot.search.index_port import Position
from entrepot.search.ports import get_engine
from tests.builders.facts import facts_of_this_transaction


class UpToDateEngine(EmbeddedEngine):
    """The engine that comes along; before it answers it follows the facts, those of the test's own transaction too."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, stamp=lambda: "test")
        self.path = path
        self.follows = True  # False: it knows what it is told, as between two looks of the worker.
        self._follower = Follower(self)
        self._guard = threading.RLock()
        own: Reader = self._reader
        self._reader = _FollowedReader(self, own)  # type: ignore[assignment]

    def stand_still(self) -> None:
        """Know all there is, and follow nothing more: a page then costs what it costs where the worker follows."""
        self.catch_up()
        self.follows = False

    def catch_up(self) -> None:
        """Follow every fact that there is."""
        with self._guard:
            if not self._folder.read_current():
                self.publish(Position(0, 0))
            if self.follows:
                with facts_of_this_transaction(), _uncounted():
                    while self._follower.follow() == 0.0:
                        pass


def build_index_anew() -> None:
    """Do what the worker does where the index was made by other rules than today's."""
    assert following.prepare(engine=get_engine(), tell=lambda progress: None, anew=True)


class _FollowedReader:
    """A reader that has the engine catch up before it opens the newest generation."""

    def __init__(self, engine: UpToDateEngine, reader: Reader) -> None:
        self._engine = engine
        self._reader = reader

    def get(self, snapshot: str = "") -> Any:
        if not snapshot:
            self._engine.catch_up()
        return self._reader.get(snapshot)


@contextmanager
def _uncounted() -> Iterator[None]:
    """Keep statements of the follower, which runs elsewhere in life, out of those that a test counts."""
    watched, connection.force_debug_cursor = connection.force_debug_cursor, False
    try:
        yield
    finally:
        connection.force_debug_cursor = watched
