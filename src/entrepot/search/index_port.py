"""What stands behind search: an engine that can be exchanged, what it keeps of a listing and what it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from entrepot.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class Position:
    """How far a follower has read the fact log: all that came up to this transaction and fact."""

    xid: int
    fact_id: int


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a document in one language; empty language: of none, such as a brand or a code."""

    language: str
    part: Literal["title", "brand", "category", "attributes", "description", "codes"]
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """
    A listing as an engine keeps it.

    `lane` names where it may go and how long that takes (see `lanes`); `categories` are slugs from its department
    down; `attributes` are (language, name, value); `orders` counts what was bought of it; `rating` is the mean of one
    to five stars, None until somebody rated it; `stocked` is whether any of it can be bought now.
    """

    listing_id: UUID
    store: str
    lane: str
    listed_at: datetime
    texts: tuple[Text, ...]
    categories: tuple[str, ...] = ()
    brand: str = ""
    attributes: tuple[tuple[str, str, str], ...] = ()
    stocked: bool = True
    orders: int = 0
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One way that a word may stand in a document: tokens in a row, in a language's field (empty: bare words)."""

    language: str
    tokens: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """One word that was asked for, in every form that counts as it; `open_end`: the word may go on."""

    typed: str
    forms: tuple[Form, ...]
    open_end: bool = False
    is_phrase: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, as engines look for it: what is wanted, and what must not be there."""

    wanted: tuple[Group, ...]
    unwanted: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """
    What an engine is asked: words (None: everything), what narrows them, which slice.

    `lanes` are those open to the buyer (None: every lane); `counted` the facets to count: "category", "brand", "lane",
    "rating", "attribute". `language` is of the attributes' names. `chosen_lanes` are those of `lanes` that the buyer
    chose (None: all of them); `among` are the only listings that may be found (None: any). Where few listings have
    every word, an engine adds those that lack some, in whatever order behind the others, unless `is_strict`; a word
    that no listing has may be lacking only if `is_lenient`.
    A `limit` of 0 asks for the facets alone: the answer's `count` means nothing then.
    `may_estimate`: where very many listings fit, an engine may count facets in a sample of them.
    """

    asked: Asked | None
    language: str
    lanes: frozenset[str] | None
    sort: Literal["relevance", "newest", "orders", "rating"]
    limit: int
    offset: int = 0
    category: str = ""
    store: str = ""
    brands: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    rating_min: int | None = None
    snapshot: str = ""
    counted: tuple[str, ...] = ()
    chosen_lanes: frozenset[str] | None = None
    among: tuple[UUID, ...] | None = None
    is_lenient: bool = False
    is_strict: bool = False
    may_estimate: bool = False


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """
    How many listings fit, a slice of them (those in stock first; the order is total and stable within a snapshot).

    `counts` has for each facet asked its values; of attributes (name, value) joined by U+001F. A facet is counted as
    if nothing of its own kind were chosen, lanes as if all of `lanes` were. `stamps` are of the listings in turn, empty
    where an engine has none: a listing with the same stamp has not changed since, so what was read of it still stands.
    `estimated` names the facets whose counts are of an even sample, blown up to the whole; the others are exact.
    `some_lack`: there may be listings among them that lack words which others have.
    """

    count: int
    listing_ids: tuple[UUID, ...]
    snapshot: str
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    stamps: tuple[int, ...] = ()
    estimated: frozenset[str] = frozenset()
    some_lack: bool = False


class SearchNotReady(DomainError):
    """There is no index yet that this version can ask: it is being built."""

    code = "search_not_ready"
    kind = "unavailable"
    summary = "Search is being prepared; it will answer in a moment."


class IndexIsWritten(DomainError):
    """Another process has the right to write this index."""

    code = "index_is_written"
    kind = "conflict"
    summary = "The search index is written by another process of this machine."


class SearchEngine(Protocol):
    """
    An index of listings on this node or beside it. Writes are seen by readers once `publish` has returned.

    One process at a time writes: `claim` asks for that right, and the writing methods need it. What was written and
    not published is lost with the process; `get_position` says from where to go on.
    """

    def claim(self) -> bool:
        """Take the right to write, or say that another process has it."""

    def release(self) -> None:
        """Give the right to write back; what was not published is dropped."""

    def write(self, documents: Sequence[Document]) -> None:
        """Keep these documents in place of what was kept of their listings."""

    def remove(self, listing_ids: Sequence[UUID]) -> None:
        """Forget these listings."""

    def publish(self, position: Position | None = None) -> None:
        """Let readers of every process see what was written, up to a place in the fact log (None: where it was)."""

    def start_anew(self) -> SearchEngine:
        """
        Return an empty index beside this one, to write into; when it is published it takes this one's place.

        Until then this one answers, and may be written on.
        """

    def get_position(self) -> Position | None:
        """Return up to which fact the published index goes; None: it is to be built (none, or by other rules)."""

    def count_documents(self) -> int:
        """Return how many listings the published index holds; 0 without one."""

    def find(self, query: EngineQuery) -> EngineAnswer:
        """
        Answer a query; a snapshot that is gone is answered from what is published now.

        :raises SearchNotReady: nothing is published.
        """

    def list_lanes(self, snapshot: str = "") -> frozenset[str]:
        """
        Return the lanes that any listing stands in, now or in a snapshot.

        :raises SearchNotReady: nothing is published.
        """

    def list_words(self, prefix: str, *, limit: int, language: str = "") -> list[tuple[str, int]]:
        """
        Return bare words that begin so, with the number of listings that have them, the commonest first.

        :param language: of a field of stems, whose stems are asked for instead.
        """

    def list_brands(self, prefix: str, *, limit: int) -> list[tuple[str, int]]:
        """Return brands that begin so in any case, with the number of their listings, the commonest first."""

    def list_similar(self, listing_id: UUID, *, language: str, lanes: frozenset[str] | None, limit: int) -> list[UUID]:
        """Return listings like this one, itself left out, the likest first."""
