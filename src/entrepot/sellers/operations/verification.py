"""The operator decides: each decision once, with its reason, a line in the audit trail and a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from entrepot.kernel import audit, facts
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.facts import Event
from entrepot.kernel.transactions import step, transaction
from entrepot.sellers import rules
from entrepot.sellers.events import SellerApproved, SellerRejected, SellerSuspended
from entrepot.sellers.models import BusinessId, Registration, Seller
from entrepot.sellers.operations.access import demand_state, lock_seller
from entrepot.sellers.operations.registration import RegistrationIncomplete, demand_open_selling
from entrepot.sellers.operations.screening import demand_screened
from entrepot.sellers.queries import SellerView, get_registration, get_seller

_ACTIONS = {"approved": "approve_seller", "rejected": "reject_seller", "suspended": "suspend_seller"}
Reasons = Sequence[Mapping[str, str]]


@transaction
def approve_seller(*, seller_id: UUID, actor: str, now: datetime) -> SellerView:
    """
    Let a seller sell. Two operators at once: one approves, the other is told that it is decided.

    :raises NotFound: no seller has this id.
    :raises WrongState: nothing is submitted.
    :raises SellingClosed: the market admits no sellers at present.
    :raises RegistrationIncomplete: something that the pack asks for is missing (it may have changed since).
    :raises NamesNotCompared, HitsNotJudged: lists of names are in force, and this seller's names are open there.
    """
    seller = lock_seller(seller_id)
    demand_state(seller.state, rules.APPROVABLE)
    demand_open_selling(seller.country, now)
    missing = get_registration(seller_id).missing
    if missing:
        raise RegistrationIncomplete(missing=missing)
    demand_screened(seller_id)
    return _decide(seller, "approved", actor=actor, reasons=[], fact=SellerApproved(seller_id=seller_id), now=now)


@transaction
def reject_seller(*, seller_id: UUID, actor: str, reasons: Reasons, now: datetime) -> SellerView:
    """
    Give a registration back with reasons ({"field", "reason"}), to be corrected and submitted again; its identifiers
    are free again until then.

    :raises NotFound: no seller has this id.
    :raises WrongState: it is neither submitted nor suspended.
    :raises InvalidField: without a reason nobody is rejected.
    """
    seller = lock_seller(seller_id)
    demand_state(seller.state, rules.REJECTABLE)
    BusinessId.objects.filter(seller=seller).update(is_claimed=False)
    fact = SellerRejected(seller_id=seller_id)
    return _decide(seller, "rejected", actor=actor, reasons=_clean_reasons(reasons), fact=fact, now=now)


@transaction
def suspend_seller(*, seller_id: UUID, actor: str, reasons: Reasons, now: datetime) -> SellerView:
    """
    Stop a seller from selling; orders that were placed go on.

    :raises NotFound: no seller has this id.
    :raises WrongState: it is not approved.
    :raises InvalidField: without a reason nobody is suspended.
    """
    seller = lock_seller(seller_id)
    demand_state(seller.state, rules.SUSPENDABLE)
    fact = SellerSuspended(seller_id=seller_id)
    return _decide(seller, "suspended", actor=actor, reasons=_clean_reasons(reasons), fact=fact, now=now)


@transaction
def reinstate_seller(*, seller_id: UUID, actor: str, now: datetime) -> SellerView:
    """
    End a suspension.

    :raises NotFound: no seller has this id.
    :raises WrongState: it is not suspended.
    """
    seller = lock_seller(seller_id)
    demand_state(seller.state, rules.REINSTATABLE)
    fact = SellerApproved(seller_id=seller_id)
    return _decide(seller, "approved", actor=actor, reasons=[], fact=fact, now=now)


@step
def _decide(
    seller: Seller, state: str, *, actor: str, reasons: list[dict[str, str]], fact: Event, now: datetime
) -> SellerView:
    before, seller.state = seller.state, state
    action = _ACTIONS[state] if before != "suspended" or state != "approved" else "reinstate_seller"
    seller.save(update_fields=["state"])
    Registration.objects.filter(seller=seller).update(decided_at=now, decided_by=actor, reasons=reasons)
    audit.record(
        actor=actor,
        action=action,
        subject_kind="seller",
        subject_id=seller.id,
        before=before,
        reasons=reasons,
    )
    facts.record(fact)
    return get_seller(seller.id)


def _clean_reasons(reasons: Reasons) -> list[dict[str, str]]:
    kept = [
        {
            "field": rules.clean_line(row.get("field", ""))[:100],
            "reason": rules.clean_text(row.get("reason", ""))[:2000],
        }
        for row in reasons
    ]
    if not kept or any(not row["reason"] for row in kept):
        raise InvalidField.single("reasons", "required")
    return kept
