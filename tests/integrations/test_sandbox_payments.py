from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine

from entrepot.integrations import sandbox_payments
from entrepot.integrations.sandbox_payments import LATE_BY, SandboxPayments
from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.payments.ports import ChargeResult, ServiceDidNotAnswer

TEN = Money(1000, "EUR")


def charge(key: str, token: str, amount: Money = TEN, return_url: str = "") -> ChargeResult:
    return SandboxPayments().charge(key=key, amount=amount, token=token, description="test", return_url=return_url)


@pytest.mark.django_db
def test_tok_ok_is_captured_at_once_by_one_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        result = charge("k", "tok_ok")

    assert (result.state, result.decline_code, result.next_action) == ("captured", "", None)
    assert result.service_reference.startswith("sb_")


@pytest.mark.django_db
def test_the_same_key_again_is_the_same_charge(django_assert_num_queries) -> None:
    first = charge("k", "tok_ok")

    with django_assert_num_queries(1):
        assert charge("k", "tok_ok") == first
    assert sql.fetch_all("SELECT key, calls FROM integrations_sandboxcharge") == [("k", 2)]


@pytest.mark.django_db
def test_the_same_key_with_another_amount_is_refused() -> None:
    charge("k", "tok_ok")

    assert charge("k", "tok_ok", Money(2000, "EUR")).decline_code == "key_reused"
    assert sql.fetch_all("SELECT amount_minor, state FROM integrations_sandboxcharge") == [(1000, "captured")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "code"), [("tok_decline", "card_declined"), ("4242424242424242", "invalid_token"), ("", "invalid_token")]
)
def test_a_declined_charge_says_why_and_keeps_no_token(token: str, code: str) -> None:
    result = charge("k", token)

    assert (result.state, result.decline_code) == ("declined", code)
    assert "4242" not in str(sql.fetch_all("SELECT c.*::text FROM integrations_sandboxcharge c"))


@pytest.mark.django_db
def test_tok_timeout_captures_and_says_nothing_until_asked() -> None:
    with pytest.raises(ServiceDidNotAnswer):
        charge("k", "tok_timeout")

    assert SandboxPayments().look_up(key="k").state == "captured"
    assert charge("k", "tok_timeout").state == "captured"


@pytest.mark.django_db
def test_a_charge_that_the_service_never_heard_of_is_declined() -> None:
    assert SandboxPayments().look_up(key="k") == ChargeResult(state="declined", decline_code="not_received")


@pytest.mark.django_db
def test_tok_late_is_pending_and_captured_some_seconds_later() -> None:
    with time_machine.travel(datetime.fromisoformat("2026-11-20T10:00:00+00:00"), tick=False) as clock:
        assert charge("k", "tok_late").state == "pending"
        clock.shift(LATE_BY - timedelta(seconds=1))
        assert SandboxPayments().look_up(key="k").state == "pending"
        clock.shift(timedelta(seconds=1))
        assert SandboxPayments().look_up(key="k").state == "captured"


@pytest.mark.django_db
def test_a_challenge_waits_for_the_buyer_and_the_first_decision_stands() -> None:
    result = charge("k", "tok_challenge")
    assert result.state == "challenge"
    assert result.next_action == {"type": "redirect", "url": f"/sandbox-payments/{result.service_reference}"}

    assert sandbox_payments.decide(reference=result.service_reference, approved=False).state == "declined"
    assert sandbox_payments.decide(reference=result.service_reference, approved=True).state == "declined"
    assert SandboxPayments().complete_challenge(key="k").decline_code == "challenge_refused"
    with pytest.raises(NotFound):
        sandbox_payments.decide(reference="sb_other", approved=True)


@pytest.mark.django_db
def test_refunds_are_safe_to_repeat_and_never_exceed_the_charge() -> None:
    service = SandboxPayments()
    charge("k", "tok_ok")

    first = service.refund(key="r1", charge_key="k", amount=Money(600, "EUR"))
    assert first.state == "succeeded"
    assert service.refund(key="r1", charge_key="k", amount=Money(600, "EUR")) == first
    assert service.refund(key="r2", charge_key="k", amount=Money(401, "EUR")).failure_code == "nothing_to_refund"
    assert service.refund(key="r3", charge_key="k", amount=Money(400, "EUR")).state == "succeeded"
    assert sql.fetch_all("SELECT sum(amount_minor)::int FROM integrations_sandboxrefund") == [(1000,)]


@pytest.mark.django_db
def test_what_was_not_captured_cannot_be_refunded() -> None:
    charge("k", "tok_decline")

    result = SandboxPayments().refund(key="r", charge_key="k", amount=Money(1, "EUR"))

    assert (result.state, result.failure_code) == ("failed", "nothing_to_refund")
