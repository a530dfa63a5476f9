"""The door to every write: the person's seat, then the seller's row, locked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from entrepot.kernel import audit
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import step
from entrepot.sellers import rules
from entrepot.sellers.models import Seller
from entrepot.sellers.queries import members


class WrongState(DomainError):
    """The seller (or store) is in a state that does not allow this; `state` says which."""

    code = "wrong_state"
    kind = "conflict"
    summary = "This cannot be done in the present state."


@step
def lock_for(*, person_id: UUID, seller_id: UUID, action: str) -> Seller:
    """
    Return a seller's row, locked, for a person whose role allows an action.

    :raises NotFound: the person has no seat there.
    :raises Forbidden: the role does not allow it.
    """
    seller = Seller.objects.select_for_update(no_key=True).filter(pk=seller_id).first()
    # The seat is read under the lock: a member removed a moment ago does not slip through.
    members.access_seller(person_id=person_id, seller_id=seller_id, action=action)
    assert seller is not None, "a seat stands on a seller"
    return seller


@step
def lock_seller(seller_id: UUID) -> Seller:
    """
    Return a seller's row, locked, for the operator.

    :raises NotFound: no seller has this id.
    """
    seller = Seller.objects.select_for_update(no_key=True).filter(pk=seller_id).first()
    if seller is None:
        raise NotFound(seller_id=seller_id)
    return seller


def demand_state(state: str, allowed: Collection[str]) -> None:
    """
    Go on only in one of the allowed states.

    :raises WrongState: it is another.
    """
    if state not in allowed:
        raise WrongState(state=state, allowed=sorted(allowed))


@step
def note(*, seller_id: UUID, person_id: UUID, action: str, **details: Any) -> None:
    """Write a member's decision into the audit trail."""
    audit.record(
        actor=f"seller:{seller_id}/{person_id}", action=action, subject_kind="seller", subject_id=seller_id, **details
    )


def line(field: str, text: str, *, limit: int = 200, is_required: bool = False) -> str:
    """
    Return one line of text as it is kept.

    :raises InvalidField: too long, or empty where something is required.
    """
    kept = rules.clean_line(text)
    if len(kept) > limit:
        raise InvalidField.single(field, "too_long")
    if is_required and not kept:
        raise InvalidField.single(field, "required")
    return kept
