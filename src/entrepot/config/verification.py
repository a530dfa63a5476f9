"""Run every room's checks over one state of the database. A room's checks are the `CHECKS` of its module `checks`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from entrepot.kernel import clock
from entrepot.kernel.verification import Check, Fault


@dataclass(frozen=True, slots=True)
class Finding:
    """One check as it came out: what it proves, how many rows it looked at, what breaks it."""

    check: str
    proves: str
    rows: int
    seconds: float
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All checks over one state of the database."""

    at: datetime
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(fault for finding in self.findings for fault in finding.faults)


def list_rooms_with_checks() -> tuple[str, ...]:
    """Return the rooms that prove something of themselves, lowest floor first."""
    return tuple(room for room in settings.ROOMS if find_spec(f"entrepot.{room}.checks"))


def verify(rooms: Iterable[str] | None = None) -> Report:
    """Run the checks of some rooms, or of all, on one read-only snapshot: sales meanwhile disturb nothing."""
    at, begun = clock.now(), time.perf_counter()
    outermost = not connection.in_atomic_block
    findings: list[Finding] = []
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        for room in rooms or list_rooms_with_checks():
            findings += _run(import_module(f"entrepot.{room}.checks").CHECKS)
    return Report(at=at, seconds=time.perf_counter() - begun, findings=tuple(findings))


def _run(checks: tuple[Check, ...]) -> Iterator[Finding]:
    for check in checks:
        begun = time.perf_counter()
        faults = tuple(check.find_faults())
        yield Finding(check.name, check.sentence, check.count_rows(), time.perf_counter() - begun, faults)


def as_findings(report: Report) -> list[dict[str, Any]]:
    """Return a report as `kernel.verification_runs` keeps it."""
    return [
        {
            "check": finding.check,
            "proves": finding.proves,
            "rows": finding.rows,
            "seconds": round(finding.seconds, 3),
            "faults": [(fault.subject, fault.detail) for fault in finding.faults],
        }
        for finding in report.findings
    ]
