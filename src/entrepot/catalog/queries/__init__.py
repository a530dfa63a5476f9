"""Every read of catalog. Answers are frozen values; the hot ones are one statement."""

from __future__ import annotations

from entrepot.catalog.queries.categories import (
    CategoryView,
    SellerCategoryView,
    get_category_path,
    list_categories,
    list_seller_categories,
)
from entrepot.catalog.queries.feeds import FeedRunView, get_feed_run, get_feed_run_csv, list_feed_runs
from entrepot.catalog.queries.listings import (
    CardView,
    ListingView,
    PictureView,
    SkuView,
    get_cards,
    get_listing,
    get_picture,
    media_url,
)
from entrepot.catalog.queries.sellers import (
    SORTS,
    ListingFilter,
    PictureTrouble,
    SellerListing,
    SellerListingPage,
    SellerSku,
    TranslationView,
    find_seller_by_store,
    get_dispatch_country,
    get_translation,
    list_picture_troubles,
    list_seller_listing_ids,
    list_seller_listings,
    list_seller_skus,
    suggest_hs_code,
)

__all__ = [
    "SORTS",
    "CardView",
    "CategoryView",
    "FeedRunView",
    "ListingFilter",
    "ListingView",
    "PictureTrouble",
    "PictureView",
    "SellerCategoryView",
    "SellerListing",
    "SellerListingPage",
    "SellerSku",
    "SkuView",
    "TranslationView",
    "find_seller_by_store",
    "get_cards",
    "get_category_path",
    "get_dispatch_country",
    "get_feed_run",
    "get_feed_run_csv",
    "get_listing",
    "get_picture",
    "get_translation",
    "list_categories",
    "list_feed_runs",
    "list_picture_troubles",
    "list_seller_categories",
    "list_seller_listing_ids",
    "list_seller_listings",
    "list_seller_skus",
    "media_url",
    "suggest_hs_code",
]
