"""Which room answers which address."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from entrepot.ui import media

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("entrepot.api.urls")),
    path("media/<path:name>", media.picture),
    path("", include("entrepot.ui.urls")),
    path("", include("entrepot.storefront.urls")),
    path("account/", include("entrepot.storefront.account_urls")),
    path("seller/", include("entrepot.seller_centre.urls")),
    path("operator/", include("entrepot.operator_console.urls")),
    path("admin/", admin.site.urls),
]

if settings.SANDBOX_PAYMENTS:
    urlpatterns.append(path("sandbox-payments/", include("entrepot.integrations.urls")))

handler400 = "entrepot.ui.views.bad_request"
handler403 = "entrepot.ui.views.permission_denied"
handler404 = "entrepot.ui.views.page_not_found"
handler500 = "entrepot.ui.views.server_error"
