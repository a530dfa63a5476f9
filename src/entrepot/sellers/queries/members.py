"""Who acts for a seller, and who was asked to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer

from entrepot.kernel import sql
from entrepot.kernel.errors import Forbidden, NotFound
from entrepot.sellers import rules
from entrepot.sellers.models import Invitation, Member

_SEAT = """
SELECT m.seller_id, m.person_id, m.role, s.legal_name, s.country, s.state, m.joined_at
FROM sellers_member m JOIN sellers_seller s ON s.id = m.seller_id
WHERE m.person_id = %s AND m.seller_id = %s
"""
_signer = Signer(salt="entrepot.sellers.invitation")


@dataclass(frozen=True, slots=True)
class Membership:
    """One person's seat at one seller."""

    seller_id: UUID
    person_id: UUID
    role: str
    seller_name: str
    seller_country: str
    seller_state: str
    joined_at: datetime

    def may(self, action: str) -> bool:
        """Return whether this seat's role allows an action."""
        return rules.may(self.role, action)


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as the seller's owner sees them."""

    person_id: UUID
    email: str
    name: str
    role: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationView:
    """A seat offered to a mailbox. `state`: open, accepted, revoked."""

    id: UUID
    seller_id: UUID
    seller_name: str
    email: str
    role: str
    state: str
    created_at: datetime
    expires_at: datetime

    def closed_because(self, mailbox: str, now: datetime) -> str | None:
        """Return why the seat cannot be taken from a mailbox, or None; see `operations.InvitationClosed`."""
        if self.state != "open":
            return self.state
        if now >= self.expires_at:
            return "expired"
        return None if mailbox == self.email else "for_another_mailbox"


def _membership(member: Member) -> Membership:
    return Membership(
        seller_id=member.seller_id,
        person_id=member.person_id,
        role=member.role,
        seller_name=member.seller.legal_name,
        seller_country=member.seller.country,
        seller_state=member.seller.state,
        joined_at=member.joined_at,
    )


def membership(person_id: UUID, seller_id: UUID) -> Membership | None:
    """Return a person's seat at a seller, or None."""
    row = sql.fetch_one(_SEAT, [person_id, seller_id])  # Asked for at each page of the seller centre.
    return None if row is None else Membership(*row)


def memberships(person_id: UUID) -> tuple[Membership, ...]:
    """Return every seat of a person, the oldest first."""
    members = Member.objects.select_related("seller").filter(person_id=person_id).order_by("joined_at", "id")
    return tuple(_membership(member) for member in members)


def access_seller(*, person_id: UUID, seller_id: UUID, action: str) -> Membership:
    """
    Return a person's seat after making sure that its role allows an action.

    :raises NotFound: the person has no seat there, or there is no such seller: a stranger may not tell which.
    :raises Forbidden: the role does not allow it.
    """
    seat = membership(person_id, seller_id)
    if seat is None:
        raise NotFound(seller_id=seller_id)
    if not seat.may(action):
        raise Forbidden(role=seat.role, action=action)
    return seat


def list_members(seller_id: UUID) -> tuple[MemberView, ...]:
    """Return a seller's members, the oldest first."""
    members = Member.objects.select_related("person").filter(seller_id=seller_id).order_by("joined_at", "id")
    return tuple(
        MemberView(
            person_id=member.person_id,
            email=member.person.email,
            name=member.person.name,
            role=member.role,
            joined_at=member.joined_at,
        )
        for member in members
    )


def list_people_who_may(action: str, *, seller_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return the ids of each seller's people whose role allows an action, the oldest member first."""
    seats = Member.objects.filter(seller_id__in=list(seller_ids), person__is_active=True).order_by("joined_at", "id")
    found: dict[UUID, list[UUID]] = {}
    for seller_id, person_id, role in seats.values_list("seller_id", "person_id", "role"):
        if rules.may(role, action):
            found.setdefault(seller_id, []).append(person_id)
    return found


def invitation_view(invitation: Invitation) -> InvitationView:
    """Return the frozen value of an invitation's row."""
    state = "accepted" if invitation.accepted_at else "revoked" if invitation.revoked_at else "open"
    return InvitationView(
        id=invitation.id,
        seller_id=invitation.seller_id,
        seller_name=invitation.seller.legal_name,
        email=invitation.email,
        role=invitation.role,
        state=state,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
    )


def list_invitations(seller_id: UUID) -> tuple[InvitationView, ...]:
    """Return a seller's invitations, the newest first."""
    rows = Invitation.objects.select_related("seller").filter(seller_id=seller_id).order_by("-created_at", "-id")
    return tuple(invitation_view(invitation) for invitation in rows)


def get_invitation(token: str) -> InvitationView:
    """
    Return the invitation that a token opens, for the page that asks whether to accept it.

    :raises NotFound: the token is forged or its invitation is gone.
    """
    invitation = Invitation.objects.select_related("seller").filter(pk=read_invitation_token(token)).first()
    if invitation is None:
        raise NotFound()
    return invitation_view(invitation)


def find_invitation(invitation_id: UUID) -> InvitationView | None:
    """Return an invitation by its id, for the mail that carries it, or None."""
    invitation = Invitation.objects.select_related("seller").filter(pk=invitation_id).first()
    return None if invitation is None else invitation_view(invitation)


def get_invitation_token(invitation_id: UUID) -> str:
    """
    Return the token to put into the invitation's mail: a signature, so that no copy of it lies in the database.

    :raises NotFound: there is no such invitation.
    """
    if not Invitation.objects.filter(pk=invitation_id).exists():
        raise NotFound(invitation_id=invitation_id)
    return _signer.sign(invitation_id.hex)


def read_invitation_token(token: str) -> UUID:
    """
    Return the id of the invitation that a token was made for.

    :raises NotFound: it was not made here.
    """
    try:
        return UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError) as fault:
        raise NotFound() from fault
