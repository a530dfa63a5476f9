"""The reader's choice, the living page of components, and the pages that say that something went wrong."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel.errors import DomainError
from entrepot.ui import choice as choices, formats, refusals, specimens
from entrepot.ui.ports import get_reach
from entrepot.ui.redirects import came_from, safe_target


@require_POST
def set_choice(request: HttpRequest) -> HttpResponse:
    """Keep where to deliver, the currency and the language in a cookie and go back to the page."""
    reach, old = get_reach(), choices.read(request)
    country = request.POST.get("country", old.country)
    if not formats.knows_territory(country):
        country = old.country
    language = request.POST.get("language", old.language)
    if language not in dict(settings.LANGUAGES):
        language = old.language
    currency = request.POST.get("currency", old.currency)
    if "currency" not in request.POST and currency == choices.currency_of(old.country, reach=reach):
        currency = choices.currency_of(country, reach=reach)  # Another country: its money, unless another was picked.
    if currency not in reach.currencies:
        currency = old.currency
    response = HttpResponseRedirect(safe_target(request, request.POST.get("next")))
    choices.keep(response, choices.Choice(country, currency, language))
    return response


@require_GET
def living_page(request: HttpRequest) -> HttpResponse:
    """Show every component in every state and both directions."""
    return render(request, "ui/living.html", specimens.build())


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Show a refusal as a page of its status."""
    if error.kind == "not_found":
        return page_not_found(request, error)
    if error.kind == "forbidden":
        return permission_denied(request, error)
    details = [f"{field}: {reason}" if field else reason for field, reason in refusals.field_errors(error)]
    response = _page(
        request, refusals.STATUS[error.kind], "info", _("That did not work"), [refusals.text(error), *details],
        back=came_from(request),
    )  # fmt: skip
    if error.kind == "unavailable":
        response["Retry-After"] = "5"
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing under this address."""
    return _page(
        request, 404, "search", _("There is nothing here"),
        [_("The address may be wrong, or what was here is gone. The search above may find it.")],
    )  # fmt: skip


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this is not for the reader."""
    return _page(
        request, 403, "lock", _("This is not open to you"),
        [_("Your account or your role does not allow this. Somebody who manages the shop can change that.")],
    )  # fmt: skip


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was too old or came from elsewhere, and that nothing was done."""
    return _page(
        request, 403, "lock", _("This form was open for too long"),
        [_("Nothing was sent or changed. Go back, load the page again and send it once more.")],
        back=came_from(request),
    )  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request could not be read."""
    return _plain(400, "info", _("That request could not be read"), [_("Nothing was changed.")])


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours (500), or that the shop rests for a moment (503: the database is away)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = _plain(
            503, "clock", _("We are closed for a moment"),
            [_("The shop cannot reach its books right now. Nothing that you sent was lost: "
               "what was confirmed is kept, what was not confirmed was not done. Try again in a minute.")],
            again=request.get_full_path() if request.method == "GET" else None,
        )  # fmt: skip
        response["Retry-After"] = "60"
        return response
    return _plain(
        500, "alert", _("Something broke on our side"),
        [_("It is our fault, not yours, and it has been noted. If you were paying: look at your orders "
           "before you pay again.")],
        number=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )  # fmt: skip


@require_GET
def offline(request: HttpRequest, language: str) -> HttpResponse:
    """Say that the network is away, in a language; the service worker keeps the page for that moment."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return _plain(
            200, "alert", _("You are offline"),
            [_("Your device reaches no network at the moment. Nothing was sent or changed; "
               "what you had confirmed before is kept.")],
            again="",
        )  # fmt: skip


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Hand out the script that says that the network is away: from the root, because it answers for every address."""
    return HttpResponse(
        _service_worker(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@cache
def _service_worker() -> bytes:
    return (Path(__file__).parent / "static/ui/service-worker.js").read_bytes()


def _page(request: HttpRequest, status: int, symbol: str, title: str, texts: list[str], back: str = "") -> HttpResponse:
    context: dict[str, Any] = {"symbol": symbol, "title": title, "texts": texts, "back": back}
    try:
        return render(request, "ui/refusal.html", context, status=status)
    except (OperationalError, InterfaceError):
        return _plain(status, symbol, title, texts)  # The frame asks the database who reads; this page does not.


def _plain(
    status: int, symbol: str, title: str, texts: list[str], again: str | None = None, number: str = ""
) -> HttpResponse:
    """
    Return a page that needs no database and no request: what is left when everything else fails.

    :param again: where another try leads; the empty address is the page itself.
    """
    language = get_language() or "en"
    context = {
        "symbol": symbol, "title": title, "texts": texts, "again": again, "number": number,
        "language": language, "direction": formats.direction(language),
    }  # fmt: skip
    return HttpResponse(render_to_string("ui/plain.html", context), status=status)
