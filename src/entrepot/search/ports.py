"""What is asked of search, what it answers, and what stands behind it: an engine that can be exchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

Sort = Literal["relevance", "newest", "price"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "price")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """
    What a buyer asks for. Empty or None: not asked.

    `country`, `region` and `postal_code` are where it should go, `currency` and `language` the buyer's own;
    `category` is a slug and means what lies below it too, `store` a slug, `origin` the sellers' country.
    """

    q: str | None = ""
    country: str | None = ""
    currency: str | None = ""
    language: str | None = "en"
    category: str | None = ""
    store: str | None = ""
    origin: str | None = ""
    sort: str | None = "relevance"
    page: int = 1
    page_size: int = 24
    region: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """
    One page of what was found. `count` is of everything found, in stock or not.

    `ranked_within` is how many of the best were compared when the order is by price; None for other orders. What lies
    beyond them is on no page of that order.
    """

    count: int
    listing_ids: tuple[UUID, ...]
    page: int
    page_size: int
    ranked_within: int | None = None

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        reachable = self.count if self.ranked_within is None else self.ranked_within
        return max(1, -(-reachable // self.page_size))


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a document in one language (empty: of none, such as a brand), with their weight: A counts most."""

    language: str
    weight: Literal["A", "B", "C", "D"]
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """A listing as an engine keeps it; `restricted` names the rules that keep it out of some corridors."""

    listing_id: UUID
    seller_id: UUID
    listed_at: datetime
    texts: tuple[Text, ...]
    restricted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corridor:
    """A seller country whose goods may go to the buyer, but for these HS prefixes and what these rules fall on."""

    country: str
    dispatch_country: str
    closed_hs: tuple[str, ...] = ()
    closed_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """What an engine is asked: words, what narrows them, which corridors are open now (None: every), which slice."""

    q: str
    language: str
    category: str
    store: str
    corridors: tuple[Corridor, ...] | None
    sort: Literal["relevance", "newest"]
    limit: int
    offset: int


class SearchEngine(Protocol):
    """An index of listings. It answers with what may be sold now, whatever it has indexed."""

    def write(self, documents: Sequence[Document]) -> None:
        """Keep these documents in place of what was kept of their listings."""

    def restrict(self, rules: Mapping[UUID, Sequence[str]]) -> None:
        """Keep which rules fall on these listings; nothing else of them changes."""

    def remove(self, listing_ids: Sequence[UUID]) -> None:
        """Forget these listings."""

    def find(self, query: EngineQuery) -> tuple[int, list[UUID]]:
        """Return how many listings fit and a slice of them, those in stock first; the order is total and stable."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How many documents there are, and how many listings are offered."""

    documents: int
    offered: int


_bound: list[SearchEngine] = []


def bind(engine: SearchEngine) -> None:
    """Bind the engine, once, in `config/wiring.py`."""
    _bound[:] = [engine]


def get_engine() -> SearchEngine:
    """Return the bound engine."""
    assert _bound, "no search engine is bound (config/wiring.py)"
    return _bound[0]
