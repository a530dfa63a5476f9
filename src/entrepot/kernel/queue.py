"""The queue of jobs as operators see it: what waits, runs, is tried again or has failed, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app

from entrepot.kernel import audit, facts, sql
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.transactions import transaction

STATES = ("failed", "retrying", "running", "waiting", "later")


class JobNotFailed(DomainError):
    """Only a job that has failed for good can be tried again by hand."""

    code = "job_not_failed"
    kind = "conflict"
    summary = "This job has not failed, or is tried again already."


@dataclass(frozen=True, slots=True)
class JobView:
    """
    One job of the queue. `state` is one of STATES; `arguments` are those that tell of nobody, `facts` how many facts
    it is about; the last failure's words stand in `error` and `trace`.
    """

    id: int
    name: str
    state: str
    attempts: int
    arguments: dict[str, Any]
    facts: int
    due_at: datetime | None
    begun_at: datetime | None
    error: str
    trace: str
    failed_at: datetime | None


_STATE = """
CASE WHEN j.status = 'failed' THEN 'failed'
     WHEN j.status = 'doing' THEN 'running'
     WHEN j.attempts > 0 THEN 'retrying'
     WHEN j.scheduled_at > %(now)s THEN 'later'
     ELSE 'waiting' END
"""
_LIST = f"""
WITH job AS (
  SELECT j.id, j.task_name, {_STATE} AS state, j.attempts, j.args, j.scheduled_at
  FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing', 'failed')
)
SELECT job.id, job.task_name, job.state, job.attempts, job.args::text, job.scheduled_at,
       (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = job.id AND e.type = 'started'),
       coalesce(f.error, ''), coalesce(f.trace, ''), f.failed_at
FROM job
LEFT JOIN LATERAL (
  SELECT error, trace, failed_at FROM kernel_jobfailure WHERE job_id = job.id ORDER BY id DESC LIMIT 1
) f ON true
WHERE (%(state)s::text IS NULL OR job.state = %(state)s) AND (%(id)s::bigint IS NULL OR job.id = %(id)s)
ORDER BY array_position(ARRAY['failed', 'retrying', 'running', 'waiting', 'later'], job.state), job.id
LIMIT %(limit)s OFFSET %(offset)s
"""
_COUNT = f"""
SELECT {_STATE} AS state, count(*) FROM procrastinate_jobs j
WHERE j.status IN ('todo', 'doing', 'failed') GROUP BY 1
"""


def list_jobs(*, state: str | None = None, now: datetime, limit: int = 50, offset: int = 0) -> tuple[JobView, ...]:
    """Return the jobs of the queue, the failed first, of one state or of all."""
    return _jobs(state=state, job_id=None, now=now, limit=limit, offset=offset)


def get_job(job_id: int, *, now: datetime) -> JobView:
    """
    Return one job.

    :raises NotFound: it is not in the queue (any more: what succeeds leaves it).
    """
    found = _jobs(state=None, job_id=job_id, now=now, limit=1, offset=0)
    if not found:
        raise NotFound(job=job_id)
    return found[0]


def count_jobs(*, now: datetime) -> dict[str, int]:
    """Return how many jobs are in each state."""
    counts = dict(sql.fetch_all(_COUNT, {"now": now}))
    return {state: counts.get(state, 0) for state in STATES}


def _jobs(*, state: str | None, job_id: int | None, now: datetime, limit: int, offset: int) -> tuple[JobView, ...]:
    wanted = {"state": state, "id": job_id, "now": now, "limit": limit, "offset": offset}
    views = []
    for row in sql.fetch_all(_LIST, wanted):
        arguments: dict[str, Any] = json.loads(row[4])
        about = arguments.pop("facts", [])
        views.append(
            JobView(
                id=row[0],
                name=row[1],
                state=row[2],
                attempts=row[3],
                arguments=facts.split_payload(arguments)[0],
                facts=len(about),
                due_at=row[5],
                begun_at=row[6],
                error=row[7],
                trace=row[8],
                failed_at=row[9],
            )
        )
    return tuple(views)


_LOCK = "SELECT status::text, queueing_lock FROM procrastinate_jobs WHERE id = %s FOR NO KEY UPDATE"
_IS_WAITING = "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo')"


@transaction
def retry_job(*, job_id: int, actor: str, now: datetime) -> None:
    """
    Put a job that has failed for good back into the queue, due at once.

    :raises NotFound: there is no such job.
    :raises JobNotFailed: it has not failed, or its next run by the clock waits already; nothing is changed.
    """
    row = sql.fetch_one(_LOCK, [job_id])
    if row is None:
        raise NotFound(job=job_id)
    status, lock = row
    if status != "failed" or (lock and sql.fetch_one(_IS_WAITING, [lock]) == (True,)):
        raise JobNotFailed(job=job_id, state=status)
    name = get_job(job_id, now=now).name
    app.job_manager.retry_job_by_id(job_id, retry_at=now)
    audit.record(actor=actor, action="retry_job", subject_kind="job", subject_id=job_id, job=name)
