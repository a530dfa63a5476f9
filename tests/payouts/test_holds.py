"""Payouts of a seller are frozen with a reason, and released; a payout that came back is paid again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from entrepot.kernel import audit
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.payouts import operations, queries
from entrepot.payouts.rules import Skip
from tests.builders import money, sellers as build

pytestmark = pytest.mark.django_db


def test_a_frozen_seller_is_not_paid_until_that_is_lifted(now: datetime) -> None:
    seller, other = build.approved_seller("CN"), build.approved_seller("CN")
    for one in (seller, other):
        money.released(one, goods=9000, at=now - timedelta(days=20))
    operations.freeze_payouts(seller_id=seller.id, reason=" Counterfeits? ", actor="operator:one", now=now)

    report = operations.run_payouts(now=now)
    assert [paid.seller_id for paid in report.paid] == [other.id]
    assert [(row.seller_id, row.reason) for row in report.skipped] == [(seller.id, Skip.FROZEN)]
    (hold,) = queries.list_holds()
    assert (hold.seller_id, hold.reason, hold.held_by, hold.held_at) == (
        seller.id,
        "Counterfeits?",
        "operator:one",
        now,
    )
    with pytest.raises(operations.PayoutsFrozen):
        operations.freeze_payouts(seller_id=seller.id, reason="Again.", actor="operator:one", now=now)

    operations.release_payouts(seller_id=seller.id, actor="operator:two", now=now)
    assert queries.find_hold(seller.id) is None
    assert [paid.seller_id for paid in operations.run_payouts(now=now).paid] == [seller.id]
    with pytest.raises(NotFound):
        operations.release_payouts(seller_id=seller.id, actor="operator:two", now=now)
    lines = audit.list_entries(subject_kind="seller", subject_id=seller.id)
    assert [(line.actor, line.action) for line in lines[:2]] == [
        ("operator:two", "release_payouts"), ("operator:one", "freeze_payouts"),
    ]  # fmt: skip


def test_nobodys_money_is_held_back_without_a_reason(now: datetime) -> None:
    seller = build.approved_seller("CN")
    with pytest.raises(InvalidField):
        operations.freeze_payouts(seller_id=seller.id, reason=" ", actor="operator:one", now=now)
    assert queries.list_holds() == ()


def test_one_seller_alone_is_paid_again_when_a_payout_came_back(now: datetime) -> None:
    seller, other = build.approved_seller("CN"), build.approved_seller("CN")
    money.released(seller, goods=9000, at=now - timedelta(days=20))
    (paid,) = operations.run_payouts(now=now).paid
    assert paid.payout_id is not None
    operations.fail_payout(payout_id=paid.payout_id, reason="Account closed", actor="system", now=now)
    money.released(other, goods=500, at=now - timedelta(days=20))

    again = operations.run_payouts(now=now, seller_id=seller.id, currency="CNY")
    assert [(row.seller_id, row.amount) for row in again.paid] == [(seller.id, paid.amount)]
    assert {row.seller_id for row in operations.run_payouts(now=now, dry_run=True).paid} == {other.id}
    assert queries.count_payouts() == {"failed": 1, "made": 1}
