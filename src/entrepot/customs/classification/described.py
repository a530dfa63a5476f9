"""What is asked of the suggester and what it answers: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Described:
    """
    Goods in words, as a seller describes them.

    :param language: what the title is written in (a code such as `ru`), or None: told by its letters.
    :param category: the words of the category, the seller's own before the shop's.
    """

    title: str
    language: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    category: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What confirmed codes of the shop say: `by_word` counts per word stem, `beside` counts of the same category.

    Counts, never texts: another seller's words do not reach the suggestion, only that several sellers who use a word
    confirmed a code.
    """

    by_word: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    beside: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    A code that may be right: six digits, or four where only the heading can be told.

    :param probability: how often such a suggestion was right on titles that the suggester had not seen.
    :param why: the seller's own words that spoke for it.
    :param facets: what tells it from its neighbours (`cotton`, `women`), where the lexicon knows.
    """

    code: str
    probability: float
    why: tuple[str, ...]
    facets: tuple[str, ...] = ()
