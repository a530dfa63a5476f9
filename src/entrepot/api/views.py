"""The API's own pages: the OpenAPI document, and a reference that people read (rendered here, no script)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from entrepot.api import document, reference

_AN_HOUR = "public, max-age=3600"


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document."""
    return HttpResponse(document.as_json(), content_type="application/json", headers={"Cache-Control": _AN_HOUR})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Return the reference page."""
    return render(request, "api/docs.html", {"reference": reference.build()})
