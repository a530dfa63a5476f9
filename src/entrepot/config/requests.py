"""What surrounds every request: its id, its figures, the probes that must not depend on anything else."""

from __future__ import annotations

import re
import secrets
import select
import time
from collections.abc import Callable
from hmac import compare_digest

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from entrepot.config import metrics

log = structlog.get_logger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]

SLOW_SECONDS = 1.0
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestMiddleware:
    """
    Outermost: gives each request an id, measures it, logs what failed or was slow, answers the probes.

    The probes come before host names are checked, because those who probe come by address.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        drop_lost_connection()
        if request.path == "/healthz":
            return healthz()
        if request.path == "/metrics":
            return show_metrics(request)
        begun = time.perf_counter()
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        seconds = time.perf_counter() - begun
        response.headers["X-Request-ID"] = request_id
        match = request.resolver_match
        route = match.route if match else ""
        method = request.method if request.method in _METHODS else "other"
        metrics.count_request(method, route, response.status_code, seconds)
        if settings.LOG_REQUESTS or response.status_code >= 500 or seconds > SLOW_SECONDS:
            log.info(
                "request",
                method=method,
                route=route,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        return response


def drop_lost_connection() -> None:
    """
    Close this thread's connection when the server has hung up, so that the request begins with a new one.

    A server says nothing on a connection that rests: what can be read there is its farewell. Looking costs one call of
    the system; asking the server (`CONN_HEALTH_CHECKS`) would cost each request a statement.
    """
    link = connection.connection
    if link is None or connection.in_atomic_block:
        return
    if link.closed or _can_be_read(link.fileno()):
        connection.close()


def _can_be_read(file: int) -> bool:
    look = select.poll()
    look.register(file, select.POLLIN)
    return bool(look.poll(0))


def healthz() -> HttpResponse:
    """Answer 200 when the database answers, else 503; for load balancers and probes."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        connection.close()
        return JsonResponse({"database": "away"}, status=503)
    return JsonResponse({"database": "ok"})


def show_metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the figures in Prometheus's format: to the bearer of the token, or without one to this machine."""
    if settings.METRICS_TOKEN:
        given = request.META.get("HTTP_AUTHORIZATION", "")
        allowed = compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    else:
        passed_on = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
        allowed = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not passed_on
    if not allowed:
        return HttpResponse(status=404)
    return HttpResponse(metrics.render(), content_type=metrics.CONTENT_TYPE)
