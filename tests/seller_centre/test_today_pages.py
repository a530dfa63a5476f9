"""Today: what is due, the most urgent first, and the figures of the last days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from entrepot.orders import queries as orders_queries
from entrepot.sellers import operations as seller_operations
from entrepot.ui import formats
from tests.builders import orders, sellers
from tests.conftest import NOW
from tests.pages import Reader, moment

pytestmark = pytest.mark.django_db


def _dues(reader: Reader) -> list[tuple[str, bool]]:
    """Return what is due in its order, each with whether it is urgent."""
    return [
        (" ".join(node.xpath("string(.//b)").split()), "due-late" in node.get("class"))
        for node in reader.page.xpath("//a[contains(@class, 'due')]")
    ]


def _bought(seller: Any, quantity: int = 1, *, days: float = 0) -> Any:
    view = orders.purchase((orders.goods(seller), quantity), now=NOW + timedelta(days=days))
    return orders_queries.get_any_order(view.orders[0].id)


def test_orders_are_due_by_their_dispatch_dates_and_those_of_the_last_day_stand_out() -> None:
    seller = orders.shop("CN")
    later, sooner = _bought(seller, days=2), _bought(seller, days=1)
    owner = sellers.owner_of(seller)
    with moment(NOW + timedelta(days=3)):
        reader = Reader(person_id=owner).open("/seller/")
        assert _dues(reader) == [(sooner.number, False), (later.number, False)]
    with moment(sooner.dispatch_due_at - timedelta(hours=2)):
        reader = Reader(person_id=owner).open("/seller/")
        assert _dues(reader) == [(sooner.number, True), (later.number, False)]
    with moment(sooner.dispatch_due_at + timedelta(hours=1)):
        assert "Late" in Reader(person_id=owner).open("/seller/").words


def test_a_new_seller_is_led_to_what_still_keeps_goods_from_being_sold() -> None:
    bare = sellers.submitted_seller("IT")
    seller_operations.approve_seller(seller_id=bare.id, actor="system", now=NOW)
    reader = Reader(person_id=sellers.owner_of(bare)).open("/seller/")
    assert [title for title, _ in _dues(reader)] == ["Open your store: its name and where parcels leave from."]

    seller = sellers.approved_seller("CN")
    orders.goods(seller, hs=None, origin="", seller_category="T-shirts")
    reader = Reader(person_id=sellers.owner_of(seller)).open("/seller/")
    assert [title for title, _ in _dues(reader)] == [
        "Say what delivery costs; without that nothing can be sold.",
        "1 listing has no HS code yet",
    ]


def test_a_suspension_stands_above_everything_with_its_reason() -> None:
    seller = orders.shop("CN")
    _bought(seller)
    seller_operations.suspend_seller(
        seller_id=seller.id, actor="operator:x", reasons=[{"field": "", "reason": "Three parcels were empty."}], now=NOW
    )
    reader = Reader(person_id=sellers.owner_of(seller)).open("/seller/")
    assert _dues(reader)[0] == ("Selling is suspended", True)
    assert "Three parcels were empty." in reader.words


def test_the_last_days_are_shown_as_bars_with_their_table() -> None:
    seller = orders.shop("CN")
    first, second = _bought(seller, 2, days=-20), _bought(seller, days=-3)
    amounts = [formats.money(orders_queries.find_seller_due(order).net, "en") for order in (first, second)]
    reader = Reader(person_id=sellers.owner_of(seller)).open(f"/seller/{seller.id}/today/")
    rows = reader.page.xpath("//table[@class='bars']//tr")
    assert len(rows) == 7
    assert [row.xpath("string(./td[@class='figure'])") for row in rows if "0.00" not in row.text_content()] == [
        amounts[1]
    ]
    assert len(reader.page.xpath("//details//tbody/tr")) == 7

    reader.open(f"/seller/{seller.id}/today/?days=30")
    rows = reader.page.xpath("//table[@class='bars']//tr")
    assert len(rows) == 6
    shown = [text for row in rows if (text := row.xpath("string(./td[@class='figure'])")) in amounts]
    assert shown == amounts


def test_each_role_sees_the_dues_that_it_may_act_on() -> None:
    seller = orders.shop("CN")
    order = _bought(seller)
    for role in ("manager", "fulfilment", "finance", "viewer"):
        reader = Reader(person_id=sellers.seat(seller, role)).open(f"/seller/{seller.id}/today/")
        assert [title for title, _ in _dues(reader)] == [order.number], role
