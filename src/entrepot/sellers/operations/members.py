"""Who acts for a seller: seats are offered, taken, changed, given up. One owner always remains."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction as _django
from django.db.models import QuerySet

from entrepot.accounts import operations as accounts, queries as people, rules as accounts_rules
from entrepot.kernel import facts
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import step, transaction
from entrepot.sellers import queries, rules
from entrepot.sellers.events import MemberInvited
from entrepot.sellers.models import ROLES, Invitation, Member, Seller
from entrepot.sellers.operations.access import lock_for, note
from entrepot.sellers.queries import InvitationView, Membership
from entrepot.sellers.queries.members import invitation_view


class LastOwner(DomainError):
    """A seller without an owner could not be acted for."""

    code = "last_owner"
    kind = "conflict"
    summary = "The last owner cannot leave or take another role: make somebody else an owner first."


class AlreadyMember(DomainError):
    """The person has a seat at this seller."""

    code = "already_member"
    kind = "conflict"
    summary = "This person is a member already."


class InvitationClosed(DomainError):
    """An invitation can no longer be accepted; `reason`: accepted, revoked, expired, for_another_mailbox."""

    code = "invitation_closed"
    kind = "conflict"
    summary = "This invitation can no longer be accepted."


@transaction
def invite_member(*, seller_id: UUID, person_id: UUID, email: str, role: str, now: datetime) -> InvitationView:
    """
    Offer a seat to a mailbox for seven days; an open offer to the same mailbox is replaced.

    The fact `MemberInvited` has the mail sent, with the token of `queries.get_invitation_token`.

    :raises InvalidField: no mailbox, or an unknown role.
    :raises AlreadyMember: who has the mailbox has a seat.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_members")
    _demand_role(role)
    mailbox = accounts_rules.normal_email(email)
    if mailbox is None:
        raise InvalidField.single("email", "not_an_email_address")
    if Member.objects.filter(seller=seller, person__email=mailbox).exists():
        raise AlreadyMember()
    _open_invitations(seller).filter(email=mailbox).update(revoked_at=now)
    invitation = Invitation.objects.create(
        seller=seller,
        email=mailbox,
        role=role,
        invited_by_id=person_id,
        created_at=now,
        expires_at=now + rules.INVITATION_LASTS,
    )
    note(seller_id=seller_id, person_id=person_id, action="invite_member", email=mailbox, role=role)
    facts.record(MemberInvited(invitation_id=invitation.id, seller_id=seller_id))
    return invitation_view(invitation)


@transaction
def revoke_invitation(*, seller_id: UUID, person_id: UUID, invitation_id: UUID, now: datetime) -> InvitationView:
    """
    Take an offer back; doing so again changes nothing.

    :raises NotFound: the seller made no such offer.
    :raises InvitationClosed: it was accepted.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_members")
    invitation = Invitation.objects.filter(pk=invitation_id, seller=seller).first()
    if invitation is None:
        raise NotFound(invitation_id=invitation_id)
    if invitation.accepted_at is not None:
        raise InvitationClosed(reason="accepted")
    if invitation.revoked_at is None:
        invitation.revoked_at = now
        invitation.save(update_fields=["revoked_at"])
        note(seller_id=seller_id, person_id=person_id, action="revoke_invitation", email=invitation.email)
    return invitation_view(invitation)


@transaction
def accept_invitation(*, token: str, person_id: UUID, now: datetime) -> Membership:
    """
    Take the seat that a token offers, as the person whose mailbox it was sent to.

    :raises NotFound: the token was not made here.
    :raises InvitationClosed: it is over, or was sent to another mailbox.
    :raises AlreadyMember: the person has a seat.
    """
    invitation_id = queries.read_invitation_token(token)
    found = Invitation.objects.filter(pk=invitation_id).first()
    if found is None:
        raise NotFound()
    Seller.objects.select_for_update(no_key=True).get(pk=found.seller_id)
    invitation = Invitation.objects.select_related("seller").get(pk=invitation_id)
    reason = invitation_view(invitation).closed_because(people.get_person(person_id).email, now)
    if reason:
        raise InvitationClosed(reason=reason)
    _seat(invitation.seller_id, person_id, invitation.role, now)
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    note(seller_id=invitation.seller_id, person_id=person_id, action="accept_invitation", role=invitation.role)
    return _membership(person_id, invitation.seller_id)


@transaction
def add_member(*, seller_id: UUID, person_id: UUID, member_id: UUID, role: str, now: datetime) -> Membership:
    """
    Seat a person who is registered, without a mail.

    :param member_id: the person to be seated; `person_id` is the owner who does it.
    :raises NotFound: nobody has the id.
    :raises InvalidField: an unknown role.
    :raises AlreadyMember: the person has a seat.
    """
    lock_for(person_id=person_id, seller_id=seller_id, action="manage_members")
    _demand_role(role)
    people.get_person(member_id)
    _seat(seller_id, member_id, role, now)
    note(seller_id=seller_id, person_id=person_id, action="add_member", member=str(member_id), role=role)
    return _membership(member_id, seller_id)


@transaction
def change_role(*, seller_id: UUID, person_id: UUID, member_id: UUID, role: str, now: datetime) -> Membership:
    """
    Give a member another role.

    :raises NotFound: the person has no seat there.
    :raises InvalidField: an unknown role.
    :raises LastOwner: nobody would be left.
    """
    lock_for(person_id=person_id, seller_id=seller_id, action="manage_members")
    _demand_role(role)
    member = _member(seller_id, member_id)
    if member.role != role:
        _demand_another_owner(member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        if before == "owner":  # Only owners make keys; who is none any more keeps none.
            accounts.revoke_keys_of(seller_id=seller_id, person_id=member_id, now=now)
        note(
            seller_id=seller_id,
            person_id=person_id,
            action="change_role",
            member=str(member_id),
            before=before,
            role=role,
        )
    return _membership(member_id, seller_id)


@transaction
def remove_member(*, seller_id: UUID, person_id: UUID, member_id: UUID, now: datetime) -> None:
    """
    End a seat, an owner somebody's or anybody their own; the keys that they made stop working.

    :raises NotFound: the person has no seat there.
    :raises LastOwner: nobody would be left.
    """
    action = "view_store" if person_id == member_id else "manage_members"
    lock_for(person_id=person_id, seller_id=seller_id, action=action)
    member = _member(seller_id, member_id)
    _demand_another_owner(member)
    member.delete()
    accounts.revoke_keys_of(seller_id=seller_id, person_id=member_id, now=now)
    note(seller_id=seller_id, person_id=person_id, action="remove_member", member=str(member_id))


def _open_invitations(seller: Seller) -> QuerySet[Invitation]:
    return Invitation.objects.filter(seller=seller, accepted_at=None, revoked_at=None)


def _demand_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidField.single("role", "unknown_role")


def _demand_another_owner(member: Member) -> None:
    others = Member.objects.filter(seller_id=member.seller_id, role="owner").exclude(pk=member.pk)
    if member.role == "owner" and not others.exists():
        raise LastOwner()


def _member(seller_id: UUID, member_id: UUID) -> Member:
    member = Member.objects.filter(seller_id=seller_id, person_id=member_id).first()
    if member is None:
        raise NotFound(member_id=member_id)
    return member


@step
def _seat(seller_id: UUID, person_id: UUID, role: str, now: datetime) -> None:
    try:
        with _django.atomic():
            Member.objects.create(seller_id=seller_id, person_id=person_id, role=role, joined_at=now)
    except IntegrityError as fault:
        raise AlreadyMember() from fault


def _membership(person_id: UUID, seller_id: UUID) -> Membership:
    seat = queries.membership(person_id, seller_id)
    assert seat is not None, "the seat was just made or found"
    return seat
