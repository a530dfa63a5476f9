"""What carriers and customs must know of a listing: as it is typed, and as catalog keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import localize_input

from entrepot.catalog.rules.declarations import MARKS
from entrepot.markets import queries as markets

FIELDS = ("lithium", "battery_wh", *MARKS)


def as_typed(flags: Mapping[str, Any]) -> dict[str, str]:
    """Return a listing's declarations as the form shows them."""
    energy = flags.get("battery_wh")
    return {
        "lithium": str(flags.get("lithium", "")),
        "battery_wh": "" if energy is None else str(localize_input(Decimal(str(energy)))),
        **{field: "on" if _is_marked(flags.get(name), value) else "" for field, (name, value) in MARKS.items()},
    }


def as_flags(said: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return declarations as catalog keeps them; what the form does not know (`lithium_g`) stays as it was."""
    flags = dict(before)
    energy = said.get("battery_wh")
    wanted: dict[str, Any] = {
        "lithium": said.get("lithium") or None,
        "battery_wh": f"{energy.normalize():f}" if energy else None,
    }
    for field, (name, value) in MARKS.items():
        # A box takes away only what it stands for, and adds nothing where more is known (`flammable = UN1266`).
        kept = flags.get(name)
        is_marked = _is_marked(kept, value)
        wanted[name] = (kept if is_marked else value) if said.get(field) else None if is_marked else kept
    for name, value in wanted.items():
        if value is None:
            flags.pop(name, None)
        else:
            flags[name] = value
    return flags


def _is_marked(kept: object, value: object) -> bool:
    """Say whether what is kept is what a box stands for; one that says yes or no stands for every kind."""
    return kept == value or (value is True and bool(kept))


def asks(name: str, hs_code: str) -> bool:
    """Say whether goods of a code raise a question."""
    return name in markets.list_questions(hs_code.replace(" ", "").replace(".", ""))
