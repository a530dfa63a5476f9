"""What happens to every page request: the reader's language, and refusals turned into pages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from entrepot.kernel.errors import DomainError
from entrepot.ui import choice as choices

Handler = Callable[[HttpRequest], HttpResponse]
_NOT_PAGES = ("/api/", settings.STATIC_URL, settings.MEDIA_URL, "/sitemap", "/robots.txt")


class LocaleMiddleware:
    """
    The language of the page: what the address asks for, the reader's choice, else what the browser asks for.

    Sets `request.choice`, and `request.asked_language` (empty where the address asks for none).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_NOT_PAGES):
            return self.get_response(request)
        chosen = choices.read(request)
        request.choice = chosen  # type: ignore[attr-defined]
        request.asked_language = choices.asked_language(request)  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = chosen.language
        with translation.override(chosen.language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", chosen.language)
        if request.asked_language and choices.COOKIE not in request.COOKIES:  # type: ignore[attr-defined]
            choices.keep(response, chosen)  # Who came for a language finds the next page in it too.
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class RefusalMiddleware:
    """A domain refusal that a view let pass becomes a page that says what happened and what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path.startswith("/api/"):
            return None
        from entrepot.ui.views import refusal

        return refusal(request, exception)
