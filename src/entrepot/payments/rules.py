"""How the states of an attempt and a refund follow each other."""

from __future__ import annotations

from enum import StrEnum


class AttemptState(StrEnum):
    """What is known of an attempt. `captured` means that the service owes us the money."""

    OPEN = "open"
    UNKNOWN = "unknown"
    CHALLENGE = "challenge"
    PENDING = "pending"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    CAPTURED = "captured"


class RefundState(StrEnum):
    """What is known of a refund. `failed` waits for a person."""

    REQUESTED = "requested"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


# News of an attempt may come late, twice or out of order. A state replaces only those before it in this list, so the
# end is the same in whatever order the news arrives; money that did come outranks everything that was said before.
_ORDER = (
    AttemptState.OPEN,
    AttemptState.UNKNOWN,
    AttemptState.CHALLENGE,
    AttemptState.PENDING,
    AttemptState.CANCELLED,
    AttemptState.DECLINED,
    AttemptState.CAPTURED,
)

FINAL = frozenset({AttemptState.CANCELLED, AttemptState.DECLINED, AttemptState.CAPTURED})
UNRESOLVED = tuple(state for state in _ORDER if state not in FINAL)


def states_before(state: AttemptState) -> tuple[AttemptState, ...]:
    """Return the states that news of `state` may replace."""
    return _ORDER[: _ORDER.index(state)]
