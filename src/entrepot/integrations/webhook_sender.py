"""Posts webhooks to the public internet, and nowhere else. Redirects are not followed."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from entrepot.integrations import pinned
from entrepot.integrations.pinned import Address
from entrepot.notifications import rules
from entrepot.notifications.ports import Receipt

_TIMEOUT_SECONDS = 10.0
_READ_BYTES_MAX = 4_096


class HttpsWebhookSender:
    """The sender of production; `is_allowed` and `context` differ only where a test listens on its own machine."""

    def __init__(
        self,
        *,
        is_allowed: Callable[[Address], bool] = rules.is_public,
        context: ssl.SSLContext | None = None,
        timeout_seconds: float = _TIMEOUT_SECONDS,
    ) -> None:
        self._is_allowed = is_allowed
        self._context = context or ssl.create_default_context()
        self._timeout_seconds = timeout_seconds

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Receipt:
        """Post the body; every failure is a receipt that says so."""
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            return Receipt(None, "not an https address")
        port = parts.port or 443
        try:
            address = pinned.resolve(parts.hostname, port, is_allowed=self._is_allowed)
        except pinned.NameUnknown:
            return Receipt(None, "the name cannot be resolved")
        except pinned.NotAllowed:
            return Receipt(None, "the name leads to an address that is not public")
        connection = pinned.PinnedHTTPS(
            parts.hostname, port, address=address, context=self._context, timeout=self._timeout_seconds
        )
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        try:
            connection.request("POST", target, body=body, headers=dict(headers))
            response = connection.getresponse()
            response.read(_READ_BYTES_MAX)
            return Receipt(response.status, "" if response.status < 300 else response.reason)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            return Receipt(None, f"{type(fault).__name__}: {fault}")
        finally:
            connection.close()
