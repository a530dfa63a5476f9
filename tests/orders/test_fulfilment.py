"""What a seller works with: lists, counts, what orders bring, several shipped at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import AccountRef
from entrepot.orders import fulfilment, operations, packing, papers, queries
from entrepot.orders.fulfilment import Shipment
from entrepot.orders.rules.holding import Hold
from tests.builders import orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db


def _payable(seller):
    return ledger.balance(AccountRef("seller_payable", seller.payout_currency, str(seller.id)))


def _bought(listing, quantity=1, *, days=0, **changes):
    view = orders.purchase((listing, quantity), now=NOW + timedelta(days=days), **changes)
    return queries.get_any_order(view.orders[0].id)


@pytest.fixture
def seller():
    return orders.shop("CN")


@pytest.fixture
def listing(seller):
    return orders.goods(seller, price="33.33")


def test_what_a_list_says_an_order_brings_is_what_its_release_books(seller, listing):
    order = _bought(listing, 7)
    operations.cancel_lines(order_id=order.id, by="seller", lines={0: 3}, seller_id=seller.id, now=NOW)

    (row,) = queries.list_fulfilment(seller.id).items
    (held,) = queries.sum_held(seller.id)
    due = queries.find_seller_due(queries.get_seller_order(seller.id, order.id))
    assert held == (row.net, 1)
    assert due.net == row.net

    orders.ship(order)
    operations.confirm_receipt(order_id=order.id, now=NOW)
    operations.release_escrow(order_id=order.id, now=NOW)
    assert _payable(seller) == row.net
    assert queries.sum_held(seller.id) == ()


def test_what_a_cancellation_would_do_is_what_it_does(seller, listing):
    order = _bought(listing, 3)
    before = orders.snapshot()
    preview = queries.preview_cancellation(seller.id, order.id, pieces={0: 2})
    assert orders.snapshot() == before

    back = operations.cancel_lines(
        order_id=order.id, by="seller", lines={0: 2}, seller_id=seller.id, because="out_of_stock", now=NOW
    )

    found = queries.get_seller_order(seller.id, order.id)
    assert preview.refund == back
    assert preview.due_after == queries.find_seller_due(found)
    assert preview.due_before.net == order.quote.due_native.net
    assert [(refund.reason, refund.amount) for refund in found.refunds] == [("out_of_stock", back)]
    assert orders.faults() == []


def test_orders_are_grouped_by_what_is_to_be_done(seller, listing):
    waiting, partly, sent, there, released, gone = (_bought(listing, 2, days=day) for day in range(6))
    orders.purchase((listing, 1), token="tok_decline")
    orders.ship(partly, lines={0: 1})
    for order in (sent, there, released):
        orders.ship(order)
    for order in (there, released):
        orders.deliver(order)
    operations.confirm_receipt(order_id=released.id, now=NOW)
    operations.release_escrow(order_id=released.id, now=NOW)
    operations.cancel_lines(order_id=gone.id, by="seller", seller_id=seller.id, now=NOW)

    assert queries.count_fulfilment(seller.id) == {
        "to_ship": 2, "shipped": 1, "delivered": 1, "released": 1, "cancelled": 1, "awaiting_payment": 1,
    }  # fmt: skip
    to_ship = queries.list_fulfilment(seller.id, groups=["to_ship"], sort="deadline")
    assert [(row.number, row.to_ship, row.hold) for row in to_ship.items] == [
        (waiting.number, 2, Hold("not_sent", waiting.dispatch_due_at)),
        (partly.number, 1, Hold("not_sent", partly.dispatch_due_at)),
    ]
    assert {row.hold.why for row in queries.list_fulfilment(seller.id, groups=["shipped"]).items} == {"on_the_way"}
    (arrived,) = queries.list_fulfilment(seller.id, groups=["delivered"]).items
    assert (arrived.number, arrived.hold.why) == (there.number, "inspection")
    assert queries.list_fulfilment(seller.id, groups=["released"]).items[0].hold is None
    assert sum(number for _, number in queries.sum_held(seller.id)) == 4


def test_an_order_is_found_by_its_number_or_its_parcels(seller, listing):
    first, second = _bought(listing), _bought(listing)
    orders.ship(second, tracking_number="LX473124829CN")

    def numbers(text):
        return [row.number for row in queries.list_fulfilment(seller.id, text=text).items]

    assert numbers(first.number.lower()) == [first.number]
    assert numbers("LX 4731 2482 9CN") == [second.number]
    assert numbers("LX4731") == []
    assert queries.list_fulfilment(orders.shop("IT").id, text=first.number).count == 0


def test_a_long_list_comes_a_page_at_a_time(seller, listing):
    made = [_bought(listing, days=day).number for day in range(5)]

    pages = [queries.list_fulfilment(seller.id, page=page, page_size=2) for page in (1, 2, 3, 4)]

    assert [[row.number for row in page.items] for page in pages] == [made[:2:-1], made[2:0:-1], made[:1], []]
    assert {page.count for page in pages} == {5}


def test_another_sellers_orders_are_not_among_those_that_one_names(seller, listing):
    own, foreign = _bought(listing), orders.paid_order(country="IT")
    assert [row.id for row in queries.access_fulfilment(seller.id, [own.id])] == [own.id]
    before = orders.snapshot()

    for act in (
        lambda: queries.access_fulfilment(seller.id, [own.id, foreign.id]),
        lambda: fulfilment.ship_orders(
            seller_id=seller.id,
            shipments=[Shipment(own.id, "LX473124829CN"), Shipment(foreign.id, "RR473124829IT")],
            now=NOW,
        ),
        lambda: packing.get_packing_slips(seller_id=seller.id, order_ids=[own.id, foreign.id]),
        lambda: papers.get_papers_of_orders(seller_id=seller.id, order_ids=[foreign.id], now=NOW),
        lambda: queries.preview_cancellation(seller.id, foreign.id, pieces={0: 1}),
    ):
        with pytest.raises(NotFound):
            act()

    assert orders.snapshot() == before


def test_of_several_shipments_the_right_ones_leave_and_each_refusal_is_told(seller, listing):
    first, second, third = (_bought(listing) for _ in range(3))

    outcomes = fulfilment.ship_orders(
        seller_id=seller.id,
        shipments=[
            Shipment(first.id, "LX473124829CN"),
            Shipment(second.id, "LX473124821CN"),
            Shipment(third.id, "LX473124829CN"),
        ],
        now=NOW,
    )

    assert [queries.get_any_order(order.id).state for order in (first, second, third)] == [
        "shipped", "to_ship", "to_ship",
    ]  # fmt: skip
    assert outcomes[first.id] == queries.get_any_order(first.id).parcels[0].id
    assert isinstance(outcomes[second.id], InvalidField)
    assert outcomes[third.id].code == "tracking_number_taken"


def test_packing_slips_and_papers_of_several_orders_are_one_file_each(seller, listing):
    sent, waiting = _bought(listing), _bought(listing)
    with pytest.raises(papers.NothingSent):
        papers.get_papers_of_orders(seller_id=seller.id, order_ids=[sent.id, waiting.id], now=NOW)
    orders.ship(sent)

    slips = packing.get_packing_slips(seller_id=seller.id, order_ids=[sent.id, waiting.id])
    found = papers.get_papers_of_orders(seller_id=seller.id, order_ids=[sent.id, waiting.id], now=NOW)

    assert slips.startswith(b"%PDF")
    assert found.startswith(b"%PDF")
    with pytest.raises(packing.NothingToPack):
        packing.get_packing_slips(seller_id=seller.id, order_ids=[sent.id])


def test_every_day_has_its_figure(seller, listing):
    _bought(listing, 2)
    cancelled = _bought(listing, 1)
    _bought(listing, 1, days=2)
    operations.cancel_lines(order_id=cancelled.id, by="seller", seller_id=seller.id, now=NOW)
    nets = {row.placed_at: row.net for row in queries.list_fulfilment(seller.id).items if row.group != "cancelled"}

    days = queries.list_daily_figures(
        seller.id, first=NOW.date(), last=(NOW + timedelta(days=2)).date(), currency="CNY"
    )

    assert [(day.orders, day.pieces, day.net) for day in days] == [
        (1, 2, nets[NOW]),
        (0, 0, Money.zero("CNY")),
        (1, 1, nets[NOW + timedelta(days=2)]),
    ]
