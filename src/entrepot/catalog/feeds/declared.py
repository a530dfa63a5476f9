"""What feeds declare of goods because their code does not tell: lithium cells, aerosols, and the like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from entrepot.catalog.rules.declarations import LITHIUM, MEASURES, find_fault
from entrepot.kernel.sentences import Sentence

# A column by the name of the declaration, and what marketplaces' own templates call the same.
NAMES = {
    "un_number": "un_number",
    "united_nations_regulatory_id": "un_number",
    "lithium": "lithium",
    "lithium_battery": "lithium",
    "battery_wh": "battery_wh",
    "lithium_battery_energy_content": "battery_wh",
    "lithium_g": "lithium_g",
    "lithium_battery_weight": "lithium_g",
    "aerosol": "aerosol",
    "flammable": "flammable",
    "blade": "blade",
    "medicine": "medicine",
    "nicotine": "nicotine",
    "protected_species": "protected_species",
    "proof_of_origin": "proof_of_origin",
}
# Of these it is said which kind; of the others yes or no, where a kind (a UN number) is a yes too.
_KINDS = {"blade": ("automatic",), "medicine": ("prescription",)}
_YES = frozenset("yes y true 1 да sí si sì evet نعم 是 oui ja sim".split())
_NO = frozenset("no n false 0 none нет non hayır لا 否 nein não".split())
_UN = re.compile(r"(?:UN)?\s*([0-9]{4})")
_AEROSOLS = "UN1950"
_METAFIELD = re.compile(r"\(product\.metafields\.[a-z0-9_]+\.([a-z0-9_]+)\)")


def name_of(heading: str) -> str:
    """Return which declaration a column holds, by its heading or Shopify's name of a metafield; nothing for others."""
    folded = heading.strip().casefold()
    field = _METAFIELD.search(folded)
    return NAMES.get(field[1] if field else folded.removeprefix("g:").replace(" ", "_").replace("-", "_"), "")


def read_declarations(said: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return declarations as catalog keeps them, and what could not be read: names with reasons."""
    flags: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for name, text in said.items():
        found = _read(name, text.strip())
        if found is None:
            faults.append((name, Sentence("%(said)s is no declaration of this kind.", said=repr(text[:40]))))
            continue
        for flag, value in found.items():
            if fault := find_fault({flag: value}):
                faults.append((name, fault))
            else:
                flags[flag] = value
    return flags, faults


def _read(name: str, text: str) -> dict[str, Any] | None:
    folded = text.casefold()
    if name in MEASURES:
        return {name: text.replace(",", ".").partition(" ")[0]}
    number = _UN.fullmatch(text.upper())
    un = f"UN{number[1]}" if number else ""
    if name == "un_number":
        return _of_un_number(un) if un else None
    if name == "lithium":
        return {name: "none"} if folded in _NO else {name: un or text}
    if folded in _NO:
        return {}
    if name in _KINDS:
        return {name: folded} if folded in _KINDS[name] else None
    if folded in _YES:
        return {name: True}
    return {name: un} if un else None


def _of_un_number(un: str) -> dict[str, Any]:
    """Return what a UN number says: a lithium cell, an aerosol, or other dangerous goods of which most burn."""
    if un in LITHIUM:
        return {"lithium": un}
    return {"aerosol": True} if un == _AEROSOLS else {"flammable": un}
