"""What operators see of the queue: why a job failed, without the data it was about; and a failed job tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.config import worker
from entrepot.kernel import audit, clock, facts, failures, jobs, queue, sql
from entrepot.kernel.errors import NotFound
from tests.conftest import NOW

CALLS: list[str] = []


@jobs.job(attempts=1)
def refuse(*, order_id: str, email: str) -> None:
    CALLS.append(order_id)
    raise ValueError(f"no mailbox {email} for this")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    CALLS.clear()


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_shows_what_went_wrong_and_is_tried_again() -> None:
    jobs.defer(refuse, order_id="one", email="anna@example.com")
    worker.run_until_idle()
    (job,) = queue.list_jobs(now=clock.now())
    assert (job.state, job.name, job.attempts) == ("failed", jobs.name_of(refuse), 1)
    assert job.error == "ValueError: no mailbox …@… for this"
    assert job.arguments == {"order_id": "one"}, "what may tell of a person is not shown"
    assert queue.count_jobs(now=clock.now()) == {"failed": 1, "retrying": 0, "running": 0, "waiting": 0, "later": 0}

    queue.retry_job(job_id=job.id, actor="operator:one", now=clock.now())
    assert queue.get_job(job.id, now=clock.now()).state == "retrying"
    with pytest.raises(queue.JobNotFailed):
        queue.retry_job(job_id=job.id, actor="operator:one", now=clock.now())
    worker.run_until_idle()
    assert CALLS == ["one", "one"]
    (line,) = audit.list_entries(subject_kind="job")
    assert (line.actor, line.action, line.subject_id) == ("operator:one", "retry_job", str(job.id))


@pytest.mark.django_db
def test_a_job_that_is_not_there_is_not_tried_again() -> None:
    with pytest.raises(NotFound):
        queue.retry_job(job_id=12345, actor="operator:one", now=NOW)
    assert audit.list_entries(subject_kind="job") == []


@pytest.mark.django_db
def test_a_job_for_later_is_told_from_one_that_is_due() -> None:
    jobs.defer(refuse, order_id="one", email="")
    jobs.defer(refuse, run_at=NOW + timedelta(days=1), order_id="two", email="")
    assert [(job.state, job.arguments["order_id"]) for job in queue.list_jobs(now=NOW)] == [
        ("waiting", "one"), ("later", "two"),
    ]  # fmt: skip
    assert [job.state for job in queue.list_jobs(state="later", now=NOW)] == ["later"]


@pytest.mark.django_db
def test_failures_of_jobs_that_are_gone_are_forgotten_after_a_while() -> None:
    failures.note(job_id=1, name="gone", attempt=1, fault=ValueError("x"), now=NOW - timedelta(days=40))
    failures.note(job_id=2, name="gone", attempt=1, fault=ValueError("x"), now=NOW)
    assert failures.forget(before=NOW - timedelta(days=30)) == 1
    assert sql.fetch_all("SELECT job_id FROM kernel_jobfailure") == [(2,)]


@pytest.mark.django_db
def test_facts_are_listed_without_what_may_tell_of_a_person() -> None:
    shown, hidden = facts.split_payload({"order_id": "1", "refund_minor": 5, "reason": "She moved.", "person_id": "2"})
    assert (shown, hidden) == ({"order_id": "1", "refund_minor": 5}, ("reason", "person_id"))
