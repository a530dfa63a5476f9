"""The audit trail: who decided what, when, on which subject. Written with the decision, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

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


def list_entries(
    *,
    subject_kind: str | None = None,
    subject_id: object = None,
    actor: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Entry]:
    """Return the newest lines first, of one subject, one actor, one action or all."""
    rows = _narrow(subject_kind, subject_id, actor, action, since, until)
    names = ("actor", "action", "subject_kind", "subject_id", "details", "recorded_at")
    return [Entry(**row) for row in rows.order_by("-id").values(*names)[offset : offset + limit]]


def count_entries(
    *,
    subject_kind: str | None = None,
    subject_id: object = None,
    actor: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Return how many lines `list_entries` has in all."""
    return _narrow(subject_kind, subject_id, actor, action, since, until).count()


def list_actors(*, limit: int = 200) -> list[str]:
    """Return the operators (and the system) that the trail names, by name; sellers' people are too many for a list."""
    rows = AuditEntry.objects.filter(Q(actor__startswith="operator:") | Q(actor="system"))
    return list(rows.values_list("actor", flat=True).distinct().order_by("actor")[:limit])


def list_actions() -> list[str]:
    """Return the actions that the trail names, by name."""
    return list(AuditEntry.objects.values_list("action", flat=True).distinct().order_by("action"))


def _narrow(
    subject_kind: str | None,
    subject_id: object,
    actor: str | None,
    action: str | None,
    since: datetime | None,
    until: datetime | None,
) -> QuerySet[AuditEntry]:
    wanted = {
        "subject_kind": subject_kind,
        "subject_id": None if subject_id is None else str(subject_id),
        "actor": actor,
        "action": action,
        "recorded_at__gte": since,
        "recorded_at__lt": until,
    }
    return AuditEntry.objects.filter(**{name: value for name, value in wanted.items() if value})
