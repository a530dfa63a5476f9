"""
How often goods are declared under each code: what speaks for one of two codes that fit the words equally well.

The figures in `data/declarations.csv` are counted in the import declarations that the Korea Customs Service published
in synthesised form (github.com/Seondong/Customs-Declaration-Datasets, MIT licence). Their prices and masses were
synthesised apart from each other, so that nothing can be said from them about the price of a kilogram.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


def commonness(code: str) -> float:
    """Return how often a code is declared, 1 for one that never was."""
    return 1.0 + _counts().get(code, 0)


@cache
def _counts() -> dict[str, int]:
    path = files("entrepot.customs.classification").joinpath("data", "declarations.csv")
    return {row["code"]: int(row["declarations"]) for row in csv.DictReader(path.read_text().splitlines())}
