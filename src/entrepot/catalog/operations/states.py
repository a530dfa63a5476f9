"""Listings on sale, paused, taken back to the workbench; blocked by the operator and set free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.catalog import events
from entrepot.kernel import audit, facts, sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction


class ListingBlocked(DomainError):
    """The operator has taken the listing down; only the operator can lift that."""

    code = "listing_blocked"
    kind = "conflict"
    summary = "The operator has blocked this listing."


class ListingIncomplete(DomainError):
    """There is nothing to buy in the listing yet: it has no SKU with a price."""

    code = "listing_incomplete"
    kind = "conflict"
    summary = "This listing has no price yet, so it cannot be put on sale."


@dataclass(frozen=True, slots=True)
class StateResult:
    """How many listings changed their state, and how many could not: blocked by the operator, or without a price."""

    changed: int
    blocked: int
    incomplete: int


_OWNED = """
SELECT l.id, l.state, EXISTS (SELECT 1 FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active')
FROM catalog_listing l WHERE l.seller_id = %s AND l.id = ANY(%s) ORDER BY l.id FOR NO KEY UPDATE OF l
"""
_SET_STATE = "UPDATE catalog_listing SET state = %s, updated_at = %s WHERE id = ANY(%s)"


def _owned(seller_id: UUID, listing_ids: Sequence[UUID], state: str) -> dict[UUID, tuple[str, bool]]:
    """Return the state of the seller's own, and whether there is anything in it to buy; all are locked."""
    if state not in ("active", "paused", "draft"):
        reason = Sentence("The state is one of %(states)s.", states="active, paused, draft")
        raise InvalidField.single("state", reason)
    found = {row[0]: (row[1], row[2]) for row in sql.fetch_all(_OWNED, [seller_id, list(listing_ids)])}
    if missing := [str(listing_id) for listing_id in listing_ids if listing_id not in found]:
        raise NotFound(listing_id=missing[0])
    return found


@transaction
def set_listing_state(*, seller_id: UUID, listing_ids: Sequence[UUID], state: str, now: datetime) -> int:
    """
    Offer listings (`active`), hide them for a while (`paused`) or put them back to the workbench (`draft`).

    :returns: how many changed.
    :raises NotFound: one is not this seller's; nothing was changed.
    :raises ListingBlocked: the operator has blocked one; nothing was changed.
    :raises ListingIncomplete: one has nothing to buy yet; nothing was changed.
    """
    found = _owned(seller_id, listing_ids, state)
    for listing_id, (before, has_skus) in found.items():
        if before == "blocked":
            raise ListingBlocked(listing_id=str(listing_id))
        if state == "active" and not has_skus:
            raise ListingIncomplete(listing_id=str(listing_id))
    return len(_set_state(seller_id, [one for one, (before, _) in found.items() if before != state], state, now))


@transaction
def set_listing_states(*, seller_id: UUID, listing_ids: Sequence[UUID], state: str, now: datetime) -> StateResult:
    """
    Do the same as `set_listing_state` for all that can be so; what is blocked or has nothing to buy is left as it is.

    :raises NotFound: one is not this seller's; nothing was changed.
    """
    found = _owned(seller_id, listing_ids, state)
    blocked = {one for one, (before, _) in found.items() if before == "blocked"}
    incomplete = {one for one, (_, has_skus) in found.items() if state == "active" and not has_skus} - blocked
    wanted = [one for one, (before, _) in found.items() if before != state and one not in blocked | incomplete]
    changed = _set_state(seller_id, wanted, state, now)
    return StateResult(changed=len(changed), blocked=len(blocked), incomplete=len(incomplete))


def _set_state(seller_id: UUID, listing_ids: list[UUID], state: str, now: datetime) -> list[UUID]:
    if listing_ids:
        sql.execute(_SET_STATE, [state, now, listing_ids])
        kind = events.ListingsChanged if state == "active" else events.ListingsRemoved
        facts.record(kind(listing_ids=sorted(map(str, listing_ids)), seller_id=seller_id))
    return listing_ids


_BLOCK = """
UPDATE catalog_listing SET state = 'blocked', block_reason = %s, updated_at = %s
WHERE id = %s AND state <> 'blocked' RETURNING seller_id
"""
_UNBLOCK = """
UPDATE catalog_listing SET state = 'paused', block_reason = NULL, updated_at = %s
WHERE id = %s AND state = 'blocked' RETURNING seller_id
"""


@transaction
def block_listing(*, listing_id: UUID, actor: str, reason: str, now: datetime) -> None:
    """
    Take a listing down for a reason that its seller is shown; no feed brings it back.

    :raises NotFound: there is none of this id that is not blocked yet.
    """
    if not reason.strip():
        raise InvalidField.single("reason", Sentence("Say why: the seller is shown the reason."))
    row = sql.fetch_one(_BLOCK, [reason.strip(), now, listing_id])
    if row is None:
        raise NotFound(listing_id=str(listing_id))
    audit.record(
        actor=actor, action="block_listing", subject_kind="listing", subject_id=listing_id, reason=reason.strip()
    )
    facts.record(events.ListingsRemoved(listing_ids=[str(listing_id)], seller_id=row[0]))


@transaction
def unblock_listing(*, listing_id: UUID, actor: str, now: datetime) -> None:
    """
    Lift a block; the listing is paused then, and its seller offers it again.

    :raises NotFound: there is no blocked listing of this id.
    """
    row = sql.fetch_one(_UNBLOCK, [now, listing_id])
    if row is None:
        raise NotFound(listing_id=str(listing_id))
    audit.record(actor=actor, action="unblock_listing", subject_kind="listing", subject_id=listing_id)
