"""
What a seller declares of goods because their code does not tell: the words that restrictions of packs read.

A declaration is one of these names with its value; an operator's own packs may use more names, which the API takes too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from entrepot.kernel.sentences import Sentence

# The four kinds of lithium cells and batteries of the dangerous goods rules, and that there is none.
LITHIUM = ("UN3481", "UN3480", "UN3091", "UN3090", "none")
MEASURES = {"battery_wh": Decimal(100_000), "lithium_g": Decimal(10_000)}
# A box in the editor: the name and the value that it stands for.
MARKS: dict[str, tuple[str, Any]] = {
    "is_aerosol": ("aerosol", True),
    "is_flammable": ("flammable", True),
    "is_automatic_knife": ("blade", "automatic"),
    "is_on_prescription": ("medicine", "prescription"),
    "is_of_protected_species": ("protected_species", True),
    "has_nicotine": ("nicotine", True),
    "has_proof_of_origin": ("proof_of_origin", True),
}
KNOWN = frozenset({"lithium", *MEASURES, *(name for name, _ in MARKS.values())})
# Words that others say: the store (`responsible_EU`), the operator's list of marks, a code that nobody confirmed.
_RESERVED = re.compile(r"brand|hs_unconfirmed|responsible_.*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def find_fault(flags: Mapping[str, Any]) -> str | None:
    """Return why declarations cannot be taken, or None."""
    for name, value in flags.items():
        if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
            return Sentence("%(name)s is no name of a declaration.", name=name[:40])
        if name == "lithium" and value not in LITHIUM:
            return Sentence("A lithium battery is one of %(kinds)s.", kinds=", ".join(LITHIUM))
        if name in MEASURES and not _is_measure(value, MEASURES[name]):
            return Sentence("%(name)s is a number above zero.", name=name)
    return None


def _is_measure(value: object, most: Decimal) -> bool:
    try:
        return 0 < Decimal(str(value)) <= most
    except InvalidOperation:
        return False
