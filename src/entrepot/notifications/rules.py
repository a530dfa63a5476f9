"""What holds for webhooks, without a database: which addresses may be called, when a failure is tried again."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

# The Standard Webhooks specification's own recommendation: about three days in all.
RETRY_PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
SWITCHED_OFF_AFTER: Final = timedelta(days=5)
ENDPOINTS_MAX: Final = 10
_PORTS_REFUSED: Final = frozenset(range(1, 1024)) - {80, 443}

# What a seller's system can be told, by the fact that it follows.
KIND_OF_FACT: Final = {
    "PurchasePaid": "order.paid",
    "OrderLinesCancelled": "order.lines_cancelled",
    "OrderShipped": "order.shipped",
    "OrderDelivered": "order.delivered",
    "OrderCompleted": "order.completed",
    "EscrowReleased": "order.released",
    "PayoutMade": "payout.made",
    "ListingsChanged": "listings.changed",
    "ListingsRemoved": "listings.removed",
}
KINDS: Final = tuple(sorted(KIND_OF_FACT.values()))


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after this many failed attempts, or None when it is given up."""
    return RETRY_PAUSES[attempts - 1] if attempts <= len(RETRY_PAUSES) else None


def find_url_fault(url: str) -> str | None:
    """Return why an address cannot be a webhook endpoint, as a code, or None. Where its name leads is checked later."""
    if not url.isascii() or any(symbol <= " " or symbol == "\x7f" for symbol in url) or len(url) > 2_000:
        return "not_a_url"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "not_a_url"
    if parts.scheme != "https":
        return "https_required"
    if not parts.hostname:
        return "not_a_url"
    if parts.username is not None or parts.password is not None:
        return "credentials_in_url"
    if port in _PORTS_REFUSED or port == 0:
        return "port_refused"
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        host = parts.hostname.rstrip(".").lower()
        is_local = "." not in host or host.endswith((".local", ".localhost", ".internal", ".home.arpa"))
        return "not_a_public_address" if is_local else None
    return None if is_public(address) else "not_a_public_address"


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether a machine anywhere may reach this address; addresses inside other addresses count as those."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
