from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from entrepot.kernel.money import (
    AmountNotRepresentable,
    CurrencyMismatch,
    Money,
    Rounding,
    minor_digits,
    round_to_int,
    sum_money,
)

currencies = st.sampled_from(["EUR", "USD", "CNY", "RUB", "TRY", "KZT", "SAR", "JPY", "KRW", "KWD", "BHD", "CLF"])
minors = st.integers(-(10**17), 10**17)
amounts = st.builds(Money, minors, currencies)
rates = st.fractions(min_value=Fraction(1, 10**6), max_value=10**6)


@given(amounts)
def test_an_amount_written_out_and_read_again_is_the_same(amount: Money) -> None:
    assert Money.parse(amount.text, amount.currency) == amount


@given(amounts)
def test_an_amount_is_written_with_all_its_decimals_and_no_exponent(amount: Money) -> None:
    whole, _, decimals = amount.text.partition(".")
    assert len(decimals) == minor_digits(amount.currency)
    assert whole.lstrip("-").isdecimal()


@given(minors, minors, minors)
def test_addition_is_that_of_the_minor_units(a: int, b: int, c: int) -> None:
    total = Money(a, "EUR") + Money(b, "EUR") - Money(c, "EUR")
    assert total == Money(a + b - c, "EUR")
    assert -total == Money(c - a - b, "EUR")
    assert sum_money([Money(a, "EUR"), Money(b, "EUR")], "EUR") == Money(a + b, "EUR")


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_shares_add_up_and_stray_less_than_one_unit_from_proportion(amount: Money, weights: list[int]) -> None:
    shares = amount.allocate(weights)
    assert sum_money(shares, amount.currency) == amount
    parts, total = (weights, sum(weights)) if sum(weights) else ([1] * len(weights), len(weights))
    for share, part in zip(shares, parts, strict=True):
        assert abs(share.minor - Fraction(amount.minor * part, total)) < 1


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_a_negative_amount_is_shared_as_its_opposite(amount: Money, weights: list[int]) -> None:
    assert [-share for share in (-amount).allocate(weights)] == amount.allocate(weights)


@given(st.fractions(min_value=-(10**12), max_value=10**12), st.sampled_from(Rounding))
def test_rounding_moves_less_than_one_unit_and_is_odd(value: Fraction, rounding: Rounding) -> None:
    rounded = round_to_int(value, rounding)
    assert abs(rounded - value) < 1
    assert round_to_int(-value, rounding) == -rounded
    if rounding in {Rounding.HALF_UP, Rounding.HALF_EVEN}:
        assert abs(rounded - value) <= Fraction(1, 2)


@given(st.decimals(-(10**9), 10**9, places=4), st.sampled_from(Rounding))
def test_a_decimal_and_the_same_fraction_round_alike(value: Decimal, rounding: Rounding) -> None:
    assert round_to_int(value, rounding) == round_to_int(Fraction(value), rounding)


@given(st.builds(Money, st.integers(0, 10**12), currencies), rates, currencies)
def test_a_conversion_is_within_half_a_minor_unit_of_the_exact_value(
    amount: Money, rate: Fraction, currency: str
) -> None:
    converted = amount.convert(rate, currency, rounding=Rounding.HALF_UP)
    exact = Fraction(amount.decimal) * rate * 10 ** minor_digits(currency)
    assert converted.currency == currency
    assert abs(converted.minor - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "half_up", "half_even", "down", "up"),
    [("2.5", 3, 2, 2, 3), ("3.5", 4, 4, 3, 4), ("-2.5", -3, -2, -2, -3), ("2.4", 2, 2, 2, 3), ("-2.6", -3, -3, -2, -3)],
)
def test_each_rounding_settles_a_half_as_it_is_named(
    value: str, half_up: int, half_even: int, down: int, up: int
) -> None:
    fraction = Fraction(value)
    assert round_to_int(fraction, Rounding.HALF_UP) == half_up
    assert round_to_int(fraction, Rounding.HALF_EVEN) == half_even
    assert round_to_int(fraction, Rounding.DOWN) == down
    assert round_to_int(fraction, Rounding.UP) == up


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("1980", "JPY", 1980),
        ("1.234", "KWD", 1234),
        ("-0.01", "USD", -1),
        ("0E999999999", "EUR", 0),
        ("1e3", "EUR", 100000),
    ],
)
def test_a_decimal_text_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "EUR"),
        ("twelve", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("12.505", "EUR"),
        ("1.5", "JPY"),
        ("1." + "0" * 33 + "1", "EUR"),
        ("1e999999999", "EUR"),
        ("1e-999999999", "EUR"),
        ("1" * 19, "EUR"),
        ("10000000000000000", "EUR"),
        ("9" * 5000, "EUR"),
    ],
)
def test_what_the_currency_cannot_hold_is_refused(text: str, currency: str) -> None:
    with pytest.raises(AmountNotRepresentable) as refusal:
        Money.parse(text, currency)
    assert refusal.value.fields == {"amount": text[:60], "currency": currency}


def test_too_many_decimals_are_taken_with_a_named_rounding() -> None:
    assert Money.parse("12.505", "EUR", rounding=Rounding.HALF_UP) == Money(1251, "EUR")
    assert Money.parse("12.505", "EUR", rounding=Rounding.HALF_EVEN) == Money(1250, "EUR")


def test_amounts_of_different_currencies_neither_add_nor_compare() -> None:
    euro, dollar = Money(100, "EUR"), Money(100, "USD")
    for act in (lambda: euro + dollar, lambda: euro - dollar, lambda: euro < dollar, lambda: euro >= dollar):
        with pytest.raises(CurrencyMismatch):
            act()
    assert euro != dollar


def test_yen_become_euros_across_different_minor_digits() -> None:
    assert Money(1980, "JPY").convert(Decimal("0.0061"), "EUR", rounding=Rounding.HALF_UP) == Money(1208, "EUR")
    assert Money(1000, "EUR").convert(Decimal("0.33"), "KWD", rounding=Rounding.HALF_UP) == Money(3300, "KWD")
