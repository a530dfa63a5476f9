"""What rooms above tell accounts about a person: the port of export and erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class PersonalData(Protocol):
    """One room's share of a person's data. `config/wiring.py` binds one holder per room that keeps any."""

    name: str

    def export(self, *, person_id: UUID) -> dict[str, Any]:
        """Return everything kept about the person, as JSON values."""

    def objections(self, *, person_id: UUID) -> list[str]:
        """Return reason codes that stand against erasing now (an open order, a store without another owner)."""

    def erase(self, *, person_id: UUID, now: datetime) -> None:
        """Erase or blank what the law lets go, inside the caller's transaction. Calling it twice changes nothing."""


_holders: dict[str, PersonalData] = {}


def bind(holder: PersonalData) -> None:
    """Take a room's holder into export and erasure; binding the name again replaces it."""
    _holders[holder.name] = holder


def holders() -> tuple[PersonalData, ...]:
    """Return every holder bound, by name."""
    return tuple(_holders[name] for name in sorted(_holders))
