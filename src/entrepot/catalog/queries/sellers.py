"""A seller's own listings and store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from orjson import loads  # Django leaves the JSON of raw statements as text.

from entrepot.catalog.queries.listings import media_url
from entrepot.catalog.rules.pictures import SIZES
from entrepot.kernel import sql
from entrepot.kernel.languages import text_language
from entrepot.kernel.money import Money

_ROOM = "entrepot.catalog"


SORTS = ("newest", "changed", "title", "cheapest", "dearest", "least_stock")


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which of a seller's listings are meant; `q` looks into titles, SKU names and ids. Nothing said: all of them."""

    state: str | None = None
    q: str = ""
    seller_category_id: int | None = None
    without_hs: bool = False
    without_weight: bool = False
    without_picture: bool = False
    out_of_stock: bool = False

    def parameters(self) -> dict[str, Any]:
        """Return what the statement takes."""
        escaped = self.q.strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        return {
            "state": self.state,
            "like": f"%{escaped}%" if self.q else None,
            "seller_category_id": self.seller_category_id,
            "without_hs": self.without_hs,
            "without_weight": self.without_weight,
            "without_picture": self.without_picture,
            "out_of_stock": self.out_of_stock,
        }


ALL = ListingFilter()


@dataclass(frozen=True, slots=True)
class SellerListing:
    """A line of the seller's own list of listings."""

    id: UUID
    slug: str
    external_id: str | None
    title: str
    state: str
    block_reason: str | None
    category_slug: str
    seller_category: str
    hs_code: str | None
    origin_country: str | None
    has_weights: bool
    price: Money | None
    price_max: Money | None
    skus: int
    on_hand: int
    reserved: int
    image: str
    languages: tuple[str, ...]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SellerListingPage:
    """
    One page of a seller's listings and the count of all that fit the filter.

    `by_state` counts all the seller's listings; `lacking` those that lack something (`without_hs`, `without_weight`,
    `without_picture`, `out_of_stock`).
    """

    count: int
    items: tuple[SellerListing, ...]
    page: int
    page_size: int
    by_state: dict[str, int] = field(default_factory=dict)
    lacking: dict[str, int] = field(default_factory=dict)


def find_seller_by_store(slug: str) -> UUID | None:
    """Return the seller of a store, or None when there is no store of this name."""
    row = sql.fetch_one("SELECT seller_id FROM sellers_store WHERE slug = %s", [slug])
    return row[0] if row else None


def get_dispatch_country(seller_id: UUID) -> str | None:
    """Return the country that a seller's parcels leave from, or None while there is no store."""
    row = sql.fetch_one("SELECT dispatch_country FROM sellers_store WHERE seller_id = %s", [seller_id])
    return row[0] if row else None


def list_seller_listings(
    seller_id: UUID,
    *,
    language: str = "",
    wanted: ListingFilter = ALL,
    sort: str = "newest",
    page: int = 1,
    page_size: int = 50,
) -> SellerListingPage:
    """Return a page of a seller's own listings, sorted by one of `SORTS`."""
    parameters = {
        "seller_id": seller_id,
        "language": text_language(language),
        "sort": sort,
        **wanted.parameters(),
        "limit": page_size,
        "offset": (max(page, 1) - 1) * page_size,
    }
    rows = sql.fetch_all(sql.load(_ROOM, "list_seller_listings"), parameters)
    if not rows and page > 1:  # Behind the last page: the count is still told.
        first = sql.fetch_all(sql.load(_ROOM, "list_seller_listings"), {**parameters, "limit": 1, "offset": 0})
        count = first[0][-1] if first else 0
    else:
        count = rows[0][-1] if rows else 0
    states, lacking = _count(seller_id)
    items = []
    for row in rows:
        *head, currency, price, price_max, skus, on_hand, reserved, content_hash, languages, updated_at, _ = row
        values = [
            *head,
            Money(price, currency) if price else None,
            Money(price_max, currency) if price else None,
            skus,
            on_hand,
            reserved,
            media_url(content_hash, SIZES[0]) if content_hash else "",
            tuple(languages),
            updated_at,
        ]
        items.append(SellerListing(*values))
    return SellerListingPage(
        count=count, items=tuple(items), page=page, page_size=page_size, by_state=states, lacking=lacking
    )


def count_seller_listings(seller_id: UUID) -> dict[str, int]:
    """Return how many listings a seller has in each state that has any."""
    return _count(seller_id)[0]


def _count(seller_id: UUID) -> tuple[dict[str, int], dict[str, int]]:
    rows = sql.fetch_all(sql.load(_ROOM, "count_seller_listings"), [seller_id])
    names = ("without_hs", "without_weight", "without_picture", "out_of_stock")
    lacking = {name: sum(row[column] for row in rows) for column, name in enumerate(names, start=2)}
    return {row[0]: row[1] for row in rows}, lacking


def list_seller_listing_ids(seller_id: UUID, *, wanted: ListingFilter, limit: int) -> tuple[UUID, ...]:
    """Return the ids of a seller's listings that fit a filter, the newest first."""
    parameters = {"seller_id": seller_id, "language": "", "sort": "newest", "limit": limit, "offset": 0}
    rows = sql.fetch_all(sql.load(_ROOM, "list_seller_listings"), {**parameters, **wanted.parameters()})
    return tuple(row[0] for row in rows)


@dataclass(frozen=True, slots=True)
class SellerSku:
    """A SKU as a table of many shows it: which listing's, its options in words, its price and its pieces."""

    listing_id: UUID
    title: str
    sku_id: int
    seller_sku: str
    options: str
    price: Money
    on_hand: int
    reserved: int


def list_seller_skus(
    seller_id: UUID, *, listing_ids: Sequence[UUID], language: str = "", limit: int = 5000
) -> tuple[SellerSku, ...]:
    """Return what is on sale in these listings of a seller, those of others left out, in the order of the listings."""
    parameters = {
        "seller_id": seller_id,
        "listing_ids": list(listing_ids),
        "language": text_language(language),
        "limit": limit,
    }
    return tuple(
        SellerSku(listing_id, title, sku_id, name, options or "", Money(price, currency), on_hand, reserved)
        for listing_id, title, sku_id, name, options, price, currency, on_hand, reserved in sql.fetch_all(
            sql.load(_ROOM, "list_seller_skus"), parameters
        )
    )


_OF_CONTACTS = """
SELECT contact_id, count(DISTINCT id) FROM (
  SELECT manufacturer_id AS contact_id, id FROM catalog_listing
  WHERE seller_id = %(seller_id)s AND manufacturer_id IS NOT NULL
  UNION ALL
  SELECT responsible_id, id FROM catalog_listing WHERE seller_id = %(seller_id)s AND responsible_id IS NOT NULL
) named GROUP BY contact_id
"""


def count_listings_of_contacts(seller_id: UUID) -> dict[UUID, int]:
    """Return how many of a seller's listings name each contact for product safety themselves."""
    return dict(sql.fetch_all(_OF_CONTACTS, {"seller_id": seller_id}))


@dataclass(frozen=True, slots=True)
class PictureTrouble:
    """A picture that a feed names and that is not there: still to be fetched (no `failure`), or why it is not."""

    url: str
    failure: str | None


_TROUBLES = """
SELECT source_url, CASE state WHEN 'failed' THEN failure END FROM catalog_picture
WHERE seller_id = %s AND listing_id = %s AND state <> 'ready' ORDER BY position, id
"""


def list_picture_troubles(seller_id: UUID, listing_id: UUID) -> tuple[PictureTrouble, ...]:
    """Return the pictures of a seller's listing that are not there yet, or never will be."""
    return tuple(PictureTrouble(*row) for row in sql.fetch_all(_TROUBLES, [seller_id, listing_id]))


@dataclass(frozen=True, slots=True)
class TranslationView:
    """A listing's words in one language, as they are kept: empty where the original's stand."""

    language: str
    title: str
    description: str
    attributes: tuple[tuple[str, str], ...]
    options: dict[str, str]


_TRANSLATION = """
SELECT language, title, description, attributes::text, option_words::text FROM catalog_listingtext
WHERE seller_id = %s AND listing_id = %s AND language = %s
"""


def get_translation(seller_id: UUID, listing_id: UUID, language: str) -> TranslationView | None:
    """Return the words of a seller's listing in a language, or None when there are none."""
    row = sql.fetch_one(_TRANSLATION, [seller_id, listing_id, text_language(language)])
    if row is None:
        return None
    code, title, description, attributes, options = row
    pairs = tuple((name, value) for name, value in loads(attributes))
    return TranslationView(code, title, description, pairs, loads(options))
