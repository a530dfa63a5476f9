"""Sellers' listings, stock, prices, customs facts and feeds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from entrepot.api.schemas.base import (
    Amount,
    Answer,
    CountryCode,
    CurrencyCode,
    LanguageCode,
    Line,
    Page,
    Price,
    Prose,
    QueryParameters,
    Request,
    RequiredLine,
    Search,
    Slug,
    Url,
)
from entrepot.api.schemas.seller_safety import ContactChoice

SellerSku = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,100}$", strip_whitespace=True)]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$", strip_whitespace=True)]
HsCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,10}$"), Field(examples=["851830"])]
Stock = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]
Grams = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
Millimetres = Annotated[int, Field(ge=1, le=20_000, strict=True)]
Percent = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}(\.[0-9]{1,3})?$"), Field(examples=["21"])]
ShippingClass = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
ListingState = Literal["draft", "active", "paused"]


class SkuIn(Request):
    seller_sku: SellerSku
    price: Amount
    options: Annotated[dict[RequiredLine, RequiredLine], Field(max_length=10)] = {}
    stock: Stock | None = None
    weight_g: Grams | None = None
    length_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None
    gtin: Annotated[str, StringConstraints(pattern=r"^[0-9]{8,14}$")] | None = None
    picture_url: Url | None = None


class ListingIn(Request):
    """
    A listing with all its SKUs: those not named are retired. What is left out stays as it is; on a new listing the
    store's and the country's defaults stand.
    """

    external_id: ExternalId | None = Field(None, description="Your own name for it; the same name again replaces it.")
    title: RequiredLine
    description: Prose = ""
    attributes: Annotated[list[tuple[RequiredLine, RequiredLine]], Field(max_length=100)] = []
    skus: Annotated[list[SkuIn], Field(min_length=1, max_length=500)]
    currency: CurrencyCode | None = None
    language: LanguageCode | None = None
    category: Slug | None = Field(None, description="Slug of one of the marketplace's categories.")
    seller_category: Line | None = Field(None, description="Your own word for the category.")
    brand: Line | None = None
    hs_code: HsCode | None = None
    origin_country: CountryCode | None = None
    tax_included: Annotated[bool, Field(strict=True)] | None = None
    home_tax_rate: Percent | None = None
    shipping_class: ShippingClass | None = None
    flags: (
        Annotated[dict[RequiredLine, RequiredLine | Annotated[bool, Field(strict=True)]], Field(max_length=20)] | None
    ) = Field(None, description='What carriers and customs must know, such as {"lithium": "UN3481"}.')
    manufacturer_id: ContactChoice | None = Field(
        None, description='Who made it, of your contacts for product safety; "": as your store says.'
    )
    responsible_id: ContactChoice | None = Field(
        None, description='Who answers for its safety in the European Union, of those contacts; "": as your store says.'
    )
    state: ListingState | None = None
    picture_urls: Annotated[list[Url], Field(max_length=20)] | None = None


class ListingsIn(Request):
    listings: Annotated[list[ListingIn], Field(min_length=1, max_length=500)]


class FieldReason(Answer):
    field: str
    reason: str


class UpsertedListing(Answer):
    id: UUID
    created: bool
    skus: dict[str, str] = Field(description="The public code of each SKU, by your own name for it.")


class RowResult(Answer):
    index: int
    status: Literal["created", "updated", "rejected"]
    id: UUID | None
    skus: dict[str, str]
    errors: list[FieldReason]


class RowResults(Answer):
    created: int
    updated: int
    rejected: int
    results: list[RowResult]


class SellerListingsQuery(QueryParameters):
    q: Search = Field("", description="Looks into titles, SKU names and ids.")
    state: Literal["draft", "active", "paused", "blocked", "archived"] | None = None
    without_hs: bool = Field(default=False, description="Only those that have no HS code.")
    out_of_stock: bool = False
    page: Page = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class SellerListingRow(Answer):
    id: UUID
    external_id: str | None
    slug: str
    title: str
    state: str
    block_reason: str | None
    category: str
    hs_code: str | None
    origin_country: str | None
    price: Price | None
    price_max: Price | None
    skus: int
    on_hand: int
    reserved: int
    image: str | None
    languages: list[str]
    updated_at: datetime


class SellerListingsOut(Answer):
    count: int
    page: int
    items: list[SellerListingRow]


class SellerSkuOut(Answer):
    sku: str = Field(description="The public code, which buyers order by.")
    seller_sku: str
    options: dict[str, str]
    price: Price
    on_hand: int
    reserved: int
    available: int
    weight_g: int | None
    gtin: str | None
    state: str


class SellerListingOut(Answer):
    id: UUID
    external_id: str | None
    slug: str
    title: str
    description: str
    attributes: list[tuple[str, str]]
    language: str
    languages: list[str]
    state: str
    block_reason: str | None
    brand: str
    category: str
    seller_category: str | None
    hs_code: str | None
    hs_confirmed: bool
    origin_country: str | None
    currency: str
    tax_included: bool
    home_tax_rate: str | None
    shipping_class: str
    flags: dict[str, Any]
    manufacturer_id: UUID | None = Field(description="A contact for product safety; null: as the store says.")
    responsible_id: UUID | None
    images: list[str]
    skus: list[SellerSkuOut]
    updated_at: datetime


class StockRow(Request):
    seller_sku: SellerSku
    stock: Stock


class StockIn(Request):
    rows: Annotated[list[StockRow], Field(min_length=1, max_length=5_000)]


class PriceRow(Request):
    seller_sku: SellerSku
    amount: Amount
    currency: CurrencyCode


class PricesIn(Request):
    rows: Annotated[list[PriceRow], Field(min_length=1, max_length=5_000)]


class RejectedRow(Answer):
    seller_sku: str
    field: str
    reason: str


class SetOut(Answer):
    updated: int
    unchanged: int
    rejected: list[RejectedRow]


class CategoryCustomsIn(Request):
    """What customs and carriers ask of a whole category's goods; sending it is your confirmation that it is right."""

    seller_category: Line | None = Field(None, description='Your own word for it ("": listings without one).')
    category: Slug | None = Field(None, description="Or one of the marketplace's categories, with all below it.")
    hs_code: HsCode | None = None
    origin_country: CountryCode | None = None
    default_weight_g: Grams | None = None


class ListingsSafetyIn(Request):
    """Who made listings and who answers for their safety, of your contacts; left out: it stays."""

    listing_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    manufacturer_id: ContactChoice | None = Field(None, description="An empty text: as your store says.")
    responsible_id: ContactChoice | None = None


class CategorySafetyIn(Request):
    """Who made a whole category's goods and who answers for their safety, of your contacts; left out: it stays."""

    seller_category: Line | None = Field(None, description='Your own word for it ("": listings without one).')
    category: Slug | None = Field(None, description="Or one of the marketplace's categories, with all below it.")
    manufacturer_id: ContactChoice | None = Field(None, description="An empty text: as your store says.")
    responsible_id: ContactChoice | None = None


class CategoryCustomsOut(Answer):
    categories: int
    listings: int


class StateIn(Request):
    listing_ids: Annotated[list[UUID], Field(min_length=1, max_length=1_000)]
    state: ListingState


class StateOut(Answer):
    changed: int


class TranslationIn(Request):
    title: RequiredLine
    description: Prose = ""
    attributes: Annotated[list[tuple[RequiredLine, RequiredLine]], Field(max_length=100)] = []


class SellerCategoryOut(Answer):
    text: str
    category_slug: str | None
    hs_code: str | None
    origin_country: str | None
    default_weight_g: int | None
    manufacturer_id: UUID | None
    responsible_id: UUID | None
    confirmed_at: datetime | None
    listings: int
    without_hs: int
    without_origin: int
    without_weight: int


class SellerCategoriesOut(Answer):
    items: list[SellerCategoryOut]


class FeedIn(Request):
    format: Literal["google", "google-tsv", "yml", "shopify"] | None = Field(
        None, description="Left out: recognised from the file."
    )
    dry_run: bool = Field(default=False, description="Read and report, change nothing.")
    currency: CurrencyCode | None = Field(None, description="For a feed that names none; default: the store's.")
    language: LanguageCode | None = Field(None, description="What the feed is written in; default: the store's.")
    in_stock_quantity: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        10, description='What "in stock" without a number stands for.'
    )
    retire_missing: bool = Field(default=False, description="Withdraw listings that the feed no longer names.")
    category_from: Literal["feed", "title"] = "feed"


class FeedRemark(Answer):
    row: int
    id: str = Field(description="The row's own name in the feed.")
    field: str
    reason: str


class FeedOut(Answer):
    """read = created + updated + unchanged + rejected; `notes` tell what was left out of rows that were taken."""

    run_id: UUID
    format: str
    dry_run: bool
    read: int
    created: int
    updated: int
    unchanged: int
    retired: int
    rejected: list[FeedRemark]
    notes: list[FeedRemark]
    failure: str | None = Field(description="Where a damaged file broke off.")
