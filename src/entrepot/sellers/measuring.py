"""
How good the comparison of names is: recall and precision on labelled pairs. Pure.

A file of pairs is a CSV with the columns `name1`, `name2`, `is_match` (true or false), and optionally `schema` (Person,
Company …) and `category`. Half of the pairs, told by a hash of them, is what the comparison was improved with; the
other half it has not seen.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from entrepot.kernel.errors import DomainError
from entrepot.sellers import names

_KINDS = {"person": "person", "company": "firm", "organization": "firm", "legalentity": "firm"}


class UnreadablePairs(DomainError):
    """The file is no table of labelled pairs; `reason` says more."""

    code = "unreadable_pairs"
    summary = "This file holds no labelled pairs of names."


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names, whether they are one, and what sort of pair it is."""

    first: str
    second: str
    is_match: bool
    kind: str
    category: str

    @property
    def is_held_out(self) -> bool:
        """Whether the pair belongs to the half that the comparison was not improved with."""
        return hashlib.sha256(f"{self.first}|{self.second}".encode()).digest()[0] % 2 == 1


@dataclass(slots=True)
class Figures:
    """Pairs counted by what they are and what was said of them. `found` and `missed` are matches, the others not."""

    found: int = 0
    missed: int = 0
    wrong: int = 0
    passed: int = 0
    not_retrieved: int = field(default=0)

    @property
    def pairs(self) -> int:
        return self.found + self.missed + self.wrong + self.passed

    @property
    def recall(self) -> float | None:
        """Of the matches, how many are found."""
        return _share(self.found, self.found + self.missed)

    @property
    def precision(self) -> float | None:
        """Of what is found, how many are matches."""
        return _share(self.found, self.found + self.wrong)

    @property
    def flagged(self) -> float | None:
        """Of the pairs that only look alike, how many are found nevertheless."""
        return _share(self.wrong, self.wrong + self.passed)

    def as_json(self) -> dict[str, Any]:
        return {
            "pairs": self.pairs,
            "recall": self.recall,
            "precision": self.precision,
            "flagged": self.flagged,
            "not_retrieved": self.not_retrieved,
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def read_pairs(path: Path) -> list[Pair]:
    """
    Return the labelled pairs of a file.

    :raises UnreadablePairs: a column is missing, or there is no pair.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        lacking = {"name1", "name2", "is_match"} - set(rows.fieldnames or ())
        if lacking:
            raise UnreadablePairs(reason=f"there is no column {', '.join(sorted(lacking))}")
        pairs = [_pair(row) for row in rows]
    if not pairs:
        raise UnreadablePairs(reason="there is no pair")
    return pairs


def _pair(row: Mapping[str, str]) -> Pair:
    return Pair(
        first=row["name1"],
        second=row["name2"],
        is_match=row["is_match"].strip().lower() == "true",
        kind=_KINDS.get((row.get("schema") or "").lower(), ""),
        category=(row.get("category") or row.get("case_group") or "").strip(),
    )


def measure(pairs: Iterable[Pair]) -> dict[str, Figures]:
    """
    Return the figures of all pairs, of each half, of each kind and of each category.

    A pair counts as found when the names share a key, by which a name finds its candidates, and the score is a hit.
    """
    found: dict[str, Figures] = {"all": Figures(), "held out": Figures(), "improved with": Figures()}
    for pair in pairs:
        shares_key = not names.keys_of(pair.first).isdisjoint(names.keys_of(pair.second))
        is_alike = names.compare(pair.first, pair.second, kind=pair.kind).score >= names.HIT_SCORE
        half = "held out" if pair.is_held_out else "improved with"
        for name in ("all", half, f"kind: {pair.kind or 'other'}", f"category: {pair.category or 'none'}"):
            _count(found.setdefault(name, Figures()), pair.is_match, shares_key=shares_key, is_alike=is_alike)
    return found


def _count(figures: Figures, is_match: bool, *, shares_key: bool, is_alike: bool) -> None:
    if is_match and is_alike and not shares_key:
        figures.not_retrieved += 1
    is_found = shares_key and is_alike
    if is_match:
        figures.found, figures.missed = figures.found + is_found, figures.missed + (not is_found)
    else:
        figures.wrong, figures.passed = figures.wrong + is_found, figures.passed + (not is_found)
