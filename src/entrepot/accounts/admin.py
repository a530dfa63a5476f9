from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from entrepot.accounts.models import ApiKey, Person, SavedAddress
from entrepot.kernel.admin import ReadOnlyAdmin

# One door: the admin's own log-in page would know neither rate limits nor a second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    hidden = ("password",)
    list_display = ("email", "name", "is_staff", "is_active", "joined_at")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("-joined_at",)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    hidden = ("secret_sha256",)
    list_display = ("name", "hint", "seller_id", "person", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("person",)
    ordering = ("-created_at",)


@admin.register(SavedAddress)
class SavedAddressAdmin(ReadOnlyAdmin):
    hidden = ("details",)
    list_display = ("id", "person", "country", "is_default", "created_at")
    list_select_related = ("person",)
    ordering = ("-created_at",)
