from __future__ import annotations

import threading
from datetime import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from entrepot.kernel import ids, sql
from entrepot.kernel.money import Money
from entrepot.ledger import operations, queries
from entrepot.ledger.operations import PostingKeyReused
from entrepot.ledger.rules import AccountRef, NewTransfer, move
from tests.builders import money

ESCROW, RECEIVABLE = money.ESCROW, money.RECEIVABLE


def rows() -> list[tuple]:
    return sql.fetch_all("SELECT posting_key, seq, amount_minor, currency, kind FROM ledger_transfer ORDER BY id")


@pytest.mark.django_db
def test_a_posting_writes_each_transfer_once_and_in_order(now: datetime) -> None:
    order_id = ids.new_id()
    tax = AccountRef("tax_payable", "EUR", "platform:IOSS")
    written = money.posted(
        "capture:1",
        money.transfer(minor=1190, reference=order_id),
        money.transfer(ESCROW, tax, minor=190, kind="tax", reference=order_id),
        at=now,
    )

    assert written is True
    assert rows() == [("capture:1", 0, 1190, "EUR", "capture"), ("capture:1", 1, 190, "EUR", "tax")]
    assert queries.balance(RECEIVABLE) == Money(1190, "EUR")
    assert queries.balance(ESCROW) == Money(1000, "EUR")
    assert queries.balance(tax) == Money(190, "EUR")
    assert [(t.kind, t.amount.minor, t.posted_at) for t in queries.transfers_of(order_id)] == [
        ("capture", 1190, now),
        ("tax", 190, now),
    ]


@pytest.mark.django_db
def test_the_same_key_again_writes_nothing(now: datetime) -> None:
    money.posted("capture:1", at=now)

    assert money.posted("capture:1", at=now) is False
    assert rows() == [("capture:1", 0, 1000, "EUR", "capture")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "others",
    [
        (money.transfer(minor=999),),
        (money.transfer(), money.transfer(minor=5)),
        (money.transfer(AccountRef("bank", "EUR")),),
        (money.transfer(minor=1000, kind="refund"),),
    ],
    ids=["another amount", "one more", "another account", "another kind"],
)
def test_the_same_key_with_other_transfers_is_a_fault_and_writes_nothing(
    others: tuple[NewTransfer, ...], now: datetime
) -> None:
    money.posted("capture:1", at=now)

    with pytest.raises(PostingKeyReused):
        money.posted("capture:1", *others, at=now)

    assert rows() == [("capture:1", 0, 1000, "EUR", "capture")]


@pytest.mark.django_db
def test_fewer_transfers_under_the_same_key_are_a_fault(now: datetime) -> None:
    money.posted("capture:1", money.transfer(), money.transfer(minor=5), at=now)

    with pytest.raises(PostingKeyReused):
        money.posted("capture:1", money.transfer(), at=now)


@pytest.mark.django_db
def test_several_postings_are_written_at_once_and_only_the_new_ones(now: datetime) -> None:
    money.posted("b", money.transfer(minor=2), at=now)

    with transaction.atomic():
        written = operations.post_many(
            postings={key: (money.transfer(minor=minor),) for key, minor in (("a", 1), ("b", 2), ("c", 3))}, at=now
        )

    assert written == {"a", "c"}
    assert queries.balance(ESCROW) == Money(6, "EUR")


@pytest.mark.django_db
def test_a_posting_between_open_accounts_is_one_statement(now: datetime, django_assert_num_queries) -> None:
    money.posted("first", money.transfer(), at=now)

    with transaction.atomic(), django_assert_num_queries(1):
        operations.post(key="second", transfers=[money.transfer(minor=n) for n in range(1, 9)], at=now)


@pytest.mark.django_db(transaction=True)
def test_post_demands_an_open_transaction(now: datetime) -> None:
    with pytest.raises(AssertionError, match="none is open"):
        operations.post(key="k", transfers=[money.transfer()], at=now)


@pytest.mark.parametrize("minor", [0, -1])
def test_a_transfer_moves_a_positive_amount(minor: int) -> None:
    with pytest.raises(AssertionError, match="positive"):
        money.transfer(minor=minor)


def test_a_transfer_cannot_cross_currencies() -> None:
    with pytest.raises(AssertionError, match="cannot move"):
        NewTransfer(RECEIVABLE, AccountRef("escrow", "CNY"), Money(1, "EUR"), "capture", None)


def test_a_transfer_needs_two_accounts() -> None:
    with pytest.raises(AssertionError, match="two sides"):
        money.transfer(ESCROW, ESCROW)


def test_a_move_between_currencies_passes_through_the_exchange_positions() -> None:
    payable = AccountRef("seller_payable", "CNY", "s")
    legs = list(
        move(
            debit=ESCROW,
            credit=payable,
            given=Money(1281, "EUR"),
            due=Money(10000, "CNY"),
            kind="goods",
            reference=None,
        )
    )

    assert [(str(leg.debit), str(leg.credit), str(leg.amount), leg.kind) for leg in legs] == [
        ("escrow[EUR]", "fx_position[EUR]", "12.81 EUR", "exchange"),
        ("fx_position[CNY]", "seller_payable[CNY s]", "100.00 CNY", "goods"),
    ]


def test_a_move_within_a_currency_is_direct_and_keeps_the_amount() -> None:
    payable = AccountRef("seller_payable", "EUR", "s")
    amount = Money(500, "EUR")
    assert list(move(debit=ESCROW, credit=payable, given=amount, due=amount, kind="goods", reference=None)) == [
        NewTransfer(ESCROW, payable, amount, "goods", None)
    ]
    with pytest.raises(AssertionError, match="without an exchange"):
        list(move(debit=ESCROW, credit=payable, given=amount, due=Money(501, "EUR"), kind="goods", reference=None))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount_minor = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer CASCADE",
        "UPDATE ledger_account SET currency = 'USD'",
        "DELETE FROM ledger_account",
        "TRUNCATE ledger_account CASCADE",
    ],
)
def test_the_database_refuses_to_change_the_books(statement: str, now: datetime) -> None:
    money.posted("capture:1", at=now)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql.execute(statement)

    assert rows() == [("capture:1", 0, 1000, "EUR", "capture")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ("{eur}, {cny}, 5, 'EUR'", "ledger_transfer_credit_currency"),
        ("{cny}, {eur}, 5, 'EUR'", "ledger_transfer_debit_currency"),
        ("{eur}, {eur}, 5, 'EUR'", "ledger_transfer_two_sides"),
        ("{eur}, {eur2}, 0, 'EUR'", "ledger_transfer_positive"),
        ("{eur}, {eur2}, -5, 'EUR'", "ledger_transfer_positive"),
    ],
)
def test_the_database_refuses_a_false_transfer_whoever_writes_it(values: str, constraint: str, now: datetime) -> None:
    money.posted("open", money.transfer(RECEIVABLE, ESCROW), at=now)
    money.posted("open cny", money.transfer(AccountRef("psp_receivable", "CNY"), AccountRef("escrow", "CNY")), at=now)
    numbers = {
        name: sql.fetch_one("SELECT id FROM ledger_account WHERE kind = %s AND currency = %s", [kind, currency])[0]
        for name, kind, currency in (
            ("eur", "escrow", "EUR"),
            ("eur2", "psp_receivable", "EUR"),
            ("cny", "escrow", "CNY"),
        )
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        sql.execute(
            f"""
            INSERT INTO ledger_transfer
              (debit_account_id, credit_account_id, amount_minor, currency, posting_key, seq, kind, posted_at)
            VALUES ({values.format(**numbers)}, 'false', 0, 'capture', now())
            """
        )


@pytest.mark.django_db(transaction=True)
def test_two_postings_with_one_key_at_once_write_once(now: datetime) -> None:
    gate = threading.Barrier(2)
    answers: list[bool] = []

    def post() -> None:
        try:
            with transaction.atomic():
                gate.wait(60)
                answers.append(operations.post(key="capture:1", transfers=[money.transfer(), money.transfer()], at=now))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(answers) == [False, True]
    assert len(rows()) == 2
    assert queries.balance(ESCROW) == Money(2000, "EUR")


@pytest.mark.django_db(transaction=True)
def test_a_posting_that_is_rolled_back_leaves_its_key_free(now: datetime) -> None:
    with transaction.atomic():
        operations.post(key="capture:1", transfers=[money.transfer()], at=now)
        transaction.set_rollback(True)

    assert rows() == []
    assert money.posted("capture:1", at=now) is True
