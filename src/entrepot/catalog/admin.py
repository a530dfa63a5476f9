from __future__ import annotations

from django.contrib import admin

from entrepot.catalog.models import (
    Category,
    FeedRun,
    Listing,
    ListingText,
    Picture,
    SellerCategory,
    Sku,
    Stock,
    StockMovement,
)
from entrepot.kernel.admin import ReadOnlyAdmin


@admin.register(Category)
class CategoryAdmin(ReadOnlyAdmin):
    list_display = ("slug", "parent", "position", "retired")
    list_select_related = ("parent",)
    search_fields = ("slug",)
    ordering = ("position",)


@admin.register(SellerCategory)
class SellerCategoryAdmin(ReadOnlyAdmin):
    list_display = ("text", "seller", "category", "hs_code", "origin_country", "confirmed_at")
    list_select_related = ("seller", "category")
    search_fields = ("text",)


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    list_display = ("id", "slug", "seller", "category", "state", "currency", "hs_code", "origin_country", "created_at")
    list_select_related = ("seller", "category")
    search_fields = ("=id", "slug")
    ordering = ("-id",)


@admin.register(ListingText)
class ListingTextAdmin(ReadOnlyAdmin):
    list_display = ("title", "language", "listing_id", "source")
    search_fields = ("=listing__id",)
    ordering = ("-id",)


@admin.register(Sku)
class SkuAdmin(ReadOnlyAdmin):
    list_display = ("code", "seller_sku", "listing_id", "price_minor", "currency", "state")
    search_fields = ("=code", "=seller_sku", "=gtin")
    ordering = ("-id",)


@admin.register(Stock)
class StockAdmin(ReadOnlyAdmin):
    list_display = ("sku", "on_hand", "reserved")
    list_select_related = ("sku",)
    search_fields = ("=sku__code",)


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ("sku", "kind", "on_hand_delta", "reserved_delta", "reference", "moved_at")
    list_select_related = ("sku",)
    search_fields = ("=sku__code", "=reference")
    ordering = ("-id",)


@admin.register(Picture)
class PictureAdmin(ReadOnlyAdmin):
    list_display = ("id", "listing_id", "position", "state", "width", "height", "failure")
    search_fields = ("=listing__id",)
    ordering = ("-id",)


@admin.register(FeedRun)
class FeedRunAdmin(ReadOnlyAdmin):
    hidden = ("stored_file",)
    list_display = ("name", "seller", "state", "dry_run", "read", "created", "updated", "rejected_count", "started_at")
    list_select_related = ("seller",)
    ordering = ("-started_at",)
