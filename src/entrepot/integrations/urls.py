"""Addresses of the sandbox payment service, served only where it is offered."""

from __future__ import annotations

from django.urls import path

from entrepot.integrations import views

app_name = "sandbox-payments"
urlpatterns = [
    path("callback", views.callback, name="callback"),
    path("<slug:reference>", views.challenge, name="challenge"),
]
