"""The clock. Operations take `now` as an argument; only faces, jobs and commands read it here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
