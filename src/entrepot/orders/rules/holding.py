"""Why a paid order's money is still held, and until when at the latest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Why = Literal["not_sent", "on_the_way", "inspection", "releasing"]


@dataclass(frozen=True, slots=True)
class Hold:
    """
    `not_sent`: pieces wait for dispatch, `until` is the day by which they must leave; `on_the_way` and `inspection`:
    the buyer may confirm at any moment, `until` is when the protection ends without a word; `releasing`: in minutes.
    """

    why: Why
    until: datetime | None


def find_hold(state: str, *, dispatch_due_at: datetime | None, protection_ends_at: datetime | None) -> Hold | None:
    """Return why an order's money is held, None where none of it is (unpaid, released or cancelled)."""
    if state in ("to_ship", "part_shipped"):
        return Hold("not_sent", dispatch_due_at)
    if state == "shipped":
        return Hold("on_the_way", protection_ends_at)
    if state == "delivered":
        return Hold("inspection", protection_ends_at)
    return Hold("releasing", None) if state == "completed" else None
