"""Shopify's product export: https://help.shopify.com/en/manual/products/import-export/using-csv"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from entrepot.catalog.feeds.declared import name_of
from entrepot.catalog.feeds.items import Damage, FeedItem
from entrepot.kernel.sentences import Sentence

_NO = frozenset({"false", "no", "0"})


def read(text: TextIO, delimiter: str) -> Iterator[FeedItem | Damage]:
    """Yield the variants; the rows of one handle stand together, the first carries what they share."""
    rows = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
    heading = {name.strip().strip("\ufeff").casefold(): place for place, name in enumerate(next(rows, []))}
    together: list[tuple[int, dict[str, str]]] = []
    try:
        for values in rows:
            if not any(value.strip() for value in values):
                continue
            cells = {name: values[place].strip() for name, place in heading.items() if place < len(values)}
            if together and cells.get("handle") != together[0][1].get("handle"):
                yield from _product(together)
                together = []
            together.append((rows.line_num, cells))
    except (csv.Error, EOFError, OSError) as fault:
        yield Damage(rows.line_num, Sentence("The table breaks here: %(fault)s.", fault=str(fault)))
        return
    if together:
        yield from _product(together)


def _product(rows: list[tuple[int, dict[str, str]]]) -> Iterator[FeedItem]:
    first = rows[0][1]
    handle = first.get("handle", "")
    pictures = list(dict.fromkeys(cells["image src"] for _, cells in rows if cells.get("image src")))
    names = [first.get(f"option{n} name", "") for n in (1, 2, 3)]
    # A row that only brings a picture has neither a price nor an option.
    variants = [row for row in rows if row[1].get("variant price") or row[1].get("option1 value")] or rows[:1]
    for row, cells in variants:
        values = [cells.get(f"option{n} value", "") for n in (1, 2, 3)]
        options = [
            (name, value)
            for name, value in zip(names, values, strict=True)
            if name and value and (name, value) != ("Title", "Default Title")
        ]
        yield FeedItem(
            row=row,
            id=cells.get("variant sku", "").lstrip("'") or "/".join([handle, *(value for _, value in options)]),
            group=handle,
            title=first.get("title", ""),
            description=first.get("body (html)", ""),
            price=cells.get("variant price", ""),
            category=first.get("type") or first.get("product category", "") or first.get("custom product type", ""),
            google_category=first.get("product category") or first.get("google shopping / google product category", ""),
            brand=first.get("vendor", ""),
            gtin=cells.get("variant barcode", "").lstrip("'"),
            pictures=pictures,
            picture=cells.get("variant image", ""),
            quantity=cells.get("variant inventory qty", ""),
            availability="in stock" if not cells.get("variant inventory qty") else "",
            options=options,
            variants=True,
            weight=_grams(cells),
            weight_unit="g",
            origin=first.get("country of origin", ""),
            hs_code=first.get("harmonized system code", "") or cells.get("variant harmonized system code", ""),
            declared={name_of(heading): cell for heading, cell in first.items() if cell and name_of(heading)},
            published=first.get("published", "").casefold() not in _NO
            and first.get("status", "active").casefold() not in ("draft", "archived"),
        )


def _grams(cells: dict[str, str]) -> str:
    grams = cells.get("variant grams", "")
    return "" if grams.strip("0.") == "" else grams  # Zero is what an export writes for "not given".
