"""A seller's own listings and store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from entrepot.catalog.queries.listings import media_url
from entrepot.catalog.rules.pictures import SIZES
from entrepot.kernel import sql
from entrepot.kernel.languages import text_language
from entrepot.kernel.money import Money

_ROOM = "entrepot.catalog"


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
    hs_code: str | None
    origin_country: str | None
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
    """One page of a seller's listings and the count of all that fit the filter, with the counts by state."""

    count: int
    items: tuple[SellerListing, ...]
    page: int
    page_size: int
    by_state: dict[str, int] = field(default_factory=dict)


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
    state: str | None = None,
    q: str = "",
    seller_category_id: int | None = None,
    without_hs: bool = False,
    out_of_stock: bool = False,
    page: int = 1,
    page_size: int = 50,
) -> SellerListingPage:
    """Return a page of a seller's own listings, newest first; `q` looks into titles, SKU names and ids."""
    parameters = {
        "seller_id": seller_id,
        "language": text_language(language),
        "state": state,
        "like": "%" + q.strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%" if q else None,
        "seller_category_id": seller_category_id,
        "without_hs": without_hs,
        "out_of_stock": out_of_stock,
        "limit": page_size,
        "offset": (max(page, 1) - 1) * page_size,
    }
    rows = sql.fetch_all(sql.load(_ROOM, "list_seller_listings"), parameters)
    if not rows and page > 1:  # Behind the last page: the count is still told.
        first = sql.fetch_all(sql.load(_ROOM, "list_seller_listings"), {**parameters, "limit": 1, "offset": 0})
        count = first[0][-1] if first else 0
    else:
        count = rows[0][-1] if rows else 0
    states = dict(
        sql.fetch_all("SELECT state, count(*) FROM catalog_listing WHERE seller_id = %s GROUP BY 1", [seller_id])
    )
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
    return SellerListingPage(count=count, items=tuple(items), page=page, page_size=page_size, by_state=states)
