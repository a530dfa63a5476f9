"""Facts, jobs, proofs and the trail: what happened, what failed and why, what was proven, who decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from entrepot.kernel import audit, facts, failures, jobs, sql, verification_runs
from entrepot.orders import operations as order_operations
from tests.builders import orders, sellers
from tests.conftest import NOW
from tests.operator_console.desk import operator, table

pytestmark = pytest.mark.django_db


def _failed_job() -> int:
    jobs.defer("entrepot.payments.jobs.send_refund", refund_id="01a20343-bbb4-7b9c-b88e-4ba43fc929f6")
    row = sql.fetch_one("UPDATE procrastinate_jobs SET status = 'failed', attempts = 8 RETURNING id")
    assert row is not None
    fault = ConnectionError("the service does not answer anna@example.com")
    failures.note(job_id=row[0], name="send_refund", attempt=8, fault=fault, now=NOW)
    return int(row[0])


def test_a_failed_job_shows_why_and_is_tried_again() -> None:
    job_id = _failed_job()
    reader = operator().open("/operator/")
    assert "1 job has failed for good" in reader.words
    reader.open("/operator/work/?state=failed")
    (row,) = table(reader, "Jobs")
    assert row[0] == f"payments: send refund {job_id}"
    assert row[1] == "Failed tried 8 times"
    assert "ConnectionError: the service does not answer …@…" in row[3]
    assert "anna@example.com" not in reader.text
    reader.send("/retry")
    assert "The job waits in the queue again." in reader.words
    assert audit.list_entries(subject_kind="job")[0].details == {"job": "entrepot.payments.jobs.send_refund"}
    token = reader.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    reader.client.post(f"/operator/work/jobs/{job_id}/retry", {"csrfmiddlewaretoken": token})
    assert "This job has not failed, or is tried again already." in reader.open("/operator/work/").words
    assert len(audit.list_entries(subject_kind="job")) == 1


def test_facts_are_read_kind_by_kind_and_page_by_page() -> None:
    order = orders.paid_order(quantity=2)
    order_operations.cancel_lines(order_id=order.id, seller_id=order.seller_id, by="seller", lines={0: 1}, now=NOW)
    reader = operator().open("/operator/work/facts/?kind=OrderLinesCancelled")
    (row,) = table(reader, "Facts")
    assert row[1] == "OrderLinesCancelled"
    assert str(order.id) in row[2]
    number = facts.list_facts(limit=1)[0].id
    assert reader.open(f"/operator/work/facts/?before={number}").status == 200
    assert facts.list_facts(kind="OrderLinesCancelled", before=number + 1)[0].kind == "OrderLinesCancelled"
    assert reader.open("/operator/work/facts/?before=x&kind=y").status == 200


def test_the_queue_says_how_far_facts_were_followed(run_jobs: Callable[..., int]) -> None:
    orders.paid_order()
    run_jobs()
    (follower,) = facts.list_followers()
    assert (follower.name, follower.waiting) == ("jobs", 0)
    sellers.submitted_seller("IT")
    assert facts.list_followers()[0].waiting > 0
    assert "facts not read yet" in operator().open("/operator/work/").words


def test_a_proof_is_asked_for_run_as_a_job_and_read(run_jobs: Callable[..., int]) -> None:
    orders.paid_order()
    reader = operator().open("/operator/work/proofs/")
    assert "The books were never proven" in reader.words
    reader.send("/work/proofs/run")
    assert "runs as a job" in reader.words
    reader.send("/work/proofs/run")
    assert "A proof waits or runs already." in reader.words
    run_jobs()
    run = verification_runs.find_last_run()
    assert run is not None
    assert (run.faults, run.actor.startswith("operator:"), run.rows_read > 0) == (0, True, True)
    reader.open("/operator/work/proofs/")
    assert "all of it holds" in reader.words
    checks = table(reader, "Checks")
    assert [row[2] for row in checks] == ["holds"] * len(run.checks)
    assert "each transfer moves a positive amount" in checks[0][1] or any("each transfer" in row[1] for row in checks)
    assert audit.list_entries(subject_kind="verification")[0].action == "verify_books"


def test_a_proof_that_found_a_fault_names_the_rows_and_waits_on_the_first_page() -> None:
    run_id = verification_runs.open_run(actor="system", now=NOW)
    found = {
        "check": "ledger.x",
        "proves": "nothing is lost",
        "rows": 3,
        "seconds": 0.1,
        "faults": [("row 7", "lost 2")],
    }
    verification_runs.finish_run(run_id=run_id, findings=[found], seconds=0.1, now=NOW)
    verification_runs.finish_run(run_id=run_id, findings=[], seconds=0.2, now=NOW)
    reader = operator().open("/operator/")
    assert "The proof of the books found 1 fault" in reader.words
    reader.open("/operator/work/proofs/")
    assert "row 7: lost 2" in reader.words


def test_the_trail_is_narrowed_by_who_what_and_when() -> None:
    seller = sellers.submitted_seller("IT")
    reader = operator().open(f"/operator/sellers/{seller.id}/")
    reader.send("/decide", button="approve")
    reader.open("/operator/audit/?action=approve_seller")
    rows = table(reader, "Audit trail")
    assert [row[2] for row in rows] == ["Approved the seller"]
    assert rows[0][3] == f"Seller: {seller.legal_name}"
    actor = audit.list_entries(action="approve_seller")[0].actor
    assert [row[2] for row in table(reader.open(f"/operator/audit/?actor={actor}"), "Audit trail")] == [
        "Approved the seller"
    ]
    assert "Nothing here" in reader.open("/operator/audit/?until=2020-01-01").words
    assert reader.open("/operator/audit/?since=yesterday&page=0").status == 200
