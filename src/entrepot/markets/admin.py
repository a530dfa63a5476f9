from __future__ import annotations

from django.contrib import admin

from entrepot.kernel.admin import ReadOnlyAdmin
from entrepot.markets.models import FxRate, Market


@admin.register(Market)
class MarketAdmin(ReadOnlyAdmin):
    list_display = ("code", "selling", "buying", "changed_at")
    list_filter = ("selling", "buying")
    search_fields = ("code",)
    ordering = ("code",)


@admin.register(FxRate)
class FxRateAdmin(ReadOnlyAdmin):
    list_display = ("currency", "rate_date", "per_eur", "source")
    search_fields = ("=currency",)
    ordering = ("-rate_date", "currency")
