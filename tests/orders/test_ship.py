"""Dispatch: parcels, part shipments, tracking numbers, labels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.integrations.simulated_carrier import SimulatedCarrier
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.orders import fulfilment, operations, papers, queries
from entrepot.orders.operations import OrderNotInState, TooManyPieces
from entrepot.shipping import carriers, ports, rules
from entrepot.shipping.carriers import TrackingNumberNeeded
from entrepot.shipping.operations import TrackingNumberTaken
from tests.builders import orders
from tests.builders.orders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing():
    return orders.goods(orders.shop("CN"))


@pytest.fixture
def order(listing):
    return queries.get_any_order(orders.purchase((listing, 3)).orders[0].id)


@pytest.fixture
def simulated():
    ports.unbind_all()
    ports.bind(ports.ANY_CARRIER, SimulatedCarrier())
    yield
    ports.unbind_all()


def test_a_parcel_takes_its_pieces_out_of_the_stock(order, listing):
    parcel_id = orders.ship(order, lines={0: 2})
    shipped = queries.get_any_order(order.id)
    assert (shipped.state, shipped.lines[0].shipped, shipped.shipped_at) == ("part_shipped", 2, None)
    (parcel,) = shipped.parcels
    assert parcel.id == parcel_id
    assert (parcel.carrier, parcel.destination_country, parcel.weight_g) == (order.quote.service.carrier, "DE", 600)
    assert orders.stock_of(listing) == (98, 1)
    assert orders.facts_of("OrderShipped") == ["OrderShipped"]
    assert orders.faults() == []


def test_the_last_parcel_starts_the_protection(order):
    orders.ship(order, lines={0: 2})
    orders.ship(order, now=NOW + timedelta(days=2))
    shipped = queries.get_any_order(order.id)
    assert shipped.state == "shipped"
    assert shipped.shipped_at == NOW + timedelta(days=2)
    assert shipped.protection_ends_at > shipped.shipped_at + timedelta(days=30)
    assert len(shipped.parcels) == 2
    assert orders.faults() == []


@pytest.mark.parametrize(
    ("number", "reason"),
    [("", "required"), ("  ", "required"), ("LX473124820CN", "s10_check_digit"), ("ABC", "not_s10")],
)
def test_a_number_that_cannot_be_one_is_refused(order, number, reason):
    assert order.quote.service.channel == "post"
    before = orders.snapshot()
    with pytest.raises(InvalidField) as refusal:
        operations.ship(order_id=order.id, tracking_number=number, now=NOW)
    assert refusal.value.fields["errors"] == [{"field": "tracking_number", "reason": reason}]
    assert orders.snapshot() == before


def test_a_number_is_taken_as_it_is_printed(order):
    operations.ship(order_id=order.id, tracking_number="lx 473 124 829 cn", now=NOW)
    assert queries.get_any_order(order.id).parcels[0].tracking_number == "LX473124829CN"


def test_another_carrier_than_the_quotes_may_be_named(order):
    operations.ship(order_id=order.id, tracking_number="1Z999AA10123456784", carrier="UPS", channel="courier", now=NOW)
    (parcel,) = queries.get_any_order(order.id).parcels
    assert (parcel.carrier, parcel.channel, parcel.tracking_number) == ("UPS", "courier", "1Z999AA10123456784")


def test_a_number_that_another_parcel_has_is_refused(order, listing):
    operations.ship(order_id=order.id, tracking_number="LX473124829CN", now=NOW)
    other = queries.get_any_order(orders.purchase((listing, 1)).orders[0].id)
    before = orders.snapshot()
    with pytest.raises(TrackingNumberTaken):
        operations.ship(order_id=other.id, tracking_number="LX473124829CN", now=NOW)
    assert orders.snapshot() == before


def test_more_than_is_left_is_refused(order):
    before = orders.snapshot()
    with pytest.raises(TooManyPieces):
        orders.ship(order, lines={0: 4}, tracking_number="LX473124829CN")
    with pytest.raises(InvalidField):
        orders.ship(order, lines={3: 1}, tracking_number="LX473124829CN")
    assert orders.snapshot() == before


def test_an_unpaid_order_is_not_shipped_and_shows_no_address(listing):
    purchase = orders.purchase((listing, 1), token="tok_decline")
    order = queries.get_seller_order(listing.seller_id, purchase.orders[0].id)
    assert (order.state, order.address, order.email) == ("awaiting_payment", None, "")
    before = orders.snapshot()
    with pytest.raises(OrderNotInState):
        orders.ship(order, tracking_number="LX473124829CN")
    assert orders.snapshot() == before


def test_a_seller_sees_and_ships_its_own_orders_only(order):
    stranger = orders.shop("IT")
    assert queries.get_seller_order(order.seller_id, order.id).address.name == "Jürgen Müller"
    assert queries.get_seller_order(order.seller_id, order.id).email == ""
    before = orders.snapshot()
    with pytest.raises(NotFound):
        queries.get_seller_order(stranger.id, order.id)
    for number in ("LX473124829CN", None):
        with pytest.raises(NotFound):
            fulfilment.ship_order(seller_id=stranger.id, order_id=order.id, tracking_number=number, now=NOW)
    assert queries.list_seller_orders(stranger.id) == ()
    assert orders.snapshot() == before


def test_without_a_number_a_label_is_booked(order, simulated):
    fulfilment.ship_order(seller_id=order.seller_id, order_id=order.id, now=NOW)
    (parcel,) = queries.get_any_order(order.id).parcels
    assert rules.is_s10(parcel.tracking_number)
    assert parcel.tracking_number.endswith("CN")


def test_without_a_number_and_without_a_carrier_the_seller_is_asked_for_one(order):
    ports.unbind_all()
    before = orders.snapshot()
    with pytest.raises(TrackingNumberNeeded):
        fulfilment.ship_order(seller_id=order.seller_id, order_id=order.id, now=NOW)
    assert orders.snapshot() == before


def test_the_carriers_word_delivers_the_order(order, simulated, run_jobs):
    fulfilment.ship_order(seller_id=order.seller_id, order_id=order.id, lines={0: 1}, now=NOW)
    carriers.follow_parcels(now=NOW + timedelta(days=40))
    run_jobs(at=NOW + timedelta(days=40))
    part = queries.get_any_order(order.id)
    assert (part.state, part.lines[0].delivered) == ("part_shipped", 1)
    fulfilment.ship_order(seller_id=order.seller_id, order_id=order.id, now=NOW + timedelta(days=1))
    carriers.follow_parcels(now=NOW + timedelta(days=41))
    run_jobs(at=NOW + timedelta(days=41))
    whole = queries.get_any_order(order.id)
    assert (whole.state, whole.lines[0].delivered) == ("delivered", 3)
    assert [step.code for step in whole.timeline][:2] == ["placed", "paid"]
    assert [step.code for step in whole.timeline].count("delivered") == 2


def test_a_parcels_papers_follow_its_way(order, simulated):
    parcel_id = fulfilment.ship_order(seller_id=order.seller_id, order_id=order.id, now=NOW)
    found = papers.get_parcel_papers(seller_id=order.seller_id, order_id=order.id, parcel_id=parcel_id, now=NOW)
    assert found.kinds == ("cn22",)
    assert found.pdf.startswith(b"%PDF")
    assert found.advance_data["tax_registration"] == {"scheme": "IOSS", "number": "IM3720000224"}
    assert found.advance_data["lines"] == [
        {
            "description": "Plain cotton T-shirt",
            "quantity": 3,
            "net_weight_g": 900,
            "value": {"amount": order.lines[0].goods.text, "currency": "EUR"},
            "hs_code": "610910",
            "origin_country": "CN",
        }
    ]
    with pytest.raises(NotFound):
        papers.get_parcel_papers(seller_id=orders.shop("IT").id, order_id=order.id, parcel_id=parcel_id, now=NOW)


def test_inside_a_customs_union_a_parcel_has_its_label_alone():
    listing = orders.goods(orders.shop("IT"), price="30.00")
    order = queries.get_any_order(orders.purchase((listing, 1)).orders[0].id)
    parcel_id = orders.ship(order)
    found = papers.get_parcel_papers(seller_id=order.seller_id, order_id=order.id, parcel_id=parcel_id, now=NOW)
    assert found.kinds == ()


def test_orders_are_listed_page_by_page_and_by_state(listing):
    placed = [orders.purchase((listing, 1), now=NOW + timedelta(minutes=n)).orders[0].id for n in range(3)]
    first = queries.list_seller_orders(listing.seller_id, limit=2)
    assert [order.id for order in first] == [placed[2], placed[1]]
    rest = queries.list_seller_orders(listing.seller_id, before=first[-1].id, limit=2)
    assert [order.id for order in rest] == [placed[0]]
    orders.ship(first[0])
    assert [order.id for order in queries.list_seller_orders(listing.seller_id, states=["shipped"])] == [placed[2]]
    assert queries.count_seller_orders(listing.seller_id) == {"shipped": 1, "to_ship": 2}
