"""The audit trail: who decided what, when, on which subject. Written with the decision, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrepot.kernel.models import AuditEntry
from entrepot.kernel.transactions import step


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail; `actor` is `operator:<id>`, `seller:<id>/<user>` or `system`."""

    actor: str
    action: str
    subject_kind: str
    subject_id: str
    details: dict[str, Any]
    recorded_at: datetime


@step
def record(*, actor: str, action: str, subject_kind: str, subject_id: object, **details: Any) -> None:
    """Write one line with the decision that it tells of."""
    AuditEntry.objects.create(
        actor=actor, action=action, subject_kind=subject_kind, subject_id=str(subject_id), details=details
    )


def list_entries(*, subject_kind: str | None = None, subject_id: object = None, limit: int = 100) -> list[Entry]:
    """Return the newest lines first, of one subject or of all."""
    rows = AuditEntry.objects.order_by("-id")
    if subject_kind:
        rows = rows.filter(subject_kind=subject_kind)
    if subject_id is not None:
        rows = rows.filter(subject_id=str(subject_id))
    names = ("actor", "action", "subject_kind", "subject_id", "details", "recorded_at")
    return [Entry(**row) for row in rows.values(*names)[:limit]]
