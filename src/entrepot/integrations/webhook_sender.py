"""
Posts webhooks to the public internet, and nowhere else.

The name is resolved here, every address that it leads to must be public, and the connection goes to the very address
that was checked, so that a name which changes its mind in between reaches nothing inside. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from entrepot.notifications import rules
from entrepot.notifications.ports import Receipt

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
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
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return Receipt(None, "the name cannot be resolved")
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        if not addresses or not all(self._is_allowed(address) for address in addresses):
            return Receipt(None, "the name leads to an address that is not public")
        connection = _PinnedConnection(parts.hostname, port, str(addresses[0]), self._context, self._timeout_seconds)
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


class _PinnedConnection(http.client.HTTPSConnection):
    """Connects to one checked address, while certificate and Host are the name's."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext, timeout: float) -> None:
        super().__init__(host, port, context=context, timeout=timeout)
        self._address = address
        self._tls = context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
