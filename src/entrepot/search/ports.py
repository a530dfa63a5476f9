"""What is asked of search and what it answers; which engine stands behind it (see `index_port`)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from entrepot.search.index_port import SearchEngine

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
    """
    The values of one kind, as many as matter, in the order to show; `label` is an attribute's name.

    `ranked_within` is how many of the best by relevance were counted where that were not all: of delivered prices.
    `estimated`: very many listings fit, and the counts are estimates in round numbers.
    """

    name: FacetName
    values: tuple[FacetValue, ...]
    label: str = ""
    ranked_within: int | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class SearchPage:
    """
    One page of what was found. `count` is of everything found, in stock or not.

    `ranked_within` is how many of the best by relevance were compared when delivered prices order, filter or count and
    more than that were found; None where all were. What lies beyond them is on no page of that list. `asked_instead`
    is the spelling that was searched for because what was typed finds nothing; `lacks_words` says that nothing has all
    that was typed and these have some; `snapshot` is for the pages after this.
    """

    count: int
    listing_ids: tuple[UUID, ...]
    page: int
    page_size: int
    ranked_within: int | None = None
    facets: tuple[Facet, ...] = ()
    asked_instead: str = ""
    lacks_words: bool = False
    snapshot: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        reachable = self.count if self.ranked_within is None else min(self.count, self.ranked_within)
        return max(1, -(-reachable // self.page_size))


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
