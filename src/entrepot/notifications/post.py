"""The post: what is claimed gets written, handed to the mail server, and its outcome noted. Not transactional."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.core.mail import get_connection

from entrepot.notifications import letters
from entrepot.notifications.mail import compose
from entrepot.notifications.operations import messages as operations
from entrepot.notifications.operations.messages import ClaimedMessage, NewMessage

log = structlog.get_logger(__name__)


def tell(*, messages: Sequence[NewMessage], now: datetime) -> int:
    """Send messages that were not owed before; return how many letters left."""
    return _send(operations.owe_and_claim(messages=messages, now=now), now)


def send_waiting(*, now: datetime) -> int:
    """Send what failed before or what a dead sender left; return how many letters left."""
    return _send(operations.claim_waiting(now=now), now)


def _send(claimed: Sequence[ClaimedMessage], now: datetime) -> int:
    if not claimed:
        return 0
    by_id = {message.id: message for message in claimed}
    envelopes, dropped, unwritten = letters.address(claimed)
    sent: list[int] = []
    failed = [(by_id[id_], "the letter cannot be written; see the log") for id_ in unwritten]
    connection = get_connection()
    try:
        for envelope in envelopes:
            try:
                connection.send_messages([compose(envelope.letter, connection)])
            except Exception as fault:  # A mail server, a template: the others of the batch must still leave.
                log.warning("a letter did not leave", template=envelope.letter.template, fault=str(fault))
                failed.extend((by_id[id_], f"{type(fault).__name__}: {fault}") for id_ in envelope.message_ids)
            else:
                sent.extend(envelope.message_ids)
    finally:
        connection.close()
    operations.record_outcomes(sent=sent, dropped=dropped, failed=failed, now=now)
    left = set(sent)
    return sum(envelope.message_ids[0] in left for envelope in envelopes)
