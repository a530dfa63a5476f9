"""Google Merchant feeds, RSS, Atom and text: https://support.google.com/merchants/answer/7052112"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import BinaryIO, TextIO
from xml.etree.ElementTree import Element

from entrepot.catalog.feeds.declared import NAMES
from entrepot.catalog.feeds.items import Damage, FeedItem
from entrepot.catalog.feeds.xml import elements, local_name
from entrepot.kernel.sentences import Sentence

_WANTED = frozenset({"item", "entry"})
_TITLES = {
    "id": "id",
    "title": "title",
    "description": "description",
    "price": "price",
    "sale_price": "sale_price",
    "sale_price_effective_date": "sale_dates",
    "product_type": "category",
    "google_product_category": "google_category",
    "brand": "brand",
    "gtin": "gtin",
    "availability": "availability",
    "item_group_id": "group",
    "quantity": "quantity",
    "sell_on_google_quantity": "quantity",
    "inventory": "quantity",
    "country_of_origin": "origin",
    "hs_code": "hs_code",
    "currency": "currency",
    "summary": "description",
    "content": "description",
}
_CHOICES = ("color", "size", "material", "pattern")
_FACTS = (*_CHOICES, "gender", "age_group", "condition", "mpn", "size_system")
_SIZES = ("length", "width", "height")


def plain_name(name: str) -> str:
    """Return a heading as Google's documentation writes it: no prefix, small, underscores."""
    name = name.strip().strip("\ufeff").casefold()
    return name.removeprefix("g:").partition("(")[0].strip().replace(" ", "_").replace("-", "_")


def read_xml(stream: BinaryIO) -> Iterator[FeedItem | Damage]:
    """Yield the items of an RSS or Atom feed."""
    for row, element in enumerate(elements(stream, _WANTED), start=1):
        if isinstance(element, Damage):
            yield element
            return
        yield _item(row, _pairs(element))


def _pairs(element: Element) -> Iterator[tuple[str, str]]:
    for child in element:
        name = local_name(child.tag)
        # Nested prices (shipping, instalments, subscriptions) are not the item's.
        if len(child) == 0:
            yield name, (child.text or "").strip()
        elif name == "product_detail":
            parts = {local_name(part.tag): (part.text or "").strip() for part in child}
            yield "product_detail", f"{parts.get('attribute_name', '')}:{parts.get('attribute_value', '')}"


def read_table(text: TextIO, delimiter: str) -> Iterator[FeedItem | Damage]:
    """Yield the rows of a text feed."""
    rows = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
    heading = [plain_name(name) for name in next(rows, [])]
    try:
        for values in rows:
            if any(value.strip() for value in values):
                yield _item(rows.line_num, _cells(heading, values))
    except (csv.Error, EOFError, OSError) as fault:
        yield Damage(rows.line_num, Sentence("The table breaks here: %(fault)s.", fault=str(fault)))


def _cells(heading: list[str], values: list[str]) -> Iterator[tuple[str, str]]:
    for name, cell in zip(heading, values, strict=False):
        value = cell.strip()
        if name in ("additional_image_link", "product_detail"):
            for part in value.split(","):
                yield name, part.strip()
        else:
            yield name, value


def _item(row: int, pairs: Iterable[tuple[str, str]]) -> FeedItem:
    item = FeedItem(row=row)
    main_picture = ""
    others: list[str] = []
    facts: dict[str, str] = {}
    sides: dict[str, str] = {}
    weights: dict[str, str] = {}
    for name, value in pairs:
        if not value:
            continue
        if name == "additional_image_link":
            others.append(value)
        elif name == "image_link":
            main_picture = value
        elif name in _TITLES:
            attribute = _TITLES[name]
            if not getattr(item, attribute):  # A repeated product_type: the first is the main one.
                setattr(item, attribute, value)
        elif declared := NAMES.get(name):
            item.declared.setdefault(declared, value)
        elif name in _FACTS:
            facts[name] = value
        elif name in ("shipping_weight", "product_weight"):
            weights[name] = value
        elif name.removeprefix("shipping_").removeprefix("product_") in _SIZES:
            sides.setdefault(name.removeprefix("shipping_").removeprefix("product_"), value)
        elif name == "product_detail":
            detail, _, detail_value = value.rpartition(":")
            item.attributes.append((detail.rpartition(":")[2], detail_value))
    item.picture = main_picture
    item.pictures = ([main_picture] if main_picture else []) + others
    item.weight = weights.get("shipping_weight") or weights.get("product_weight", "")
    item.size = (sides.get("length", ""), sides.get("width", ""), sides.get("height", ""))
    item.options = [(name, facts[name]) for name in _CHOICES if name in facts]
    item.variants = bool(item.group)
    item.attributes += [
        (name.replace("_", " "), value)
        for name, value in facts.items()
        if name != "condition" or value.casefold() != "new"
    ]
    return item
