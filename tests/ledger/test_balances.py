from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import example, given, strategies as st

from entrepot.kernel import ids, sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.ledger import checks, operations, queries
from entrepot.ledger.rules import ACCOUNT_KINDS, AccountRef, NewTransfer
from tests.builders import money
from tests.conftest import NOW

ESCROW, RECEIVABLE = money.ESCROW, money.RECEIVABLE

_KINDS = sorted(ACCOUNT_KINDS)
_CURRENCIES = ("EUR", "CNY", "JPY", "KWD")
_ACCOUNTS = st.tuples(st.sampled_from(_KINDS), st.sampled_from(["", "one", "two"]))


@st.composite
def transfers(draw: st.DrawFn) -> NewTransfer:
    currency = draw(st.sampled_from(_CURRENCIES))
    debit = draw(_ACCOUNTS)
    credit = draw(_ACCOUNTS.filter(lambda other: other != debit))
    return NewTransfer(
        AccountRef(debit[0], currency, debit[1]),
        AccountRef(credit[0], currency, credit[1]),
        Money(draw(st.integers(1, 10**15)), currency),
        draw(st.sampled_from(["capture", "goods", "refund"])),
        None,
    )


_ONE = NewTransfer(RECEIVABLE, ESCROW, Money(1000, "EUR"), "capture", None)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 5), st.lists(transfers(), min_size=1, max_size=4)),
        st.just("snapshot"),
    ),
    max_size=10,
)


def of_this_example(new: NewTransfer, example: str) -> NewTransfer:
    debit, credit = (replace(ref, owner=f"{ref.owner}{example}") for ref in (new.debit, new.credit))
    return replace(new, debit=debit, credit=credit)


@pytest.mark.django_db(transaction=True)
@given(steps=_STEPS)
@example(steps=[(0, [_ONE]), "snapshot", (1, [_ONE, _ONE]), (0, [_ONE]), "snapshot", (2, [_ONE])])
def test_a_balance_is_what_all_transfers_add_up_to_and_a_key_counts_once(steps: list) -> None:
    this = ids.new_id().hex  # Examples share a database: each has accounts and keys of its own.
    expected: dict[AccountRef, int] = {}
    seen: dict[int, list[NewTransfer]] = {}
    for step in steps:
        if step == "snapshot":
            operations.take_snapshots(now=NOW)
            continue
        number, drawn = step
        news = seen.get(number) or [of_this_example(new, this) for new in drawn]
        assert money.posted(f"{this}:{number}", *news, at=NOW) is (number not in seen)
        if number in seen:
            continue
        seen[number] = news
        for new in news:
            for account, sign in ((new.debit, 1), (new.credit, -1)):
                grows = sign if ACCOUNT_KINDS[account.kind].side == "debit" else -sign
                expected[account] = expected.get(account, 0) + grows * new.amount.minor

    for account, minor in expected.items():
        assert queries.balance(account) == Money(minor, account.currency)
    found = {row.account: row.balance.minor for row in queries.balances() if row.account.owner.endswith(this)}
    assert found == expected
    for currency in _CURRENCIES:
        rows = queries.balances(currency=currency)
        assert sum(row.debits.minor for row in rows) == sum(row.credits.minor for row in rows)


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_shortens_the_sum_and_changes_no_balance(now: datetime) -> None:
    for number in range(5):
        money.posted(f"capture:{number}", at=now)
    assert operations.take_snapshots(now=now) == 2

    money.posted("capture:late", money.transfer(minor=7), at=now)

    assert sql.fetch_all("SELECT credit_minor::bigint FROM ledger_snapshot WHERE credit_minor > 0") == [(5000,)]
    assert queries.balance(ESCROW) == Money(5007, "EUR")
    assert operations.take_snapshots(now=now) == 2
    assert queries.balance(ESCROW) == Money(5007, "EUR")
    assert operations.take_snapshots(now=now) == 0
    assert list(checks.find_faults()) == []


@pytest.mark.django_db(transaction=True)
def test_a_transfer_that_commits_late_is_not_lost_to_a_snapshot(now: datetime) -> None:
    money.posted("first", at=now)
    posted, taken = threading.Event(), threading.Event()

    def hold_open() -> None:
        try:
            with transaction.atomic():
                operations.post(key="slow", transfers=[money.transfer(minor=30)], at=now)
                posted.set()
                assert taken.wait(60)
        finally:
            connection.close()

    slow = threading.Thread(target=hold_open)
    slow.start()
    assert posted.wait(60)
    money.posted("quick", money.transfer(minor=5), at=now)
    operations.take_snapshots(now=now)
    assert queries.balance(ESCROW) == Money(1005, "EUR")
    taken.set()
    slow.join(60)

    assert queries.balance(ESCROW) == Money(1035, "EUR")
    operations.take_snapshots(now=now)
    assert queries.balance(ESCROW) == Money(1035, "EUR")
    assert list(checks.find_faults()) == []


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_of_a_cluster_whose_transaction_ids_were_higher_is_dropped(now: datetime) -> None:
    money.posted("capture:1", at=now)
    operations.take_snapshots(now=now)
    sql.execute("UPDATE ledger_snapshot SET below_xid = '9000000000'")
    money.posted("capture:2", at=now)

    operations.take_snapshots(now=now)

    assert queries.balance(ESCROW) == Money(2000, "EUR")
    assert list(checks.find_faults()) == []


@pytest.mark.django_db
def test_balances_are_listed_by_kind_currency_and_owner(now: datetime) -> None:
    one, two = (AccountRef("seller_payable", "CNY", owner) for owner in ("one", "two"))
    money.posted("a", money.transfer(AccountRef("fx_position", "CNY"), two, minor=20), at=now)
    money.posted("b", money.transfer(AccountRef("fx_position", "CNY"), one, minor=10), at=now)
    money.posted("c", money.transfer(), at=now)

    assert [(row.account, row.balance.minor) for row in queries.balances("seller_payable")] == [(one, 10), (two, 20)]
    assert [row.account for row in queries.balances(owner="two")] == [two]
    assert {row.account.kind for row in queries.balances(currency="EUR")} == {"escrow", "psp_receivable"}
    assert queries.balance(AccountRef("seller_payable", "CNY", "nobody")) == Money(0, "CNY")


@pytest.mark.django_db
def test_an_account_statement_opens_and_closes_at_the_balances_of_its_days(now: datetime) -> None:
    day = timedelta(days=1)
    for number, minor in enumerate((100, 20, 3)):
        money.posted(f"in:{number}", money.transfer(minor=minor), at=now + number * day)
    money.posted("out", money.transfer(ESCROW, RECEIVABLE, minor=50, kind="refund"), at=now + day)

    statement = queries.get_statement(ESCROW, start=now + day, end=now + 2 * day)

    assert statement.opening == Money(100, "EUR")
    assert [entry.signed_for(ESCROW).minor for entry in statement.entries] == [20, -50]
    assert statement.closing == Money(70, "EUR")
    empty = queries.get_statement(AccountRef("bank", "USD"), start=now, end=now + day)
    assert (empty.opening, empty.entries, empty.closing) == (Money(0, "USD"), (), Money(0, "USD"))


@pytest.mark.django_db
def test_transfers_are_found_by_reference_and_by_posting(now: datetime) -> None:
    order_id = ids.new_id()
    money.posted(
        "capture:1",
        money.transfer(minor=11900, reference=order_id),
        money.transfer(ESCROW, AccountRef("rounding", "EUR"), minor=1, kind="rounding", reference=order_id),
        at=now,
    )
    assert [transfer.amount.minor for transfer in queries.transfers_of(order_id)] == [11900, 1]
    assert queries.transfers_of_references([order_id]) == {order_id: queries.transfers_of(order_id)}
    assert queries.transfers_of_posting("capture:1") == queries.transfers_of(order_id)


@pytest.mark.django_db
def test_an_account_is_read_page_by_page_with_the_balance_after_each_entry(now: datetime) -> None:
    for number in range(1, 8):
        money.posted(f"capture:{number}", money.transfer(minor=number * 100), at=now)
    money.posted("back", money.transfer(ESCROW, RECEIVABLE, minor=50, kind="refund"), at=now)

    first = queries.page_account(ESCROW, limit=5)
    assert first.balance == Money(2750, "EUR")
    assert [(entry.posting_key, after.minor) for entry, after in first.entries] == [
        ("back", 2750), ("capture:7", 2800), ("capture:6", 2100), ("capture:5", 1500), ("capture:4", 1000),
    ]  # fmt: skip
    second = queries.page_account(ESCROW, before=first.older, limit=5)
    assert [(entry.posting_key, after.minor) for entry, after in second.entries] == [
        ("capture:3", 600), ("capture:2", 300), ("capture:1", 100),
    ]  # fmt: skip
    assert second.older == ""
    for unknown in ("somewhere", "1-", "' OR 1=1"):
        with pytest.raises(NotFound):
            queries.page_account(ESCROW, before=unknown)
    with pytest.raises(NotFound):
        queries.page_account(AccountRef("escrow", "KWD"))


@pytest.mark.django_db
def test_the_trial_balance_of_each_currency_has_equal_sides(now: datetime) -> None:
    money.posted("one", money.transfer(minor=1000), at=now)
    seller = AccountRef("seller_payable", "EUR", "one")
    money.posted("two", money.transfer(ESCROW, seller, minor=900, kind="goods"), at=now)
    yuan = AccountRef("escrow", "CNY"), AccountRef("psp_receivable", "CNY")
    money.posted("three", money.transfer(yuan[1], yuan[0], minor=7), at=now)

    cny, eur = queries.trial_balances()
    assert [(cny.currency, cny.debits.minor, cny.credits.minor), cny.is_balanced] == [("CNY", 7, 7), True]
    assert [(row.kind, row.accounts, row.debit.minor, row.credit.minor) for row in eur.rows] == [
        ("escrow", 1, 0, 100), ("psp_receivable", 1, 1000, 0), ("seller_payable", 1, 0, 900),
    ]  # fmt: skip
    assert (eur.debits, eur.credits) == (Money(1000, "EUR"), Money(1000, "EUR"))
