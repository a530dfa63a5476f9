"""The delivered price of goods that are still being written: what the quote says once they are listed."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from entrepot.kernel.money import Money
from entrepot.markets import operations as market_operations
from entrepot.pricing import queries
from entrepot.pricing.preview import Draft, preview_draft
from entrepot.pricing.queries import CorridorClosed, NoDelivery, NotSellable
from tests.builders import orders, sellers
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("country", ["DE", "BR", "KZ"])
def test_a_draft_costs_what_it_will_cost_when_it_is_listed(country: str) -> None:
    orders.open_buying("DE", "BR", "KZ")
    seller = orders.shop("IT")
    draft = Draft(
        price=Money(4990, "EUR"),
        home_tax_rate=Decimal(22),
        hs_code="610910",
        origin_country="IT",
        weight_g=300,
        category="mens-clothing/mens-shirts",
    )
    listing = orders.goods(seller, price="49.90", hs="610910", home_tax_rate=Decimal(22), weight_g=300)
    (preview,) = preview_draft(seller_id=seller.id, draft=draft, countries=[country], at=NOW)
    quote = queries.get_quote(
        lines=[(listing.skus[0].sku, 1)],
        destination=queries.reference_destination(country),
        currency=preview.currency,
        at=NOW,
    )
    assert preview.refusal is None
    assert preview.quote is not None
    found, wanted = preview.quote.orders[0], quote.orders[0]
    assert [(part.code, part.amount, part.reason) for part in found.parts] == [
        (part.code, part.amount, part.reason) for part in wanted.parts
    ]
    assert (found.total, found.sure, found.import_charges, found.due_native.net) == (
        wanted.total, wanted.sure, wanted.import_charges, wanted.due_native.net,
    )  # fmt: skip


def test_a_draft_without_customs_facts_says_why_its_price_is_not_sure() -> None:
    orders.open_buying("BR")
    seller = orders.shop("IT")
    (preview,) = preview_draft(seller_id=seller.id, draft=Draft(price=Money(4990, "EUR")), countries=["BR"], at=NOW)
    assert preview.quote is not None
    assert not preview.quote.sure
    assert {"hs_missing", "weight_unknown"} <= set(preview.quote.orders[0].unsure)


def test_a_country_that_is_closed_has_a_reason_in_place_of_a_price() -> None:
    orders.open_buying("DE", "JP")
    market_operations.set_stage(country="JP", side="buying", stage="suspended", actor="system", reason="test", now=NOW)
    seller = orders.shop("IT")
    first, second = preview_draft(
        seller_id=seller.id, draft=Draft(price=Money(4990, "EUR")), countries=["JP", "DE"], at=NOW
    )
    assert isinstance(first.refusal, CorridorClosed)
    assert first.refusal.fields["reason"] == "buying_suspended"
    assert first.quote is None
    assert second.quote is not None


def test_a_seller_who_may_not_sell_or_says_nothing_of_delivery_is_told_so() -> None:
    orders.open_buying("DE")
    bare = sellers.approved_seller("IT")
    (preview,) = preview_draft(seller_id=bare.id, draft=Draft(price=Money(4990, "EUR")), countries=["DE"], at=NOW)
    assert isinstance(preview.refusal, NoDelivery | NotSellable)
    (nobody,) = preview_draft(seller_id=uuid4(), draft=Draft(price=Money(4990, "EUR")), countries=["DE"], at=NOW)
    assert (nobody.quote, nobody.refusal) == (None, None)
