"""Every write of catalog. Callers import this module; the files beside it are its own order."""

from __future__ import annotations

from entrepot.catalog.feeds.items import FeedUnreadable
from entrepot.catalog.operations.categories import (
    CategoriesMissing,
    CustomsResult,
    map_category,
    set_category_contacts,
    set_category_customs,
    sync_categories,
)
from entrepot.catalog.operations.classification import Shown, learn_codes
from entrepot.catalog.operations.contacts import set_listing_contacts
from entrepot.catalog.operations.feeds import import_feed
from entrepot.catalog.operations.listings import (
    ListingChanged,
    RefusedListing,
    UpsertResult,
    upsert_listing,
    upsert_listings,
)
from entrepot.catalog.operations.pictures import (
    FetchResult,
    KeptPicture,
    PicturePlace,
    add_picture,
    arrange_pictures,
    fetch_pictures,
    keep_picture,
    order_pictures,
    remove_picture,
)
from entrepot.catalog.operations.prices import set_prices
from entrepot.catalog.operations.queue import FeedGone, apply_feed, queue_feed, queue_feed_at, run_waiting_feed
from entrepot.catalog.operations.removal import remove_listing
from entrepot.catalog.operations.results import Rejected, SetResult
from entrepot.catalog.operations.runs import FeedReport, ImportOptions
from entrepot.catalog.operations.states import (
    ListingBlocked,
    ListingIncomplete,
    StateResult,
    block_listing,
    set_listing_state,
    set_listing_states,
    unblock_listing,
)
from entrepot.catalog.operations.stock import (
    OutOfStock,
    dispatch_stock,
    reserve_stock,
    return_stock,
    set_stock,
)
from entrepot.catalog.operations.stores import NoStore
from entrepot.catalog.operations.translations import remove_translation, set_translation, set_translations
from entrepot.catalog.rules.listings import ListingInput, SkuInput, Translation

__all__ = [
    "CategoriesMissing",
    "CustomsResult",
    "FeedGone",
    "FeedReport",
    "FeedUnreadable",
    "FetchResult",
    "ImportOptions",
    "KeptPicture",
    "ListingBlocked",
    "ListingChanged",
    "ListingIncomplete",
    "ListingInput",
    "NoStore",
    "OutOfStock",
    "PicturePlace",
    "RefusedListing",
    "Rejected",
    "SetResult",
    "Shown",
    "SkuInput",
    "StateResult",
    "Translation",
    "UpsertResult",
    "add_picture",
    "apply_feed",
    "arrange_pictures",
    "block_listing",
    "dispatch_stock",
    "fetch_pictures",
    "import_feed",
    "keep_picture",
    "learn_codes",
    "map_category",
    "order_pictures",
    "queue_feed",
    "queue_feed_at",
    "remove_listing",
    "remove_picture",
    "remove_translation",
    "reserve_stock",
    "return_stock",
    "run_waiting_feed",
    "set_category_contacts",
    "set_category_customs",
    "set_listing_contacts",
    "set_listing_state",
    "set_listing_states",
    "set_prices",
    "set_stock",
    "set_translation",
    "set_translations",
    "sync_categories",
    "unblock_listing",
    "upsert_listing",
    "upsert_listings",
]
