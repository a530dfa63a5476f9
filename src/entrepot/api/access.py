"""Who is asking: the holder of a cart's or a purchase's secret token, a person's session, or a seller's API key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja.security import HttpBearer

from entrepot.accounts import operations as account_operations, queries as accounts
from entrepot.accounts.queries import ApiKeyGrant
from entrepot.api.problems import IdempotencyKeyMissing, ScopeMissing, TokenMissing
from entrepot.kernel import clock
from entrepot.kernel.errors import Forbidden

_KEY_LENGTH_MAX = 200
_TOKEN_LENGTH_MAX = 200

# What the endpoints that read these by themselves tell the OpenAPI document.
CART_TOKEN_PARAMETERS: list[dict[str, Any]] = [
    {
        "in": "header",
        "name": "X-Cart-Token",
        "schema": {"type": "string", "maxLength": _TOKEN_LENGTH_MAX},
        "required": False,
        "description": "The cart's secret token. It may also come as `Authorization: Bearer`, or as `token` "
        "in the query or in the body.",
    },
    {
        "in": "query",
        "name": "token",
        "schema": {"type": "string", "maxLength": _TOKEN_LENGTH_MAX},
        "required": False,
        "description": "The cart's secret token, when the header is not sent.",
    },
]
IDEMPOTENCY_PARAMETER: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": _KEY_LENGTH_MAX, "pattern": "^[!-~]+$"},
    "required": True,
    "description": "A new one per intent, repeated with each repeat of it: 1 to 200 printable ASCII characters.",
}
PURCHASE_TOKEN_PARAMETER: dict[str, Any] = {
    "in": "query",
    "name": "token",
    "schema": {"type": "string", "maxLength": _TOKEN_LENGTH_MAX},
    "required": False,
    "description": "The purchase's secret token, which may also come as `Authorization: Bearer`; not needed in its "
    "owner's session.",
}


class _Csrf(CsrfViewMiddleware):
    """Django's own check, asked for its reason instead of its page."""

    def find_fault(self, request: HttpRequest) -> str | None:
        self.process_request(request)
        return cast("str | None", self.process_view(request, _no_view, (), {}))

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _no_view(request: HttpRequest) -> HttpResponse:
    raise AssertionError("the check looks at the view's marks and never calls it")


_csrf = _Csrf(_no_view)


def idempotency_key(request: HttpRequest) -> str:
    """Return the key of this intent. :raises IdempotencyKeyMissing: there is none, or it cannot be one."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not 0 < len(key) <= _KEY_LENGTH_MAX or not key.isascii() or not key.isprintable() or " " in key:
        raise IdempotencyKeyMissing()
    return key


def cart_token(request: HttpRequest, in_body: str | None = None) -> str:
    """Return the cart's token from a header, the query or the body. :raises TokenMissing: in none of them."""
    token = request.META.get("HTTP_X_CART_TOKEN") or _sent_token(request) or in_body
    if not token or len(token) > _TOKEN_LENGTH_MAX:
        raise TokenMissing()
    return token


def purchase_token(request: HttpRequest, in_body: str | None = None) -> str | None:
    """Return the purchase's token, if one was sent."""
    token = _sent_token(request) or in_body
    return token if token and len(token) <= _TOKEN_LENGTH_MAX else None


def _sent_token(request: HttpRequest) -> str:
    """Return the secret token as HTTP has it (RFC 6750), or of the query; empty when in neither."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.GET.get("token", "")


def person_id(request: HttpRequest) -> UUID | None:
    """
    Return who is logged in, or None; without a session cookie the session is not touched.

    :raises Forbidden: a write that rides on a session and carries no CSRF token.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    if not request.user.is_authenticated:
        return None
    if request.method not in ("GET", "HEAD") and (fault := _csrf.find_fault(request)):
        raise Forbidden(reason="csrf", fault=fault)
    found: UUID = request.user.pk
    return found


class ApiKeyAuth(HttpBearer):
    """A seller's API key, with the scope that an endpoint needs."""

    def __init__(self, scope: str | None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        grant = accounts.authenticate_api_key(token) if 0 < len(token) <= _TOKEN_LENGTH_MAX else None
        if grant is None:
            return None
        if self.scope is not None and self.scope not in grant.scopes:
            raise ScopeMissing(scope=self.scope)
        account_operations.note_api_key_use(grant=grant, now=clock.now())
        return grant


def needs(scope: str | None) -> Callable[..., Any]:
    """Return the authentication of a seller endpoint that needs this scope (None: any valid key)."""
    return ApiKeyAuth(scope)


def grant_of(request: HttpRequest) -> ApiKeyGrant:
    """Return what the request's key grants; its seller is the only one that the endpoint may speak of."""
    grant: ApiKeyGrant = request.auth  # type: ignore[attr-defined]
    return grant


def actor(request: HttpRequest) -> str:
    """Return who acts, as the audit trail names it."""
    grant = grant_of(request)
    return f"seller:{grant.seller_id}/{grant.person_id}"
