from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from entrepot.accounts import queries as accounts_queries, rules as accounts_rules
from entrepot.seller_centre import words
from entrepot.sellers import operations, queries, rules
from tests.builders import accounts, sellers
from tests.conftest import NOW
from tests.pages import Reader, moment, unsafe_markup

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> Any:
    return sellers.approved_seller("IT")


def _invite(seller: Any, email: str = "anna@example.com", role: str = "manager", now: datetime = NOW) -> Any:
    return operations.invite_member(
        seller_id=seller.id, person_id=sellers.owner_of(seller), email=email, role=role, now=now
    )


def _link(invitation: Any) -> str:
    return f"/seller/invitation/{queries.get_invitation_token(invitation.id)}"


def _owner(seller: Any) -> Reader:
    return Reader(person_id=sellers.owner_of(seller))


def _roles(seller: Any) -> dict[str, str]:
    return {row.email: row.role for row in queries.list_members(seller.id)}


def test_every_role_and_scope_has_words() -> None:
    assert set(words.ROLES) == rules._EVERYBODY
    assert tuple(words.SCOPES) == accounts_rules.SCOPES


def test_an_invited_person_signs_in_on_the_way_and_accepts(seller: Any) -> None:
    link = _link(_invite(seller))
    accounts.person(email="anna@example.com", password=accounts.PASSWORD)
    reader = Reader().open(link)
    assert reader.status == 200
    assert unsafe_markup(reader.text) == []
    assert "anna@example.com" in reader.words
    assert not [form for form in reader.page.forms if form.get("action") is None and form.method == "POST"]
    sign_in = reader.page.xpath("//main//a[normalize-space()='Sign in']/@href")[0]
    reader.open(sign_in).send("/account/sign-in/", login="anna@example.com", password=accounts.PASSWORD)
    assert reader.address == link
    reader.send(link)
    assert reader.address == f"/seller/{seller.id}/today/"
    assert _roles(seller)["anna@example.com"] == "manager"


def test_somebody_new_opens_an_account_on_the_way(seller: Any) -> None:
    link = _link(_invite(seller, "newcomer@example.com", "viewer"))
    reader = Reader().open(link)
    sign_up = reader.page.xpath("//main//a[normalize-space()='Open an account']/@href")[0]
    reader.open(sign_up).send("/account/sign-up/", email="newcomer@example.com", password1=accounts.PASSWORD)
    assert reader.address == link
    reader.send(link)
    assert _roles(seller)["newcomer@example.com"] == "viewer"


def test_the_way_from_sign_in_to_sign_up_keeps_the_invitation(seller: Any) -> None:
    link = _link(_invite(seller))
    reader = Reader().open(f"/account/sign-in/?next={link}")
    reader.open(reader.page.xpath("//main//a[normalize-space()='Open an account']/@href")[0])
    assert reader.form("/account/sign-up/").fields["next"] == link


@pytest.mark.parametrize(
    ("mailbox", "spoil", "told"),
    [
        ("bruno@example.com", None, "This invitation was sent to another e-mail address."),
        ("anna@example.com", "revoke", "This invitation was taken back."),
        ("anna@example.com", "accept", "This invitation was accepted already."),
        ("anna@example.com", "expire", "This invitation has expired."),
    ],
)
def test_an_invitation_that_leads_nowhere_says_why(seller: Any, mailbox: str, spoil: str | None, told: str) -> None:
    invitation = _invite(seller)
    link = _link(invitation)
    person = accounts.person(email=mailbox)
    reader = Reader(person_id=person.id)
    reader.open("/ui/")
    token = reader.form("/choice/").fields["csrfmiddlewaretoken"]
    if spoil == "revoke":
        operations.revoke_invitation(
            seller_id=seller.id, person_id=sellers.owner_of(seller), invitation_id=invitation.id, now=NOW
        )
    elif spoil == "accept":
        operations.accept_invitation(token=link.rpartition("/")[2], person_id=person.id, now=NOW)
    before = _roles(seller)
    with moment(NOW + timedelta(days=8) if spoil == "expire" else NOW):
        assert told in reader.open(link).words
        assert not [form for form in reader.page.forms if form.xpath(".//button[normalize-space()='Accept']")]
        answer = reader.client.post(link, {"csrfmiddlewaretoken": token})
    assert answer.status_code == 409
    assert told in answer.content.decode()
    assert _roles(seller) == before


def test_a_forged_invitation_is_no_page_and_a_stranger_cannot_accept(seller: Any) -> None:
    link = _link(_invite(seller))
    assert Reader().open(link[:-3] + "xyz").status == 404
    reader = Reader().open(link)
    token = reader.form("/choice/").fields["csrfmiddlewaretoken"]
    reader.client.post(link, {"csrfmiddlewaretoken": token})
    assert "anna@example.com" not in _roles(seller)


def test_an_owner_invites_changes_and_removes_members(seller: Any) -> None:
    page = f"/seller/{seller.id}/store/members/"
    reader = _owner(seller).open(page)
    reader.send(page, email="anna@example", role="finance")
    assert reader.faults() != []
    reader.send(page, email="anna@example.com", role="finance")
    assert "Invited: anna@example.com" in reader.words
    invitation = queries.list_invitations(seller.id)[0]
    assert (invitation.email, invitation.role, invitation.state) == ("anna@example.com", "finance", "open")
    reader.send(f"/invitations/{invitation.id}/revoke")
    assert "Taken back" in reader.words
    assert queries.list_invitations(seller.id)[0].state == "revoked"

    anna = sellers.seat(seller, "viewer")
    email = accounts_queries.get_person(anna).email
    reader.open(page).send(f"/members/{anna}/role", role="fulfilment")
    assert _roles(seller)[email] == "fulfilment"
    reader.send(f"/members/{anna}/remove")
    assert email not in _roles(seller)


def test_the_last_owner_stays(seller: Any) -> None:
    owner = sellers.owner_of(seller)
    reader = _owner(seller).open(f"/seller/{seller.id}/store/members/")
    for action in ("role", "remove"):
        reader.send(f"/members/{owner}/{action}", **({"role": "viewer"} if action == "role" else {}))
        assert "The last owner cannot leave or take another role" in reader.words
    assert list(_roles(seller).values()) == ["owner"]


@pytest.mark.parametrize("role", sorted(set(words.ROLES) - {"owner"}))
def test_only_owners_manage_members_and_keys(seller: Any, role: str) -> None:
    person = sellers.seat(seller, role)
    owner = sellers.owner_of(seller)
    base = f"/seller/{seller.id}/store"
    reader = Reader(person_id=person)
    status = reader.open(f"{base}/members/").status
    assert status == (200 if role == "manager" else 403)
    if status == 200:
        assert not [form for form in reader.page.forms if (form.get("action") or "").endswith("/role")]
    assert reader.open(f"{base}/keys/").status == 403
    token = reader.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    before = _roles(seller)
    for path, fields in (
        ("/members/", {"email": "x@example.com", "role": "owner"}),
        (f"/members/{person}/role", {"role": "owner"}),
        (f"/members/{owner}/remove", {}),
        ("/keys/", {"name": "K", "scopes": "orders:read"}),
    ):
        answer = reader.client.post(f"{base}{path}", {"csrfmiddlewaretoken": token, **fields})
        assert answer.status_code == 403, path
    assert (_roles(seller), queries.list_invitations(seller.id)) == (before, ())
    assert accounts_queries.list_api_keys(seller.id) == ()
    left = reader.client.post(f"{base}/members/{person}/remove", {"csrfmiddlewaretoken": token})
    assert left.status_code == 302
    assert len(_roles(seller)) == len(before) - 1


def test_a_key_is_made_shown_once_used_and_revoked(seller: Any) -> None:
    page = f"/seller/{seller.id}/store/keys/"
    reader = _owner(seller).open(page)
    reader.send(page, name="Stock system", scopes=[])
    assert reader.faults() == ["This is needed."]
    reader.send(page, name="Stock system", scopes=["listings:read", "listings:write"])
    secret = reader.page.xpath("//main//code")[0].text_content()
    assert "no-store" in reader.headers["Cache-Control"]
    grant = accounts_queries.authenticate_api_key(secret)
    assert grant is not None
    assert (grant.seller_id, grant.scopes) == (seller.id, frozenset({"listings:read", "listings:write"}))
    assert secret not in reader.open(page).text
    assert "Read listings" in reader.words
    reader.send(f"/keys/{grant.key_id}/revoke")
    assert "The key “Stock system” works no more." in reader.words
    assert accounts_queries.authenticate_api_key(secret) is None
