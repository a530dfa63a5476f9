"""`entrepot ship`: dispatch from the command line, and simulated parcels moved along."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from entrepot.integrations.simulated_carrier import SimulatedCarrier
from entrepot.kernel.errors import DomainError
from entrepot.orders import queries
from entrepot.shipping import ports
from tests.builders import orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return orders.paid_order()


@pytest.fixture
def simulated():
    ports.unbind_all()
    ports.bind(ports.ANY_CARRIER, SimulatedCarrier())
    yield
    ports.unbind_all()


def run(*arguments):
    out = StringIO()
    call_command("ship", *arguments, stdout=out)
    return out.getvalue()


def test_an_order_is_shipped_under_its_number(order):
    report = json.loads(run(order.number, "--tracking", "LX473124829CN", "--json"))
    assert report == {
        "order": order.number,
        "state": "shipped",
        "moved": 0,
        "parcels": [
            {
                "number": report["parcels"][0]["number"],
                "carrier": "Cainiao",
                "tracking_number": "LX473124829CN",
                "status": "InfoReceived",
            }
        ],
    }


def test_it_speaks_to_people_too(order):
    assert run(order.number, "--tracking", "LX473124829CN").startswith(f"Order {order.number}: shipped\n")


def test_a_label_is_booked_and_the_parcel_moved_to_the_door(order, simulated):
    run(order.number)
    report = json.loads(run(order.number, "--simulate", "--json"))
    assert (report["state"], report["moved"]) == ("delivered", 1)
    assert queries.get_any_order(order.id).parcels[0].status == "Delivered"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["0", "--tracking", "LX473124829CN"], "not_found"),
        (["{}", "--tracking", "LX473124820CN"], "invalid_field"),
        (["{}"], "tracking_number_needed"),
    ],
)
def test_what_is_refused_ships_nothing(order, arguments, code):
    ports.unbind_all()
    with pytest.raises(DomainError) as refusal:
        run(*(argument.format(order.number) for argument in arguments))
    assert refusal.value.code == code
    assert queries.get_any_order(order.id).state == "to_ship"
