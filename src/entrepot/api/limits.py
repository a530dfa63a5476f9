"""How fast one network address may write. Reads are not counted."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from entrepot.ui.limits import RateLimit

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

writes = RateLimit(settings.API_WRITES_PER_MINUTE)


def seconds_to_wait(request: HttpRequest) -> int:
    """Return 0 when this call may go on, else how many seconds its sender should wait."""
    return 0 if request.method in _SAFE_METHODS else writes.seconds_to_wait(request)
