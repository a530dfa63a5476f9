"""
Django's middlewares, left out where a request has no use for them.

An API call without a session cookie needs no session, no messages and no form protection: together they cost more
than its quote. With the cookie (a buyer looks at a purchase) it gets all of them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware

_POLICY = "Content-Security-Policy"
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


def is_plain_api_call(request: HttpRequest) -> bool:
    """Return whether a request is for the API and brings no session."""
    return request.path_info.startswith("/api/") and settings.SESSION_COOKIE_NAME not in request.COOKIES


class _SkippedForApi:
    """Passes plain API calls on, and does its work for all others."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if is_plain_api_call(request):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class LeanSessionMiddleware(_SkippedForApi, SessionMiddleware):
    pass


class LeanMessageMiddleware(_SkippedForApi, MessageMiddleware):
    pass


class LeanAuthenticationMiddleware(AuthenticationMiddleware):
    def __call__(self, request: HttpRequest) -> Any:
        if is_plain_api_call(request):
            request.user = AnonymousUser()
            return self.get_response(request)
        return super().__call__(request)


class LeanCsrfViewMiddleware(_SkippedForApi, CsrfViewMiddleware):
    def process_view(self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any) -> Any:
        if is_plain_api_call(request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


class LeanPolicyMiddleware(CSPMiddleware):
    """The policy is put together for pages; anything else may load nothing at all."""

    def __call__(self, request: HttpRequest) -> Any:
        if not request.path_info.startswith("/api/"):
            return super().__call__(request)
        response: Any = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            self.process_request(request)
            return self.process_response(request, response)
        response.headers.setdefault(_POLICY, _NOTHING)
        return response

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Write the policy; nearly every page has the same, which is put together once."""
        if settings.DEBUG or any(name.startswith("_csp_") for name in (*vars(response), *vars(request))):
            return super().process_response(request, response)
        response.headers.setdefault(_POLICY, _usual_policy())
        return response


@cache
def _usual_policy() -> str:
    return str(build_policy())
