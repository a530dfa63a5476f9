"""What the page frame asks of the rooms that it stands below: where we deliver, in which currencies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """Countries that the shop delivers to and currencies that it can price in, as codes."""

    destinations: tuple[str, ...]
    currencies: frozenset[str]


_reach: Callable[[], Reach] | None = None


def bind_reach(source: Callable[[], Reach]) -> None:
    """Name who knows the shop's reach; `config/wiring.py` calls it once."""
    global _reach
    _reach = source


def get_reach() -> Reach:
    """Return the shop's reach at this moment."""
    assert _reach is not None, "config/wiring.py binds the reach at the start"
    return _reach()
