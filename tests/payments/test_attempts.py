from __future__ import annotations

import itertools
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from entrepot.kernel import ids, sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.payments import coordinator, operations, ports, queries
from entrepot.payments.events import PaymentCaptured, PaymentDeclined
from entrepot.payments.ports import ChargeResult, UnknownPaymentMethod
from entrepot.payments.rules import AttemptState
from tests.builders import money


@pytest.mark.django_db
def test_an_attempt_is_written_before_the_service_is_asked(now: datetime, django_assert_num_queries) -> None:
    purchase_id = ids.new_id()
    with transaction.atomic(), django_assert_num_queries(1):
        attempt = operations.open_attempt(
            purchase_id=purchase_id, amount=Money(1990, "EUR"), method="sandbox", token="tok_ok", now=now
        )

    assert queries.list_attempts(purchase_id) == (attempt,)
    assert (attempt.state, attempt.amount, attempt.token) == (AttemptState.OPEN, Money(1990, "EUR"), "tok_ok")
    assert attempt.service_key == f"pay-{attempt.id.hex}"


@pytest.mark.django_db
def test_the_token_is_never_stored_nor_shown(now: datetime) -> None:
    attempt = money.opened(now=now)

    assert "tok_ok" not in str(sql.fetch_all("SELECT a.*::text FROM payments_attempt a"))
    assert "tok_ok" not in repr(attempt)


@pytest.mark.django_db
def test_a_method_that_is_not_offered_is_refused_and_nothing_written(now: datetime) -> None:
    with pytest.raises(UnknownPaymentMethod) as refusal, transaction.atomic():
        operations.open_attempt(purchase_id=ids.new_id(), amount=Money(1, "EUR"), method="gold", token="t", now=now)

    assert refusal.value.fields == {"method": "gold", "offered": ["sandbox"]}
    assert sql.fetch_all("SELECT id FROM payments_attempt") == []


@pytest.mark.django_db
def test_a_capture_is_recorded_in_one_statement_with_its_fact(now: datetime, django_assert_num_queries) -> None:
    attempt = money.opened(now=now)

    with transaction.atomic(), django_assert_num_queries(1):
        outcome = operations.record_outcome(
            attempt_id=attempt.id, result=ChargeResult(state="captured", service_reference="sb_1"), now=now
        )

    assert outcome.changed is True
    assert outcome.events == (PaymentCaptured(attempt.id, attempt.purchase_id, 1000, "EUR"),)
    stored = queries.get_attempt(attempt.id)
    assert stored == outcome.attempt
    assert (stored.state, stored.service_reference, stored.resolved_at) == (AttemptState.CAPTURED, "sb_1", now)


@pytest.mark.django_db
def test_a_decline_carries_its_reason(now: datetime) -> None:
    attempt = money.opened(now=now)

    outcome = money.recorded(attempt, "declined", decline_code="card_declined", now=now)

    assert outcome.events == (PaymentDeclined(attempt.id, attempt.purchase_id, "card_declined"),)
    assert queries.get_attempt(attempt.id).decline_code == "card_declined"


@pytest.mark.django_db
def test_a_challenge_keeps_its_next_action_until_it_is_over(now: datetime) -> None:
    attempt = money.opened(now=now)
    action = {"type": "redirect", "url": "/there"}

    assert money.recorded(attempt, "challenge", next_action=action, now=now).attempt.next_action == action
    assert queries.get_attempt(attempt.id).next_action == action
    assert queries.get_attempt(attempt.id).resolved_at is None
    assert money.recorded(attempt, "captured", now=now).attempt.next_action is None


@pytest.mark.django_db
def test_the_same_news_twice_changes_nothing_the_second_time(now: datetime) -> None:
    attempt = money.opened(now=now)
    first = money.recorded(attempt, "captured", service_reference="sb_1", now=now)

    later = now + timedelta(hours=1)
    again = money.recorded(attempt, "captured", service_reference="sb_2", now=later)

    assert (again.changed, again.events, again.attempt) == (False, (), first.attempt)


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(itertools.permutations(["unknown", "pending", "declined", "captured"])))
def test_in_whatever_order_the_news_comes_the_end_is_the_same(order: tuple[str, ...], now: datetime) -> None:
    attempt = money.opened(now=now)

    outcomes = [money.recorded(attempt, state, now=now) for state in order]

    assert queries.get_attempt(attempt.id).state == AttemptState.CAPTURED
    captures = [event for outcome in outcomes for event in outcome.events if isinstance(event, PaymentCaptured)]
    assert len(captures) == 1


@pytest.mark.django_db
def test_money_that_comes_after_the_purchase_was_given_up_is_still_recorded(now: datetime) -> None:
    attempt = money.opened(now=now)
    with transaction.atomic():
        assert operations.cancel_attempts(purchase_id=attempt.purchase_id, now=now) == 1
    assert queries.get_attempt(attempt.id).state == AttemptState.CANCELLED

    assert money.recorded(attempt, "captured", now=now).changed is True


@pytest.mark.django_db
def test_news_of_an_unknown_attempt_is_not_found(now: datetime) -> None:
    with pytest.raises(NotFound), transaction.atomic():
        operations.record_outcome(attempt_id=ids.new_id(), result=ChargeResult(state="captured"), now=now)


@pytest.mark.django_db(transaction=True)
def test_two_captures_at_once_change_the_attempt_once(now: datetime) -> None:
    attempt = money.opened(now=now)
    gate = threading.Barrier(2)
    changes: list[bool] = []

    def record() -> None:
        try:
            gate.wait(60)
            changes.append(money.recorded(attempt, "captured", now=now).changed)
        finally:
            connection.close()

    threads = [threading.Thread(target=record) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(changes) == [False, True]


@pytest.mark.django_db
def test_the_sweeper_finds_what_has_no_end_and_is_old_enough(now: datetime) -> None:
    old = now - timedelta(minutes=5)
    unresolved = [money.opened(now=old) for _ in range(4)]
    for attempt, state in zip(unresolved, ["unknown", "pending", "challenge"], strict=False):
        money.recorded(attempt, state, now=old)
    for state in ("captured", "declined"):
        money.recorded(money.opened(now=old), state, now=old)
    money.opened(now=now)

    found = queries.list_unresolved(before=now - timedelta(minutes=1))

    assert {attempt.id for attempt in found} == {attempt.id for attempt in unresolved}


@pytest.mark.django_db
def test_silence_of_the_service_is_an_unknown_outcome(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    service = money.ServiceInMemory(silent=True)
    monkeypatch.setitem(ports._services, "quiet", service)
    attempt = money.opened(now=now, method="quiet")

    assert coordinator.charge(attempt) == ChargeResult(state="unknown")
    assert coordinator.look_up(attempt) == ChargeResult(state="unknown")
    assert service.charged == [(attempt.service_key, Money(1000, "EUR"), "tok_ok")]


@pytest.mark.django_db(transaction=True)
def test_a_service_is_never_asked_inside_a_transaction(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    service = money.ServiceInMemory()
    monkeypatch.setitem(ports._services, "quiet", service)
    attempt = money.opened(now=now, method="quiet")

    with transaction.atomic(), pytest.raises(AssertionError, match="outside any transaction"):
        coordinator.charge(attempt)

    assert service.charged == []
    assert coordinator.charge(attempt).state == "captured"
