"""Listings as buyers and pages read them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from orjson import dumps, loads  # Django leaves the JSON of raw statements as text.

from entrepot.catalog.rules.pictures import SIZES, file_name, sizes_for
from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.languages import text_language
from entrepot.kernel.money import Money

_ROOM = "entrepot.catalog"


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture that is ready: its addresses by width, small ones first; `alt` is what its seller says it shows."""

    id: int
    width: int
    height: int
    urls: tuple[tuple[int, str], ...]
    sku: str | None = None
    alt: str = ""

    @property
    def url(self) -> str:
        """The address of the largest size."""
        return self.urls[-1][1]

    @property
    def small_url(self) -> str:
        """The address of the smallest size."""
        return self.urls[0][1]

    @property
    def srcset(self) -> str:
        """Every size, as an `img` names them."""
        return ", ".join(f"{url} {size}w" for size, url in self.urls)


@dataclass(frozen=True, slots=True)
class SkuView:
    """One thing to buy, under its public code."""

    sku: str
    sku_id: int
    seller_sku: str
    options: tuple[tuple[str, str], ...]
    price: Money
    available: int
    on_hand: int
    reserved: int
    weight_g: int | None
    gtin: str
    state: str
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None


@dataclass(frozen=True, slots=True)
class ListingView:
    """A listing in one language; `language` is what was found, `original_language` the seller's own."""

    id: UUID
    slug: str
    seller_id: UUID
    store_id: UUID
    store_slug: str
    store_name: str
    store_country: str
    category_id: int
    category_slug: str
    seller_category: str | None
    external_id: str | None
    state: str
    block_reason: str | None
    language: str
    original_language: str
    is_translation: bool
    title: str
    description: str
    attributes: tuple[tuple[str, str], ...]
    brand: str
    hs_code: str | None
    hs_confirmed_at: datetime | None
    origin_country: str | None
    currency: str
    tax_included: bool
    home_tax_rate: Decimal | None
    shipping_class: str
    flags: dict[str, Any]
    option_names: tuple[str, ...]
    manufacturer_id: UUID | None
    responsible_id: UUID | None
    skus: tuple[SkuView, ...]
    pictures: tuple[PictureView, ...]
    languages: tuple[str, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def sku(self) -> str:
        """The code of its first SKU, for listings that have one."""
        return self.skus[0].sku

    @property
    def version(self) -> str:
        """What names this state of everything that its seller may edit; counts of pieces move by themselves."""
        skus = [
            (
                sku.seller_sku,
                sku.options,
                sku.price.minor,
                sku.weight_g,
                sku.length_mm,
                sku.width_mm,
                sku.height_mm,
                sku.gtin,
                sku.state,
            )
            for sku in self.skus
        ]
        own = (
            self.category_slug, self.state, self.title, self.description, self.attributes, self.brand, self.hs_code,
            self.origin_country, self.currency, self.tax_included, str(self.home_tax_rate), self.shipping_class,
            self.language, str(self.manufacturer_id), str(self.responsible_id), skus,
            [(picture.id, picture.sku, picture.alt) for picture in self.pictures],
        )  # fmt: skip
        return hashlib.blake2b(dumps(own), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class CardView:
    """What a card shows of a listing, without the delivered price (pricing's). `price` is the cheapest SKU's."""

    id: UUID
    slug: str
    title: str
    language: str
    store_slug: str
    store_name: str
    store_country: str
    store_city: str
    price: Money
    price_max: Money
    available: int
    image: str
    image_srcset: str
    second_image: str


def get_listing(
    listing_id: UUID, language: str, *, seller_id: UUID | None = None, include_hidden: bool = False
) -> ListingView:
    """
    Return a listing in a language, else in the seller's own.

    :param seller_id: read as its seller, who sees hidden ones and retired SKUs too.
    :raises NotFound: there is none, or it is hidden from buyers (draft, paused, blocked, store closed).
    """
    row = sql.fetch_one(
        sql.load(_ROOM, "get_listing"),
        {
            "listing_id": listing_id,
            "language": text_language(language),
            "seller_id": seller_id,
            "hidden": include_hidden or seller_id is not None,
        },
    )
    if row is None:
        raise NotFound(listing_id=str(listing_id))
    names = [name for name in ListingView.__slots__ if name not in ("skus", "pictures", "languages")]
    values = dict(zip(names, row, strict=False))
    skus, pictures, languages, option_words = row[len(names) :]
    words = loads(option_words)
    values["attributes"] = tuple((name, value) for name, value in loads(values["attributes"]))
    values["option_names"] = tuple(loads(values["option_names"]))
    values["flags"] = loads(values["flags"])
    return ListingView(
        **values,
        skus=tuple(_sku(entry, values["option_names"], words, values["currency"]) for entry in loads(skus)),
        pictures=tuple(_picture(*entry) for entry in loads(pictures)),
        languages=tuple(languages),
    )


def _sku(entry: dict[str, Any], option_names: Sequence[str], words: dict[str, str], currency: str) -> SkuView:
    options: dict[str, str] = entry["options"]
    ordered = [name for name in option_names if name in options] + [n for n in options if n not in option_names]
    return SkuView(
        sku=entry["code"],
        sku_id=entry["id"],
        seller_sku=entry["seller_sku"],
        options=tuple((words.get(name) or name, words.get(options[name]) or options[name]) for name in ordered),
        price=Money(entry["price_minor"], currency),
        available=max(entry["on_hand"] - entry["reserved"], 0),
        on_hand=entry["on_hand"],
        reserved=entry["reserved"],
        weight_g=entry["weight_g"],
        gtin=entry["gtin"],
        state=entry["state"],
        length_mm=entry["length_mm"],
        width_mm=entry["width_mm"],
        height_mm=entry["height_mm"],
    )


def _picture(
    picture_id: int, content_hash: str, width: int, height: int, sku: str | None = None, alt: str = ""
) -> PictureView:
    return PictureView(
        id=picture_id,
        width=width,
        height=height,
        urls=tuple((size, media_url(content_hash, size)) for size in sizes_for(width)),
        sku=sku,
        alt=alt,
    )


def media_url(content_hash: str, size: int) -> str:
    """Return the address of a picture's size."""
    name = file_name(content_hash, size)
    base: str | None = getattr(default_storage, "base_url", None)
    # A name is hexadecimal digits: in a folder with one address nothing needs quoting or joining.
    return base + name if base else default_storage.url(name)


def show_picture(content_hash: str, width: int, height: int) -> PictureView:
    """Return a picture that is kept and stands on no listing, as pages show it."""
    return _picture(0, content_hash, width, height)


def get_cards(listing_ids: Iterable[UUID], language: str) -> list[CardView]:
    """
    Return the cards of listings in the order given, in a language where there is a text in it; those gone or hidden
    are left out. One statement.
    """
    wanted = list(listing_ids)
    cards = []
    for row in sql.fetch_all(
        sql.load(_ROOM, "get_cards"), {"listing_ids": wanted, "language": text_language(language)}
    ):
        *head, currency, price_minor, price_max, available, content_hash, width, second_hash = row
        picture = _picture(0, content_hash, width, width) if content_hash else None
        values = [
            *head,
            Money(price_minor, currency),
            Money(price_max, currency),
            available,
            picture.urls[min(1, len(picture.urls) - 1)][1] if picture else "",
            picture.srcset if picture else "",
            media_url(second_hash, SIZES[0]) if second_hash else "",
        ]
        cards.append(CardView(*values))
    return cards


_PICTURE = """
SELECT p.id, p.content_hash, p.width, p.height, k.code
FROM catalog_picture p LEFT JOIN catalog_sku k ON k.id = p.sku_id WHERE p.id = %s AND p.state = 'ready'
"""


def get_picture(picture_id: int) -> PictureView:
    """
    Return a picture that is ready.

    :raises NotFound: there is none of this id.
    """
    row = sql.fetch_one(_PICTURE, [picture_id])
    if row is None:
        raise NotFound(picture_id=picture_id)
    return _picture(*row)
