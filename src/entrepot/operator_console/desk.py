"""The door of the console, and its frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from entrepot.kernel.errors import Forbidden
from entrepot.sellers import queries as sellers
from entrepot.ui.requests import PageRequest

DeskView = Callable[..., HttpResponseBase]


def operators_only(view: DeskView) -> DeskView:
    """Let operators in; strangers sign in first, everybody else is refused."""

    @login_required
    @never_cache
    @wraps(view)
    def run(request: PageRequest, **named: Any) -> HttpResponseBase:
        if not request.user.is_staff:
            raise Forbidden()
        return view(request, **named)

    return run


def actor(request: PageRequest) -> str:
    """Return who decides, as the audit trail names them."""
    return f"operator:{request.user.pk}"


def show(
    request: PageRequest, template: str, place: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Show a page of the console in its frame."""
    waiting = sellers.count_sellers().get("submitted", 0)
    frame = {"rail": _rail(waiting), "place": place, "waiting": waiting}
    return render(request, f"operator_console/{template}.html", {**frame, **(context or {})}, status=status)


def _rail(waiting: int) -> list[dict[str, Any]]:
    entries = [
        ("markets", "globe", _("Markets"), 0),
        ("verification", "scales", _("Verification"), waiting),
        ("sellers", "users", _("Sellers"), 0),
        ("purchases", "box", _("Purchases"), 0),
        ("payouts", "money", _("Payouts"), 0),
        ("audit", "history", _("Audit trail"), 0),
    ]
    links: list[dict[str, Any]] = [
        {"name": name, "icon": symbol, "label": label, "count": count, "link": reverse(f"operator_console:{name}")}
        for name, symbol, label, count in entries
    ]
    return [
        *links,
        {"name": "rows", "icon": "list", "label": _("All rows"), "count": 0, "link": reverse("admin:index")},
    ]
