"""
Duty rates as the United States tariff words them: `Free`, `4.5%`, `2.5¢/kg + 3%`, `$1.50/doz.`, `Free (AU,BH,CL)`.

What is worded otherwise ("The rate applicable to …", "less 20%", a rate on the case of a watch apart from its strap) is
not guessed at: `NotUnderstood` carries the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_SIX = Decimal("0.000001")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*%")
_AMOUNT = re.compile(
    r"(\$)?\s*(\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)\s*(¢|cents?)?\s*(?:(?:/|per)\s*)?([a-z][a-z. ]*)?", re.IGNORECASE
)
_PROGRAMS = re.compile(r"([^()]+?)\s*\(([A-Z0-9*+,\s]+)\)")
# How many of the tariff's units (kg, piece) a published unit is; a pair is sold as one piece.
_UNITS: dict[str, tuple[str, Decimal]] = {
    "kg": ("kg", Decimal(1)),
    "g": ("kg", Decimal("0.001")),
    "t": ("kg", Decimal(1000)),
    "ton": ("kg", Decimal(1000)),
    "metric ton": ("kg", Decimal(1000)),
    "lb": ("kg", Decimal("0.45359237")),
    "each": ("piece", Decimal(1)),
    "no": ("piece", Decimal(1)),
    "unit": ("piece", Decimal(1)),
    "head": ("piece", Decimal(1)),
    "pr": ("piece", Decimal(1)),
    "prs": ("piece", Decimal(1)),
    "pair": ("piece", Decimal(1)),
    "doz": ("piece", Decimal(12)),
    "dozen": ("piece", Decimal(12)),
    "doz pr": ("piece", Decimal(12)),
    "doz prs": ("piece", Decimal(12)),
    "gross": ("piece", Decimal(144)),
    "hundred": ("piece", Decimal(100)),
    "thousand": ("piece", Decimal(1000)),
}


class NotUnderstood(ValueError):
    """A rate that is published in words that cannot be computed."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A percentage of the value, and an amount per kilogram or piece that is added to it."""

    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    unit: str = ""


def read_rate(text: str) -> Rate:
    """
    Return what a rate's words come to.

    :raises NotUnderstood: they cannot be computed.
    """
    tidy = " ".join(re.sub(r"\s\d+/(?=\s|$)", " ", f"{text} ").split())  # Footnote marks: `4.5% 1/`.
    if tidy.lower() == "free":
        return Rate()
    percent = amount = Decimal(0)
    unit = ""
    for term in tidy.split("+"):
        if found := _PERCENT.fullmatch(term.strip()):
            percent += Decimal(found[1])
            continue
        more, its_unit = _amount(term.strip(), text)
        if unit and its_unit != unit:
            raise NotUnderstood(text)
        amount, unit = amount + more, its_unit
    return Rate(percent, amount.quantize(_SIX, ROUND_HALF_UP), unit)


def _amount(term: str, text: str) -> tuple[Decimal, str]:
    found = _AMOUNT.fullmatch(term)
    if found is None or bool(found[1]) == bool(found[3]) or not found[4]:
        raise NotUnderstood(text)  # Dollars or cents, and of what.
    unit = _UNITS.get(" ".join(found[4].lower().replace(".", " ").split()))
    if unit is None:
        raise NotUnderstood(text)
    dollars = Decimal(found[2].replace(",", "")) / (100 if found[3] else 1)
    return dollars / unit[1], unit[0]


def read_special_rates(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each rate's words with the symbols of the programs that it holds for: `Free (AU,BH) 3.2% (KR)`."""
    for found in _PROGRAMS.finditer(" ".join(text.split())):
        yield found[1].strip(" ,"), tuple(symbol for symbol in re.split(r"[,\s]+", found[2]) if symbol)
