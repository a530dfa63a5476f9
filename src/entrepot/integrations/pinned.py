"""
Connections to the public internet at addresses that strangers name.

A name is resolved here, every address that it leads to must be allowed, and the connection goes to the very address
that was checked, so that a name which changes its mind in between reaches nothing inside.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NameUnknown(OSError):
    """The name cannot be resolved."""


class NotAllowed(OSError):
    """The name leads to an address that must not be reached from here."""


def resolve(host: str, port: int, *, is_allowed: Callable[[Address], bool]) -> str:
    """
    Return an address of a host, all of whose addresses are allowed.

    :raises NameUnknown: it cannot be resolved.
    :raises NotAllowed: one of its addresses is not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NameUnknown(host) from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(is_allowed(address) for address in addresses):
        raise NotAllowed(host)
    return str(addresses[0])


class PinnedHTTPS(http.client.HTTPSConnection):
    """TLS to a checked address, while certificate and Host are the name's."""

    def __init__(self, host: str, port: int, *, address: str, context: ssl.SSLContext, timeout: float) -> None:
        super().__init__(host, port, context=context, timeout=timeout)
        self._address = address
        self._tls = context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
