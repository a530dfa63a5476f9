"""Money as its owner reads it: where it is, until when and why, what was paid; and the account it is paid to."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from entrepot.demo import identities
from entrepot.kernel import sql
from entrepot.kernel.money import Money
from entrepot.orders import operations, queries as orders_queries
from entrepot.payouts import operations as payouts, queries
from entrepot.payouts.rules import Skip
from entrepot.sellers import queries as seller_queries
from entrepot.sellers.rules import CHANGED_ACCOUNT_RESTS_FOR
from entrepot.ui import formats
from tests.builders import accounts, orders, sellers
from tests.conftest import NOW
from tests.pages import Reader, moment

pytestmark = pytest.mark.django_db

DELAY = timedelta(days=15)  # Of China's pack.


def _bought(seller: Any, *, days: int = 0) -> Any:
    view = orders.purchase((orders.goods(seller), 1), now=NOW + timedelta(days=days))
    return orders_queries.get_any_order(view.orders[0].id)


def _released(seller: Any, *, days: int = 0) -> Any:
    order = _bought(seller)
    at = NOW + timedelta(days=days)
    orders.ship(order, now=at)
    operations.confirm_receipt(order_id=order.id, now=at)
    operations.release_escrow(order_id=order.id, now=at)
    return orders_queries.get_any_order(order.id)


def _net(order: Any) -> Money:
    return orders_queries.find_seller_due(order).net


def _cards(reader: Reader) -> list[str]:
    return [node.text_content() for node in reader.page.xpath("//div[@class='figure-card']/b")]


def _shown(*amounts: Money) -> list[str]:
    return [formats.money(amount, "en") for amount in amounts]


def test_money_is_followed_from_held_to_paid_and_each_page_adds_up() -> None:
    seller = orders.shop("CN")
    zero = Money.zero("CNY")
    first, second = _released(seller), _released(seller, days=10)
    held = _bought(seller, days=12)
    owner, page = sellers.owner_of(seller), f"/seller/{seller.id}/money/"

    with moment(NOW + timedelta(days=12)):
        reader = Reader(person_id=owner).open(page)
        assert _cards(reader) == _shown(_net(held), _net(first) + _net(second), zero, zero, zero)
        assert "Held until you have sent all of it and the buyer has it. It must leave by Dec 9, 2026." in reader.words
        assert "From Dec 5, 2026" in reader.words
        assert "The next amount becomes payable on Dec 5, 2026." in reader.words
        total = reader.page.xpath("//tfoot//td")[0].text_content()
        assert total == _shown(_net(first) + _net(second))[0]

    payouts.run_payouts(now=NOW + DELAY + timedelta(hours=1))
    with moment(NOW + DELAY + timedelta(hours=2)):
        reader = Reader(person_id=owner).open(page)
        assert _cards(reader) == _shown(_net(held), _net(second), zero, _net(first), zero)
        assert reader.page.xpath("//tfoot//td")[0].text_content() == _shown(_net(second))[0]
    (payout,) = queries.list_seller_payouts(seller_id=seller.id)
    payouts.confirm_payout(
        payout_id=payout.id, bank_reference="B-1", actor="operator:x", now=NOW + DELAY + timedelta(days=2)
    )

    with moment(NOW + DELAY + timedelta(days=11)):
        reader = Reader(person_id=owner).open(page)
        assert _cards(reader) == _shown(_net(held), zero, _net(second), zero, _net(first))
        reader.open(f"{page}{payout.id}/")
    body = [
        [cell.text_content() for cell in row.xpath("./td[@class='figure']")] for row in reader.page.xpath("//tbody/tr")
    ]
    sums = _shown(_net(first) + _net(second))
    assert body[-1][-1] == sums[0]
    assert [row[-1] for row in body[1:-1]] == _shown(_net(first), _net(second))
    assert [cell.text_content() for cell in reader.page.xpath("//tfoot//td")] == _shown(_net(first), _net(second))


def test_a_statement_is_handed_out_as_paper_and_as_a_table_that_adds_up() -> None:
    seller = orders.shop("CN")
    _released(seller)
    payouts.run_payouts(now=NOW + DELAY + timedelta(hours=1))
    (payout,) = queries.list_seller_payouts(seller_id=seller.id)
    reader = Reader(person_id=sellers.seat(seller, "finance"))
    base = f"/seller/{seller.id}/money/{payout.id}"
    assert reader.open(f"{base}/statement.pdf").content.startswith(b"%PDF")
    rows = list(csv.DictReader(io.StringIO(reader.open(f"{base}/statement.csv").content.decode("utf-8-sig"))))
    assert "attachment" in reader.headers["Content-Disposition"]
    amounts = [Decimal(row["net"]) for row in rows]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal(payout.closing.text)


def test_what_is_on_the_account_adds_up_to_the_balance_also_after_a_payout_that_came_back() -> None:
    seller = orders.shop("CN")
    _released(seller)
    _released(seller, days=10)
    payouts.run_payouts(now=NOW + DELAY + timedelta(hours=1))
    (payout,) = queries.list_seller_payouts(seller_id=seller.id)
    failed_at = NOW + DELAY + timedelta(days=1)
    payouts.fail_payout(payout_id=payout.id, actor="operator:x", reason="The account is closed.", now=failed_at)

    lines = queries.list_account_lines(seller_id=seller.id, delay_days=DELAY.days)

    (due,) = queries.list_due(now=failed_at, seller_id=seller.id)
    assert sum(line.amount.minor for line in lines) == due.balance.minor
    assert [line.label for line in lines if line.order_id is None] == [payout.number]
    with moment(failed_at):
        reader = Reader(person_id=sellers.owner_of(seller)).open(f"/seller/{seller.id}/today/")
        assert "came back" in reader.words
        assert "The account is closed." in reader.words


def _new_account() -> dict[str, str]:
    return {**identities.bank_fields("CN", 4712), "account_holder": "Another Holder"}


def test_an_account_is_changed_after_one_proves_who_one_is_and_payouts_to_it_rest() -> None:
    person = accounts.person(email="owner@example.com", password=accounts.PASSWORD)
    seller = orders.shop("CN", person_id=person.id)
    _released(seller)
    page = f"/seller/{seller.id}/money/account/"
    changed_at = NOW + DELAY
    before = seller_queries.get_payout_account(seller.id)
    with moment(changed_at):
        thief = Reader(person_id=person.id).open(page)  # Sits before a session that somebody left open.
        assert thief.address.startswith("/account/confirm-yourself/")
        token = thief.form("/confirm-yourself/").fields["csrfmiddlewaretoken"]
        thief.client.post(page, {"csrfmiddlewaretoken": token, **_new_account()})
        assert seller_queries.get_payout_account(seller.id) == before

        reader = Reader(person_id=person.id).open(page)
        reader.send("/confirm-yourself/", password=accounts.PASSWORD)
        assert reader.address == page
        reader.send("/account/", **{**_new_account(), **dict.fromkeys(list(identities.bank_fields("CN", 1))[1:2], "x")})
        assert reader.faults() != []
        reader.send("/account/", **_new_account())
        assert "The account is kept. Every owner is told by e-mail." in reader.words
        assert "Payouts to this account begin on Dec 8, 2026" in reader.words
        assert "The holder is another name than the business" in reader.words
    account = seller_queries.get_payout_account(seller.id)
    assert (account.holder, account.usable_from) == ("Another Holder", changed_at + CHANGED_ACCOUNT_RESTS_FOR)
    assert sql.fetch_one("SELECT count(*) FROM kernel_fact WHERE kind = 'BankAccountChanged'") == (1,)

    resting = payouts.run_payouts(now=changed_at + timedelta(days=2))
    assert ([row.reason for row in resting.skipped], resting.paid) == ([Skip.ACCOUNT_RESTS], ())
    assert len(payouts.run_payouts(now=changed_at + CHANGED_ACCOUNT_RESTS_FOR).paid) == 1


@pytest.mark.parametrize("role", ["manager", "fulfilment", "finance", "viewer"])
def test_only_owners_change_the_account_and_only_finance_sees_money(role: str) -> None:
    seller = orders.shop("CN")
    reader = Reader(person_id=sellers.seat(seller, role))
    assert reader.open(f"/seller/{seller.id}/money/").status == (200 if role == "finance" else 403)
    assert not reader.page.xpath("//a[contains(@href, '/money/account/')]")
    assert reader.open(f"/seller/{seller.id}/money/account/").status == 403
