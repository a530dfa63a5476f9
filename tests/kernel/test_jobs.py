from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from entrepot.config import worker
from entrepot.kernel import clock, facts, jobs, sql
from entrepot.kernel.transactions import transaction

CALLS: list[tuple[str, Any]] = []


@dataclass(frozen=True)
class Opened(facts.Event):
    door: str


@dataclass(frozen=True)
class Closed(facts.Event):
    door: str


@jobs.job
def count_doors(*, facts: list[dict[str, Any]]) -> None:
    CALLS.append(("count", [(fact["kind"], fact["door"]) for fact in facts]))


@jobs.job
def ring(*, facts: list[dict[str, Any]]) -> None:
    CALLS.append(("ring", [fact["door"] for fact in facts]))


ASKED_FOR = {"whisper": False}


@jobs.job(needed=lambda: ASKED_FOR["whisper"])
def whisper(*, facts: list[dict[str, Any]]) -> None:
    CALLS.append(("whisper", [fact["door"] for fact in facts]))


@jobs.job
def greet(*, name: str) -> None:
    CALLS.append(("greet", name))


@jobs.job(attempts=2)
def stumble(*, name: str) -> None:
    CALLS.append(("stumble", name))
    raise ValueError(name)


@jobs.job
def pass_on(*, names: list[str]) -> None:
    @transaction
    def together() -> None:
        facts.record(Opened(door=names[0]))
        jobs.defer(greet, name=names[0])
        if names[0] == "nobody":
            raise ValueError("undone")

    together()


@jobs.periodic(cron="0 3 * * *")
def sweep() -> None:
    CALLS.append(("sweep", None))


SUBSCRIPTIONS = {"Opened": (count_doors, ring), "Closed": (count_doors,)}


@pytest.fixture(autouse=True)
def _forget_calls() -> Iterator[None]:
    CALLS.clear()
    yield
    connections.close_all()


@transaction
def tell(*events: facts.Event) -> None:
    facts.record(*events)


def test_a_batch_of_facts_is_one_job_per_subscriber_with_the_facts_in_order(transactional_db: None) -> None:
    tell(Opened(door="front"), Closed(door="front"), Opened(door="back"))
    assert jobs.dispatch(SUBSCRIPTIONS) == 3
    assert jobs.dispatch(SUBSCRIPTIONS) == 0
    assert jobs.count_unfinished(at=clock.now()) == 2
    worker.run_until_idle()
    assert sorted(CALLS) == [
        ("count", [("Opened", "front"), ("Closed", "front"), ("Opened", "back")]),
        ("ring", ["front", "back"]),
    ]
    assert jobs.count_unfinished(at=clock.now()) == 0


def test_a_fact_nobody_waits_for_is_read_and_starts_nothing(transactional_db: None) -> None:
    tell(Opened(door="front"))
    assert jobs.dispatch({}) == 1
    assert jobs.count_unfinished(at=clock.now()) == 0


def test_a_job_that_nobody_needs_is_not_made_of_facts(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(Opened(door="front"))
    assert jobs.dispatch({"Opened": (whisper,)}) == 1
    assert jobs.count_unfinished(at=clock.now()) == 0
    monkeypatch.setitem(ASKED_FOR, "whisper", True)
    tell(Opened(door="back"))
    assert jobs.dispatch({"Opened": (whisper,)}) == 1
    worker.run_until_idle()
    assert CALLS == [("whisper", ["back"])]


def test_a_job_is_due_only_when_its_transaction_commits(transactional_db: None) -> None:
    @transaction
    def greet_and_fail() -> None:
        jobs.defer(greet, name="Ada")
        assert jobs.count_unfinished(at=clock.now()) == 1
        raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        greet_and_fail()
    assert jobs.count_unfinished(at=clock.now()) == 0


def test_what_a_running_job_defers_belongs_to_the_jobs_own_transaction(transactional_db: None) -> None:
    jobs.defer(pass_on, names=["Ada"])
    jobs.defer(pass_on, names=["nobody"])
    worker.run_until_idle()
    assert CALLS == [("greet", "Ada")]
    assert [fact.payload for fact in facts.read_after(xid=0, fact_id=0)] == [{"door": "Ada"}]


def test_many_jobs_are_one_statement(db: None, django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(1):
        jobs.defer_many(greet, [{"name": str(number)} for number in range(30)])
    assert jobs.count_unfinished(at=clock.now()) == 30
    with django_assert_num_queries(0):
        jobs.defer_many(greet, [])


def test_a_job_for_later_waits(db: None, run_jobs: Callable[..., int]) -> None:
    moment = clock.now()
    jobs.defer(greet, run_at=moment + timedelta(hours=1), name="Ada")
    assert jobs.count_unfinished(at=moment) == 0
    assert run_jobs(at=moment) == 0
    assert run_jobs(at=moment + timedelta(hours=2)) == 1
    assert CALLS == [("greet", "Ada")]


def test_a_failed_job_waits_for_its_next_attempt_and_ends_as_failed(transactional_db: None) -> None:
    jobs.defer(stumble, name="Ada")
    worker.run_until_idle()
    assert sql.fetch_all("SELECT status::text, attempts, scheduled_at > now() FROM procrastinate_jobs") == [
        ("todo", 1, True)
    ]
    sql.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    worker.run_until_idle()
    assert sql.fetch_all("SELECT status::text, attempts FROM procrastinate_jobs") == [("failed", 2)]
    assert CALLS == [("stumble", "Ada")] * 2


def test_the_job_of_a_killed_worker_is_taken_up_again(transactional_db: None) -> None:
    jobs.defer(greet, name="Ada")
    sql.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')")
    [(job_name,)] = sql.fetch_all(
        "SELECT task_name FROM procrastinate_fetch_job_v2(NULL, (SELECT max(id) FROM procrastinate_workers))"
    )
    assert job_name == jobs.name_of(greet)
    assert CALLS == []
    worker.run_until_idle()
    assert CALLS == [("greet", "Ada")]


def test_a_periodic_job_can_be_run_by_hand_and_waits_only_once(db: None, run_jobs: Callable[..., int]) -> None:
    jobs.defer(sweep)
    assert run_jobs(at=clock.now()) == 1
    assert CALLS == [("sweep", None)]


def test_every_job_is_known_to_the_worker(db: None) -> None:
    from procrastinate.contrib.django import app

    assert {jobs.name_of(job) for job in (count_doors, ring, greet, sweep)} <= set(app.tasks)
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert crons[jobs.name_of(sweep)] == "0 3 * * *"


def test_looking_for_new_facts_is_one_statement(db: None, django_assert_num_queries: Callable[..., Any]) -> None:
    assert connection.in_atomic_block
    with django_assert_num_queries(1):
        assert facts.is_waiting(name="nobody yet") is False
