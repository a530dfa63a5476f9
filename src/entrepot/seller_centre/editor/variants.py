"""The variants of a listing that is being written: rows of what was typed, made from option names and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from django.http import QueryDict
from django.utils.formats import localize_input

from entrepot.catalog.queries import ListingView, SkuView
from entrepot.catalog.rules.listings import SKUS_MAX

OPTIONS_MAX = 5
FIELDS = (
    "known", "choice", "was", "seller_sku", "price", "stock", "weight_g", "length_cm", "width_cm", "height_cm", "gtin",
    "is_removed",
)  # fmt: skip
_HANDED_ON = ("price", "weight_g", "length_cm", "width_cm", "height_cm")
_COMMAS = re.compile(r"[,\n،，、]")
_SEMICOLONS = re.compile(r"[;；\n]")

Row = dict[str, str]
Options = list[tuple[str, list[str]]]
Typed = list[tuple[str, str]]


def of_listing(listing: ListingView) -> list[Row]:
    """Return the variants that a listing has, those no longer sold last."""
    return [_of_sku(sku) for sku in listing.skus]


def _of_sku(sku: SkuView) -> Row:
    sides = {"length_cm": sku.length_mm, "width_cm": sku.width_mm, "height_cm": sku.height_mm}
    return {
        "known": sku.seller_sku,
        "choice": as_choice(sku.options),
        "was": str(sku.on_hand),
        "seller_sku": sku.seller_sku,
        "price": str(localize_input(sku.price.decimal)),
        "stock": str(sku.on_hand),
        "weight_g": "" if sku.weight_g is None else str(sku.weight_g),
        **{name: "" if side is None else str(localize_input(side / 10)) for name, side in sides.items()},
        "gtin": sku.gtin,
        "is_removed": "" if sku.state == "active" else "on",
    }


def of_form(data: QueryDict) -> list[Row]:
    """Return the rows that a form holds."""
    said = data.get("variants", "")
    count = min(int(said), SKUS_MAX) if said.isascii() and said.isdecimal() and len(said) < 5 else 0
    return [{name: data.get(f"v{number}-{name}", "") for name in FIELDS} for number in range(count)]


def blank() -> Row:
    """Return a row in which nothing was typed yet."""
    return dict.fromkeys(FIELDS, "") | {"choice": "[]"}


def as_choice(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the options of a variant as a row keeps them."""
    return json.dumps([list(pair) for pair in pairs], ensure_ascii=False)


def choice_of(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the options of a row; what is none is left out."""
    try:
        found = json.loads(row["choice"] or "[]")
        return [(str(name), str(value)) for name, value in found]
    except (ValueError, TypeError):
        return []


def label_of(row: Mapping[str, str]) -> str:
    """Return what a row is called: the values of its options."""
    return " · ".join(value for _, value in choice_of(row))


def options_of(rows: Sequence[Row]) -> Options:
    """Return the option names of the rows on sale with the values that stand there, in their order."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        if not row["is_removed"]:
            for name, value in choice_of(row):
                found.setdefault(name, {})[value] = None
    return [(name, list(values)) for name, values in found.items()]


def as_typed(options: Options) -> Typed:
    """Return option names and values as one types them: with commas between, or semicolons where a value has commas."""
    typed = []
    for name, values in options:
        has_commas = any(_COMMAS.search(value) for value in values)
        text = "; ".join([*values, ""]) if has_commas else ", ".join(values)
        typed.append(_tidy(name, text))
    return typed


def _tidy(name: str, values: str) -> tuple[str, str]:
    """Return a line with single blanks, as a browser's form and our own page then agree on it."""
    return " ".join(name.split())[:60], " ".join(values.split())


def typed_in(data: QueryDict) -> Typed:
    """Return what a form says of options, one line for each; empty lines are left out."""
    lines = zip(data.getlist("option_name"), data.getlist("option_values"), strict=False)
    return [line for line in (_tidy(*line) for line in lines) if any(line)][:OPTIONS_MAX]


def options_in(typed: Typed) -> Options:
    """Return the option names and values that were typed; a line without either is none."""
    options: Options = []
    for name, text in typed:
        between = _SEMICOLONS if _SEMICOLONS.search(text) else _COMMAS
        values = list(dict.fromkeys(value.strip()[:120] for value in between.split(text) if value.strip()))
        if name and values and name not in {one for one, _ in options}:
            options.append((name, values))
    return options


def as_made(typed: Typed) -> str:
    """Return the lines as the page remembers them, to see whether others were typed since."""
    return json.dumps(typed, ensure_ascii=False)


def make(rows: Sequence[Row], options: Options) -> list[Row]:
    """
    Return a row for every combination of the options' values, at most what a listing may have.

    A row that is there already stays as it was typed; a new one takes over the price and the measures of the first.
    What is stored and no longer among them is marked as not sold any more.
    """
    by_choice = {frozenset(choice_of(row)): row for row in reversed(rows)}
    pattern = next((row for row in rows if row["price"]), None)
    made: list[Row] = []
    used: set[int] = set()
    for values in product(*(values for _, values in options)):
        pairs = list(zip((name for name, _ in options), values, strict=True))
        row = by_choice.get(frozenset(pairs))
        if row is None:
            row = blank() | {"choice": as_choice(pairs), "stock": "0"}
            if pattern is not None:
                row |= {name: pattern[name] for name in _HANDED_ON}
        used.add(id(row))
        made.append(row | {"is_removed": ""} if row["is_removed"] and not row["known"] else row)
        if len(made) == SKUS_MAX:
            break
    left = [row | {"is_removed": "on"} for row in rows if id(row) not in used and row["known"]]
    return [*made, *left][:SKUS_MAX]
