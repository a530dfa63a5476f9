"""Every write of catalog. Callers import this module; the files beside it are its own order."""

from __future__ import annotations

from entrepot.catalog.feeds.items import FeedUnreadable
from entrepot.catalog.operations.categories import (
    CategoriesMissing,
    CustomsResult,
    map_category,
    set_category_customs,
    sync_categories,
)
from entrepot.catalog.operations.feeds import (
    FeedReport,
    ImportOptions,
    import_feed,
    queue_feed,
    run_waiting_feed,
)
from entrepot.catalog.operations.listings import (
    ListingBlocked,
    RefusedListing,
    UpsertResult,
    block_listing,
    set_listing_state,
    set_prices,
    set_translation,
    set_translations,
    unblock_listing,
    upsert_listing,
    upsert_listings,
)
from entrepot.catalog.operations.pictures import (
    FetchResult,
    add_picture,
    fetch_pictures,
    order_pictures,
    remove_picture,
)
from entrepot.catalog.operations.results import Rejected, SetResult
from entrepot.catalog.operations.stock import (
    OutOfStock,
    dispatch_stock,
    reserve_stock,
    return_stock,
    set_stock,
)
from entrepot.catalog.operations.stores import NoStore
from entrepot.catalog.rules.listings import ListingInput, SkuInput, Translation

__all__ = [
    "CategoriesMissing",
    "CustomsResult",
    "FeedReport",
    "FeedUnreadable",
    "FetchResult",
    "ImportOptions",
    "ListingBlocked",
    "ListingInput",
    "NoStore",
    "OutOfStock",
    "RefusedListing",
    "Rejected",
    "SetResult",
    "SkuInput",
    "Translation",
    "UpsertResult",
    "add_picture",
    "block_listing",
    "dispatch_stock",
    "fetch_pictures",
    "import_feed",
    "map_category",
    "order_pictures",
    "queue_feed",
    "remove_picture",
    "reserve_stock",
    "return_stock",
    "run_waiting_feed",
    "set_category_customs",
    "set_listing_state",
    "set_prices",
    "set_stock",
    "set_translation",
    "set_translations",
    "sync_categories",
    "unblock_listing",
    "upsert_listing",
    "upsert_listings",
]
