"""
Refusals as RFC 9457 problem documents: `application/problem+json` with a stable `code`.

The domain raises `DomainError`s that know nothing of HTTP; here, and only here, they get a status.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.encoding import escape_uri_path
from django.utils.translation import override
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from entrepot.api.rendering import to_json
from entrepot.kernel.errors import DomainError, Kind, NotFound
from entrepot.ui import refusals
from entrepot.ui.choice import preferred_language

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
STATUS_OF_KIND: dict[Kind, int] = {
    "invalid": 422,
    "not_found": 404,
    "conflict": 409,
    "forbidden": 403,
    "unavailable": 503,
}
_FAULTS_TOLD = 5  # In `detail`; `errors` has all of them.
# RFC 9457's own members; a refusal's field of the same name would hide one of them.
_RESERVED = frozenset({"type", "title", "status", "detail", "instance", "code"})


class MalformedBody(DomainError):
    """The body is no JSON document."""

    code = "malformed_body"
    summary = "The request's body is not a JSON document."
    status: ClassVar[int] = 400


class BodyTooLarge(DomainError):
    """The body is larger than the API takes."""

    code = "body_too_large"
    summary = "The request's body is larger than this address takes."
    status: ClassVar[int] = 413


class MethodNotAllowed(DomainError):
    """The address exists, but not with this method."""

    code = "method_not_allowed"
    summary = "This address does not answer to this method."
    status: ClassVar[int] = 405


class Unauthenticated(DomainError):
    """There is no API key, or it is unknown, expired or revoked."""

    code = "unauthenticated"
    kind = "forbidden"
    summary = "Send a valid API key as `Authorization: Bearer …`."
    status: ClassVar[int] = 401


class ScopeMissing(DomainError):
    """The API key is valid but was not given this scope."""

    code = "scope_missing"
    kind = "forbidden"
    summary = "The API key was not given the scope that this address needs."


class IdempotencyKeyMissing(DomainError):
    """A call that places or pays must be safe to repeat, so it needs a key."""

    code = "idempotency_key_missing"
    summary = "Send an `Idempotency-Key` header: 1 to 200 printable characters, a new one for each intent."
    status: ClassVar[int] = 400


class TokenMissing(DomainError):
    """The cart's secret token was not sent."""

    code = "cart_token_missing"
    summary = "Send the cart's token in the `X-Cart-Token` header (or as `token` in the query or the body)."
    status: ClassVar[int] = 400


class CartVersionMissing(DomainError):
    """A change to a cart must say which version it was made to."""

    code = "cart_version_missing"
    kind = "conflict"
    summary = "Send the `version` of the cart that you have read; it may have been changed since."


class TooManyRequests(DomainError):
    """This address writes faster than the API allows."""

    code = "too_many_requests"
    kind = "unavailable"
    summary = "Too many writes from your address; wait as long as `Retry-After` says."
    status: ClassVar[int] = 429


class Unexpected(DomainError):
    """A fault of ours; it is in the log."""

    code = "unexpected"
    kind = "unavailable"
    summary = "Something failed on our side. The request can be repeated with the same Idempotency-Key."
    status: ClassVar[int] = 500


def status_of(error: DomainError | type[DomainError]) -> int:
    """
    Return the HTTP status of a refusal: its kind's, unless it is one of HTTP's own above.

    404 says that the address names nothing. What the body names and nobody knows (a country, a SKU) is 422: its
    error is of the kind `not_found` without being a `NotFound`.
    """
    own = getattr(error, "status", None)
    if own is not None:
        return int(own)
    kind = error if isinstance(error, type) else type(error)
    return STATUS_OF_KIND["invalid" if kind.kind == "not_found" and not issubclass(kind, NotFound) else kind.kind]


def document(error: DomainError, *, instance: str) -> dict[str, Any]:
    """
    Return the problem document of a refusal; its fields become members of their own.

    Codes are the same in every language; `title`, `detail` and each fault's `message` speak the active one.
    """
    faults = refusals.field_errors(error)
    members: dict[str, Any] = {
        (f"{name}_value" if name in _RESERVED else name): value for name, value in error.fields.items()
    }
    if faults:
        members["errors"] = [
            {**row, "message": message} for row, (_, message) in zip(error.fields["errors"], faults, strict=True)
        ]
    title = refusals.text(error)
    return {
        "type": f"/api/v1/docs#problem-{error.code}",
        "title": title,
        "status": status_of(error),
        "code": error.code,
        "detail": _detail(title, error, faults),
        "instance": instance,
        **members,
    }


def _detail(title: str, error: DomainError, faults: list[tuple[str, str]]) -> str:
    if faults:
        return "; ".join(f"{field}: {words}" for field, words in faults[:_FAULTS_TOLD])
    told = {name: _told(value) for name, value in error.fields.items()}
    named = ", ".join(f"{name}: {words}" for name, words in told.items() if words)
    return f"{title} ({named})" if named else title


def _told(value: object) -> str:
    """Return a member as a person reads it; empty for lists and records, which only a program wants."""
    match value:
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case dict() | list() | tuple() | None:
            return ""
        case _:
            return str(value)


def problem(request: HttpRequest, error: DomainError, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return the HTTP answer that refuses, in the language that the request asks for (`Accept-Language`)."""
    offered = tuple(code for code, _ in settings.LANGUAGES)
    language = preferred_language(request.headers.get("Accept-Language", ""), offered)
    with override(language):
        content = to_json(document(error, instance=escape_uri_path(request.path)))
    spoken = {"Content-Language": language, "Vary": "Accept-Language"}
    if status_of(error) == 503:
        spoken["Retry-After"] = "2"
    return HttpResponse(
        content, status=status_of(error), content_type=CONTENT_TYPE, headers={**spoken, **(headers or {})}
    )


class _InvalidRequest(DomainError):
    """Some of the input does not fit the schema; the same code and shape as the domain's own InvalidField."""

    code = "invalid_field"
    summary = "Some of the input cannot be taken."


def _invalid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    faults = []
    for fault in exc.errors:
        location = [str(part) for part in fault["loc"]]
        source, names = location[0], location[1:]
        if source == "path":
            # An id that cannot be an id names nothing.
            return problem(request, NotFound())
        if names and names[0] in ("body", "query"):
            names = names[1:]  # The name of the endpoint's argument is no part of the request.
        names = [name for name in names if not name.startswith("@")]  # Nor are the names of its kinds.
        faults.append({"field": ".".join(names) or source, "reason": fault["type"]})
    return problem(request, _InvalidRequest(errors=faults))


def _http_error(request: HttpRequest, exc: HttpError) -> HttpResponse:
    if isinstance(exc, AuthenticationError):
        return problem(request, Unauthenticated(), headers={"WWW-Authenticate": 'Bearer realm="entrepot"'})
    assert exc.status_code == 400, "django-ninja raises HttpError itself only for a body that it cannot parse"
    return problem(request, MalformedBody())


def _suspicious(request: HttpRequest, exc: Exception) -> HttpResponse:
    return problem(request, BodyTooLarge() if isinstance(exc, RequestDataTooBig) else MalformedBody())


class Away(DomainError):
    """The database does not answer; what was asked may be asked again."""

    code = "away"
    kind = "unavailable"
    summary = "The service is away for a moment. Ask again."


def _database_error(request: HttpRequest, exc: OperationalError | InterfaceError) -> HttpResponse:
    if connection.connection is not None and not connection.connection.closed:
        return _unexpected(request, exc)
    log.warning("the database was lost during %s %s", request.method, request.path)
    return problem(request, Away())


def _unexpected(request: HttpRequest, exc: Exception) -> HttpResponse:
    log.error("unexpected failure at %s %s", request.method, request.path, exc_info=exc)
    return problem(request, Unexpected())


def handle_exceptions(api: NinjaAPI) -> None:
    """Make the API answer every exception with a problem document."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        DomainError: problem,
        ValidationError: _invalid,
        HttpError: _http_error,
        Http404: lambda request, _: problem(request, NotFound()),
        SuspiciousOperation: _suspicious,
        UnreadablePostError: _suspicious,
        OperationalError: _database_error,
        InterfaceError: _database_error,
        Exception: _unexpected,
    }
    for kind, handle in handlers.items():
        api.add_exception_handler(kind, handle)
