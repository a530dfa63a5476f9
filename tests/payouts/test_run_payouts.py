from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import AccountRef
from entrepot.payouts import checks, operations, queries
from entrepot.payouts.rules import Due, Skip
from entrepot.sellers.queries import SellerView
from tests.builders import money, sellers as build

LONG_AGO = timedelta(days=20)  # More than any first country's delay.


def balance_of(seller: SellerView) -> int:
    return ledger.balance(AccountRef("seller_payable", seller.payout_currency, str(seller.id))).minor


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.mark.django_db
def test_a_seller_is_paid_what_was_released_and_the_statement_adds_up(now: datetime) -> None:
    seller = build.approved_seller("CN")
    order_id = money.released(seller, goods=10000, delivery=1500, tax=700, commission=500, at=now - LONG_AGO)

    report = operations.run_payouts(now=now)

    assert [(paid.seller_id, paid.amount) for paid in report.paid] == [(seller.id, cny(11700))]
    assert report.skipped == ()
    statement = queries.access_statement(seller_id=seller.id, payout_id=report.paid[0].payout_id)
    payout = statement.payout
    assert (payout.opening, payout.lines_total, payout.amount, payout.closing) == (
        cny(0), cny(11700), cny(11700), cny(0),
    )  # fmt: skip
    assert [
        (line.reference, line.goods, line.delivery, line.tax, line.commission, line.net) for line in statement.lines
    ] == [(order_id, cny(10000), cny(1500), cny(700), cny(-500), cny(11700))]
    assert balance_of(seller) == 0
    assert ledger.balance(AccountRef("payout_clearing", "CNY")) == cny(11700)
    assert sql.fetch_all("SELECT payload->>'seller_id' FROM kernel_fact WHERE kind = 'PayoutMade'") == [
        (str(seller.id),)
    ]
    assert list(checks.find_faults()) == []


@pytest.mark.django_db
def test_a_second_run_finds_nothing_due(now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=10000, at=now - LONG_AGO)
    operations.run_payouts(now=now)

    again = operations.run_payouts(now=now)

    assert (again.run_id, again.paid, again.skipped, again.files) == (None, (), (), ())
    assert len(queries.list_seller_payouts(seller_id=seller.id)) == 1


@pytest.mark.django_db
def test_a_dry_run_decides_the_same_and_writes_nothing(now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=10000, commission=500, at=now - LONG_AGO)

    dry = operations.run_payouts(now=now, dry_run=True)

    assert (dry.run_id, dry.files) == (None, ())
    assert [(paid.seller_id, paid.amount, paid.number) for paid in dry.paid] == [(seller.id, cny(9500), None)]
    assert balance_of(seller) == 9500
    assert queries.list_runs() == ()
    assert [paid.amount for paid in operations.run_payouts(now=now).paid] == [cny(9500)]


@pytest.mark.django_db
def test_what_was_released_within_the_delay_waits_and_is_carried_over(now: datetime) -> None:
    seller = build.approved_seller("CN")  # The pack of China: 15 days.
    money.released(seller, goods=10000, commission=500, at=now - timedelta(days=16))
    money.released(seller, goods=2000, commission=100, at=now - timedelta(days=14))

    first = operations.run_payouts(now=now)
    statement = queries.get_statement(first.paid[0].payout_id).payout
    assert (statement.lines_total, statement.amount, statement.closing) == (cny(11400), cny(9500), cny(1900))

    second = operations.run_payouts(now=now + timedelta(days=2))
    statement = queries.get_statement(second.paid[0].payout_id)
    assert (statement.payout.opening, statement.payout.amount, statement.payout.closing) == (
        cny(1900),
        cny(1900),
        cny(0),
    )
    assert statement.lines == ()
    assert statement.payout.period_start == now
    assert list(checks.find_faults()) == []


@pytest.mark.django_db
def test_what_is_payable_from_a_day_is_paid_by_a_run_of_that_days_first_hour(now: datetime) -> None:
    seller = build.approved_seller("CN")
    released_at = now.replace(hour=22)
    money.released(seller, goods=2000, at=released_at)
    (line,) = queries.list_account_lines(seller_id=seller.id, delay_days=15)
    day = released_at.replace(hour=0, minute=0) + timedelta(days=15)
    assert line.ready_at == day
    assert operations.run_payouts(now=day - timedelta(minutes=1)).paid == ()
    assert [paid.amount for paid in operations.run_payouts(now=day).paid] == [cny(2000)]


@pytest.mark.django_db
def test_a_refund_after_the_payout_is_taken_from_the_next_one(now: datetime) -> None:
    seller = build.approved_seller("CN")
    paid_out = money.released(seller, goods=3000, at=now - LONG_AGO)
    operations.run_payouts(now=now)
    money.clawed_back(seller, 1000, order_id=paid_out, at=now)

    owing = operations.run_payouts(now=now)
    assert [(row.reason, row.balance) for row in owing.skipped] == [(Skip.OWES_US, cny(-1000))]

    money.released(seller, goods=5000, at=now)
    later = now + LONG_AGO
    report = operations.run_payouts(now=later)
    statement = queries.get_statement(report.paid[0].payout_id)
    assert (statement.payout.opening, statement.payout.amount, statement.payout.closing) == (cny(0), cny(4000), cny(0))
    assert [(line.goods, line.refunds, line.net) for line in statement.lines] == [
        (cny(0), cny(-1000), cny(-1000)),
        (cny(5000), cny(0), cny(5000)),
    ]
    assert list(checks.find_faults()) == []


@pytest.mark.django_db
def test_what_a_refund_costs_counts_at_once_even_against_older_money(now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=3000, at=now - LONG_AGO)
    young = money.released(seller, goods=900, at=now)
    money.clawed_back(seller, 900, order_id=young, at=now)

    assert [paid.amount for paid in operations.run_payouts(now=now).paid] == [cny(2100)]


@pytest.mark.django_db
def test_each_reason_not_to_pay_is_named_and_nothing_moves(now: datetime) -> None:
    small, young, held = (build.approved_seller("CN") for _ in range(3))
    other = build.approved_seller("CN", currency="USD")
    money.released(small, goods=499, at=now - LONG_AGO)  # The pack's smallest payout is 5 CNY.
    money.released(young, goods=9000, at=now)
    money.released(held, goods=9000, at=now - LONG_AGO)
    money.released(other, goods=9000, at=now - LONG_AGO)
    sql.execute("UPDATE sellers_seller SET state = 'suspended' WHERE id = %s", [held.id])

    report = operations.run_payouts(now=now)

    assert report.paid == ()
    assert {row.seller_id: row.reason for row in report.skipped} == {
        small.id: Skip.BELOW_MINIMUM,
        young.id: Skip.NOT_DUE,
        held.id: Skip.SUSPENDED,
        other.id: Skip.OTHER_CURRENCY,
    }
    assert [balance_of(seller) for seller in (small, young, held, other)] == [499, 9000, 9000, 9000]


@pytest.mark.django_db
def test_a_seller_without_a_bank_account_waits(now: datetime) -> None:
    seller = build.approved_seller("CN")
    sql.execute("UPDATE sellers_bankaccount SET replaced_at = now() WHERE seller_id = %s", [seller.id])
    money.released(seller, goods=9000, at=now - LONG_AGO)

    assert [row.reason for row in operations.run_payouts(now=now).skipped] == [Skip.NO_ACCOUNT]


@pytest.mark.django_db
def test_a_run_can_be_held_to_one_currency(now: datetime) -> None:
    chinese, italian = build.approved_seller("CN"), build.approved_seller("IT")
    for seller in (chinese, italian):
        money.released(seller, goods=9000, at=now - LONG_AGO)

    report = operations.run_payouts(now=now, currency="EUR")

    assert [(paid.seller_id, paid.amount) for paid in report.paid] == [(italian.id, Money(9000, "EUR"))]
    assert balance_of(chinese) == 9000


@pytest.mark.django_db
def test_a_confirmed_payout_leaves_the_bank_once(now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=9000, at=now - LONG_AGO)
    payout_id = operations.run_payouts(now=now).paid[0].payout_id

    for _ in range(2):
        view = operations.confirm_payout(payout_id=payout_id, bank_reference="B1", actor="operator:1", now=now)

    assert (view.state, view.bank_reference, view.settled_at) == ("confirmed", "B1", now)
    assert ledger.balance(AccountRef("payout_clearing", "CNY")) == cny(0)
    assert ledger.balance(AccountRef("bank", "CNY")) == cny(-9000)
    assert list(checks.find_faults()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("confirmed", [False, True], ids=["the bank refused", "the money came back"])
def test_a_failed_payout_is_the_sellers_due_again_at_once(confirmed: bool, now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=9000, at=now - LONG_AGO)
    first = operations.run_payouts(now=now).paid[0]
    if confirmed:
        operations.confirm_payout(payout_id=first.payout_id, bank_reference="B1", actor="operator:1", now=now)

    for _ in range(2):
        operations.fail_payout(payout_id=first.payout_id, reason="account closed", actor="operator:1", now=now)

    assert balance_of(seller) == 9000
    assert ledger.balance(AccountRef("bank", "CNY")) == cny(0)
    with pytest.raises(operations.WrongPayoutState):
        operations.confirm_payout(payout_id=first.payout_id, bank_reference="B2", actor="operator:1", now=now)
    second = operations.run_payouts(now=now)
    statement = queries.get_statement(second.paid[0].payout_id)
    assert statement.payout.amount == cny(9000)
    assert [(line.kind, line.label, line.other, line.net) for line in statement.lines] == [
        ("returned", first.number, cny(9000), cny(9000))
    ]
    assert list(checks.find_faults()) == []


@pytest.mark.django_db
def test_a_seller_sees_its_own_statements_alone(now: datetime) -> None:
    one, two = build.approved_seller("CN"), build.approved_seller("CN")
    money.released(one, goods=9000, at=now - LONG_AGO)
    payout_id = operations.run_payouts(now=now).paid[0].payout_id

    assert [payout.id for payout in queries.list_seller_payouts(seller_id=one.id)] == [payout_id]
    assert queries.list_seller_payouts(seller_id=two.id) == ()
    with pytest.raises(NotFound):
        queries.access_statement(seller_id=two.id, payout_id=payout_id)


@pytest.mark.django_db
def test_a_seller_sees_what_is_due_and_what_is_not_yet(now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=9000, at=now - LONG_AGO)
    money.released(seller, goods=100, at=now)
    money.released(build.approved_seller("CN"), goods=1, at=now)

    (due,) = queries.list_due(now=now, seller_id=seller.id)

    assert due == Due(seller.id, seller.legal_name, "CN", "approved", cny(9100), cny(100))
    assert due.amount == cny(9000)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["payouts_payoutline", "payouts_statedtransfer"])
def test_the_database_refuses_to_change_a_statement(table: str, now: datetime) -> None:
    money.released(build.approved_seller("CN"), goods=9000, at=now - LONG_AGO)
    operations.run_payouts(now=now)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql.execute(f"DELETE FROM {table}")


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_pay_once(now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=9000, at=now - LONG_AGO)
    gate = threading.Barrier(2)
    paid: list[int] = []

    def run() -> None:
        try:
            gate.wait(60)
            paid.append(len(operations.run_payouts(now=now).paid))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(paid) == [0, 1]
    assert balance_of(seller) == 0
    assert list(checks.find_faults()) == []
