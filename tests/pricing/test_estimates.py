"""Whatever way is tried, an estimate has an answer: the landed cost, or why it is not known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.kernel.errors import InvalidField
from entrepot.markets import queries as markets
from entrepot.pricing.estimates import CHANNELS, EstimateChannel, EstimateItem, EstimateRequest, make_estimate
from tests.builders.markets import NOW

pytestmark = pytest.mark.django_db

GOODS = (
    EstimateItem(value=Decimal(20), hs="610910", weight_g=250),
    EstimateItem(value=Decimal("500.5"), quantity=3),
)


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_country_gets_an_answer_by_every_channel(channel: EstimateChannel) -> None:
    countries = markets.list_iso_countries()
    assert len(countries) == 249
    for country in countries:
        for sender in ("CN", "IT"):
            found = make_estimate(
                EstimateRequest(
                    origin=sender,
                    destination=country,
                    items=GOODS,
                    currency="EUR",
                    delivery=Decimal(9),
                    channel=channel,
                ),
                now=NOW,
            )
            order = found.order
            assert found.total.minor == sum(part.amount for part in order.parts) == order.total + order.at_door
            assert order.goods == 20_00 + 3 * 500_50
            assert order.sure is (not order.unsure)
            if not order.regime:
                assert order.unsure, f"{sender} to {country} is sure of no rule at all"
            document = found.as_plain("ar")
            assert document["total"] == found.total.text
            assert all(part["source"] for part in document["parts"] if part["amount"] != "0.00")


def test_without_a_currency_the_answer_is_in_the_destinations() -> None:
    wanted = EstimateRequest(origin="CN", destination="JP", items=(EstimateItem(value=Decimal(5000)),))
    assert make_estimate(wanted, now=NOW).total.currency == "JPY"


def test_each_fault_is_named_with_its_field() -> None:
    wanted = EstimateRequest(
        origin="ZZ",
        destination="DE",
        items=(EstimateItem(value=Decimal(-1), quantity=0, hs="12", origin="??", weight_g=-1),),
        delivery=Decimal("NaN").max(Decimal(-1)),
    )
    with pytest.raises(InvalidField) as refusal:
        make_estimate(wanted, now=NOW)
    assert [row["field"] for row in refusal.value.fields["errors"]] == [
        "from", "delivery", "items.0.value", "items.0.quantity", "items.0.weight_g", "items.0.hs", "items.0.origin",
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 51])
def test_goods_are_one_to_fifty_kinds(count: int) -> None:
    wanted = EstimateRequest(origin="CN", destination="DE", items=(EstimateItem(value=Decimal(1)),) * count)
    with pytest.raises(InvalidField):
        make_estimate(wanted, now=NOW)
