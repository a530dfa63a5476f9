"""Somebody lost the link to an order and asks for it again."""

from __future__ import annotations

from datetime import datetime

from entrepot.kernel import jobs
from entrepot.kernel.encryption import fingerprint
from entrepot.kernel.transactions import transaction

_NUMBER_MAX = 40


@transaction
def ask_for_link(*, number: str, email: str, now: datetime) -> None:
    """
    Have a purchase's secret link sent to its buyer, should number and e-mail belong together.

    Whether they do is found out later, in a job: the answer and its time are the same for every guess. What waits in
    the queue is the number and a keyed digest of the address, not the address.

    :param number: of the purchase, or of one of its orders, as a person writes it.
    """
    jobs.defer(
        "entrepot.notifications.jobs.send_order_link",
        number=number[:_NUMBER_MAX],
        email_fingerprint=fingerprint(email.strip().casefold()),
        asked_at=now.isoformat(),
    )
