from __future__ import annotations

from datetime import datetime

import pytest

from entrepot.kernel import ids, sql
from entrepot.kernel.verification import Fault
from entrepot.ledger.rules import AccountRef
from entrepot.payments import checks, ports
from entrepot.payments.queries import Attempt
from tests.builders import money

PENDING = AccountRef("refund_pending", "EUR")


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ports._services, "quiet", money.ServiceInMemory())


def captured(now: datetime, *, posted: int | None = 1000) -> Attempt:
    attempt = money.opened(now=now, method="quiet")
    money.recorded(attempt, "captured", now=now)
    if posted is not None:
        money.posted(f"capture:{attempt.id}", money.transfer(minor=posted, reference=ids.new_id()), at=now)
    return attempt


@pytest.mark.django_db
def test_payments_that_the_ledger_tells_of_have_no_fault(now: datetime) -> None:
    attempt, order_id = captured(now), ids.new_id()
    refund = money.refund_requested(attempt, 400, reference=order_id, now=now)
    aside = money.transfer(money.ESCROW, PENDING, minor=400, kind="refund", reference=order_id)
    money.posted(f"refund:{refund.id}", aside, at=now)
    money.recorded(money.opened(now=now, method="quiet"), "declined", now=now)

    assert list(checks.find_faults()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("posted", "said"), [(None, "posted nothing"), (999, "posted 999 EUR")])
def test_a_captured_payment_missing_or_wrong_in_the_ledger_is_named(
    posted: int | None, said: str, now: datetime
) -> None:
    attempt = captured(now, posted=posted)

    assert list(checks.find_faults()) == [Fault("payments.captures", str(attempt.id), f"captured 1000 EUR; {said}")]


@pytest.mark.django_db
def test_money_posted_for_a_payment_that_was_not_captured_is_named(now: datetime) -> None:
    attempt = money.opened(now=now, method="quiet")
    money.posted(f"capture:{attempt.id}", at=now)

    assert list(checks.find_faults()) == [Fault("payments.captures", str(attempt.id), "open 1000 EUR; posted 1000 EUR")]


@pytest.mark.django_db
def test_a_refund_past_the_payment_or_past_the_ledger_is_named(now: datetime) -> None:
    attempt, order_id = captured(now), ids.new_id()
    money.refund_requested(attempt, 1000, reference=order_id, now=now)
    sql.execute("UPDATE payments_refund SET amount_minor = 1001")

    assert list(checks.find_faults()) == [
        Fault("payments.refunds", str(attempt.id), "captured 1000 EUR, refunds 1001 EUR"),
        Fault("payments.refunds_pending", str(order_id), "refunds 1001, set aside 0; the service took on 0, booked 0"),
    ]
