"""The addresses that the log-in tests need: allauth's pages and Django's admin, as the storefront includes them."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("", lambda request: HttpResponse("home")),
    path("account/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
