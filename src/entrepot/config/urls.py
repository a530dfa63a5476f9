"""Which room answers which address."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("entrepot.api.urls")),
]

if settings.SANDBOX_PAYMENTS:
    urlpatterns.append(path("sandbox-payments/", include("entrepot.integrations.urls")))
