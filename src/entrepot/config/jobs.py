"""The proof of books and stock as a job: when an operator asks for it, and every night."""

from __future__ import annotations

from entrepot.config import verification
from entrepot.kernel import clock, verification_runs
from entrepot.kernel.jobs import job, periodic


@job(attempts=2)
def verify_books(*, run_id: int) -> None:
    """Run every check and keep how it ended."""
    report = verification.verify()
    verification_runs.finish_run(
        run_id=run_id, findings=verification.as_findings(report), seconds=report.seconds, now=clock.now()
    )


@periodic(cron="20 3 * * *")
def verify_every_night() -> None:
    """Prove the books while the shop is quiet."""
    verify_books(run_id=verification_runs.open_run(actor="system", now=clock.now()))
