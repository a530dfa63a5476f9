"""Where a page may send its reader: to this shop and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_target(request: HttpRequest, target: str | None, default: str = "/") -> str:
    """Return a redirect target of this shop; anything that leads elsewhere becomes the default."""
    if target and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return default


def came_from(request: HttpRequest) -> str:
    """Return the path of this shop's page that led here, or nothing."""
    target = safe_target(request, request.headers.get("Referer"), "")
    return urlsplit(target)._replace(scheme="", netloc="").geturl() if target else ""
