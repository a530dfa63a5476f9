"""Which variant of a listing is meant, and which variant each option's value leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from entrepot.catalog.queries import SkuView


@dataclass(frozen=True, slots=True)
class Value:
    """
    One value of an option, as a button: the SKU that it leads to, and what to know before pressing it.

    `state`: "" (in stock), "out" (this combination is sold out), "other" (this combination does not exist: the button
    leads to the nearest one that does). `note` says it in words.
    """

    text: str
    sku: str
    is_chosen: bool
    state: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """An option with its values, in the seller's order."""

    name: str
    values: tuple[Value, ...]


def choose(skus: Sequence[SkuView], code: str) -> SkuView:
    """Return the SKU that the address names, else the first that is in stock, else the first."""
    for sku in skus:
        if sku.sku == code:
            return sku
    return next((sku for sku in skus if sku.available), skus[0])


def list_options(skus: Sequence[SkuView], chosen: SkuView) -> tuple[Option, ...]:
    """Return each option; a value leads to the SKU that differs from the chosen one in it alone, where there is one."""
    names = dict.fromkeys(name for sku in skus for name, _text in sku.options)
    return tuple(Option(name, _values(name, skus, chosen)) for name in names)


def _values(name: str, skus: Sequence[SkuView], chosen: SkuView) -> tuple[Value, ...]:
    current = dict(chosen.options)
    having: dict[str, list[SkuView]] = {}
    for sku in skus:
        text = dict(sku.options).get(name)
        if text is not None:
            having.setdefault(text, []).append(sku)
    return tuple(_value(name, text, found, current) for text, found in having.items())


def _value(name: str, text: str, having: Sequence[SkuView], current: dict[str, str]) -> Value:
    wanted = {**current, name: text}
    exact = next((sku for sku in having if dict(sku.options) == wanted), None)
    if exact is not None:
        note = "" if exact.available else _("sold out")
        return Value(text, exact.sku, current.get(name) == text, "" if exact.available else "out", note)
    nearest = max(having, key=lambda sku: (_shared(sku, wanted), sku.available > 0))
    others = ", ".join(value for key, value in nearest.options if key != name and current.get(key) != value)
    return Value(text, nearest.sku, False, "other", _("only in %(other)s") % {"other": others} if others else "")


def _shared(sku: SkuView, wanted: dict[str, str]) -> int:
    """Count the options that a SKU has as wanted."""
    return sum(wanted.get(name) == text for name, text in sku.options)
