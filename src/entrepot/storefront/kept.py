"""
What pages keep for some seconds in this process's memory: answers that many readers share and that may be a little old.

Never a cart, a total or anything of one person: those are asked each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
_all: list[Kept[Any, Any]] = []


class Kept(Generic[Key, Value]):
    """Values by key, each for so many seconds; when they are too many, all go at once."""

    def __init__(self, *, seconds: float, most: int = 1000) -> None:
        self._seconds = seconds
        self._most = most
        self._values: dict[Key, tuple[float, Value]] = {}
        _all.append(self)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return what is kept under a key, made anew when it is too old."""
        return self.get_many([key], lambda _missing: {key: make()})[key]

    def get_many(self, keys: Iterable[Key], make: Callable[[list[Key]], dict[Key, Value]]) -> dict[Key, Value]:
        """Return what is kept under some keys; what is missing is made together, and left out where nothing is made."""
        now, found, missing = time.monotonic(), {}, []
        for key in keys:
            kept = self._values.get(key)
            if kept is not None and now - kept[0] < self._seconds:
                found[key] = kept[1]
            else:
                missing.append(key)
        if missing:
            made = make(missing)
            if len(self._values) + len(made) > self._most:
                self._values = {}
            self._values |= {key: (now, value) for key, value in made.items()}
            found |= made
        return found

    def forget(self) -> None:
        self._values = {}


def forget_all() -> None:
    """Ask again at the next page."""
    for kept in _all:
        kept.forget()
