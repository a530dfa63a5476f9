"""Limits in whole minor units keep to what they are in money, to the unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from entrepot.customs.limits import Limit, exact
from entrepot.markets.packs import Threshold

CENT = Decimal("0.01")


def limit(**sides: Any) -> Limit:
    return Limit(Threshold(basis="goods", currency="EUR", **sides))


@pytest.mark.parametrize(
    ("sides", "span"),
    [
        ({"up_to": 150}, (0, 15_000)),
        ({"below": 150}, (0, 14_999)),
        ({"above": 150, "up_to": 1000}, (15_001, 100_000)),
        ({"at_least": 150, "below": 151}, (15_000, 15_099)),
        ({"above": 0, "up_to": 0}, (1, 0)),
        ({"below": 0}, (0, -1)),
    ],
)
def test_a_limit_in_its_own_money_is_so_many_cents(sides: dict[str, int], span: tuple[int, int]) -> None:
    assert limit(**sides).span(CENT) == span


def test_fifty_dollars_told_in_reals_are_fifty_dollars() -> None:
    # 50 USD are 250.62 BRL at this rate, whose last digits would push them over the limit.
    factor = (50 / Decimal("250.62")).quantize(Decimal("1e-10")) / 100
    low, high = limit(up_to=50).span(factor)
    assert low <= 25_062 <= high < 25_063


@given(
    st.sampled_from(["above", "at_least", "below", "up_to"]),
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.decimals(min_value=Decimal("1e-9"), max_value=10**4, places=12).filter(bool),
    st.integers(-3, 3),
    st.integers(0, 10**9),
)
def test_what_lies_in_the_span_keeps_to_the_limit_and_nothing_else_does(
    side: str, amount: Decimal, factor: Decimal, beside: int, anywhere: int
) -> None:
    found = limit(**{side: amount})
    low, high = found.span(factor)
    for count in (
        anywhere,
        max(0, int(amount / factor) + beside),
        max(0, low + beside),
        max(0, min(high, 10**15) + beside),
    ):
        assert (low <= count <= high) is found.is_kept(exact(count * factor))


def test_a_rate_of_next_to_nothing_is_no_trouble() -> None:
    low, high = limit(up_to=1000).span(Decimal("1e-28"))
    assert (low, high > 10**18) == (0, True)
