"""The lines of a cart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Fault = dict[str, str]

LINES_MAX = 50
QUANTITY_MAX = 999


def read_lines(lines: Iterable[Mapping[str, Any]]) -> tuple[list[tuple[str, int]], list[Fault]]:
    """
    Return the lines as (SKU, quantity) in their order, the same SKU only once, or every fault.

    A line is {"sku", "quantity"}.
    """
    faults: list[Fault] = []
    found: dict[str, int] = {}
    for index, line in enumerate(lines):
        sku = line.get("sku") if isinstance(line, Mapping) else None
        quantity = line.get("quantity") if isinstance(line, Mapping) else None
        if not isinstance(sku, str) or not 0 < len(sku) <= 64 or not sku.isprintable():
            faults.append({"field": f"lines.{index}.sku", "reason": "required"})
            continue
        if not isinstance(quantity, int) or isinstance(quantity, bool) or not 1 <= quantity <= QUANTITY_MAX:
            faults.append({"field": f"lines.{index}.quantity", "reason": f"from_1_to_{QUANTITY_MAX}"})
            continue
        found[sku] = found.get(sku, 0) + quantity
        if found[sku] > QUANTITY_MAX:
            faults.append({"field": f"lines.{index}.quantity", "reason": f"from_1_to_{QUANTITY_MAX}"})
    if not faults and not found:
        faults.append({"field": "lines", "reason": "required"})
    if len(found) > LINES_MAX:
        faults.append({"field": "lines", "reason": "too_many"})
    return list(found.items()), faults
