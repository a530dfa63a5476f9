"""The work of payouts by the clock."""

from __future__ import annotations

from entrepot.kernel import clock
from entrepot.kernel.jobs import periodic
from entrepot.payouts import operations, queries


@periodic(cron="*/15 * * * *")
def make_missing_bank_files() -> None:
    """Make the files of runs whose process ended before it could."""
    for run_id in queries.list_runs_without_files():
        operations.make_bank_files(run_id=run_id, now=clock.now())
