"""
How often one network address may ask: a token bucket per address in this process's memory.

It stops a runaway script, not an attack: each web process counts for itself.
"""

from __future__ import annotations

import threading
import time
from math import ceil

from django.conf import settings
from django.http import HttpRequest

_BUCKETS_MAX = 20_000


class RateLimit:
    """Buckets that hold what one address may ask in a minute, and refill evenly."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, address: str, *, now: float) -> int:
        """Take one request of an address; return 0, or the whole seconds to wait when none is left."""
        rate = self.per_minute / 60
        with self._lock:
            left, seen_at = self._buckets.get(address, (float(self.per_minute), now))
            left = min(float(self.per_minute), left + (now - seen_at) * rate)
            if left < 1:
                self._buckets[address] = (left, now)
                return ceil((1 - left) / rate)
            if len(self._buckets) >= _BUCKETS_MAX:
                self._forget_full(now, rate)
            self._buckets[address] = (left - 1, now)
            return 0

    def _forget_full(self, now: float, rate: float) -> None:
        # A bucket that has refilled says nothing more than no bucket.
        self._buckets = {
            address: (left, seen_at)
            for address, (left, seen_at) in self._buckets.items()
            if left + (now - seen_at) * rate < self.per_minute
        }

    def seconds_to_wait(self, request: HttpRequest) -> int:
        """Take one request; return 0 when it may go on, else how many seconds its sender should wait."""
        return self.take(sender_of(request), now=time.monotonic())


def sender_of(request: HttpRequest) -> str:
    """
    Return the network address that a call comes from: behind proxies of the operator's own, what the outermost saw.

    What stands further left in X-Forwarded-For anybody may have written.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    if not proxies:
        return peer
    seen = [address.strip() for address in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if address.strip()]
    return seen[-proxies] if len(seen) >= proxies else peer
