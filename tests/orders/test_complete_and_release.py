"""Completion and release: what came in leaves to the minor unit, each part to its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.ids import new_id
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import AccountRef
from entrepot.orders import jobs, operations, queries
from entrepot.orders.operations import OrderNotInState
from tests.builders import orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return orders.paid_order(quantity=2)


def complete(order, *, now=NOW + timedelta(days=9)):
    orders.ship(order)
    orders.deliver(order, now=now - timedelta(days=1))
    operations.confirm_receipt(order_id=order.id, now=now)


def payable(order):
    return AccountRef("seller_payable", order.quote.due_native.goods.currency, str(order.seller_id))


def test_the_buyers_word_completes_a_delivered_order(order):
    complete(order)
    done = queries.get_any_order(order.id)
    assert (done.state, done.end_reason, done.money_state) == ("completed", "received", "held")
    assert orders.facts_of("OrderDelivered", "OrderCompleted") == ["OrderDelivered", "OrderCompleted"]
    assert not operations.confirm_receipt(order_id=order.id, now=NOW + timedelta(days=10))
    assert orders.faults() == []


def test_the_buyers_word_stands_for_the_carriers(order):
    orders.ship(order)
    operations.confirm_receipt(order_id=order.id, now=NOW + timedelta(days=3))
    done = queries.get_any_order(order.id)
    assert (done.state, done.lines[0].delivered) == ("completed", 2)
    # What the carrier says afterwards changes nothing.
    orders.deliver(order, now=NOW + timedelta(days=4))
    assert queries.get_any_order(order.id).completed_at == NOW + timedelta(days=3)
    assert orders.faults() == []


def test_what_was_not_shipped_whole_cannot_be_received(order):
    orders.ship(order, lines={0: 1})
    before = orders.snapshot()
    with pytest.raises(OrderNotInState):
        operations.confirm_receipt(order_id=order.id, now=NOW)
    with pytest.raises(NotFound):
        operations.confirm_receipt(order_id=new_id(), now=NOW)
    assert orders.snapshot() == before


def test_the_end_of_protection_completes_an_order_without_a_word(order, monkeypatch):
    orders.ship(order)
    ends = queries.get_any_order(order.id).protection_ends_at
    assert not operations.end_protection(order_id=order.id, now=ends - timedelta(seconds=1))
    monkeypatch.setattr("entrepot.kernel.clock.now", lambda: ends)
    jobs.end_protections()
    done = queries.get_any_order(order.id)
    assert (done.state, done.end_reason, done.lines[0].delivered) == ("completed", "protection_ended", 0)
    assert not operations.end_protection(order_id=order.id, now=ends)
    assert orders.faults() == []


def test_a_delivery_shortens_the_protection_to_the_days_for_inspection(order):
    orders.ship(order)
    orders.deliver(order, now=NOW + timedelta(days=8))
    assert queries.get_any_order(order.id).protection_ends_at == datetime(2026, 12, 13, 23, 59, 59, 999999, tzinfo=UTC)


def test_release_pays_the_seller_in_its_own_currency_at_the_frozen_rate(order):
    complete(order)
    assert operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=9))
    released = queries.get_any_order(order.id)
    due = released.quote.due_native
    assert due.goods.currency == "CNY"
    assert (released.money_state, released.released) == ("released", order.total)
    balances = orders.balances()
    assert ledger.balance(payable(order)) == due.net
    assert balances["commission_revenue[CNY]"] == due.commission.minor
    assert "escrow[EUR]" not in balances
    assert balances["tax_payable[EUR platform:IOSS]"] == released.quote.tax
    assert balances["duty_payable[EUR platform:IOSS]"] == released.quote.duty
    assert balances["fx_position[EUR]"] == released.quote.goods + released.quote.delivery
    assert balances["fx_position[CNY]"] == -(due.goods.minor + due.delivery.minor)
    kinds = [transfer.kind for transfer in ledger.transfers_of_posting(f"release:{order.id}:1")]
    assert kinds == ["exchange", "goods", "delivery", "commission", "duty"]
    assert orders.facts_of("EscrowReleased") == ["EscrowReleased"]
    assert orders.faults() == []


def test_release_happens_once(order):
    complete(order)
    operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=9))
    before = orders.snapshot()
    assert not operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=20))
    assert orders.snapshot() == before


def test_nothing_is_released_before_completion(order):
    orders.ship(order)
    before = orders.snapshot()
    with pytest.raises(OrderNotInState):
        operations.release_escrow(order_id=order.id, now=NOW)
    assert orders.snapshot() == before


def test_a_domestic_sale_releases_the_sellers_own_tax_without_an_exchange():
    listing = orders.goods(orders.shop("IT"), price="24.40", tax_included=True)
    order = queries.get_any_order(orders.purchase((listing, 2), country="IT").orders[0].id)
    complete(order)
    operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=9))
    due = order.quote.due_native
    assert due.tax.minor > 0
    assert order.total == due.goods + due.delivery + due.tax
    assert ledger.balance(payable(order)) == due.net
    balances = orders.balances()
    assert not [name for name in balances if name.startswith(("fx_position", "escrow", "tax_payable", "rounding"))]
    assert orders.faults() == []


def test_what_was_cancelled_is_not_released():
    listing = orders.goods(orders.shop("CN"), price="33.33")
    order = queries.get_any_order(orders.purchase((listing, 3)).orders[0].id)
    refund = operations.cancel_lines(order_id=order.id, by="buyer", lines={0: 1}, now=NOW)
    complete(order)
    operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=9))
    done = queries.get_any_order(order.id)
    assert (done.released + done.refunded, done.refunded) == (order.total, refund)
    assert "escrow[EUR]" not in orders.balances()
    assert orders.faults() == []


def test_the_facts_release_the_escrow_by_themselves(order, run_jobs):
    complete(order)
    run_jobs()
    assert queries.get_any_order(order.id).money_state == "released"


def test_a_lost_job_is_made_up_for(order):
    complete(order)
    jobs.release_completed()
    assert queries.get_any_order(order.id).money_state == "released"


def test_distance_sales_above_the_threshold_mark_the_seller():
    seller = orders.shop("IT", vat_registered=True)
    listing = orders.goods(seller, price="6000.00", tax_included=True)
    from entrepot.orders.distance_sales import record_distance_sales

    orders.purchase((listing, 1))
    assert record_distance_sales(now=NOW) == []
    orders.purchase((listing, 2))
    assert record_distance_sales(now=NOW) == [seller.id]
    assert record_distance_sales(now=NOW) == []
    from entrepot.sellers import queries as sellers

    assert sellers.get_seller(seller.id).eu_sales_over_threshold


def test_sales_at_home_do_not_count_as_distance_sales():
    listing = orders.goods(orders.shop("IT"), price="12000.00")
    from entrepot.orders.distance_sales import record_distance_sales

    orders.purchase((listing, 1), country="IT")
    assert record_distance_sales(now=NOW) == []


@pytest.mark.parametrize(("country", "postal_code", "counts"), [("MC", "98000", True), ("ES", "35001", False)])
def test_what_counts_as_a_distance_sale_follows_the_borders_of_tax(country: str, postal_code: str, counts: bool):
    """Monaco is France to the tax; the Canary Islands are outside of it (Directive 2006/112/EC, articles 6 and 7)."""
    from entrepot.orders.distance_sales import record_distance_sales

    seller = orders.shop("IT", vat_registered=True)
    listing = orders.goods(seller, price="13000.00", tax_included=True)
    region = {"ES": "GC"}.get(country, "")
    address = {**orders.ROME, "country": country, "postal_code": postal_code, "region": region, "city": "X"}
    orders.purchase((listing, 1), country=country, address=address)
    assert record_distance_sales(now=NOW) == ([seller.id] if counts else [])


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("UPDATE orders_order SET seller_goods_minor = seller_goods_minor + 1", "orders.lines_add_up"),
        ("UPDATE orders_orderline SET cancelled_minor = 1", "orders.lines_add_up"),
        ("UPDATE catalog_stock SET reserved = reserved + 1", "orders.reserved_is_what_is_open"),
        (
            "UPDATE orders_order SET held_minor = held_minor - 1, released_minor = released_minor + 1",
            "orders.escrow_holds_what_is_held",
        ),
        ("DELETE FROM orders_consignment", "orders.purchase_has_its_rows"),
        (
            "UPDATE orders_order SET held_minor = held_minor - 1, refunded_minor = refunded_minor + 1",
            "orders.refunded_is_in_the_ledger",
        ),
        ("UPDATE orders_cart SET status = 'open'", "orders.cart_is_placed"),
    ],
)
def test_verify_names_what_was_tampered_with(order, damage, check):
    assert orders.faults() == []
    sql.execute(damage)
    assert check in {fault.check for fault in orders.faults()}
