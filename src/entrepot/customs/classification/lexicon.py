"""Our own words for goods and for what decides between their codes, found in a text in one pass."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import prod

from entrepot.customs.classification.words import Unit, units

LANGUAGES = ("en", "ru", "tr", "es", "it", "ar", "zh")
_CASE = re.compile(r"(\d{6})(?:\*([\d.]+))?(?::([a-z+]+))?")
_LONGEST = 8  # Units in a phrase; Chinese counts characters.

# How far an observed facet speaks for a case that asks for another one: canvas may well be cotton, leather is no steel.
_TEXTILES = ("cotton", "wool", "cashmere", "synthetic", "artificial", "silk", "linen")
_METALS = ("steel", "aluminium", "copper", "castiron", "silver", "gold")
_NEAR: dict[tuple[str, str], float] = {
    **{(one, "textile"): 0.9 for one in _TEXTILES},
    **{("textile", one): 0.6 for one in _TEXTILES},
    **{(one, "metal"): 0.8 for one in _METALS},
    **{("metal", one): 0.6 for one in ("steel", "aluminium", "copper")},
    ("cashmere", "wool"): 0.3,
    ("artificial", "synthetic"): 0.5,
    ("porcelain", "ceramic"): 0.3,
    ("ceramic", "porcelain"): 0.12,
    ("bamboo", "wood"): 0.3,
    ("faux", "plastic"): 0.5,
    ("leather", "faux"): 0.1,
    ("castiron", "steel"): 0.05,
    ("rubber", "plastic"): 0.2,
}
_CONTRADICTED = 0.04
_PASSED_OVER = 0.25  # A case that leaves open what is observed and what another case asks for.


@dataclass(frozen=True, slots=True)
class Case:
    """One code of a kind of goods: how common it is among them, and the facets that lead to it."""

    code: str
    weight: float
    facets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Goods:
    """A kind of goods with the codes that it may have."""

    cases: tuple[Case, ...]

    def facets_of(self, code: str) -> tuple[str, ...]:
        """Return what leads to a code among the goods' own: the facets of its commonest case."""
        cases = [case for case in self.cases if case.code == code]
        return tuple(value for _, value in max(cases, key=lambda case: case.weight).facets)

    def shares(self, observed: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """Return how the goods divide over codes, given what was observed of them."""
        scores: dict[str, float] = {}
        for case in self.cases:
            asked = dict(case.facets)
            factors = [
                self._fit(dimension, asked.get(dimension), values)
                for dimension, values in observed.items()
                if any(dimension == own for other in self.cases for own, _ in other.facets)
            ]
            scores[case.code] = scores.get(case.code, 0.0) + case.weight * prod(factors)
        whole = sum(scores.values())
        return {code: score / whole for code, score in scores.items()}

    def _fit(self, dimension: str, asked: str | None, values: Mapping[str, float]) -> float:
        if asked is not None:
            return max(_CONTRADICTED, *(weight * _near(value, asked) for value, weight in values.items()))
        known = {value for case in self.cases for own, value in case.facets if own == dimension}
        return _PASSED_OVER if any(_near(value, one) > 0.5 for value in values for one in known) else 1.0


def _near(observed: str, asked: str) -> float:
    return 1.0 if observed == asked else _NEAR.get((observed, asked), 0.0)


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase of the lexicon found in a text: what it may mean, by language, and where it stands."""

    meanings: tuple[tuple[int, str], ...]
    start: int
    length: int
    written: str


class Phrases:
    """Phrases of units with what they mean; the longest one at a place counts."""

    def __init__(self) -> None:
        self._meanings: dict[tuple[str, ...], dict[tuple[int, str], None]] = {}
        self._starts: dict[str, int] = {}

    def add(self, phrase: str, meaning: int, language: str) -> None:
        """Know a phrase."""
        key = tuple(unit.stem for unit in units(phrase) if not unit.divides)
        if key:
            self._meanings.setdefault(key, {})[meaning, language] = None
            self._starts[key[0]] = max(self._starts.get(key[0], 0), len(key))

    def find(self, text: Sequence[Unit]) -> Iterator[Match]:
        """Return the longest phrases of a text, from its start on, none overlapping."""
        place = 0
        while place < len(text):
            longest = min(self._starts.get(text[place].stem, 0), _LONGEST)
            for length in range(longest, 0, -1):
                piece = text[place : place + length]
                if meanings := self._meanings.get(tuple(unit.stem for unit in piece)):
                    yield Match(tuple(meanings), place, length, _written(piece))
                    place += length - 1
                    break
            place += 1


def _written(piece: Sequence[Unit]) -> str:
    between = "" if all(len(unit.written) == 1 for unit in piece) else " "
    return between.join(unit.written for unit in piece)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that ships: the goods, the phrases that name them, and the facets with theirs."""

    goods: tuple[Goods, ...]
    names: Phrases
    facets: tuple[tuple[str, str], ...]
    facet_words: Phrases
    facet_names: Mapping[str, Mapping[str, str]]

    def observe(self, text: Sequence[Unit], language: str | None, into: dict[str, dict[str, float]]) -> list[Match]:
        """Note the facets of a text that were not noted before; the first one of a dimension weighs most."""
        seen = []
        for match in self.facet_words.find(text):
            named = [meaning for meaning, spoken in match.meanings if language in (None, spoken) or spoken == "en"]
            for meaning in named or [meaning for meaning, _ in match.meanings]:
                dimension, value = self.facets[meaning]
                values = into.setdefault(dimension, {})
                values.setdefault(value, 1.0 if not values else 0.5)
            seen.append(match)
        return seen


@cache
def get_lexicon() -> Lexicon:
    """Return the shipped lexicon, read at the first suggestion of a process."""
    facets = [tuple(row["facet"].split(".")) for row in _rows("facets.csv")]
    dimension_of = {value: dimension for dimension, value in facets}
    names, goods = Phrases(), []
    for number, row in enumerate(_rows("goods.csv")):
        cases = tuple(_case(text, dimension_of) for text in row["cases"].split())
        goods.append(Goods(cases))
        _add(names, row, number)
    words, called = Phrases(), {}
    for number, row in enumerate(_rows("facets.csv")):
        _add(words, row, number)
        called[facets[number][1]] = {language: row[language].split("/")[0] for language in LANGUAGES}
    return Lexicon(tuple(goods), names, tuple((one[0], one[1]) for one in facets), words, called)


def name_facets(values: Iterable[str], language: str) -> tuple[str, ...]:
    """Return facets as words of a language (English where it has none)."""
    spoken = language.partition("-")[0]
    names = get_lexicon().facet_names
    return tuple(names[value].get(spoken, names[value]["en"]) for value in values)


def _add(phrases: Phrases, row: Mapping[str, str], number: int) -> None:
    for language in LANGUAGES:
        for phrase in row[language].split("/"):
            phrases.add(phrase, number, language)


def _case(text: str, dimension_of: Mapping[str, str]) -> Case:
    match = _CASE.fullmatch(text)
    assert match is not None, f"not a case of the lexicon: {text}"
    facets = tuple((dimension_of[value], value) for value in (match[3] or "").split("+") if value)
    return Case(match[1], float(match[2] or 1), facets)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("entrepot.customs.classification").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))
