from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from entrepot.catalog import operations, queries
from entrepot.catalog.rules.prices import Ending, PriceChange, Way, change_price
from entrepot.kernel.money import Money
from tests.builders import orders
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("before", "way", "value", "ending", "after"),
    [
        ("20.00 EUR", "percent", "10", "exact", "22.00 EUR"),
        ("19.99 EUR", "percent", "7.5", "exact", "21.49 EUR"),
        ("20.00 EUR", "percent", "-12.5", "exact", "17.50 EUR"),
        ("20.00 EUR", "amount", "-0.01", "exact", "19.99 EUR"),
        ("20.00 EUR", "set", "7", "exact", "7.00 EUR"),
        ("20.49 EUR", "percent", "0", "whole", "20.00 EUR"),
        ("20.50 EUR", "percent", "0", "whole", "21.00 EUR"),
        ("20.30 EUR", "percent", "0", "ninety", "19.90 EUR"),
        ("20.40 EUR", "percent", "0", "ninety", "20.90 EUR"),
        ("20.00 EUR", "percent", "0", "ninety_nine", "19.99 EUR"),
        ("0.10 EUR", "percent", "0", "ninety_nine", "0.99 EUR"),
        ("0.10 EUR", "percent", "0", "whole", "1.00 EUR"),
        ("1999 JPY", "percent", "10", "exact", "2199 JPY"),
        ("1999 JPY", "percent", "10", "ninety", "2199 JPY"),
        ("5.00 EUR", "amount", "-6", "whole", "-1.00 EUR"),
    ],
)
def test_a_price_changes_by_its_rule_to_what_its_currency_has(
    before: str, way: Way, value: str, ending: Ending, after: str
) -> None:
    amount, currency = before.split()
    changed = change_price(Money.parse(amount, currency), PriceChange(way, Decimal(value), ending))
    wanted, _ = after.split()
    assert f"{changed.decimal}" == wanted
    assert changed.currency == currency


@given(st.integers(1, 10**9), st.decimals(-99, 500, places=2), st.sampled_from(["whole", "ninety", "ninety_nine"]))
def test_an_ending_moves_a_price_by_less_than_one_and_never_to_nothing(
    minor: int, percent: Decimal, ending: Ending
) -> None:
    exact = change_price(Money(minor, "EUR"), PriceChange("percent", percent))
    ended = change_price(Money(minor, "EUR"), PriceChange("percent", percent, ending))
    if exact.minor > 0:
        assert ended.minor > 0
        assert abs(ended.minor - exact.minor) <= 100


@pytest.mark.django_db
def test_a_price_that_is_another_than_expected_is_left() -> None:
    seller = orders.shop("IT")
    one, two = orders.goods(seller, price="10.00"), orders.goods(seller, price="20.00")
    names = [listing.skus[0].seller_sku for listing in (one, two)]
    result = operations.set_prices(
        seller_id=seller.id,
        prices={names[0]: ("11.00", "EUR"), names[1]: ("22.00", "EUR")},
        expected={names[0]: Money(1000, "EUR"), names[1]: Money(1999, "EUR")},
        now=NOW,
    )
    assert result.updated == 1
    assert [(row.sku, row.field, row.reason) for row in result.rejected] == [
        (names[1], "price", "The price was changed meanwhile.")
    ]
    found = [queries.get_listing(listing.id, "en").skus[0].price.text for listing in (one, two)]
    assert found == ["11.00", "20.00"]
