"""The points of a way, as the timeline shows them: what was done, what comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Point:
    """One point: done, where one stands now (`current`), still to come, or where it all ended (`ended`)."""

    title: str
    at: datetime | None = None
    text: str = ""
    done: bool = False
    current: bool = False
    ended: bool = False
