"""
The worker: follows the facts into jobs, runs the jobs, keeps time.

One process: a thread that turns facts into jobs, one that keeps this machine's search index in line with them, and
procrastinate's worker with a few threads for the jobs. Facts are polled for: a
NOTIFY in the transaction of every checkout would make all commits queue behind one lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connection, connections
from django.utils.module_loading import autodiscover_modules
from procrastinate import App, PsycopgConnector, exceptions
from procrastinate.contrib.django import app as declared, connector_params
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from entrepot.kernel import clock, facts, jobs
from entrepot.search import following
from entrepot.search.ports import get_engine

log = structlog.get_logger(__name__)

POLL_BUSY_SECONDS = 1.0  # Between batches, so that a busy shop's facts share jobs and letters.
POLL_IDLE_SECONDS = 0.5
HEARTBEAT_SECONDS = 5.0
DEAD_AFTER_SECONDS = 15.0  # Without a heartbeat for so long a worker counts as killed; others take up its jobs.
GRACE_SECONDS = 20.0  # Running jobs may finish when the worker is told to stop.


def find_jobs() -> None:
    """Import every room's `jobs.py`, which declares its jobs."""
    autodiscover_modules("jobs")


def run(*, threads: int) -> None:
    """Work until SIGTERM or SIGINT; jobs that run then are finished."""
    _demand_database()
    find_jobs()
    asyncio.run(_run_for_good(threads))


def run_until_idle(*, threads: int = 1) -> None:
    """Turn every fact into jobs and run every due job, until there is neither; what runs by the clock is left aside."""
    _demand_database()
    find_jobs()
    while True:
        read = _dispatch()
        if not read and not jobs.count_unfinished(at=clock.now()):
            following.prepare(engine=get_engine(), tell=lambda progress: None)
            return
        asyncio.run(_run_due(threads))
        if not read and jobs.count_unfinished(at=clock.now()):
            time.sleep(POLL_BUSY_SECONDS)  # Jobs that another worker runs.


def _demand_database() -> None:
    """See that the database is there and prepared: a clear word at the start, instead of warnings for good."""
    jobs.count_unfinished(at=clock.now())
    connection.close()


def _dispatch() -> int:
    from entrepot.config.subscriptions import SUBSCRIPTIONS  # Imports the rooms' jobs.

    total = 0
    while facts.is_waiting(name=jobs.FOLLOWER) and (read := jobs.dispatch(SUBSCRIPTIONS)):
        total += read
    return total


async def _run_due(threads: int) -> None:
    async with _own_connections(threads) as app:
        await _rescue_jobs(app)
        await app.run_worker_async(
            concurrency=threads,
            wait=False,
            listen_notify=False,
            delete_jobs="successful",
            install_signal_handlers=False,
            stalled_worker_timeout=DEAD_AFTER_SECONDS,
        )


@contextlib.asynccontextmanager
async def _own_connections(threads: int) -> AsyncIterator[App]:
    """
    Yield an app with the declared jobs that talks to the queue over connections of its own.

    What a job itself defers goes over Django's connection, in the job's own transaction: that is why the declared
    app's connector is not replaced.
    """
    connector = PsycopgConnector(
        pool_factory=_unchecked_pool,
        kwargs={**connector_params(), "prepare_threshold": 3},
        configure=_commit_each_statement,
        min_size=1,
        max_size=threads + 1,
        timeout=10,
    )
    app = App(connector=connector, worker_defaults=declared.worker_defaults)
    app.tasks = declared.tasks
    executor = ThreadPoolExecutor(threads, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(executor)
    try:
        async with app.open_async():
            yield app
    finally:
        _close_connections(executor, threads)
        await sync_to_async(connections.close_all)()


def _unchecked_pool(**options: Any) -> AsyncConnectionPool:
    """Return a pool that hands connections out as they are: the check before each statement is one more of them, and
    a connection that broke is met by starting over (`_run_for_good`)."""
    return AsyncConnectionPool(**{**options, "check": None})


async def _commit_each_statement(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


def _close_connections(executor: ThreadPoolExecutor, threads: int) -> None:
    """Close Django's connection of every job thread; all must be there at once, so that each closes its own."""
    everybody = threading.Barrier(threads)

    def close() -> None:
        everybody.wait(GRACE_SECONDS)
        connections.close_all()

    for closed in [executor.submit(close) for _ in range(threads)]:
        closed.result()


async def _run_for_good(threads: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    no_more_facts = threading.Event()
    followers = [
        threading.Thread(target=_follow, args=[no_more_facts], name="follower", daemon=True),
        threading.Thread(target=_follow_for_search, args=[no_more_facts], name="search", daemon=True),
    ]
    for follower in followers:
        follower.start()
    log.info("the worker has started", threads=threads)
    while not stopped.is_set():
        try:
            await _work(threads, stopped)
        except (exceptions.ConnectorException, PoolTimeout) as trouble:
            log.warning("the queue cannot be reached", reason=str(trouble.__cause__ or trouble).strip())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), 1.0)
    no_more_facts.set()
    for follower in followers:
        follower.join(GRACE_SECONDS)
    log.info("the worker has stopped")


async def _work(threads: int, stopped: asyncio.Event) -> None:
    async with _own_connections(threads) as app:
        app.periodic_registry = declared.periodic_registry
        working = asyncio.create_task(
            app.run_worker_async(
                concurrency=threads,
                delete_jobs="successful",
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=DEAD_AFTER_SECONDS,
            )
        )
        rescuing = asyncio.create_task(_rescue_again_and_again(app))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait([working, rescuing, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in (rescuing, stopping, working):  # Cancelled, procrastinate's worker stops gracefully.
            task.cancel()
        for outcome in await asyncio.gather(working, rescuing, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome


async def _rescue_again_and_again(app: App) -> None:
    while True:
        await _rescue_jobs(app)
        await asyncio.sleep(DEAD_AFTER_SECONDS)


async def _rescue_jobs(app: App) -> None:
    """Put the jobs of killed workers back into the queue: a job may run twice, but none may be lost."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        log.warning("a job of a killed worker is taken up again", job=job.task_name, id=job.id)
        await app.job_manager.retry_job(job)


def _follow_for_search(stop: threading.Event) -> None:
    following.follow(stop, engine=get_engine())


def _follow(stop: threading.Event) -> None:
    while not stop.is_set():
        pause = POLL_IDLE_SECONDS
        try:
            if _dispatch():
                pause = POLL_BUSY_SECONDS
        except (DatabaseError, InterfaceError) as trouble:
            log.warning("facts cannot be read", reason=str(trouble).strip())
            connection.close()
        except Exception:
            log.exception("the reaction to a fact failed; it is tried again")
        stop.wait(pause)
    connection.close()
