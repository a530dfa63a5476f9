"""Parcels, their tracking, carriers behind the port."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.integrations.simulated_carrier import SimulatedCarrier
from entrepot.kernel import ids, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.shipping import carriers, operations, ports, queries
from entrepot.shipping.operations import TrackingNumberTaken
from entrepot.shipping.ports import TrackingUpdate
from tests.builders import sellers, shipping
from tests.builders.shipping import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller():
    return sellers.approved_seller("CN")


@pytest.fixture
def simulated():
    ports.unbind_all()
    ports.bind(ports.ANY_CARRIER, SimulatedCarrier())
    yield
    ports.unbind_all()


def update(key, word, *, hours):
    return TrackingUpdate(key, word, word.lower(), "", "DE", NOW + timedelta(hours=hours))


def facts_recorded():
    return [row[0] for row in sql.fetch_all("SELECT kind FROM kernel_fact WHERE kind LIKE 'Parcel%%' ORDER BY id", [])]


def test_a_parcel_is_recorded_with_what_is_in_it(seller):
    order_id = ids.new_id()
    parcel_id = shipping.parcel(seller, order_id=order_id)
    (parcel,) = queries.list_parcels(order_ids=[order_id])
    assert parcel.id == parcel_id
    assert (parcel.status, parcel.tracking_number, parcel.delivered_at) == ("InfoReceived", "LX473124829CN", None)
    assert [(line.order_line_id, line.sku_id, line.quantity) for line in parcel.lines] == [(1, 1, 2)]
    assert [event.word for event in parcel.events] == ["InfoReceived"]
    assert parcel.expected_until == NOW + timedelta(days=10)


def test_two_parcels_cannot_have_one_tracking_number(seller):
    first = shipping.parcel(seller)
    with pytest.raises(TrackingNumberTaken):
        shipping.parcel(seller)
    assert sql.fetch_all("SELECT id FROM shipping_parcel") == [(first,)]
    assert sql.fetch_all("SELECT count(*) FROM shipping_parcelline") == [(1,)]


def test_a_postal_parcel_wants_a_right_s10_number(seller):
    with pytest.raises(InvalidField) as refusal:
        shipping.parcel(seller, tracking_number="LX473124820CN")
    assert refusal.value.fields["errors"] == [{"field": "tracking_number", "reason": "s10_check_digit"}]
    assert sql.fetch_all("SELECT id FROM shipping_parcel") == []


def test_the_latest_event_is_the_status_and_repeating_it_changes_nothing(seller):
    parcel_id = shipping.parcel(seller)
    assert operations.record_tracking(updates={parcel_id: [update("1", "InTransit", hours=5)]}) == 1
    assert operations.record_tracking(updates={parcel_id: [update("1", "InTransit", hours=5)]}) == 0
    assert operations.record_tracking(updates={parcel_id: [update("2", "OutForDelivery", hours=50)]}) == 1
    # An event that was told late stands in the history and moves nothing back.
    assert operations.record_tracking(updates={parcel_id: [update("3", "InTransit", hours=40)]}) == 0
    parcel = queries.get_parcel(parcel_id=parcel_id)
    assert parcel.status == "OutForDelivery"
    assert [event.word for event in parcel.events] == ["InfoReceived", "InTransit", "InTransit", "OutForDelivery"]
    assert facts_recorded() == ["ParcelTracked", "ParcelTracked"]


def test_delivered_is_the_end_whatever_comes_after(seller):
    parcel_id = shipping.parcel(seller)
    operations.record_tracking(updates={parcel_id: [update("9", "Delivered", hours=60)]})
    assert operations.record_tracking(updates={parcel_id: [update("10", "Exception", hours=70)]}) == 0
    parcel = queries.get_parcel(parcel_id=parcel_id)
    assert (parcel.status, parcel.delivered_at) == ("Delivered", NOW + timedelta(hours=60))
    assert facts_recorded() == ["ParcelDelivered"]


def test_a_word_that_is_none_is_refused(seller):
    parcel_id = shipping.parcel(seller)
    with pytest.raises(InvalidField):
        operations.record_tracking(updates={parcel_id: [update("1", "Teleported", hours=1)]})
    assert len(queries.get_parcel(parcel_id=parcel_id).events) == 1


def test_what_a_carrier_said_cannot_be_changed(seller):
    shipping.parcel(seller)
    with pytest.raises(Exception, match="append-only"):
        sql.execute("UPDATE shipping_trackingevent SET word = 'Delivered'")


def test_serials_are_given_once():
    assert [operations.take_serial(service="LX", country="CN") for _ in range(3)] == [0, 1, 2]
    assert operations.take_serial(service="CX", country="CN") == 0


def test_a_label_of_the_post_is_a_right_s10_number(simulated):
    booking = {
        "parcel_number": "P-ABCDE-12345",
        "carrier": "China Post",
        "service_code": "packet",
        "channel": "post",
        "dispatch_country": "CN",
        "destination_country": "DE",
    }
    assert carriers.book_label(**booking, weight_g=300) == "LX000000005CN"
    assert carriers.book_label(**booking, weight_g=3000) == "CX000000005CN"
    assert carriers.book_label(**{**booking, "channel": "courier"}, weight_g=300) == "SIMPABCDE12345"


def test_without_a_carrier_behind_the_port_the_seller_names_the_number():
    ports.unbind_all()
    with pytest.raises(carriers.TrackingNumberNeeded):
        carriers.book_label(
            parcel_number="P-1",
            carrier="China Post",
            service_code="packet",
            channel="post",
            dispatch_country="CN",
            destination_country="DE",
            weight_g=300,
        )
    assert sql.fetch_all("SELECT count(*) FROM shipping_numberseries") == [(0,)]


def test_a_simulated_parcel_moves_with_the_calendar_and_arrives_in_the_promised_days(seller, simulated):
    parcel_id = shipping.parcel(seller)
    assert carriers.follow_parcels(now=NOW + timedelta(hours=1)) == 0
    assert carriers.follow_parcels(now=NOW + timedelta(days=2)) == 1
    assert queries.get_parcel(parcel_id=parcel_id).status == "InTransit"
    assert carriers.follow_parcels(now=NOW + timedelta(days=11)) == 1
    parcel = queries.get_parcel(parcel_id=parcel_id)
    assert parcel.status == "Delivered"
    assert NOW + timedelta(days=5) <= parcel.delivered_at <= NOW + timedelta(days=10, hours=1)
    assert [event.detail for event in parcel.events] == [
        "shipment_created",
        "accepted",
        "departed_origin",
        "arrived_at_destination",
        "customs_released",
        "out_for_delivery",
        "delivered",
    ]
    assert carriers.follow_parcels(now=NOW + timedelta(days=12)) == 0


def test_a_simulated_parcel_can_be_moved_ahead_of_its_time(seller, simulated):
    order_id = ids.new_id()
    parcel_id = shipping.parcel(seller, order_id=order_id)
    later = NOW + timedelta(hours=1)
    assert carriers.advance_parcels(order_id=order_id, until="OutForDelivery", now=later) == 1
    assert queries.get_parcel(parcel_id=parcel_id).status == "OutForDelivery"
    assert carriers.advance_parcels(order_id=order_id, until="Delivered", now=later) == 1
    assert queries.get_parcel(parcel_id=parcel_id).delivered_at == later


def test_a_real_carriers_parcel_cannot_be_moved_by_hand(seller):
    ports.unbind_all()
    order_id = ids.new_id()
    shipping.parcel(seller, order_id=order_id)
    with pytest.raises(carriers.NotSimulated):
        carriers.advance_parcels(order_id=order_id, until="Delivered", now=NOW)


def test_an_unknown_parcel_is_not_found():
    with pytest.raises(NotFound):
        queries.get_parcel(parcel_id=ids.new_id())
