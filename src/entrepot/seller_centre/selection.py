"""Which of a seller's listings a page shows or an action means: read from an address or a form, and written there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from entrepot.catalog import queries
from entrepot.catalog.queries import ListingFilter

LACKS = ("without_hs", "without_weight", "without_picture", "out_of_stock")
STATES = ("draft", "active", "paused", "blocked", "archived")
SELECTED_MAX = 1000


@dataclass(frozen=True, slots=True)
class View:
    """What the list of listings shows: the filter in its address, and the order."""

    state: str = ""
    lacks: str = ""
    category: int | None = None
    q: str = ""
    sort: str = "newest"

    @classmethod
    def of(cls, values: QueryDict) -> View:
        """Return the view that an address or a form names; what it does not know is left out."""
        state, lacks, sort = values.get("state", ""), values.get("lacks", ""), values.get("sort", "")
        category = values.get("category", "")
        return cls(
            state=state if state in STATES else "",
            lacks=lacks if lacks in LACKS else "",
            category=int(category) if category.isascii() and category.isdecimal() and len(category) < 16 else None,
            q=values.get("q", "").strip()[:100],
            sort=sort if sort in queries.SORTS else "newest",
        )

    @property
    def filter(self) -> ListingFilter:
        """What catalog is asked for."""
        return ListingFilter(
            state=self.state or None,
            q=self.q,
            seller_category_id=self.category,
            without_hs=self.lacks == "without_hs",
            without_weight=self.lacks == "without_weight",
            without_picture=self.lacks == "without_picture",
            out_of_stock=self.lacks == "out_of_stock",
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The names and values that name this view in an address."""
        values = {
            "state": self.state,
            "lacks": self.lacks,
            "category": "" if self.category is None else str(self.category),
            "q": self.q,
            "sort": "" if self.sort == "newest" else self.sort,
        }
        return [(name, value) for name, value in values.items() if value]

    def link(self, **changes: str) -> str:
        """Return this view's address with some of it changed."""
        return "?" + urlencode(replace(self, **changes).pairs)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Selection:
    """Listings that were marked one by one, or (`every`) all that a view shows."""

    view: View
    marked: tuple[UUID, ...]
    every: bool

    @classmethod
    def of(cls, values: QueryDict) -> Selection:
        """Return the selection that an address or a form names."""
        return cls(
            view=View.of(values),
            marked=tuple(dict.fromkeys(filter(None, map(_uuid, values.getlist("listing")))))[:SELECTED_MAX],
            every="every" in values,
        )

    def listing_ids(self, seller_id: UUID) -> tuple[UUID, ...]:
        """Return the listings that are meant, at most a thousand."""
        if self.every:
            return queries.list_seller_listing_ids(seller_id, wanted=self.view.filter, limit=SELECTED_MAX)
        return self.marked

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The names and values that name this selection in an address."""
        if self.every:
            return [*self.view.pairs, ("every", "1")]
        return [*self.view.pairs, *(("listing", str(listing_id)) for listing_id in self.marked)]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
