"""The record of proofs: who asked for one, how it ended, check by check. The proof itself is run by a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from entrepot.kernel import audit, jobs, sql
from entrepot.kernel.models import VerificationRun
from entrepot.kernel.transactions import transaction

JOB = "entrepot.config.jobs.verify_books"
FAULTS_KEPT = 50


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check as it came out; `faults` are the first rows that break it, `fault_count` how many do."""

    check: str
    proves: str
    rows: int
    seconds: float
    fault_count: int
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """One proof of books and stock; without `finished_at` it waits or runs."""

    id: int
    actor: str
    asked_at: datetime
    finished_at: datetime | None
    seconds: float
    rows_read: int
    faults: int
    checks: tuple[CheckView, ...]


@transaction
def request_run(*, actor: str, now: datetime) -> int:
    """Ask for a proof; a job runs it after the commit. Return its id."""
    run = VerificationRun.objects.create(actor=actor, asked_at=now)
    audit.record(actor=actor, action="verify_books", subject_kind="verification", subject_id=run.id)
    jobs.defer(JOB, run_id=run.id)
    return run.id


@transaction
def open_run(*, actor: str, now: datetime) -> int:
    """Note that a proof begins that nobody asked for in the console (the clock, the command line). Return its id."""
    return VerificationRun.objects.create(actor=actor, asked_at=now).id


@transaction
def finish_run(*, run_id: int, findings: Sequence[Mapping[str, Any]], seconds: float, now: datetime) -> None:
    """
    Keep how a proof ended; a run that has ended keeps its first answer.

    :param findings: {check, proves, rows, seconds, faults: [(subject, detail), …]} of each check.
    """
    kept = [{**row, "faults": list(row["faults"])[:FAULTS_KEPT], "fault_count": len(row["faults"])} for row in findings]
    VerificationRun.objects.filter(pk=run_id, finished_at=None).update(
        finished_at=now,
        seconds=seconds,
        rows_read=sum(row["rows"] for row in kept),
        faults=sum(row["fault_count"] for row in kept),
        findings=kept,
    )


_RUNS = "SELECT id, actor, asked_at, finished_at, seconds, rows_read, faults, findings FROM kernel_verificationrun"
_NEWEST = "ORDER BY asked_at DESC, id DESC LIMIT %s"


def list_runs(*, limit: int = 10) -> tuple[RunView, ...]:
    """Return the newest proofs first."""
    return tuple(_view(row) for row in sql.fetch_all(f"{_RUNS} {_NEWEST}", [limit]))


def find_last_run() -> RunView | None:
    """Return the newest proof that has ended, or None."""
    row = sql.fetch_one(f"{_RUNS} WHERE finished_at IS NOT NULL {_NEWEST}", [1])
    return None if row is None else _view(row)


def find_pending_run(*, since: datetime) -> RunView | None:
    """Return the proof asked for since a moment that has not ended yet, or None; an older one has died."""
    row = sql.fetch_one(f"{_RUNS} WHERE asked_at >= %s {_NEWEST}", [since, 1])
    found = None if row is None else _view(row)
    return None if found is None or found.finished_at is not None else found


def _view(row: Sequence[Any]) -> RunView:
    checks = tuple(
        CheckView(
            check=found["check"],
            proves=found["proves"],
            rows=found["rows"],
            seconds=found["seconds"],
            fault_count=found["fault_count"],
            faults=tuple((subject, detail) for subject, detail in found["faults"]),
        )
        for found in orjson.loads(row[-1])
    )
    return RunView(*(*row[:-1], checks))
