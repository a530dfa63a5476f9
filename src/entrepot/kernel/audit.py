"""The audit trail: who decided what, when, on which subject. Written with the decision, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

import orjson
from django.db.models import Q

from entrepot.kernel import sql
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


class Wanted(TypedDict, total=False):
    """Which lines of the trail: of one subject, actor or action, of some days. What is left out narrows nothing."""

    subject_kind: str | None
    subject_id: object
    actor: str | None
    action: str | None
    since: datetime | None
    until: datetime | None


def list_entries(*, limit: int = 100, offset: int = 0, **wanted: Unpack[Wanted]) -> list[Entry]:
    """Return the newest lines first."""
    where, values = _narrowed(wanted)
    rows = sql.fetch_all(
        f"SELECT actor, action, subject_kind, subject_id, details, recorded_at FROM kernel_auditentry {where}"
        " ORDER BY id DESC LIMIT %s OFFSET %s",
        [*values, limit, offset],
    )
    return [Entry(*(*row[:4], orjson.loads(row[4]), row[5])) for row in rows]


def count_entries(**wanted: Unpack[Wanted]) -> int:
    """Return how many lines `list_entries` has in all."""
    where, values = _narrowed(wanted)
    row = sql.fetch_one(f"SELECT count(*) FROM kernel_auditentry {where}", values)
    assert row is not None, "a count is always there"
    return int(row[0])


def list_actors(*, limit: int = 200) -> list[str]:
    """Return the operators (and the system) that the trail names, by name; sellers' people are too many for a list."""
    rows = AuditEntry.objects.filter(Q(actor__startswith="operator:") | Q(actor="system"))
    return list(rows.values_list("actor", flat=True).distinct().order_by("actor")[:limit])


def list_actions() -> list[str]:
    """Return the actions that the trail names, by name."""
    return list(AuditEntry.objects.values_list("action", flat=True).distinct().order_by("action"))


def _narrowed(wanted: Wanted) -> tuple[str, list[Any]]:
    """Return the WHERE clause of what is wanted, and its values."""
    subject_id = wanted.get("subject_id")
    conditions = {
        "subject_kind = %s": wanted.get("subject_kind"),
        "subject_id = %s": None if subject_id is None else str(subject_id),
        "actor = %s": wanted.get("actor"),
        "action = %s": wanted.get("action"),
        "recorded_at >= %s": wanted.get("since"),
        "recorded_at < %s": wanted.get("until"),
    }
    asked = {condition: value for condition, value in conditions.items() if value}
    return ("WHERE " + " AND ".join(asked) if asked else ""), list(asked.values())
