"""Placing: one transaction, then the payment. Every refusal leaves everything as it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections

from entrepot.catalog import operations as catalog
from entrepot.catalog.operations import OutOfStock
from entrepot.kernel import ids, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.money import Money
from entrepot.markets import operations as markets, queries as market_queries
from entrepot.markets.fx import RateRow
from entrepot.orders import operations, queries
from entrepot.orders.operations import (
    CartIncomplete,
    CartNotOpen,
    DueAtDoorNotAccepted,
    IdempotencyKeyReused,
    RequestInFlight,
    TotalChanged,
)
from entrepot.orders.operations.placing import Placed
from entrepot.payments.ports import UnknownPaymentMethod
from entrepot.pricing.queries import CorridorClosed, NotSellable
from entrepot.sellers import operations as sellers
from tests.builders import orders, shipping
from tests.builders.orders import BERLIN, NOW

pytestmark = pytest.mark.django_db


# Whether the session that placed a purchase is still there: the server ends one a moment after its client.
_LIVES = "SELECT EXISTS (SELECT FROM pg_stat_activity JOIN orders_idempotencykey ON session = pid)"


def step_one(cart, **changes):
    """Place a cart without paying it."""
    orders.bind_sandbox()
    fields = {
        "cart_id": cart.id,
        "token": cart.token,
        "idempotency_key": "key",
        "body_hash": b"body",
        "shown_total": Money(cart.quote.total, cart.currency),
        "payment_method": "sandbox",
        "payment_token": "tok_ok",
        "accept_due_at_door": True,
        "now": NOW,
        **changes,
    }
    return operations.place_purchase(**fields)


def test_a_cart_of_two_sellers_becomes_a_purchase_with_two_orders():
    first, second = orders.goods(orders.shop("CN")), orders.goods(orders.shop("IT"), price="25.00")
    cart = orders.cart((first, 2), (second, 1))
    purchase = orders.place(cart)
    assert purchase.state == "paid"
    assert purchase.total == Money(cart.quote.total, "EUR")
    assert [order.number for order in purchase.orders] == [f"{purchase.number}-1", f"{purchase.number}-2"]
    assert sum(order.total.minor for order in purchase.orders) == cart.quote.total
    assert {order.state for order in purchase.orders} == {"to_ship"}
    assert {order.money_state for order in purchase.orders} == {"held"}
    assert orders.stock_of(first) == (100, 2)
    assert orders.stock_of(second) == (100, 1)
    assert queries.access_cart(cart.id, cart.token).status == "placed"
    assert orders.facts_of("PurchasePlaced", "PaymentCaptured", "PurchasePaid") == [
        "PurchasePlaced",
        "PaymentCaptured",
        "PurchasePaid",
    ]
    assert orders.faults() == []


def test_everything_that_priced_the_order_is_frozen_on_it():
    listing = orders.goods(orders.shop("CN"))
    cart = orders.cart((listing, 2))
    purchase = orders.place(cart)
    stored = queries.get_any_purchase(purchase.id)
    assert stored.orders[0].quote == cart.quote.orders[0]
    (row,) = sql.fetch_all("SELECT rates::text, region, postal_code, language, channel FROM orders_purchase")
    assert "CNY/EUR" in row[0]
    assert row[2:] == ("10115", "en", "web")
    (consignment,) = sql.fetch_all(
        "SELECT dispatch_country, destination_country, regime, import_charges FROM orders_consignment"
    )
    assert consignment == ("CN", "DE", cart.quote.orders[0].regime, "prepaid")


def test_a_wrong_token_opens_no_cart():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    before = orders.snapshot()
    with pytest.raises(NotFound):
        step_one(cart, token="wrong")
    with pytest.raises(NotFound):
        step_one(cart, cart_id=ids.new_id())
    assert orders.snapshot() == before


def test_a_total_other_than_the_one_shown_is_not_charged_and_the_changes_are_named():
    listing = orders.goods(orders.shop("CN"), price="99.00")
    cart = orders.cart((listing, 1))
    shown = Money(cart.quote.total, "EUR")
    catalog.set_prices(seller_id=listing.seller_id, prices={listing.skus[0].seller_sku: ("120.00", "CNY")}, now=NOW)
    before = orders.snapshot()
    with pytest.raises(TotalChanged) as refusal:
        orders.place(cart)
    assert orders.snapshot() == before
    fields = refusal.value.fields
    assert fields["shown"] == {"amount": shown.text, "currency": "EUR"}
    assert {change["group"] for change in fields["changes"]} == {"goods", "tax"}
    assert {change["seller"] for change in fields["changes"]} == {cart.quote.orders[0].seller.store_slug}
    current = Money.parse(fields["current"]["amount"], "EUR")
    assert current.minor > shown.minor
    assert orders.place(cart, shown_total=current).state == "paid"


def test_a_total_in_another_currency_is_another_total():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    with pytest.raises(TotalChanged):
        step_one(cart, shown_total=Money(cart.quote.total, "USD"))


@pytest.fixture
def dearer_yuan():
    """Return a function that makes the yuan dearer; the process forgets the rates afterwards."""

    def load():
        row = RateRow(currency="CNY", rate_date=NOW.date(), per_eur=Decimal("5.1"), source="test")
        markets.load_fx(rows=[row], now=NOW)
        market_queries.forget_fx()

    yield load
    market_queries.forget_fx()


def test_the_carts_exchange_rates_hold_until_they_run_out(dearer_yuan):
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    dearer_yuan()
    before = orders.snapshot()
    with pytest.raises(TotalChanged):
        orders.place(cart, now=cart.valid_until)
    assert orders.snapshot() == before
    assert orders.place(cart, now=cart.valid_until - timedelta(seconds=1)).state == "paid"


def test_too_little_stock_refuses_all_of_it():
    plenty = orders.goods(orders.shop("CN"), stock=10)
    scarce = orders.goods(orders.shop("IT"), stock=1)
    cart = orders.cart((plenty, 1), (scarce, 2))
    before = orders.snapshot()
    with pytest.raises(OutOfStock) as refusal:
        orders.place(cart)
    assert refusal.value.fields["skus"] == [{"sku": orders.code_of(scarce), "wanted": 2, "available": 1}]
    assert orders.snapshot() == before


def test_what_the_cart_needs_must_be_given_first():
    listing = orders.goods(orders.shop("CN"))
    orders.open_buying("DE")
    cart = operations.create_cart(
        country="DE",
        currency="EUR",
        language="en",
        lines=[{"sku": orders.code_of(listing), "quantity": 1}],
        now=NOW,
    )
    before = orders.snapshot()
    with pytest.raises(CartIncomplete) as refusal:
        orders.place(cart)
    assert refusal.value.fields == {"needs": ["email", "address"]}
    assert orders.snapshot() == before


def test_charges_at_the_door_need_the_buyers_consent_and_it_is_recorded():
    seller = orders.shop("CN")
    shipping.template(seller)  # Nobody prepays duties on this way, and the goods are above the platform's scheme.
    listing = orders.goods(seller, price="2500.00")
    cart = orders.cart((listing, 1))
    assert cart.quote.import_charges == "due_at_door"
    before = orders.snapshot()
    with pytest.raises(DueAtDoorNotAccepted):
        orders.place(cart, accept_due_at_door=False)
    assert orders.snapshot() == before
    orders.place(cart, accept_due_at_door=True)
    assert sql.fetch_all("SELECT due_at_door_accepted FROM orders_purchase") == [(True,)]


def test_a_market_that_closed_meanwhile_refuses_again():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    markets.set_stage(country="DE", side="buying", stage="suspended", actor="system", reason="test", now=NOW)
    before = orders.snapshot()
    with pytest.raises(CorridorClosed):
        orders.place(cart)
    assert orders.snapshot() == before


def test_a_seller_suspended_meanwhile_sells_nothing():
    seller = orders.shop("CN")
    cart = orders.cart((orders.goods(seller), 1))
    sellers.suspend_seller(
        seller_id=seller.id, actor="system", reasons=[{"field": "legal_name", "reason": "forged"}], now=NOW
    )
    before = orders.snapshot()
    with pytest.raises(NotSellable):
        orders.place(cart)
    assert orders.snapshot() == before


def test_an_unknown_payment_method_is_refused_before_anything_is_written():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    before = orders.snapshot()
    with pytest.raises(UnknownPaymentMethod):
        step_one(cart, payment_method="gold")
    assert orders.snapshot() == before


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "a\nb"])
def test_a_key_that_cannot_be_one_is_refused(key):
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    before = orders.snapshot()
    with pytest.raises(InvalidField):
        orders.place(cart, key=key or "\x00")
    assert orders.snapshot() == before


def test_the_same_key_and_body_get_the_same_answer_whatever_happened_since():
    listing = orders.goods(orders.shop("CN"))
    cart = orders.cart((listing, 2))
    first = orders.place(cart, key="again")
    operations.cancel_lines(order_id=first.orders[0].id, by="seller", now=NOW)
    before = orders.snapshot()
    assert orders.place(cart, key="again") == first
    assert orders.snapshot() == before


def test_the_same_key_with_another_body_is_refused():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    orders.place(cart, key="again")
    before = orders.snapshot()
    with pytest.raises(IdempotencyKeyReused):
        orders.place(cart, key="again", body_hash=b"another")
    assert orders.snapshot() == before


def test_another_key_for_a_placed_cart_is_refused():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    orders.place(cart)
    before = orders.snapshot()
    with pytest.raises(CartNotOpen):
        orders.place(cart)
    assert orders.snapshot() == before


def test_a_request_still_worked_on_is_not_worked_on_twice():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    step_one(cart)
    before = orders.snapshot()
    with pytest.raises(RequestInFlight):
        orders.place(cart, key="key")
    assert orders.snapshot() == before


def test_a_request_that_was_killed_half_way_is_finished_by_its_repetition():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))
    placed = step_one(cart)
    later = NOW + timedelta(seconds=91)
    purchase = orders.place(cart, key="key", now=later)
    assert (purchase.id, purchase.state) == (placed.purchase_id, "paid")
    assert sql.fetch_all("SELECT count(*) FROM payments_attempt") == [(1,)]
    assert orders.place(cart, key="key", now=later) == purchase
    assert orders.faults() == []


@pytest.mark.django_db(transaction=True)
def test_a_request_whose_process_is_gone_is_finished_by_its_repetition_at_once():
    cart = orders.cart((orders.goods(orders.shop("CN")), 1))

    def killed() -> Placed:
        try:
            return step_one(cart)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as process:
        placed = process.submit(killed).result()
    while sql.fetch_one(_LIVES) == (True,):
        sql.fetch_one("SELECT pg_sleep(0.01)::text")
    purchase = orders.place(cart, key="key")
    assert (purchase.id, purchase.state) == (placed.purchase_id, "paid")
    assert sql.fetch_all("SELECT count(*) FROM payments_attempt") == [(1,)]
    assert orders.faults() == []


def test_a_person_finds_the_purchase_and_nobody_else_does():
    from tests.builders import accounts

    person, stranger = accounts.person(), accounts.person()
    listing = orders.goods(orders.shop("CN"))
    purchase = orders.place(orders.cart((listing, 1), person_id=person.id, address=BERLIN))
    assert queries.get_purchase(purchase.id, person_id=person.id).number == purchase.number
    assert queries.get_purchase(purchase.id, token=purchase.token).email == "buyer@example.com"
    assert [found.id for found in queries.list_purchases(person.id)] == [purchase.id]
    assert queries.list_purchases(stranger.id) == ()
    for other in ({"person_id": stranger.id}, {"token": "wrong"}, {"token": ""}, {}):
        with pytest.raises(NotFound):
            queries.get_purchase(purchase.id, **other)
