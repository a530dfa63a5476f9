"""The words of feeds: prices, weights, sizes, availability, countries, as shops of many languages write them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache

from babel import Locale

from entrepot.catalog.rules.listings import known_countries, known_currencies
from entrepot.kernel.money import minor_digits
from entrepot.kernel.sentences import Sentence

_NUMBER = re.compile(r"[-+−]?[0-9٠-٩][0-9٠-٩\s\u00a0\u202f'’.,٫٬]*")
_ARABIC = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬−", "0123456789.,-")
_PRICE_MAX = Decimal(10) ** 11
_BLANK = re.compile(r"[\s\u00a0\u202f'’]")
_CURRENCY_WORDS = {
    "€": "EUR", "euro": "EUR", "евро": "EUR", "£": "GBP", "us$": "USD", "₽": "RUB", "руб": "RUB", "руб.": "RUB",
    "р.": "RUB", "rur": "RUB", "₸": "KZT", "тг": "KZT", "тг.": "KZT", "tl": "TRY", "₺": "TRY", "元": "CNY",
    "rmb": "CNY", "￥": "CNY", "ر.س": "SAR", "ريال": "SAR", "sr": "SAR", "د.إ": "AED", "₴": "UAH", "грн": "UAH",
    "грн.": "UAH", "zł": "PLN", "₹": "INR", "r$": "BRL", "₩": "KRW", "₪": "ILS",
}  # fmt: skip
_IN_STOCK = frozenset(
    "in stock|in_stock|instock|available|available for order|true|yes|y|1|limited availability|"
    "в наличии|есть|есть в наличии|да|متوفر|متاح|var|stokta|mevcut|evet|si|sí|disponible|en stock|disponibile|"
    "verfügbar|auf lager|有货|现货|https://schema.org/instock|http://schema.org/instock".split("|")
)
_NOT_IN_STOCK = frozenset(
    "out of stock|out_of_stock|outofstock|sold out|unavailable|discontinued|false|no|n|0|"
    "нет в наличии|нет|под заказ|غير متوفر|نفذ|نفد|yok|tükendi|hayır|agotado|sin stock|esaurito|non disponibile|"
    "nicht verfügbar|ausverkauft|无货|缺货|https://schema.org/outofstock|http://schema.org/outofstock|"
    # Goods that are not there yet: taken as not in stock until they are.
    "preorder|pre-order|backorder|available on backorder|предзаказ".split("|")
)
_GRAMS: dict[str, int | Decimal] = {
    "g": 1, "gr": 1, "gram": 1, "grams": 1, "г": 1, "гр": 1, "грамм": 1, "غرام": 1, "جرام": 1, "克": 1,
    "kg": 1000, "kgs": 1000, "кг": 1000, "килограмм": 1000, "كجم": 1000, "كغ": 1000, "公斤": 1000, "千克": 1000,
    "mg": Decimal("0.001"), "t": 1_000_000, "т": 1_000_000,
    "lb": Decimal("453.59237"), "lbs": Decimal("453.59237"), "oz": Decimal("28.349523125"),
}  # fmt: skip
_MILLIMETRES: dict[str, int | Decimal] = {
    "mm": 1, "мм": 1, "cm": 10, "см": 10, "m": 1000, "м": 1000, "in": Decimal("25.4"), "inch": Decimal("25.4"),
    '"': Decimal("25.4"), "ft": Decimal("304.8"),
}  # fmt: skip
_COUNTRY_WORDS = {
    "usa": "US", "u.s.a.": "US", "сша": "US", "uk": "GB", "england": "GB", "кнр": "CN", "prc": "CN", "p.r.c.": "CN",
    "рф": "RU", "россия": "RU", "türkiye": "TR", "turkey": "TR", "korea": "KR", "корея": "KR", "южная корея": "KR",
    "тайвань": "TW", "гонконг": "HK", "чехия": "CZ", "oae": "AE", "оаэ": "AE", "uae": "AE", "ksa": "SA",
}  # fmt: skip


class Unclear(ValueError):
    """A text that cannot be read as what it should be; `reason` is the sentence for its sender."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


def read_currency(text: str) -> str | None:
    """Return the ISO 4217 code of a currency's code, sign or word, or None."""
    word = text.strip().casefold()
    code = _CURRENCY_WORDS.get(word) or word.upper()
    return code if code in known_currencies() else None


def read_price(text: str, currency: str = "") -> tuple[str, str]:
    """
    Return a price as a decimal text and its currency, which stands beside the number or is given.

    :raises Unclear: there is no number, it can be read in two ways, or its currency is unknown or missing.
    """
    if not text.strip():
        raise Unclear(Sentence("The price is missing."))
    match = _NUMBER.search(text)
    if match is None:
        raise Unclear(Sentence("%(text)s is no price.", text=repr(text[:40])))
    word = (text[: match.start()] + " " + text[match.end() :]).strip(" .,-*/:\u200e\u200f\u00a0")
    code = read_currency(word) if word else read_currency(currency)
    if code is None and word and currency:
        raise Unclear(_unknown_currency(word))
    if code is None and (name := word or currency):
        raise Unclear(_unknown_currency(name))
    if code is None:
        raise Unclear(Sentence("The currency is missing; write its code (ISO 4217), such as EUR."))
    number = read_decimal(match.group(), digits=minor_digits(code))
    if number <= 0:
        raise Unclear(Sentence("The price is %(price)s; it must be above zero.", price=str(number)))
    if number >= _PRICE_MAX:
        raise Unclear(Sentence("A price of %(price)s… is too high to be meant.", price=match.group()[:24].strip()))
    digits = minor_digits(code)
    if number != round(number, digits):
        raise Unclear(
            Sentence(
                "%(text)s has more decimals than %(currency)s has (%(digits)s).",
                text=repr(text[:40]),
                currency=code,
                digits=digits,
            )
        )
    return f"{number:.{digits}f}", code


def _unknown_currency(name: str) -> Sentence:
    return Sentence(
        "The currency %(name)s is not known here; write its code (ISO 4217), such as EUR.", name=repr(name[:20])
    )


def read_decimal(text: str, *, digits: int | None = None) -> Decimal:
    """
    Return a number written with any decimal sign and any grouping.

    :param digits: of a price, the decimals that its currency has: one sign before three figures could then be either,
        which is refused; without it a single sign is the decimal one.
    :raises Unclear: it is no number, or could be two.
    """
    plain = _BLANK.sub("", text.translate(_ARABIC)).rstrip(".,")
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0:
        sign, other = plain[last], "," if plain[last] == "." else "."
        whole, decimals = plain[:last], plain[last + 1 :]
        if sign in whole:  # 1.234.567: it groups.
            whole, decimals = plain.replace(sign, ""), ""
        elif other not in whole and len(decimals) == 3 and digits is not None and digits != 3 and whole.strip("+-0"):
            raise Unclear(
                Sentence(
                    "%(text)s can be read as %(large)s or as %(small)s; write %(large)s.00 or %(short)s.",
                    text=repr(text.strip()),
                    large=whole + decimals,
                    small=f"{whole}.{decimals}",
                    short=f"{whole}.{decimals[:2]}",
                )
            )
        plain = f"{whole.replace(other, '')}.{decimals}" if decimals else whole.replace(other, "")
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise Unclear(Sentence("%(text)s is no number.", text=repr(text.strip()[:40]))) from None


def read_availability(text: str) -> bool | None:
    """Return whether a word says that the thing is there, or None for a word that is not known."""
    word = " ".join(text.replace("_", " ").casefold().split())
    if word in _IN_STOCK:
        return True
    return False if word in _NOT_IN_STOCK or text.casefold() in _NOT_IN_STOCK else None


def read_quantity(text: str) -> int:
    """
    Return a number of pieces; a negative one is none, as shops that oversell write it.

    :raises Unclear: it is no whole number.
    """
    cleaned = _BLANK.sub("", text.translate(_ARABIC)).lstrip("><≥~")
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        raise Unclear(Sentence("%(text)s is no number of pieces.", text=repr(text[:40]))) from None
    if not number.is_finite() or number != int(number):
        raise Unclear(Sentence("%(text)s is no whole number of pieces.", text=repr(text[:40])))
    return max(int(number), 0)


def read_weight(text: str, unit: str) -> int:
    """
    Return a weight in grams, at least 1; `unit` is meant when none is written.

    :raises Unclear: there is no number above zero, or the unit is unknown.
    """
    return _measure(text, unit, _GRAMS, _NO_WEIGHT)


def read_length(text: str, unit: str) -> int:
    """
    Return a length in millimetres, at least 1.

    :raises Unclear: there is no number above zero, or the unit is unknown.
    """
    return _measure(text, unit, _MILLIMETRES, _NO_LENGTH)


# What is said of a text without a number, with an unknown unit, and with a number that is not above zero.
_NO_WEIGHT = (
    Sentence("%(text)s is no weight, such as 350 g or 1.2 kg."),
    Sentence("%(text)s is no weight in a unit that is known here, such as 350 g or 1.2 kg."),
    Sentence("A weight of %(text)s says nothing."),
)
_NO_LENGTH = (
    Sentence("%(text)s is no length, such as 20 cm."),
    Sentence("%(text)s is no length in a unit that is known here, such as 20 cm."),
    Sentence("A length of %(text)s says nothing."),
)


def _measure(text: str, unit: str, units: dict[str, int | Decimal], faults: tuple[Sentence, ...]) -> int:
    no_number, no_unit, nothing = faults
    match = _NUMBER.search(text)
    if match is None:
        raise Unclear(Sentence(no_number.message, text=repr(text[:40])))
    word = text[match.end() :].strip(" .").casefold() or unit
    if word not in units:
        raise Unclear(Sentence(no_unit.message, text=repr(text[:40])))
    number = read_decimal(match.group()) * units[word]
    if number <= 0:
        raise Unclear(Sentence(nothing.message, text=repr(text[:20])))
    return max(int(number.to_integral_value()), 1)


def read_country(text: str) -> str | None:
    """Return the ISO 3166-1 code of a country's code or name in one of the common languages, or None."""
    word = " ".join(text.split())
    if word.upper() in known_countries():
        return word.upper()
    return _countries().get(word.casefold())


@cache
def _countries() -> dict[str, str]:
    names = {
        name.casefold(): code
        for language in ("zh", "it", "es", "tr", "ar", "ru", "en")
        for code, name in Locale(language).territories.items()
        if code in known_countries()
    }
    return names | _COUNTRY_WORDS
