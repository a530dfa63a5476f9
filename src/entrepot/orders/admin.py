from __future__ import annotations

from django.contrib import admin

from entrepot.kernel.admin import ReadOnlyAdmin
from entrepot.orders.models import Cart, Consignment, IdempotencyKey, Order, OrderLine, Purchase, Refund


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    hidden = ("token_hash", "contact")
    list_display = ("id", "status", "country", "currency", "channel", "created_at", "updated_at")
    search_fields = ("=id",)
    ordering = ("-id",)


@admin.register(Purchase)
class PurchaseAdmin(ReadOnlyAdmin):
    hidden = ("contact",)
    list_display = ("number", "state", "country", "currency", "total_minor", "placed_at", "paid_at")
    search_fields = ("=number", "=id")
    ordering = ("-id",)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "state",
        "seller_name",
        "currency",
        "total_minor",
        "placed_at",
        "dispatch_due_at",
        "released_at",
    )
    search_fields = ("=number", "=id")
    ordering = ("-id",)


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "sku_code", "title", "ordered", "cancelled", "shipped", "delivered", "total_minor")
    list_select_related = ("order",)
    search_fields = ("=order__number", "=sku_code")
    ordering = ("-id",)


@admin.register(Consignment)
class ConsignmentAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "dispatch_country", "destination_country", "regime", "import_charges")
    list_select_related = ("order",)
    search_fields = ("=order__number",)
    ordering = ("-id",)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    hidden = ("key", "body_hash", "answer")
    list_display = ("id", "scope", "purchase", "locked_until", "created_at")
    list_select_related = ("purchase",)
    search_fields = ("=scope",)
    ordering = ("-id",)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "amount_minor", "currency", "reason", "created_at")
    list_select_related = ("order",)
    search_fields = ("=order__number",)
    ordering = ("-id",)
