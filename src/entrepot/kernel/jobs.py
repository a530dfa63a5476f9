"""
Jobs: work after the answer. A job takes ids, may run twice, and is enqueued in the transaction that makes it due.

Procrastinate keeps the queue in PostgreSQL. Rooms declare jobs with `@job` in their `jobs.py`, put them in the queue
with `defer`, and repeat them by the clock with `@periodic`. `config/subscriptions.py` says which job each fact starts.

What went wrong in an attempt is kept (`failures.py`), so that an operator can read it beside the job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from entrepot.kernel import clock, facts, failures, sql

Job = Callable[..., None]

FOLLOWER = "jobs"  # The follower that turns facts into jobs.
_NAMES: dict[Job, str] = {}
_NEEDED: dict[Job, Callable[[], bool]] = {}


def job(
    function: Job | None = None,
    *,
    queue: str = "default",
    attempts: int = 8,
    needed: Callable[[], bool] | None = None,
) -> Any:
    """
    Declare a function of keyword arguments (JSON values) as a job, tried up to `attempts` times.

    `needed` is asked once per batch of facts that would start it; where it says no, there is no job.
    """

    def declare(target: Job) -> Job:
        if needed is not None:
            _NEEDED[target] = needed
        # Procrastinate counts the repetitions, and takes none of them for as many as it likes.
        retry = RetryStrategy(max_attempts=attempts - 1, exponential_wait=3) if attempts > 1 else False
        app.task(name=_register(target), queue=queue, retry=retry, pass_context=True)(_watched(target))
        return target

    return declare(function) if function is not None else declare


def periodic(*, cron: str, queue: str = "default") -> Callable[[Job], Job]:
    """
    Declare a function without arguments to run by the clock (cron, UTC).

    A run that is due while an earlier one still waits in the queue is left out.
    """

    def declare(target: Job) -> Job:
        name = _register(target)

        def run(timestamp: int = 0) -> None:
            target()

        task = app.task(name=name, queue=queue, queueing_lock=name, pass_context=True)
        app.periodic(cron=cron)(task(_watched(run)))
        return target

    return declare


def _watched(target: Job) -> Callable[..., None]:
    """Return the function as the worker calls it: what an attempt fails of is noted beside the job."""

    @wraps(target)
    def run(context: JobContext | None = None, /, **arguments: Any) -> None:
        try:
            target(**arguments)
        except Exception as fault:
            if context is not None and context.job.id is not None:
                failures.note(
                    job_id=context.job.id,
                    name=context.job.task_name,
                    attempt=context.job.attempts + 1,
                    fault=fault,
                    now=clock.now(),
                )
            raise

    return run


def _register(target: Job) -> str:
    name = f"{target.__module__}.{target.__name__}"
    _NAMES[target] = name
    return name


def name_of(target: Job) -> str:
    """Return the name under which a job waits in the queue."""
    return _NAMES[target]


def defer(target: Job | str, *, run_at: datetime | None = None, **arguments: Any) -> None:
    """
    Put one job into the queue; inside a transaction it becomes due when that commits.

    An operation, which stands below its room's `jobs.py`, names the job: "entrepot.payments.jobs.send_refund".
    """
    defer_many(target, [arguments], run_at=run_at)


def defer_many(target: Job | str, arguments: Iterable[Mapping[str, Any]], *, run_at: datetime | None = None) -> None:
    """Put one job per set of arguments into the queue, in one statement."""
    rows = [dict(row) for row in arguments]
    if rows:
        name = target if isinstance(target, str) else _NAMES[target]
        app.configure_task(name, schedule_at=run_at).batch_defer(*rows)


Subscriptions = Mapping[str, Sequence[Job]]


def dispatch(subscriptions: Subscriptions, *, limit: int = 500) -> int:
    """
    Turn the next facts into jobs: one job per subscriber and batch, called with `facts`, a list of
    {"fact_id", "kind", ...payload} in order. (A job per fact would cost more than most reactions do.)

    :returns: the number of facts read; 0 when there is nothing new.
    """

    def react(batch: Sequence[facts.StoredFact]) -> None:
        due: dict[Job, list[dict[str, Any]]] = {}
        for fact in batch:
            for target in subscriptions.get(fact.kind, ()):
                due.setdefault(target, []).append({"fact_id": fact.id, "kind": fact.kind, **fact.payload})
        for target, rows in due.items():
            if target not in _NEEDED or _NEEDED[target]():
                defer(target, facts=rows)

    return facts.follow(name=FOLLOWER, react=react, limit=limit)


_COUNT_UNFINISHED = """
SELECT count(*) FROM procrastinate_jobs
WHERE status = 'doing' OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s))
"""


def count_unfinished(*, at: datetime) -> int:
    """Return the number of jobs that run or are due."""
    row = sql.fetch_one(_COUNT_UNFINISHED, [at])
    assert row is not None
    return int(row[0])


@periodic(cron="40 2 * * *")
def forget_failures() -> None:
    """Forget what went wrong in jobs that are gone for a month."""
    failures.forget(before=clock.now() - timedelta(days=30))
