"""Shipping's jobs."""

from __future__ import annotations

from entrepot.kernel import clock
from entrepot.kernel.jobs import periodic
from entrepot.shipping import carriers


@periodic(cron="*/10 * * * *")
def follow_parcels() -> None:
    """Ask carriers where the parcels on their way are."""
    carriers.follow_parcels(now=clock.now())
