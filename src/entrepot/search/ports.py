"""What is asked of search, what it answers, and what stands behind it: an engine that can be exchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

Sort = Literal["relevance", "price", "newest", "orders", "rating"]
SORTS: tuple[Sort, ...] = ("relevance", "price", "newest", "orders", "rating")
FacetName = Literal["category", "brand", "price", "origin", "days", "rating", "attribute"]
FACETS: tuple[FacetName, ...] = ("category", "brand", "price", "origin", "days", "rating", "attribute")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """
    What a buyer asks for. Empty or None: not asked. Several values of one kind mean any of them.

    `country`, `region` and `postal_code` are where it should go, `currency` and `language` the buyer's own;
    `category` is a slug and means what lies below it too, `store` a slug, `origins` the sellers' countries;
    `price_from` and `price_to` are delivered prices in `currency`, both included; `days_max` is the longest delivery
    time; `attributes` are (name, value) as the facet names them in `language`. `snapshot` is what an earlier page of
    the same list answered: later pages then neither repeat nor leave out anything, whatever is written meanwhile.
    `facets` are those to count. `as_typed`: look for nothing but what was typed, whatever spelling would find more.
    """

    q: str | None = ""
    country: str | None = ""
    currency: str | None = ""
    language: str | None = "en"
    category: str | None = ""
    store: str | None = ""
    origin: str | None = ""
    origins: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    days_max: int | None = None
    rating_min: int | None = None
    sort: str | None = "relevance"
    page: int = 1
    page_size: int = 24
    region: str = ""
    postal_code: str = ""
    snapshot: str = ""
    facets: tuple[FacetName, ...] = ()
    as_typed: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """
    One value to narrow a list by, and how many of its listings have it were it chosen (beside others of its kind).

    `value` is what is asked for: a slug, a brand, a country, days, stars, an attribute's value; of a price
    "from-to" in whole units of the buyer's currency, either side may be empty.
    """

    value: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one kind, as many as matter, in the order to show; `label` is an attribute's name."""

    name: FacetName
    values: tuple[FacetValue, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """
    One page of what was found. `count` is of everything found, in stock or not.

    `ranked_within` is how many of the best by relevance were compared when delivered prices order, filter or count and
    more than that were found; None where all were. What lies beyond them is on no page of that list. `asked_instead`
    is the spelling that was searched for because what was typed finds nothing; `snapshot` is for the pages after this.
    """

    count: int
    listing_ids: tuple[UUID, ...]
    page: int
    page_size: int
    ranked_within: int | None = None
    facets: tuple[Facet, ...] = ()
    asked_instead: str = ""
    snapshot: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        reachable = self.count if self.ranked_within is None else min(self.count, self.ranked_within)
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
