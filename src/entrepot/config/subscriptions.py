"""Which job each fact starts. The one list of every reaction between rooms."""

from __future__ import annotations

from entrepot.kernel.jobs import Job

SUBSCRIPTIONS: dict[str, tuple[Job, ...]] = {}
