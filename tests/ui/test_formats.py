from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django.utils.translation import override

from entrepot.kernel.money import Money
from entrepot.ui import formats


def test_money_is_written_as_the_reader_writes_it() -> None:
    assert formats.money(Money(123456, "EUR"), "en") == "€1,234.56"
    assert formats.money(Money(123456, "EUR"), "es") == "1.234,56\xa0€"
    assert formats.money(Money(1980, "JPY"), "en") == "¥1,980"
    assert formats.money(Money(12500, "KWD"), "en") == "KWD\u00a012.500"
    assert formats.money(Money(-500, "USD"), "en") == "-$5.00"


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
