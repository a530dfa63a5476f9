"""Django's admin as a window: it shows rows to operators and writes nothing, because writes go through operations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from django.shortcuts import redirect, resolve_url


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """
    Shows a model's rows; adding, changing, deleting and bulk actions are refused, whoever asks.

    `hidden` names fields that even operators do not see here (secrets, tokens).
    """

    hidden: tuple[str, ...] = ()
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        shown: list[Field[Any, Any]] = [field for field in self.model._meta.fields if field.name not in self.hidden]
        return [field.name for field in shown]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @staticmethod
    def _is_operator(request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.is_staff)


class ReadOnlySite(admin.AdminSite):
    """The admin of this shop. What other packages register for writing does not show here, whoever asks."""

    site_header = site_title = "Entrepot"
    site_url = "/operator/"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if admin_class is not None and issubclass(admin_class, ReadOnlyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect(resolve_url("account_change_password"))
