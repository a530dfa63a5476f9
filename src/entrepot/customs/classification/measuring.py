"""How good suggestions are, on goods whose codes are known: precision by digits and places, coverage, calibration."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from entrepot.customs.classification.described import Candidate, Described
from entrepot.customs.classification.suggesting import Ranking, suggest_from

_PLACES = (1, 3, 5)
_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.01)


@dataclass(frozen=True, slots=True)
class Labelled:
    """
    Goods with the codes that are right for them; where a title leaves several open, each of them is.

    `group` is what figures are also given for: a source, or a language.
    """

    goods: Described
    codes: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """Suggestions whose first code came with a probability in a range: how many, its mean, the share that was right."""

    low: float
    high: float
    suggestions: int
    mean: float
    right: float


@dataclass(frozen=True, slots=True)
class Measured:
    """
    The figures of a set. `precision` is by digits (2, 4, 6) and places (1, 3, 5): the share of all titles, those
    without a suggestion too, that have a right code among the first ones. `error` is the mean distance of probability
    and truth over the bins.
    """

    titles: int
    covered: float
    precision: dict[int, dict[int, float]]
    bins: tuple[Bin, ...]
    error: float

    def as_json(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        return {
            "titles": self.titles,
            "covered": round(self.covered, 3),
            "precision": {
                f"digits_{digits}": {f"at_{place}": round(value, 3) for place, value in places.items()}
                for digits, places in self.precision.items()
            },
            "calibration": [
                {"from": one.low, "titles": one.suggestions, "said": round(one.mean, 3), "right": round(one.right, 3)}
                for one in self.bins
            ],
            "calibration_error": round(self.error, 3),
        }


Rank = Callable[[Described], Ranking]


def measure(examples: Sequence[Labelled], rank: Rank) -> dict[str, Measured]:
    """Return the figures of all examples (under `all`) and of each group."""
    judged = [(one, _judge(one, rank(one.goods))) for one in examples]
    groups = sorted({one.group for one in examples if one.group})
    found = {"all": _sum([result for _, result in judged])}
    if len(groups) > 1:
        found |= {group: _sum([result for one, result in judged if one.group == group]) for group in groups}
    return found


@dataclass(frozen=True, slots=True)
class _Judged:
    """For each number of digits the place of the first right code (0: none), and the first candidate with its truth."""

    places: dict[int, int]
    first: Candidate | None
    is_right: bool


def _judge(one: Labelled, ranking: Ranking) -> _Judged:
    places = {}
    for digits in (2, 4, 6):
        right = {code[:digits] for code in one.codes if len(code) >= digits}
        ordered = _by_share(ranking, digits)
        places[digits] = next((place for place, code in enumerate(ordered, start=1) if code in right), 0)
    candidates = [candidate for candidate in suggest_from(ranking) if len(candidate.code) == 6]
    first = candidates[0] if candidates else None
    return _Judged(places, first, first is not None and first.code in one.codes)


def _by_share(ranking: Ranking, digits: int) -> list[str]:
    if digits == 6:
        return [code for code, _ in ranking.codes]
    if digits == 4:
        return [code for code, _ in ranking.headings]
    shares: dict[str, float] = {}
    for code, share in ranking.headings:
        shares[code[:2]] = shares.get(code[:2], 0.0) + share
    return sorted(shares, key=lambda chapter: (-shares[chapter], chapter))


def _sum(judged: Sequence[_Judged]) -> Measured:
    titles = len(judged)
    precision = {
        digits: {limit: sum(0 < one.places[digits] <= limit for one in judged) / titles for limit in _PLACES}
        for digits in (2, 4, 6)
    }
    firsts = [(one.first.probability, one.is_right) for one in judged if one.first is not None]
    bins = []
    for low, high in pairwise(_BINS):
        inside = [(said, right) for said, right in firsts if low <= said < high]
        if inside:
            mean, share = (sum(values) / len(inside) for values in zip(*inside, strict=True))
            bins.append(Bin(low, min(high, 1.0), len(inside), mean, share))
    error = sum(one.suggestions * abs(one.mean - one.right) for one in bins) / max(len(firsts), 1)
    return Measured(titles, len(firsts) / titles, precision, tuple(bins), error)


def read_labelled(path: Path) -> list[Labelled]:
    """
    Return the examples of a table with `title` and `codes` (several divided by `|`), and `language` and `group` if any.

    :raises ValueError: a column is missing.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"title", "codes"} <= set(reader.fieldnames or ()):
            raise ValueError("the table needs the columns title and codes")
        return [
            Labelled(
                Described(row["title"], row.get("language") or None),
                tuple(row["codes"].split("|")),
                row.get("group") or row.get("language") or "",
            )
            for row in reader
            if row["title"].strip()
        ]


def leave_out(texts: Iterable[tuple[str, str]], *, one_in: int = 5) -> tuple[list[tuple[str, str]], list[Labelled]]:
    """
    Divide a nomenclature's subheadings: every nth is asked for, by its text, and what is above it is not given.

    :returns: the texts that may be learned from, and the examples that were kept back (to be told by their heading).
    """
    leaves = [(code, text) for code, text in texts if len(code) == 6]
    asked = {code for place, (code, _) in enumerate(sorted(leaves)) if place % one_in == 0}
    kept = [(code, text) for code, text in leaves if code not in asked]
    return kept, [Labelled(Described(text, "en"), (code,)) for code, text in leaves if code in asked]
