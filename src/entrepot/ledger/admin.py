from __future__ import annotations

from django.contrib import admin

from entrepot.kernel.admin import ReadOnlyAdmin
from entrepot.ledger.models import Account, Snapshot, Transfer


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "owner", "currency", "opened_at")
    search_fields = ("=kind", "=owner")
    ordering = ("kind", "currency", "owner")


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "kind",
        "debit_account",
        "credit_account",
        "amount_minor",
        "currency",
        "reference",
        "posted_at",
    )
    list_select_related = ("debit_account", "credit_account")
    search_fields = ("=posting_key", "=reference")
    ordering = ("-id",)


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ("account", "debit_minor", "credit_minor", "taken_at")
    list_select_related = ("account",)
