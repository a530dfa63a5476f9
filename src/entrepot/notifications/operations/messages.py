"""Messages owed, claimed, sent: each to one recipient about one fact, once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.transactions import transaction

# A sender that dies in the middle leaves its messages claimed; after this time another takes them.
CLAIM = timedelta(minutes=5)
ATTEMPTS_MAX = 8
KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """
    What is owed: `recipient` is "buyer" or "person:<id>"; `details` holds ids and codes, nothing personal.

    `occasion` tells apart what may happen to one subject more than once (a refund, a suspension).
    """

    template: str
    subject_id: UUID
    recipient: str
    details: dict[str, Any] = field(default_factory=dict)
    occasion: str = ""

    @property
    def key(self) -> str:
        return f"{self.template}:{self.subject_id}:{self.recipient}:{self.occasion}"


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message that this process alone may send now."""

    id: int
    key: str
    template: str
    subject_id: UUID
    recipient: str
    details: dict[str, Any]
    attempts: int


@transaction
def owe_and_claim(*, messages: Sequence[NewMessage], now: datetime) -> list[ClaimedMessage]:
    """
    Write the messages that are not owed or sent yet and claim them for the caller, in one statement.

    Called twice for the same facts, it returns nothing the second time.
    """
    if not messages:
        return []
    unique = {message.key: message for message in messages}
    rows = sql.fetch_all(
        sql.load("entrepot.notifications", "owe_and_claim"),
        {
            "keys": list(unique),
            "templates": [message.template for message in unique.values()],
            "subject_ids": [message.subject_id for message in unique.values()],
            "recipients": [message.recipient for message in unique.values()],
            "details": [json.dumps(message.details) for message in unique.values()],
            "now": now,
            "claimed_until": now + CLAIM,
        },
    )
    return [_claimed(row) for row in rows]


@transaction
def claim_waiting(*, now: datetime, limit: int = 200) -> list[ClaimedMessage]:
    """Claim messages whose sending failed or whose sender died, the oldest first."""
    rows = sql.fetch_all(
        sql.load("entrepot.notifications", "claim_waiting"), {"now": now, "claimed_until": now + CLAIM, "limit": limit}
    )
    return [_claimed(row) for row in rows]


@transaction
def record_outcomes(
    *, sent: Sequence[int], dropped: Sequence[int], failed: Sequence[tuple[ClaimedMessage, str]], now: datetime
) -> None:
    """Write what became of claimed messages; a failed one is due again after a growing pause, until it is given up."""
    sql.execute(
        """
        UPDATE notifications_message m
        SET state = o.state, sent_at = CASE WHEN o.state = 'sent' THEN %s::timestamptz END, last_error = o.error,
            claimed_until = o.due_at
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) AS o (id, state, error, due_at)
        WHERE m.id = o.id
        """,
        [
            now,
            [*sent, *dropped, *(message.id for message, _ in failed)],
            ["sent"] * len(sent) + ["dropped"] * len(dropped) + [_state_after(message) for message, _ in failed],
            [""] * (len(sent) + len(dropped)) + [error[:500] for _, error in failed],
            [None] * (len(sent) + len(dropped)) + [now + _pause(message.attempts) for message, _ in failed],
        ],
    )


@transaction
def forget_old_messages(*, now: datetime, limit: int = 10_000) -> int:
    """Delete what was settled long ago: no fact as old is ever told again. Returns how many."""
    return sql.execute(
        """
        DELETE FROM notifications_message WHERE id IN (
          SELECT id FROM notifications_message WHERE state <> 'due' AND created_at < %s ORDER BY id LIMIT %s
        )
        """,
        [now - KEPT, limit],
    )


def _state_after(message: ClaimedMessage) -> str:
    return "failed" if message.attempts >= ATTEMPTS_MAX else "due"


def _pause(attempts: int) -> timedelta:
    return timedelta(minutes=2 ** min(attempts, 9))


def _claimed(row: tuple[Any, ...]) -> ClaimedMessage:
    id_, key, template, subject_id, recipient, details, attempts = row
    return ClaimedMessage(id_, key, template, subject_id, recipient, json.loads(details), attempts)
