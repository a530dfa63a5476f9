"""A seller's listings: written one by one and in bulk, with stock, prices, customs facts, translations and feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from entrepot.api.access import grant_of, needs
from entrepot.api.rendering import answer, money, nothing
from entrepot.api.schemas.seller_listings import (
    CategoryCustomsIn,
    CategoryCustomsOut,
    CategorySafetyIn,
    FeedIn,
    FeedOut,
    ListingIn,
    ListingsIn,
    ListingsSafetyIn,
    PricesIn,
    RowResults,
    SellerCategoriesOut,
    SellerListingOut,
    SellerListingsOut,
    SellerListingsQuery,
    SetOut,
    SkuIn,
    StateIn,
    StateOut,
    StockIn,
    TranslationIn,
    UpsertedListing,
)
from entrepot.catalog import operations as catalog, queries as catalog_queries
from entrepot.catalog.feeds.meaning import Remark
from entrepot.catalog.queries import ListingView, SellerListing, SkuView
from entrepot.kernel import clock

router = Router()

_READ, _WRITE = needs("listings:read"), needs("listings:write")


@router.get("/listings", auth=_READ, response=SellerListingsOut, summary="List your listings")
def list_own_listings(request: HttpRequest, query: Query[SellerListingsQuery]) -> HttpResponse:
    """Return a page of your listings, hidden ones too, the newest first."""
    found = catalog_queries.list_seller_listings(
        grant_of(request).seller_id,
        wanted=catalog_queries.ListingFilter(
            state=query.state, q=query.q, without_hs=query.without_hs, out_of_stock=query.out_of_stock
        ),
        page=query.page,
        page_size=query.page_size,
    )
    return answer({"count": found.count, "page": found.page, "items": [_row(listing) for listing in found.items]})


@router.post(
    "/listings", auth=_WRITE, response={200: UpsertedListing, 201: UpsertedListing}, summary="Make or replace a listing"
)
def upsert_own_listing(request: HttpRequest, body: ListingIn) -> HttpResponse:
    """Make a listing (201), or replace the one of the same `external_id` (200), with its SKUs and their stock."""
    done = catalog.upsert_listing(seller_id=grant_of(request).seller_id, listing=_listing(body), now=clock.now())
    return answer(
        {"id": done.listing_id, "created": done.created, "skus": done.skus}, status=201 if done.created else 200
    )


@router.post("/listings/batch", auth=_WRITE, response=RowResults, summary="Make or replace many listings")
def upsert_own_listings(request: HttpRequest, body: ListingsIn) -> HttpResponse:
    """Take up to 500 listings; one that cannot be taken keeps no other back, and its row says why."""
    outcomes = catalog.upsert_listings(
        seller_id=grant_of(request).seller_id, listings=[_listing(one) for one in body.listings], now=clock.now()
    )
    rows = [_outcome(index, outcome) for index, outcome in enumerate(outcomes)]
    counts = {name: sum(row["status"] == name for row in rows) for name in ("created", "updated", "rejected")}
    return answer({**counts, "results": rows})


@router.post("/listings/state", auth=_WRITE, response=StateOut, summary="Offer, pause or withdraw listings")
def set_own_listing_state(request: HttpRequest, body: StateIn) -> HttpResponse:
    """Set the state of listings, all or none: 404 when one is not yours."""
    changed = catalog.set_listing_state(
        seller_id=grant_of(request).seller_id, listing_ids=body.listing_ids, state=body.state, now=clock.now()
    )
    return answer({"changed": changed})


@router.put("/listings/safety", auth=_WRITE, response=StateOut, summary="Say who answers for listings")
def set_own_listing_safety(request: HttpRequest, body: ListingsSafetyIn) -> HttpResponse:
    """Name manufacturer and responsible person for listings, all or none: 404 when one is not yours."""
    changed = catalog.set_listing_contacts(seller_id=grant_of(request).seller_id, now=clock.now(), **body.model_dump())
    return answer({"changed": changed})


@router.get("/listings/{listing_id}", auth=_READ, response=SellerListingOut, summary="Get one of your listings")
def get_own_listing(request: HttpRequest, listing_id: UUID) -> HttpResponse:
    """Return a listing of yours as it is stored, with all its SKUs."""
    found = catalog_queries.get_listing(listing_id, "", seller_id=grant_of(request).seller_id)
    return answer(_full(found))


@router.put("/listings/{listing_id}", auth=_WRITE, response=UpsertedListing, summary="Replace one of your listings")
def replace_own_listing(request: HttpRequest, listing_id: UUID, body: ListingIn) -> HttpResponse:
    """Replace the listing with this id of ours."""
    done = catalog.upsert_listing(
        seller_id=grant_of(request).seller_id, listing=_listing(body, listing_id), now=clock.now()
    )
    return answer({"id": done.listing_id, "created": done.created, "skus": done.skus})


@router.put(
    "/listings/{listing_id}/translations/{language}",
    auth=_WRITE,
    response={204: None},
    summary="Give a listing's words in another language",
)
def set_own_translation(request: HttpRequest, listing_id: UUID, language: str, body: TranslationIn) -> HttpResponse:
    """Replace the listing's title, description and attributes in a language that is not its own."""
    catalog.set_translation(
        seller_id=grant_of(request).seller_id,
        listing_id=listing_id,
        language=language,
        title=body.title,
        description=body.description,
        attributes=body.attributes,
        now=clock.now(),
    )
    return nothing()


@router.put("/stock", auth=_WRITE, response=SetOut, summary="Set stock in bulk")
def set_own_stock(request: HttpRequest, body: StockIn) -> HttpResponse:
    """Say how many pieces you have, by your own SKU names; what buyers have reserved is not touched."""
    stock = {row.seller_sku: row.stock for row in body.rows}
    return answer(_set(catalog.set_stock(seller_id=grant_of(request).seller_id, stock=stock, now=clock.now())))


@router.put("/prices", auth=_WRITE, response=SetOut, summary="Set prices in bulk")
def set_own_prices(request: HttpRequest, body: PricesIn) -> HttpResponse:
    """Set prices by your own SKU names, each in the currency of its listing."""
    prices = {row.seller_sku: (row.amount, row.currency) for row in body.rows}
    return answer(_set(catalog.set_prices(seller_id=grant_of(request).seller_id, prices=prices, now=clock.now())))


@router.get("/categories", auth=_READ, response=SellerCategoriesOut, summary="List your categories")
def list_own_categories(request: HttpRequest) -> HttpResponse:
    """Return the categories of your feeds and what customs still lacks for their goods, the neediest first."""
    names = (
        "text", "category_slug", "hs_code", "origin_country", "default_weight_g", "manufacturer_id", "responsible_id",
        "confirmed_at", "listings", "without_hs", "without_origin", "without_weight",
    )  # fmt: skip
    found = catalog_queries.list_seller_categories(grant_of(request).seller_id)
    return answer({"items": [{name: getattr(one, name) for name in names} for one in found]})


@router.put(
    "/categories/customs", auth=_WRITE, response=CategoryCustomsOut, summary="Say what customs asks of a category"
)
def set_own_category_customs(request: HttpRequest, body: CategoryCustomsIn) -> HttpResponse:
    """Set HS code, country of origin and default weight for all goods of a category, those of later feeds too."""
    grant = grant_of(request)
    done = catalog.set_category_customs(
        seller_id=grant.seller_id, confirmed_by=grant.person_id, now=clock.now(), **body.model_dump()
    )
    return answer({"categories": done.categories, "listings": done.listings})


@router.put(
    "/categories/safety", auth=_WRITE, response=CategoryCustomsOut, summary="Say who answers for a category's goods"
)
def set_own_category_safety(request: HttpRequest, body: CategorySafetyIn) -> HttpResponse:
    """Name manufacturer and responsible person for all goods of a category, those of later feeds too."""
    done = catalog.set_category_contacts(seller_id=grant_of(request).seller_id, now=clock.now(), **body.model_dump())
    return answer({"categories": done.categories, "listings": done.listings})


@router.post("/feeds", auth=_WRITE, response=FeedOut, summary="Import a feed")
def import_own_feed(request: HttpRequest, file: File[UploadedFile], body: Form[FeedIn]) -> HttpResponse:
    """
    Read a feed (Google Merchant RSS or TSV, Yandex Market YML, Shopify CSV) into listings. The same file twice changes
    nothing; stock in it never touches what is reserved; a row that cannot be taken is named with its reason.
    """
    report = catalog.import_feed(
        seller_id=grant_of(request).seller_id,
        stream=cast("BinaryIO", file.file),
        name=file.name or "",
        format=body.format,
        dry_run=body.dry_run,
        options=catalog.ImportOptions(
            currency=body.currency,
            language=body.language,
            in_stock_quantity=body.in_stock_quantity,
            retire_missing=body.retire_missing,
            category_from=body.category_from,
        ),
        now=clock.now(),
    )
    return answer(
        {
            "run_id": report.run_id,
            "format": report.format,
            "dry_run": report.dry_run,
            "read": report.read,
            "created": report.created,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "retired": report.retired,
            "rejected": [_remark(one) for one in report.rejected],
            "notes": [_remark(one) for one in report.notes],
            "failure": report.failure,
        }
    )


def _remark(found: Remark) -> dict[str, Any]:
    return {"row": found.row, "id": found.id, "field": found.field, "reason": found.reason}


def _listing(body: ListingIn, listing_id: UUID | None = None) -> catalog.ListingInput:
    values = body.model_dump(exclude={"skus", "attributes", "picture_urls", "home_tax_rate"})
    return catalog.ListingInput(
        **values,
        listing_id=listing_id,
        skus=tuple(_sku(sku) for sku in body.skus),
        attributes=tuple(body.attributes),
        picture_urls=None if body.picture_urls is None else tuple(body.picture_urls),
        home_tax_rate=None if body.home_tax_rate is None else Decimal(body.home_tax_rate),
    )


def _sku(body: SkuIn) -> catalog.SkuInput:
    return catalog.SkuInput(**body.model_dump())


def _outcome(index: int, outcome: catalog.UpsertResult | catalog.RefusedListing) -> dict[str, Any]:
    if isinstance(outcome, catalog.RefusedListing):
        errors = [{"field": error.field, "reason": error.reason} for error in outcome.errors]
        return {"index": index, "status": "rejected", "id": None, "skus": {}, "errors": errors}
    status = "created" if outcome.created else "updated"
    return {"index": index, "status": status, "id": outcome.listing_id, "skus": outcome.skus, "errors": []}


def _set(done: catalog.SetResult) -> Mapping[str, Any]:
    rejected = [{"seller_sku": one.sku, "field": one.field, "reason": one.reason} for one in done.rejected]
    return {"updated": done.updated, "unchanged": done.unchanged, "rejected": rejected}


def _row(found: SellerListing) -> dict[str, Any]:
    return {
        "id": found.id,
        "external_id": found.external_id,
        "slug": found.slug,
        "title": found.title,
        "state": found.state,
        "block_reason": found.block_reason,
        "category": found.category_slug,
        "hs_code": found.hs_code,
        "origin_country": found.origin_country,
        "price": found.price and money(found.price),
        "price_max": found.price_max and money(found.price_max),
        "skus": found.skus,
        "on_hand": found.on_hand,
        "reserved": found.reserved,
        "image": found.image or None,
        "languages": found.languages,
        "updated_at": found.updated_at,
    }


def _full(found: ListingView) -> dict[str, Any]:
    return {
        "id": found.id,
        "external_id": found.external_id,
        "slug": found.slug,
        "title": found.title,
        "description": found.description,
        "attributes": found.attributes,
        "language": found.language,
        "languages": found.languages,
        "state": found.state,
        "block_reason": found.block_reason,
        "brand": found.brand,
        "category": found.category_slug,
        "seller_category": found.seller_category,
        "hs_code": found.hs_code,
        "hs_confirmed": found.hs_confirmed_at is not None,
        "origin_country": found.origin_country,
        "currency": found.currency,
        "tax_included": found.tax_included,
        "home_tax_rate": None if found.home_tax_rate is None else f"{found.home_tax_rate.normalize():f}",
        "shipping_class": found.shipping_class,
        "flags": found.flags,
        "manufacturer_id": found.manufacturer_id,
        "responsible_id": found.responsible_id,
        "images": [picture.url for picture in found.pictures],
        "skus": _skus(found.skus),
        "updated_at": found.updated_at,
    }


def _skus(found: Sequence[SkuView]) -> list[dict[str, Any]]:
    return [
        {
            "sku": sku.sku,
            "seller_sku": sku.seller_sku,
            "options": dict(sku.options),
            "price": money(sku.price),
            "on_hand": sku.on_hand,
            "reserved": sku.reserved,
            "available": sku.available,
            "weight_g": sku.weight_g,
            "gtin": sku.gtin or None,
            "state": sku.state,
        }
        for sku in found
    ]
