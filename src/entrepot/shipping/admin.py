from __future__ import annotations

from django.contrib import admin

from entrepot.kernel.admin import ReadOnlyAdmin
from entrepot.shipping.models import DeliveryTemplate, NumberSeries, Parcel, ParcelLine, TrackingEvent


@admin.register(DeliveryTemplate)
class DeliveryTemplateAdmin(ReadOnlyAdmin):
    list_display = ("seller", "shipping_class", "name", "currency", "version", "updated_at")
    list_select_related = ("seller",)


@admin.register(NumberSeries)
class NumberSeriesAdmin(ReadOnlyAdmin):
    list_display = ("service", "country", "next_serial")


@admin.register(Parcel)
class ParcelAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "order_id",
        "seller",
        "carrier",
        "tracking_number",
        "status",
        "shipped_at",
        "delivered_at",
    )
    list_select_related = ("seller",)
    search_fields = ("=number", "=tracking_number", "=order_id")
    ordering = ("-shipped_at",)


@admin.register(ParcelLine)
class ParcelLineAdmin(ReadOnlyAdmin):
    list_display = ("parcel", "order_line_id", "sku_id", "quantity")
    list_select_related = ("parcel",)


@admin.register(TrackingEvent)
class TrackingEventAdmin(ReadOnlyAdmin):
    list_display = ("parcel", "word", "place", "country", "occurred_at")
    list_select_related = ("parcel",)
    ordering = ("-id",)
