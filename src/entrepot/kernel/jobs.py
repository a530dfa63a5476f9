"""
Jobs: work after the answer. A job takes ids, may run twice, and is enqueued in the transaction that makes it due.

Procrastinate keeps the queue in PostgreSQL. Rooms declare jobs with `@job` in their `jobs.py`, put them in the queue
with `defer`, and repeat them by the clock with `@periodic`. `config/subscriptions.py` says which job each fact starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from procrastinate import Blueprint, RetryStrategy

from entrepot.kernel import facts

log = structlog.get_logger(__name__)

blueprint = Blueprint()
_tasks: dict[str, Any] = {}

Job = Callable[..., None]


def job(function: Job | None = None, *, queue: str = "default", attempts: int = 8) -> Any:
    """Declare a function of keyword arguments (JSON values) as a job, retried with growing pauses."""

    def declare(target: Job) -> Job:
        name = f"{target.__module__}.{target.__name__}"
        retry = RetryStrategy(max_attempts=attempts, exponential_wait=3)
        _tasks[name] = blueprint.task(name=name, queue=queue, retry=retry)(target)
        target.job_name = name  # type: ignore[attr-defined]
        return target

    return declare(function) if function is not None else declare


def periodic(*, cron: str, queue: str = "default") -> Callable[[Job], Job]:
    """Declare a function without arguments to run by the clock (cron, UTC)."""

    def declare(target: Job) -> Job:
        name = f"{target.__module__}.{target.__name__}"

        def run(timestamp: int) -> None:
            target()

        task = blueprint.task(name=name, queue=queue, queueing_lock=name, pass_context=False)(run)
        _tasks[name] = blueprint.periodic(cron=cron)(task)
        target.job_name = name  # type: ignore[attr-defined]
        return target

    return declare


def defer(target: Job, *, run_at: datetime | None = None, **arguments: Any) -> None:
    """Put one job into the queue; inside a transaction it becomes due when that commits."""
    defer_many(target, [arguments], run_at=run_at)


def defer_many(target: Job, arguments: Iterable[Mapping[str, Any]], *, run_at: datetime | None = None) -> None:
    """Put one job per set of arguments into the queue, in one statement."""
    rows = [dict(row) for row in arguments]
    if rows:
        options = {"schedule_at": run_at} if run_at else {}
        _tasks[target.job_name].configure(**options).batch_defer(*rows)  # type: ignore[attr-defined]


Subscriptions = Mapping[str, Sequence[Job]]


def dispatch(subscriptions: Subscriptions, *, limit: int = 500) -> int:
    """
    Turn the next facts into jobs: one job per subscriber and batch, called with `facts`, a list of
    {"fact_id", ...payload} in order. (A job per fact would cost more than most reactions do.)

    :returns: the number of facts read; 0 when there is nothing new.
    """

    def react(batch: Sequence[facts.StoredFact]) -> None:
        due: dict[Job, list[dict[str, Any]]] = {}
        for fact in batch:
            for target in subscriptions.get(fact.kind, ()):
                due.setdefault(target, []).append({"fact_id": fact.id, "kind": fact.kind, **fact.payload})
        for target, rows in due.items():
            defer(target, facts=rows)

    return facts.follow(name="jobs", react=react, limit=limit)
