"""The addresses under `/api/v1/`; whatever is not one of them gets a problem document too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from entrepot.api import limits, views
from entrepot.api.problems import MethodNotAllowed, TooManyRequests, problem
from entrepot.api.service import api
from entrepot.kernel.errors import NotFound

app_name = "api"


def _guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return the view behind the write limit, its bare "method not allowed" turned into a problem document."""

    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wait = limits.seconds_to_wait(request)
        if wait:
            return problem(request, TooManyRequests(retry_after=wait), {"Retry-After": str(wait)})
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            return problem(request, MethodNotAllowed(method=request.method), {"Allow": response.headers["Allow"]})
        return response

    return csrf_exempt(run)


@csrf_exempt
def _nothing_here(request: HttpRequest, **_: Any) -> HttpResponse:
    return problem(request, NotFound())


def _patterns() -> list[URLPattern]:
    ours = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    return [URLPattern(p.pattern, _guarded(p.callback), p.default_args, p.name) for p in ours]


urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.docs, name="docs"),
    *_patterns(),
    re_path("^", _nothing_here),  # Whatever follows, line breaks too.
]
