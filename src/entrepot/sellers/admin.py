from __future__ import annotations

from django.contrib import admin

from entrepot.kernel.admin import ReadOnlyAdmin
from entrepot.sellers.models import BankAccount, BusinessId, Document, Invitation, Member, Registration, Seller, Store


@admin.register(Seller)
class SellerAdmin(ReadOnlyAdmin):
    list_display = ("id", "legal_name", "country", "form", "state", "vat_registered", "payout_currency", "created_at")
    list_filter = ("state", "country", "form")
    search_fields = ("legal_name",)
    ordering = ("-created_at",)


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    list_display = ("seller", "submitted_at", "decided_at", "decided_by")
    list_select_related = ("seller",)
    search_fields = ("seller__legal_name", "email")


@admin.register(BusinessId)
class BusinessIdAdmin(ReadOnlyAdmin):
    hidden = ("value_encrypted",)
    list_display = ("seller", "country", "kind", "value", "is_claimed")
    list_select_related = ("seller",)
    search_fields = ("value",)


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    hidden = ("storage_key",)
    list_display = ("seller", "kind", "file_name", "media_type", "size_bytes", "uploaded_at", "withdrawn_at")
    list_select_related = ("seller",)


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    hidden = ("details",)
    list_display = ("seller", "rail", "currency", "hint", "created_at", "replaced_at")
    list_select_related = ("seller",)


@admin.register(Store)
class StoreAdmin(ReadOnlyAdmin):
    list_display = ("slug", "name", "seller", "state", "dispatch_country", "language", "created_at")
    list_filter = ("state", "dispatch_country")
    list_select_related = ("seller",)
    search_fields = ("slug", "name")


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("seller", "person", "role", "joined_at")
    list_select_related = ("seller", "person")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("seller", "email", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("seller",)
