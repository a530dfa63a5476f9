"""What one checkout costs: statements and Python calls, the figures that do not drift with the machine."""

from __future__ import annotations

import pytest

from entrepot.kernel.money import Money
from entrepot.orders import operations
from tests.builders import orders
from tests.orders import counting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listings():
    return [orders.goods(orders.shop(country)) for country in ("CN", "IT", "TR")]


def buy(listings):
    cart = operations.create_cart(
        country="DE",
        currency="EUR",
        language="en",
        email="buyer@example.com",
        address=orders.BERLIN,
        lines=[{"sku": orders.code_of(listing), "quantity": 1} for listing in listings],
        now=orders.NOW,
    )
    return orders.place(cart)


def test_a_checkout_of_three_sellers_needs_fifteen_statements(listings):
    orders.open_buying("DE")
    buy(listings)  # Rates, packs and the accounts of the books are read or opened once per process.
    with counting.statements() as count:
        purchase = buy(listings)
    assert purchase.state == "paid"
    assert len(purchase.orders) == 3
    assert len(count.statements) <= 15, "\n".join(count.statements)


def test_a_cart_needs_two_statements(listings):
    orders.cart((listings[0], 1))
    with counting.statements() as count:
        orders.cart((listings[0], 1))
    assert len([text for text in count.statements if "markets_market" not in text or "catalog_sku" in text]) == 2


def test_a_checkout_stays_within_its_python_calls(listings):
    orders.open_buying("DE")
    buy(listings)
    with counting.python_calls() as count:
        buy(listings)
    assert count.calls < 3_000


def test_a_replayed_request_charges_and_writes_nothing(listings):
    cart = orders.cart((listings[0], 1))
    first = orders.place(cart, key="again")
    with counting.statements() as count:
        again = orders.place(cart, key="again", shown_total=Money(1, "EUR"))
    assert again == first
    writes = [text for text in count.statements if text.startswith(("INSERT", "UPDATE", "DELETE", "WITH"))]
    assert len(writes) == 1, "the cart, which is closed only while it is open"
    assert "AND status = 'open'" in writes[0]
