from __future__ import annotations

from django.contrib import admin

from entrepot.kernel.admin import ReadOnlyAdmin
from entrepot.payouts.models import BankFile, Payout, PayoutLine, PayoutRun, StatedTransfer


@admin.register(PayoutRun)
class PayoutRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "actor", "currency", "made_at", "files_made_at")
    ordering = ("-made_at",)


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    hidden = ("account_details",)
    list_display = ("number", "seller", "currency", "amount_minor", "state", "made_at", "settled_at")
    list_select_related = ("seller",)
    search_fields = ("=number",)
    ordering = ("-made_at",)


@admin.register(PayoutLine)
class PayoutLineAdmin(ReadOnlyAdmin):
    list_display = ("payout", "position", "kind", "label", "net_minor", "booked_at")
    list_select_related = ("payout",)
    search_fields = ("=payout__number",)
    ordering = ("-id",)


@admin.register(StatedTransfer)
class StatedTransferAdmin(ReadOnlyAdmin):
    list_display = ("transfer", "line")
    list_select_related = ("transfer", "line")
    ordering = ("-transfer",)


@admin.register(BankFile)
class BankFileAdmin(ReadOnlyAdmin):
    hidden = ("storage_key",)
    list_display = ("name", "form", "currency", "payments", "total_minor", "made_at")
    ordering = ("-made_at",)
