"""What `entrepot verify` collects: each room proves its own invariants and names what breaks them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken invariant: the check's name, the offending row, and what is wrong with it."""

    check: str
    subject: str
    detail: str
