from __future__ import annotations

from django.contrib import admin

from entrepot.kernel.admin import ReadOnlyAdmin
from entrepot.payments.models import Attempt, Refund


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    hidden = ("next_action",)
    list_display = ("id", "purchase_id", "service", "amount_minor", "currency", "state", "created_at", "resolved_at")
    search_fields = ("=id", "=purchase_id", "=service_reference")
    ordering = ("-created_at",)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("id", "purchase_id", "amount_minor", "currency", "state", "requested_at", "resolved_at")
    search_fields = ("=id", "=purchase_id", "=reference")
    ordering = ("-requested_at",)
