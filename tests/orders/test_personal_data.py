"""A person's data in carts and purchases: told on request, erased when nothing stands against it."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from entrepot.accounts import ports
from entrepot.kernel import sql
from entrepot.orders import operations, queries
from entrepot.orders.personal_data import OrdersData
from tests.builders import accounts, orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return accounts.person()


@pytest.fixture
def listing():
    return orders.goods(orders.shop("CN"))


def test_the_holder_is_bound():
    assert "orders" in {holder.name for holder in ports.holders()}


def test_the_export_tells_carts_and_purchases(person, listing):
    purchase = orders.purchase((listing, 2), person_id=person.id)
    orders.cart((listing, 1), person_id=person.id)
    orders.purchase((listing, 1))
    told = OrdersData().export(person_id=person.id)
    assert [entry["number"] for entry in told["purchases"]] == [purchase.number]
    assert told["purchases"][0]["address"]["name"] == "Jürgen Müller"
    assert told["purchases"][0]["orders"][0]["lines"] == [{"title": "Plain cotton T-shirt", "quantity": 2}]
    assert [cart["email"] for cart in told["carts"]] == ["buyer@example.com"]
    json.dumps(told)


def test_an_open_order_stands_against_erasing(person, listing):
    purchase = orders.purchase((listing, 1), person_id=person.id)
    assert OrdersData().objections(person_id=person.id) == ["open_orders"]
    operations.cancel_lines(order_id=purchase.orders[0].id, by="buyer", now=NOW)
    assert OrdersData().objections(person_id=person.id) == []


def test_erasing_leaves_amounts_and_takes_the_rest(person, listing):
    purchase = orders.purchase((listing, 1), person_id=person.id)
    operations.cancel_lines(order_id=purchase.orders[0].id, by="buyer", now=NOW)
    cart = orders.cart((listing, 1), person_id=person.id)
    for _ in range(2):
        with transaction.atomic():
            OrdersData().erase(person_id=person.id, now=NOW)
    erased = queries.get_any_purchase(purchase.id)
    assert (erased.email, erased.address, erased.person_id) == ("", None, None)
    assert erased.total == purchase.total
    assert queries.access_cart(cart.id, cart.token).status == "expired"
    assert queries.list_purchases(person.id) == ()
    left = str(
        sql.fetch_all("SELECT t::text FROM orders_cart t") + sql.fetch_all("SELECT t::text FROM orders_purchase t")
    )
    assert "10115" not in left
    assert orders.faults() == []
