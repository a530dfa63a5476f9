"""Yandex Market Language: https://yandex.ru/support/marketplace/assortment/files/yml.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from entrepot.catalog.feeds.declared import name_of
from entrepot.catalog.feeds.items import Damage, FeedItem
from entrepot.catalog.feeds.xml import elements, text_of

_WANTED = frozenset({"offer", "category"})
# Where suppliers that leave categoryId empty say what the thing is.
_TYPE_PARAMS = frozenset({"тип", "тип товара", "категория", "type", "product type", "category"})
_WEIGHT_PARAMS = frozenset({"вес", "вес, кг", "вес (кг)", "вес брутто", "вес в упаковке", "weight", "weight (kg)"})
_QUANTITIES = ("count", "stock_quantity", "quantity_in_stock", "quantity", "stock", "amount")


def read(stream: BinaryIO) -> Iterator[FeedItem | Damage]:
    """Yield the offers of a feed; its category tree, which stands before them, gives their paths."""
    paths: dict[str, str] = {}
    row = 0
    for element in elements(stream, _WANTED):
        if isinstance(element, Damage):
            yield Damage(row + 1, element.reason)
            return
        if element.tag == "category":
            name, parent = text_of(element), paths.get(element.get("parentId", ""), "")
            paths[element.get("id", "")] = f"{parent} > {name}" if parent else name
            continue
        row += 1
        yield _item(element, row, paths)


def _item(offer: Element, row: int, paths: dict[str, str]) -> FeedItem:
    item = FeedItem(row=row, id=offer.get("id", "").strip(), group=offer.get("group_id", "").strip())
    # By the format's own words an offer without the attribute is available.
    item.availability = offer.get("available", "true").strip()
    single: dict[str, str] = {}
    kind = ""
    for child in offer:
        text = (child.text or "").strip()
        if child.tag == "param":
            name, unit = (child.get("name") or "").strip(), (child.get("unit") or "").strip()
            folded = name.casefold()
            if folded in _WEIGHT_PARAMS:
                item.weight = item.weight or f"{text} {unit}".strip()
            elif folded in _TYPE_PARAMS:
                kind = kind or text
            if declared := name_of(name):
                item.declared.setdefault(declared, text)
            elif name and text:
                item.attributes.append((name, f"{text} {unit}" if unit else text))
        elif child.tag == "picture":
            item.pictures.append(text)
        elif child.tag in ("outlets", "stock_outlets"):
            item.quantity = item.quantity or _outlet_sum(child)
        elif child.tag == "tn-ved-codes":
            item.hs_code = text_of(child.find("tn-ved-code"))
        elif text and child.tag not in single:
            single[child.tag] = text
    item.title = single.get("name") or _model_title(single)
    item.description = single.get("description", "")
    item.price = single.get("price", "")
    item.currency = single.get("currencyId", "")
    category = single.get("categoryId", "")
    item.category = paths.get(category, category if not category.isdecimal() else "") or kind
    item.google_category = single.get("market_category", "")
    item.brand = single.get("vendor", "")
    item.gtin = single.get("barcode", "")
    item.quantity = item.quantity or next((single[name] for name in _QUANTITIES if name in single), "")
    item.weight = single.get("weight", "") or item.weight
    sides = [*single.get("dimensions", "").split("/"), "", "", ""][:3]
    item.size = (sides[0], sides[1], sides[2])
    item.origin = single.get("country_of_origin", "")
    if single.get("vendorCode") and single["vendorCode"] != item.id:
        item.attributes.append(("vendorCode", single["vendorCode"]))
    return item


def _model_title(single: dict[str, str]) -> str:
    return " ".join(filter(None, (single.get(name) for name in ("typePrefix", "vendor", "model"))))


def _outlet_sum(outlets: Element) -> str:
    counts = [outlet.get("instock", "") for outlet in outlets]
    return str(sum(int(count) for count in counts if count.isdecimal())) if any(counts) else ""
