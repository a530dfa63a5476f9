"""Letters about payouts: to those of a seller who may see its money, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail

from entrepot.accounts import queries as accounts
from entrepot.kernel import clock
from entrepot.payouts import operations as payouts
from tests.builders import money, sellers as build

pytestmark = pytest.mark.django_db


def _letters() -> list[tuple[str, str, str]]:
    told = [(message.to[0], message.subject, message.body) for message in mail.outbox]
    mail.outbox.clear()
    return sorted(told)


def test_a_payout_is_told_with_its_statement_and_so_is_one_that_came_back(
    now: datetime, run_jobs: Callable[..., int]
) -> None:
    seller = build.approved_seller("CN")
    owner = accounts.get_person(build.owner_of(seller)).email
    build.seat(seller, "fulfilment")
    money.released(seller, goods=9000, at=now - timedelta(days=20))
    run_jobs()
    mail.outbox.clear()

    (paid,) = payouts.run_payouts(now=now).paid
    run_jobs()
    ((to, subject, text),) = _letters()
    assert (to, subject) == (owner, "CN¥90.00 is on its way to your bank")
    assert f"/seller/{seller.id}/money/{paid.payout_id}/" in text
    assert str(paid.number) in text

    assert paid.payout_id is not None
    payouts.fail_payout(payout_id=paid.payout_id, reason="Account closed.", actor="system", now=now)
    run_jobs()
    ((to, subject, text),) = _letters()
    assert (to, subject) == (owner, "A payout of CN¥90.00 came back")
    assert "Account closed." in text
    assert f"/seller/{seller.id}/money/account/" in text


def test_a_seller_is_told_that_its_payouts_are_stopped_why_and_whom_to_ask(
    now: datetime, run_jobs: Callable[..., int]
) -> None:
    seller = build.approved_seller("IT")
    run_jobs()
    mail.outbox.clear()
    payouts.freeze_payouts(seller_id=seller.id, reason="A bank asks about an account.", actor="operator", now=now)
    run_jobs()
    ((_, subject, text),) = _letters()
    assert subject == f"The payouts of {seller.legal_name} are stopped"
    assert "A bank asks about an account." in text
    assert "operator@entrepot.example" in text

    payouts.release_payouts(seller_id=seller.id, actor="operator", now=now)
    run_jobs()
    ((_, subject, _text),) = _letters()
    assert subject == f"The payouts of {seller.legal_name} go on"


def test_a_stop_that_was_lifted_before_the_letter_left_is_not_told(now: datetime, run_jobs: Callable[..., int]) -> None:
    seller = build.approved_seller("IT")
    run_jobs()
    mail.outbox.clear()
    payouts.freeze_payouts(seller_id=seller.id, reason="A mistake.", actor="operator", now=now)
    payouts.release_payouts(seller_id=seller.id, actor="operator", now=clock.now())
    run_jobs()
    assert [subject for _, subject, _ in _letters()] == [f"The payouts of {seller.legal_name} go on"]
