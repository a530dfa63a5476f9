"""The audit trail: who decided what, when, on which subject."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from entrepot.kernel import audit
from entrepot.operator_console import words
from entrepot.operator_console.desk import operators_only, show
from entrepot.ui.requests import PageRequest

_SHOWN = 200


@operators_only
@require_GET
def trail(request: PageRequest) -> HttpResponse:
    """Show the newest lines."""
    return show(request, "audit", "audit", {"entries": words.trail(audit.list_entries(limit=_SHOWN))})
