"""What bulk operations answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejected:
    """One SKU that a bulk change left as it was, by the seller's name, and why."""

    sku: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetResult:
    """What a bulk change did."""

    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]
