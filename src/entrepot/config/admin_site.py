"""Django's admin with our site in place of its own; an app of `INSTALLED_APPS`."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class ReadOnlyAdminConfig(AdminConfig):
    default = False
    default_site = "entrepot.kernel.admin.ReadOnlySite"
