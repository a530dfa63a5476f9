from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.formats import localize_input
from django.utils.translation import override
from hypothesis import given, strategies

from entrepot.kernel.money import Money, minor_digits
from entrepot.ui import formats


def test_money_is_written_as_the_reader_writes_it() -> None:
    assert formats.money(Money(123456, "EUR"), "en") == "€1,234.56"
    assert formats.money(Money(123456, "EUR"), "es") == "1234,56\xa0€"
    assert formats.money(Money(1980, "JPY"), "en") == "¥1,980"
    assert formats.money(Money(12500, "KWD"), "en") == "KWD\u00a012.500"
    assert formats.money(Money(-500, "USD"), "en") == "-US$5.00"


def test_round_money_has_decimals_only_where_it_is_not_whole() -> None:
    assert formats.round_money(Decimal(1500), "EUR", "en") == "€1,500"
    assert formats.round_money(Decimal(1500), "EUR", "es") == "1500\xa0€"
    assert formats.round_money(Decimal("20.5"), "EUR", "it") == "20,50\xa0€"
    assert formats.round_money(Decimal(12345), "JPY", "tr") == "¥12.345"
    assert formats.round_money(Decimal(7), "KWD", "en") == "KWD\xa07"
    assert formats.round_money(Decimal(1500), "USD", "ar") == "\u2067\u200f1,500\xa0US$\u200e\u2069"


@pytest.mark.parametrize("language", ["en", "es", "it", "ru", "tr", "zh-hans", "ar"])
@given(
    minor=strategies.integers(-(10**7), 10**12),
    currency=strategies.sampled_from(
        ["EUR", "USD", "JPY", "KWD", "CNY", "RUB", "INR", "IDR", "CHF", "ALL", "UYW", "CLF"]
    ),
)
def test_money_is_written_as_cldr_writes_it(language: str, minor: int, currency: str) -> None:
    assert formats.money(Money(minor, currency), language) == formats._write_money(minor, currency, language, False)
    whole = minor - minor % 10 ** minor_digits(currency)
    written = formats.round_money(Decimal(whole).scaleb(-minor_digits(currency)), currency, language)
    assert written == formats._write_money(whole, currency, language, True)


PRICES = {
    "en": ("US$1,234.56", "€1,234.56", "TRY\xa01,234.56", "CN¥0.99"),
    "es": ("1234,56\xa0US$", "1234,56\xa0€", "1234,56\xa0TRY", "0,99\xa0CNY"),
    "it": ("1234,56\xa0USD", "1234,56\xa0€", "1234,56\xa0TRY", "0,99\xa0CN¥"),
    "ru": ("1\xa0234,56\xa0US$", "1\xa0234,56\xa0€", "1\xa0234,56\xa0TRY", "0,99\xa0CN¥"),
    "tr": ("US$1.234,56", "€1.234,56", "₺1.234,56", "CN¥0,99"),
    "zh-hans": ("US$1,234.56", "€1,234.56", "TRY\xa01,234.56", "¥0.99"),
    "ar": (
        "\u2067\u200f1,234.56\xa0US$\u200e\u2069",
        "\u2067\u200f1,234.56\xa0€\u2069",
        "\u2067\u200f1,234.56\xa0TRY\u2069",
        "\u2067\u200f0.99\xa0CN¥\u200e\u2069",
    ),
}


@pytest.mark.parametrize("language", list(PRICES))
def test_every_language_writes_money_so_that_its_currency_cannot_be_mistaken(language: str) -> None:
    prices = [Money(123456, "USD"), Money(123456, "EUR"), Money(123456, "TRY"), Money(99, "CNY")]
    assert tuple(formats.money(price, language) for price in prices) == PRICES[language]


def test_arabic_keeps_latin_digits_and_amounts_hold_together() -> None:
    assert formats.number(1234567, "ar") == "1,234,567"
    assert formats.money(Money(500, "AED"), "ar") == "\u2067\u200f5.00\xa0د.إ.\u200f\u2069"
    assert formats.money(Money(-500, "EUR"), "ar") == "\u2067\u200f\u2066-5.00\u2069\xa0€\u2069"
    assert formats.money(Money(500, "BRL"), "ar") == "\u2067\u200f5.00\xa0R$\u200e\u2069"


@pytest.mark.parametrize("language", list(PRICES))
def test_figures_are_typed_as_they_are_shown(language: str) -> None:
    with override(language):
        assert localize_input(Decimal("12.5")) == formats.number(Decimal("12.5"))


NAMES = {
    "en": ("Türkiye", "Euro", "Dec 3, 2026", "7.5%", "1,234.5", "A, B, and C"),
    "es": ("Turquía", "euro", "3 dic 2026", "7,5\xa0%", "1234,5", "A, B y C"),
    "it": ("Turchia", "euro", "3 dic 2026", "7,5%", "1234,5", "A, B e C"),
    "ru": ("Турция", "евро", "3 дек. 2026", "7,5\xa0%", "1\xa0234,5", "A, B и C"),
    "tr": ("Türkiye", "Euro", "3 Ara 2026", "%7,5", "1.234,5", "A, B ve C"),
    "zh-hans": ("土耳其", "欧元", "2026年12月3日", "7.5%", "1,234.5", "A、B和C"),
    "ar": ("تركيا", "يورو", "03\u200f/12\u200f/2026", "7.5%", "1,234.5", "A وB وC"),
}


@pytest.mark.parametrize("language", list(NAMES))
def test_every_language_writes_names_dates_numbers_and_lists_its_own_way(language: str) -> None:
    with override(language):
        written = (
            formats.country("TR"),
            formats.currency("EUR"),
            formats.day(date(2026, 12, 3)),
            formats.percent(Decimal("7.5")),
            formats.number(Decimal("1234.5")),
            formats.listing(["A", "B", "C"]),
        )
    assert written == NAMES[language]


def test_dates_percentages_and_names_follow_the_language() -> None:
    with override("en"):
        assert formats.day(date(2026, 12, 3)) == "Dec 3, 2026"
        assert formats.day_range(date(2026, 12, 3), date(2026, 12, 9)) == "Dec 3\u2009–\u20099"
        assert formats.moment(datetime(2026, 12, 3, 14, 5, 59, tzinfo=UTC)) == "Dec 3, 2026, 2:05\u202fPM UTC"
        assert formats.percent(Decimal(21)) == "21%"
        assert formats.percent(Decimal("7.750")) == "7.75%"
        assert formats.place("US") == "the United States"
        assert formats.place("ES") == "Spain"
    with override("ar"):
        assert formats.country("ES") == "إسبانيا"
        assert formats.currency("EUR") == "يورو"
        assert formats.place("US") == "الولايات المتحدة"


def test_a_language_is_named_in_itself_and_knows_its_direction() -> None:
    assert [formats.language_own_name(code) for code in ("en", "ar", "es", "zh-hans")] == [
        "English", "العربية", "Español", "简体中文",
    ]  # fmt: skip
    assert [formats.direction(code) for code in ("en", "ar", "zh-hans")] == ["ltr", "rtl", "ltr"]


@pytest.mark.parametrize(
    ("value", "shown"), [(999, "999"), (1234, "1234"), (12345, "12.345"), (1234567, "1.234.567"), (-1234, "-1234")]
)
def test_spanish_and_italian_group_from_five_digits_on(value: int, shown: str) -> None:
    for language in ("es", "it"):
        assert formats.number(value, language) == shown
        assert formats.money(Money(value * 100, "EUR"), language) == f"{shown},00\xa0€"
        assert formats.amount(Money(value * 100, "EUR"), language) == f"{shown},00"
