"""The links at the side of a desk: the seller's and the operator's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RailLink:
    """One place of a desk; `count` says how much waits there, `is_daily` puts it into the bar of a phone."""

    name: str
    icon: str
    label: str
    link: str
    count: int = 0
    is_daily: bool = False
