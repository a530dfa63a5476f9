from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel.facts import Event


@dataclass(frozen=True)
class PersonErased(Event):
    """A person's data was erased; the id stays on what the law keeps."""

    person_id: UUID
