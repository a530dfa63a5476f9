from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from entrepot.kernel import clock, ids, sql
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import AccountRef
from entrepot.payments import jobs, operations, ports, queries
from entrepot.payments.operations import AttemptNotCaptured, RefundExceedsPayment
from entrepot.payments.queries import Attempt
from entrepot.payments.rules import RefundState
from tests.builders import money


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> money.ServiceInMemory:
    service = money.ServiceInMemory()
    monkeypatch.setitem(ports._services, "quiet", service)
    return service


def captured(now: datetime) -> Attempt:
    attempt = money.opened(now=now, method="quiet")
    money.recorded(attempt, "captured", now=now)
    return attempt


@pytest.mark.django_db
def test_a_refund_reaches_the_service_by_a_job_under_its_own_key(
    service: money.ServiceInMemory, now: datetime, run_jobs
) -> None:
    attempt = captured(now)

    refund = money.refund_requested(attempt, 400, now=now)
    assert (refund.state, service.refunded) == (RefundState.REQUESTED, [])
    run_jobs(at=clock.now())

    assert service.refunded == [(f"refund-{refund.id.hex}", attempt.service_key, Money(400, "EUR"))]
    assert queries.get_refund(refund.id).state == RefundState.SUCCEEDED
    assert sql.fetch_all("SELECT payload->>'state' FROM kernel_fact WHERE kind = 'RefundSettled'") == [("succeeded",)]


@pytest.mark.django_db
def test_the_job_run_twice_asks_the_service_once(service: money.ServiceInMemory, now: datetime) -> None:
    refund = money.refund_requested(captured(now), 400, now=now)

    jobs.send_refund(refund_id=str(refund.id))
    jobs.send_refund(refund_id=str(refund.id))

    assert len(service.refunded) == 1


@pytest.mark.django_db
def test_a_refund_without_an_answer_is_asked_again_with_the_same_key(
    service: money.ServiceInMemory, now: datetime
) -> None:
    refund = money.refund_requested(captured(now), 400, now=clock.now() - timedelta(minutes=10))
    service.silent = True
    jobs.send_refund(refund_id=str(refund.id))
    assert queries.get_refund(refund.id).state == RefundState.UNKNOWN

    service.silent = False
    jobs.resend_refunds()

    assert queries.get_refund(refund.id).state == RefundState.SUCCEEDED
    assert {key for key, _, _ in service.refunded} == {f"refund-{refund.id.hex}"}


@pytest.mark.django_db
def test_a_failed_refund_waits_for_a_person_who_may_try_again(
    service: money.ServiceInMemory, now: datetime, run_jobs
) -> None:
    refund = money.refund_requested(captured(now), 400, now=now)
    service.refunds_as = ports.RefundResult(state="failed", failure_code="card_closed")
    run_jobs(at=clock.now())
    assert [(found.id, found.failure_code) for found in queries.list_failed_refunds()] == [(refund.id, "card_closed")]

    service.refunds_as = ports.RefundResult(state="succeeded")
    operations.retry_refund(refund_id=refund.id, actor="system")
    run_jobs(at=clock.now())

    assert queries.get_refund(refund.id).state == RefundState.SUCCEEDED


@pytest.mark.django_db
def test_more_than_was_paid_is_never_given_back(service: money.ServiceInMemory, now: datetime) -> None:
    attempt = captured(now)
    money.refund_requested(attempt, 700, now=now)

    with pytest.raises(RefundExceedsPayment) as refusal:
        money.refund_requested(attempt, 301, now=now)

    assert refusal.value.fields["refunded"] == Money(700, "EUR")
    assert len(queries.list_refunds(purchase_id=attempt.purchase_id)) == 1
    money.refund_requested(attempt, 300, now=now)
    assert queries.get_refunded(attempt.id, currency="EUR") == Money(1000, "EUR")


@pytest.mark.django_db
def test_nothing_is_given_back_of_what_was_not_captured(service: money.ServiceInMemory, now: datetime) -> None:
    attempt = money.opened(now=now, method="quiet")

    with pytest.raises(AttemptNotCaptured):
        money.refund_requested(attempt, 1, now=now)

    assert queries.list_refunds(purchase_id=attempt.purchase_id) == ()


@pytest.mark.django_db
def test_the_same_refund_id_again_is_the_same_refund(service: money.ServiceInMemory, now: datetime) -> None:
    attempt, refund_id = captured(now), ids.new_id()

    first = money.refund_requested(attempt, 1000, refund_id=refund_id, now=now)
    again = money.refund_requested(attempt, 1000, refund_id=refund_id, now=now)

    assert again == first
    assert len(queries.list_refunds(reference=first.reference)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_refunds_at_once_see_each_other(service: money.ServiceInMemory, now: datetime) -> None:
    attempt = captured(now)
    gate = threading.Barrier(2)
    refused: list[RefundExceedsPayment] = []

    def ask() -> None:
        try:
            gate.wait(60)
            money.refund_requested(attempt, 600, now=now)
        except RefundExceedsPayment as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(refused) == 1
    assert queries.get_refunded(attempt.id, currency="EUR") == Money(600, "EUR")


@pytest.mark.django_db
def test_a_settlement_books_the_money_in_the_bank_and_the_fee_once(now: datetime) -> None:
    line = {"service": "sandbox", "reference": "2026-11-20/1", "paid": Money(9850, "EUR"), "fee": Money(150, "EUR")}

    assert operations.record_settlement(**line, at=now) is True
    assert operations.record_settlement(**line, at=now) is False

    assert ledger.balance(AccountRef("bank", "EUR")) == Money(9850, "EUR")
    assert ledger.balance(AccountRef("psp_fees", "EUR")) == Money(150, "EUR")
    assert ledger.balance(AccountRef("psp_receivable", "EUR")) == Money(-10000, "EUR")
