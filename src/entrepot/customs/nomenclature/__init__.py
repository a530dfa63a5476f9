"""
Our own short words for the chapters of the Harmonized System (HS 2022) and the headings that a marketplace meets.

They help a person to recognise a code; they are no legal text. The published texts are imported (`entrepot nomenclature
import`), never shipped. Files: `chapters.csv`, `headings.csv`, a column for each interface language.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "es", "it", "ru", "tr", "zh-hans", "ar")
_ALIASES = {"zh": "zh-hans"}


@dataclass(frozen=True, slots=True)
class Step:
    """A chapter or heading with its words."""

    code: str
    words: str


@cache
def words_by_code() -> dict[str, dict[str, str]]:
    """Return the words of every chapter and heading that has some, by language."""
    table: dict[str, dict[str, str]] = {}
    for name in ("chapters.csv", "headings.csv"):
        text = files(__package__).joinpath(name).read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            table[row.pop("code")] = row
    return table


def path(code: str, *, language: str = "en") -> list[Step]:
    """Return the chapter and the heading of a code in words, as far as there are any."""
    table, spoken = words_by_code(), _ALIASES.get(language, language)
    if spoken not in LANGUAGES:
        spoken = "en"
    return [Step(part, table[part][spoken]) for part in (code[:2], code[:4]) if len(part) in (2, 4) and part in table]


def search(words: str, *, language: str = "en") -> list[Step]:
    """Return the chapters and headings in whose words every one of these occurs, by code."""
    spoken = _ALIASES.get(language, language)
    wanted = words.casefold().split()
    if not wanted or spoken not in LANGUAGES:
        return []
    table = words_by_code().items()
    return [Step(code, row[spoken]) for code, row in table if all(word in row[spoken].casefold() for word in wanted)]


def describe(code: str, *, language: str = "en") -> str:
    """Return the words of a code's heading, else those of its chapter, else nothing."""
    steps = path(code, language=language)
    return steps[-1].words if steps else ""
