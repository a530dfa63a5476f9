"""The sandbox's own clock."""

from __future__ import annotations

from entrepot.integrations import sandbox_callbacks, sandbox_payments
from entrepot.kernel import clock
from entrepot.kernel.jobs import job


@job
def capture_late_charge(*, reference: str) -> None:
    """Capture what `tok_late` left pending, and tell the shop."""
    charge = sandbox_payments.capture_late(reference=reference)
    sandbox_callbacks.tell_the_shop(charge, now=clock.now())
