from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.accounts import operations as accounts_operations, queries as accounts_queries
from entrepot.kernel import sql
from entrepot.kernel.errors import Forbidden, InvalidField, NotFound
from entrepot.kernel.ids import new_id
from entrepot.sellers import operations, queries
from entrepot.sellers.models import Invitation, Member
from tests.builders import accounts, sellers

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller():
    return sellers.approved_seller("IT")


def _invite(seller, now, email="anna@example.com", role="manager"):
    return operations.invite_member(
        seller_id=seller.id, person_id=sellers.owner_of(seller), email=email, role=role, now=now
    )


def _roles(seller) -> list[str]:
    return [member.role for member in queries.list_members(seller.id)]


def test_an_invited_person_takes_the_seat_with_the_token_from_the_mail(seller, now):
    invitation = _invite(seller, now, email="Anna@Example.com")
    token = queries.get_invitation_token(invitation.id)
    anna = accounts.person(email="anna@example.com", name="Anna")

    assert queries.get_invitation(token) == invitation
    assert (invitation.email, invitation.state) == ("anna@example.com", "open")
    assert invitation.expires_at == now + timedelta(days=7)
    seat = operations.accept_invitation(token=token, person_id=anna.id, now=now + timedelta(days=6))

    assert (seat.seller_id, seat.role) == (seller.id, "manager")
    assert queries.membership(anna.id, seller.id) == seat
    assert queries.list_invitations(seller.id)[0].state == "accepted"
    assert sql.fetch_one("SELECT payload::text FROM kernel_fact WHERE kind = 'MemberInvited'")[0] == (
        f'{{"seller_id": "{seller.id}", "invitation_id": "{invitation.id}"}}'
    )


def test_no_copy_of_the_token_lies_in_the_database(seller, now):
    token = queries.get_invitation_token(_invite(seller, now).id)
    signature = token.split(":")[1]

    for table in ("sellers_invitation", "kernel_fact", "kernel_auditentry"):
        assert signature not in (sql.fetch_one(f"SELECT string_agg(t::text, '') FROM {table} t")[0] or "")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [("expired", "expired"), ("revoked", "revoked"), ("accepted", "accepted"), ("mailbox", "for_another_mailbox")],
)
def test_an_invitation_that_is_over_seats_nobody(seller, now, spoil, reason):
    invitation = _invite(seller, now)
    token = queries.get_invitation_token(invitation.id)
    anna = accounts.person(email="anna@example.com")
    at = now
    if spoil == "expired":
        at = now + timedelta(days=7)
    elif spoil == "revoked":
        operations.revoke_invitation(
            seller_id=seller.id, person_id=sellers.owner_of(seller), invitation_id=invitation.id, now=now
        )
    elif spoil == "accepted":
        operations.accept_invitation(token=token, person_id=anna.id, now=now)
    else:
        anna = accounts.person(email="eve@example.com")
    before = _roles(seller)

    with pytest.raises(operations.InvitationClosed) as refusal:
        operations.accept_invitation(token=token, person_id=anna.id, now=at)

    assert refusal.value.fields == {"reason": reason}
    assert _roles(seller) == before


@pytest.mark.parametrize("token", ["", "x", "deadbeef:sig", "0" * 32 + ":" + "x" * 43])
def test_a_forged_token_opens_nothing(token, now):
    anna = accounts.person()

    with pytest.raises(NotFound):
        operations.accept_invitation(token=token, person_id=anna.id, now=now)
    with pytest.raises(NotFound):
        queries.get_invitation(token)
    with pytest.raises(NotFound):
        queries.get_invitation_token(new_id())


def test_a_second_invitation_to_a_mailbox_replaces_the_first(seller, now):
    first = _invite(seller, now, role="viewer")
    second = _invite(seller, now + timedelta(hours=1), role="finance")

    assert {row.id: row.state for row in queries.list_invitations(seller.id)} == {
        second.id: "open",
        first.id: "revoked",
    }


def test_who_is_seated_is_not_invited_again(seller, now):
    owner = accounts_queries.get_person(sellers.owner_of(seller))

    with pytest.raises(operations.AlreadyMember):
        _invite(seller, now, email=owner.email.upper())
    with pytest.raises(operations.AlreadyMember):
        operations.add_member(seller_id=seller.id, person_id=owner.id, member_id=owner.id, role="viewer", now=now)

    assert Invitation.objects.count() == 0
    assert _roles(seller) == ["owner"]


@pytest.mark.parametrize(("email", "role", "field"), [("nobody", "viewer", "email"), ("a@example.com", "king", "role")])
def test_an_invitation_needs_a_mailbox_and_a_role(seller, now, email, role, field):
    with pytest.raises(InvalidField) as refusal:
        _invite(seller, now, email=email, role=role)

    assert refusal.value.fields["errors"][0]["field"] == field
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("role", ["manager", "fulfilment", "finance", "viewer"])
def test_only_owners_seat_and_unseat(seller, now, role):
    person_id = sellers.seat(seller, role)
    owner_id = sellers.owner_of(seller)
    seat = {"seller_id": seller.id, "person_id": person_id, "now": now}

    for write in (
        lambda: operations.invite_member(**seat, email="x@example.com", role="owner"),
        lambda: operations.add_member(**seat, member_id=accounts.person().id, role="viewer"),
        lambda: operations.change_role(**seat, member_id=person_id, role="owner"),
        lambda: operations.remove_member(**seat, member_id=owner_id),
    ):
        with pytest.raises(Forbidden):
            write()

    assert _roles(seller) == ["owner", role]


def test_the_last_owner_stays_owner(seller, now):
    owner_id = sellers.owner_of(seller)
    seat = {"seller_id": seller.id, "person_id": owner_id, "now": now}

    with pytest.raises(operations.LastOwner):
        operations.remove_member(**seat, member_id=owner_id)
    with pytest.raises(operations.LastOwner):
        operations.change_role(**seat, member_id=owner_id, role="viewer")

    assert _roles(seller) == ["owner"]


def test_an_owner_leaves_when_another_is_there(seller, now):
    owner_id, other_id = sellers.owner_of(seller), sellers.seat(seller, "manager")

    promoted = operations.change_role(
        seller_id=seller.id, person_id=owner_id, member_id=other_id, role="owner", now=now
    )
    operations.remove_member(seller_id=seller.id, person_id=owner_id, member_id=owner_id, now=now)

    assert promoted.role == "owner"
    assert [member.person_id for member in queries.list_members(seller.id)] == [other_id]
    assert queries.membership(owner_id, seller.id) is None


def test_a_viewer_leaves_by_themselves(seller, now):
    person_id = sellers.seat(seller, "viewer")

    operations.remove_member(seller_id=seller.id, person_id=person_id, member_id=person_id, now=now)

    assert _roles(seller) == ["owner"]


def test_the_keys_of_who_leaves_stop_working(seller, now):
    owner_id, other_id = sellers.owner_of(seller), sellers.seat(seller, "owner")
    issue = {"seller_id": seller.id, "name": "key", "scopes": ["orders:read"], "now": now}
    _, leaving = accounts_operations.issue_api_key(person_id=other_id, **issue)
    _, staying = accounts_operations.issue_api_key(person_id=owner_id, **issue)

    operations.remove_member(seller_id=seller.id, person_id=owner_id, member_id=other_id, now=now)

    assert accounts_queries.authenticate_api_key(leaving) is None
    assert accounts_queries.authenticate_api_key(staying) is not None


def test_another_seller_s_members_and_invitations_do_not_exist(seller, now):
    invitation = _invite(seller, now)
    other = sellers.approved_seller("IT")
    stranger = sellers.owner_of(other)
    own = {"seller_id": other.id, "person_id": stranger, "now": now}
    foreign = {"seller_id": seller.id, "person_id": stranger, "now": now}

    for write in (
        lambda: operations.revoke_invitation(**own, invitation_id=invitation.id),
        lambda: operations.revoke_invitation(**foreign, invitation_id=invitation.id),
        lambda: operations.change_role(**own, member_id=sellers.owner_of(seller), role="viewer"),
        lambda: operations.remove_member(**foreign, member_id=sellers.owner_of(seller)),
        lambda: operations.add_member(**foreign, member_id=stranger, role="owner"),
        lambda: operations.invite_member(**foreign, email="x@example.com", role="owner"),
        lambda: queries.access_seller(person_id=stranger, seller_id=seller.id, action="view_store"),
        lambda: queries.access_seller(person_id=stranger, seller_id=new_id(), action="view_store"),
    ):
        with pytest.raises(NotFound):
            write()

    assert Invitation.objects.get().revoked_at is None
    assert Member.objects.filter(seller_id=seller.id).count() == 1
