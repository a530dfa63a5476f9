"""Numbers, money, dates and names as the reader's language writes them (CLDR, through Babel)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from unicodedata import bidirectional, combining, normalize

from babel import Locale
from babel.core import get_global
from babel.dates import format_date as _format_date, format_datetime as _format_datetime
from babel.lists import format_list as _format_list
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent as _format_percent,
    get_currency_symbol,
)
from django.utils.translation import get_language

from entrepot.kernel.money import Money, minor_digits

RTL_LANGUAGES = frozenset({"ar", "fa", "he", "ur"})


@cache
def locale_of(language: str | None) -> Locale:
    """Return the CLDR locale of a language code as Django writes it (`zh-hans`)."""
    return Locale.parse((language or "en").replace("-", "_"))


def current() -> Locale:
    """Return the locale of the page that is being written."""
    return locale_of(get_language())


def direction(language: str | None) -> str:
    """Return `rtl` or `ltr`."""
    return "rtl" if (language or "").split("-")[0] in RTL_LANGUAGES else "ltr"


def isolated(text: str, language: str | None = None) -> str:
    """
    Return a code, number or name so that it keeps its own order inside a sentence that runs the other way.

    For texts without markup (subjects, letters, PDF); pages write `<bdi>`.
    """
    turns = direction(language or get_language()) == "rtl" or any(bidirectional(sign) in ("R", "AL") for sign in text)
    return f"\u2068{text}\u2069" if turns else text


def money(amount: Money, language: str | None = None) -> str:
    """
    Return money as the reader writes it, with the currency's own number of decimals.

    Digits are Latin in every language, in Arabic too: amounts stand beside order numbers, customs codes and addresses,
    and readers of the Gulf, the Levant and the Maghreb all know them. In a language that runs from right to left the
    amount is isolated, so that neither a neighbour nor the sentence can turn its parts round.
    """
    return _money(amount.minor, amount.currency, language or get_language() or "en")


# CLDR's `minimumGroupingDigits` is two here, which Babel leaves out: four digits stand together.
_GROUPED_FROM_FIVE = frozenset({"es", "it"})
_FOUR_GROUPED = re.compile(r"(?<![\d.,])(\d)\.(\d{3})(?![\d.])")


def _grouped(text: str, language: str) -> str:
    return _FOUR_GROUPED.sub("\\1\\2", text) if language in _GROUPED_FROM_FIVE else text


# CLDR's spacing rule, which Babel leaves out: a currency that ends in a letter keeps a space from the figure.
_LETTER_BEFORE_DIGIT = re.compile(r"([^\W\d_])(?=\d)")
_LESS_THAN_NOTHING = re.compile(r"-[\d.,]+")
_LETTER_THEN_SIGN = re.compile(r"([A-Z]\W)$")


def round_money(amount: Decimal, currency: str, language: str | None = None) -> str:
    """Return an amount of major units as `money` does, but without decimals where it is whole."""
    minor = int(amount.scaleb(minor_digits(currency)))
    return _money(minor, currency, language or get_language() or "en", amount == amount.to_integral_value())


_DECIMALS = re.compile(r"[.,]0+(?![\d#])")


_ONE_TO_SEVEN = re.compile(r"(\D*)1(\D)234(?:\2)567(?:(\D)(0+))?(\D*)")


@lru_cache(maxsize=8192)
def _money(minor: int, currency: str, language: str, is_round: bool = False) -> str:
    form = _money_form(currency, language, is_round)
    if form is None or minor < 0:
        return _write_money(minor, currency, language, is_round)
    before, thousands, point, after = form
    digits = minor_digits(currency)
    major, rest = divmod(minor, 10**digits)
    whole = str(major) if major < 10_000 and language in _GROUPED_FROM_FIVE else f"{major:,}".replace(",", thousands)
    decimals = f"{point}{rest:0{digits}}" if point else ""
    return f"{before}{whole}{decimals}{after}"


@lru_cache(maxsize=2048)
def _money_form(currency: str, language: str, is_round: bool) -> tuple[str, str, str, str] | None:
    """
    Return what stands before an amount, between its thousands, before its decimals (empty: it has none) and behind it.

    None for what is not written so: in other groups than of three, or not to its minor unit.
    """
    digits = minor_digits(currency)
    found = _ONE_TO_SEVEN.fullmatch(_write_money(1_234_567 * 10**digits, currency, language, is_round))
    if found is None:
        return None
    before, thousands, point, decimals, after = found.groups(default="")
    return (before, thousands, point, after) if len(decimals) == (0 if is_round else digits) else None


def _write_money(minor: int, currency: str, language: str, is_round: bool) -> str:
    """Write money by CLDR's patterns through Babel, ten times dearer: too much for every price of every page."""
    digits = minor_digits(currency)
    amount = Decimal(minor).scaleb(-digits)
    locale = locale_of(language)
    pattern = _DECIMALS.sub("", locale.currency_formats["standard"].pattern) if is_round else None
    text = format_currency(amount, currency, pattern, locale=locale, currency_digits=not is_round)
    if get_currency_symbol(currency, locale=locale_of(language)) == "$":
        text = text.replace("$", f"{currency[:2]}$")  # Twenty countries call theirs a dollar or write it so.
    if direction(language) == "rtl":
        text = _LESS_THAN_NOTHING.sub("\u2066\\g<0>\u2069", text)  # Else the minus goes behind the figure.
        text = _LETTER_THEN_SIGN.sub("\\1\u200e", text)  # `US$`: else the sign goes to the letters' other side.
        return f"\u2067{text}\u2069"
    return _grouped(_LETTER_BEFORE_DIGIT.sub("\\1\u00a0", text), language)


def amount(value: Money, language: str | None = None) -> str:
    """Return money without its currency, for columns that name it once."""
    digits = minor_digits(value.currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    language = language or get_language() or "en"
    text = format_decimal(Decimal(value.minor).scaleb(-digits), format=pattern, locale=locale_of(language))
    return _grouped(text, language)


def number(value: int | Decimal, language: str | None = None) -> str:
    """Return a number with the reader's separators."""
    return _number(value, language or get_language() or "en")


@lru_cache(maxsize=4096)
def _number(value: int | Decimal, language: str) -> str:
    if isinstance(value, int) and 0 <= value < 10_000 and (value < 1_000 or language in _GROUPED_FROM_FIVE):
        return str(value)
    return _grouped(format_decimal(value, locale=locale_of(language)), language)


def rate(value: Decimal, language: str | None = None) -> str:
    """Return an exchange rate with six telling digits (`0.879341`, `13.452`)."""
    language = language or get_language() or "en"
    pattern = "#,##0." + "#" * max(0, 5 - value.adjusted())
    return _grouped(format_decimal(value, format=pattern, locale=locale_of(language)), language)


def percent(value: Decimal, language: str | None = None) -> str:
    """Return a rate given in percent (`21` → 21 %)."""
    return _percent(str(value), language or get_language() or "en")


@lru_cache(maxsize=1024)
def _percent(value: str, language: str) -> str:
    return _format_percent(
        Decimal(value) / 100,
        format=_percent_pattern(language),
        locale=locale_of(language),
        decimal_quantization=False,
    )


@cache
def _percent_pattern(language: str) -> str:
    return locale_of(language).percent_formats[None].pattern


# Russian may leave out the `г.` after a year, and must before a full stop: sentences end with dates.
_SHORT_FOR_YEAR = re.compile(r"\s'?г'?\.")


@lru_cache(maxsize=4096)
def _day(value: date, width: str, language: str) -> str:
    return _SHORT_FOR_YEAR.sub("", _format_date(value, format=width, locale=locale_of(language)))


def day(value: date | datetime, width: str = "medium") -> str:
    """Return a date in words; a moment is taken in UTC."""
    return _day(value.date() if isinstance(value, datetime) else value, width, get_language() or "en")


@cache
def _moment_pattern(language: str) -> str:
    """Return the language's pattern of a date with hours and minutes: seconds only look exact."""
    locale = locale_of(language)
    joined = str(locale.datetime_formats["medium"])
    day_pattern = _SHORT_FOR_YEAR.sub("", locale.date_formats["medium"].pattern)
    return joined.replace("{1}", day_pattern).replace("{0}", locale.time_formats["short"].pattern)


def moment(value: datetime) -> str:
    """Return a date with the time of day, in UTC and saying so."""
    return _moment(value.astimezone(UTC) if value.tzinfo else value, get_language() or "en")


@lru_cache(maxsize=4096)
def _moment(value: datetime, language: str) -> str:
    return f"{_format_datetime(value, _moment_pattern(language), locale=locale_of(language)).strip()} UTC"


@lru_cache(maxsize=2048)
def _day_range(start: date, end: date, language: str) -> str:
    from babel.dates import format_interval

    return format_interval(start, end, "MMMd", locale=locale_of(language))


def day_range(start: date, end: date) -> str:
    """Return a span of days the short way (`3 – 9 December`)."""
    return _day_range(start, end, get_language() or "en")


def country(code: str, language: str | None = None) -> str:
    """Return a country's name in the reader's language; the code itself when CLDR knows none."""
    return _territory(code, language or get_language() or "en")


@lru_cache(maxsize=4096)
def _territory(code: str, language: str) -> str:
    return locale_of(language).territories.get(code, code)


# English puts an article before these names in a sentence; other languages need none or have it in the name.
_WITH_ARTICLE = frozenset("AE BS CD CF CG CK DO FK FO GB GM IO KM KY MH MP MV NL PH SB TC US VG VI".split())


def place(code: str) -> str:
    """Return a country's name as it stands inside a sentence (`the United States`)."""
    name = country(code)
    return f"the {name}" if code in _WITH_ARTICLE and (get_language() or "en").startswith("en") else name


def currency(code: str, language: str | None = None) -> str:
    """Return a currency's name in the reader's language."""
    return locale_of(language or get_language()).currencies.get(code, code)


@cache
def language_own_name(code: str) -> str:
    """Return a language's name in itself (`Español`), the first letter large."""
    locale = locale_of(code)
    name = locale.languages.get(str(locale)) or locale.get_language_name() or code
    return name[:1].upper() + name[1:]


def language_name(code: str) -> str:
    """Return a language's name in the reader's language."""
    return current().languages.get(code.split("-", maxsplit=1)[0], code)


def listing(items: list[str]) -> str:
    """Return words joined as the language does (`a, b and c`)."""
    return _format_list(items, locale=current()) if items else ""


def sorting_key(name: str) -> str:
    """Return what a name is sorted by: its letters without accents, so that Österreich stands at the O."""
    return "".join(mark for mark in normalize("NFKD", name.casefold()) if not combining(mark))


def knows_territory(code: str) -> bool:
    """Tell whether a code is a country or territory with money of its own (leaves out `EU`, `UN`, `001`)."""
    return code in get_global("territory_currencies")
