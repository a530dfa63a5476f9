"""What the page frame needs in every template."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from entrepot.ui import choice as choices, formats
from entrepot.ui.redirects import came_from


def page(request: HttpRequest) -> dict[str, Any]:
    """Give every template the reader's choice and the writing direction."""
    choice = getattr(request, "choice", None) or choices.read(request)
    language = get_language() or choice.language
    return {
        "choice": choice,
        "choice_country": formats.place(choice.country),
        "choice_language": formats.language_own_name(choice.language),
        "language": language,
        "direction": formats.direction(language),
        "page_link": page_link(request),
        "is_htmx": request.headers.get("HX-Request") == "true",
    }


def _without_language(request: HttpRequest) -> str:
    """Return a page's address; a language that it asks for would outlive the choice of another one."""
    if not choices.asked_language(request):
        return request.get_full_path()
    rest = request.GET.copy()
    del rest["lang"]
    return f"{request.path}?{rest.urlencode()}" if rest else request.path


def page_link(request: HttpRequest) -> str:
    """Return where this page can be opened again: of the answer to a sent form, the page that the form stood on."""
    if request.method in ("GET", "HEAD"):
        return _without_language(request)
    return came_from(request) or "/"
