"""The ledger's work by the clock."""

from __future__ import annotations

from entrepot.kernel import clock
from entrepot.kernel.jobs import periodic
from entrepot.ledger import operations


@periodic(cron="*/10 * * * *")
def take_snapshots() -> None:
    """Move every account's snapshot forward, so that a balance is a short sum."""
    operations.take_snapshots(now=clock.now())
