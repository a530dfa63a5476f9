"""Addresses of the design system itself."""

from __future__ import annotations

from django.urls import path

from entrepot.ui import views

app_name = "ui"
urlpatterns = [
    path("ui/", views.living_page, name="living"),
    path("choice/", views.set_choice, name="choice"),
    path("offline/<str:language>", views.offline, name="offline"),
    path("service-worker.js", views.service_worker, name="service_worker"),
]
