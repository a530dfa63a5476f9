from __future__ import annotations

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings

from entrepot.accounts import operations, ports, queries
from entrepot.accounts.models import Person
from entrepot.demo.identities import paper
from entrepot.kernel import audit, sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.ids import new_id
from entrepot.sellers import operations as sellers_operations, queries as sellers_queries
from entrepot.sellers.models import Invitation, Seller
from tests.builders import accounts, sellers

pytestmark = pytest.mark.django_db


class _Notebook:
    """A room above, as the port sees it."""

    name = "notebook"

    def __init__(self) -> None:
        self.erased: list[object] = []
        self.against: list[str] = []

    def export(self, *, person_id):
        return {"notes": ["likes tea"]}

    def objections(self, *, person_id):
        return self.against

    def erase(self, *, person_id, now):
        self.erased.append(person_id)


@pytest.fixture
def notebook(monkeypatch):
    held = _Notebook()
    monkeypatch.setattr(ports, "_holders", {**ports._holders, held.name: held})
    return held


def test_an_export_holds_every_room_s_share(now, notebook):
    person = accounts.person(email="maria@example.com")
    seller = sellers.approved_seller("IT", person_id=person.id)
    key, _ = operations.issue_api_key(
        seller_id=seller.id, person_id=person.id, name="warehouse", scopes=["orders:read"], now=now
    )

    exported = operations.export_person(person.id)

    assert exported["person"] == {
        "id": str(person.id),
        "email": "maria@example.com",
        "name": "Maria Rossi",
        "language": "",
        "joined_at": now.isoformat(),
    }
    assert exported["email_addresses"] == [{"email": "maria@example.com", "confirmed": True, "primary": True}]
    assert exported["api_keys"] == [
        {"name": "warehouse", "hint": key.hint, "scopes": ["orders:read"], "created_at": now.isoformat()}
    ]
    assert exported["notebook"] == {"notes": ["likes tea"]}
    (seat,) = exported["sellers"]["memberships"]
    assert (seat["seller"], seat["role"]) == (seller.legal_name, "owner")
    assert seat["registration"]["city"] == "Roma"


def test_nobody_s_data_is_neither_exported_nor_erased(now):
    with pytest.raises(NotFound):
        operations.export_person(new_id())
    with pytest.raises(NotFound):
        operations.erase_person(person_id=new_id(), actor="system", now=now)


def test_an_erased_person_leaves_an_id_and_a_trace(now, notebook):
    person = accounts.person(email="maria@example.com", password=accounts.PASSWORD)

    operations.erase_person(person_id=person.id, actor=f"person:{person.id}", now=now)
    operations.erase_person(person_id=person.id, actor=f"person:{person.id}", now=now)

    row = Person.objects.get()
    assert (row.email, row.name, row.is_active, row.has_usable_password()) == (
        f"erased-{person.id}@erased.invalid",
        "",
        False,
        False,
    )
    assert EmailAddress.objects.count() == 0
    assert queries.find_person("maria@example.com") is None
    assert notebook.erased == [person.id, person.id]
    for table in ("accounts_person", "kernel_fact", "kernel_auditentry", "account_emailaddress"):
        assert "maria" not in (sql.fetch_one(f"SELECT string_agg(t::text, '') FROM {table} t")[0] or "").lower()
    assert accounts.person(email="maria@example.com").id != person.id


def test_a_room_s_objection_keeps_everything(now, notebook):
    person = accounts.person(email="maria@example.com")
    notebook.against = ["open_order"]

    with pytest.raises(operations.ErasureRefused) as refusal:
        operations.erase_person(person_id=person.id, actor="system", now=now)

    assert refusal.value.fields == {"reasons": ["open_order"]}
    assert queries.get_person(person.id) == person
    assert notebook.erased == []
    assert audit.list_entries(subject_kind="person") == []


def test_the_sole_owner_of_a_seller_and_an_operator_are_not_erased(now):
    owner = accounts.person()
    sellers.approved_seller("IT", person_id=owner.id)
    operator = accounts.operator()

    with pytest.raises(operations.ErasureRefused) as refusal:
        operations.erase_person(person_id=owner.id, actor="system", now=now)
    with pytest.raises(operations.ErasureRefused) as second:
        operations.erase_person(person_id=operator.id, actor="system", now=now)

    assert refusal.value.fields == {"reasons": ["sole_owner_of_a_seller"]}
    assert second.value.fields == {"reasons": ["is_operator"]}
    assert queries.get_person(owner.id) == owner


def test_erasing_ends_seats_and_takes_drafts_with_their_files(now, run_jobs):
    sellers.open_selling("IT")
    person = accounts.person(email="maria@example.com")
    draft = sellers_operations.start_registration(person_id=person.id, country="IT", form="company", now=now)
    sellers_operations.upload_document(
        seller_id=draft.seller_id,
        person_id=person.id,
        kind="register_extract",
        file_name="x.pdf",
        content=paper("Extract"),
        now=now,
    )
    seller = sellers.approved_seller("IT")
    owner_id = sellers.owner_of(seller)
    sellers_operations.invite_member(
        seller_id=seller.id, person_id=owner_id, email="maria@example.com", role="viewer", now=now
    )
    folder = Path(django_settings.PRIVATE_ROOT) / "verification" / draft.seller_id.hex
    assert len(list(folder.iterdir())) == 1

    operations.erase_person(person_id=person.id, actor="system", now=now)
    run_jobs()

    assert list(Seller.objects.values_list("id", flat=True)) == [seller.id]
    assert list(folder.iterdir()) == []
    assert sellers_queries.memberships(person.id) == ()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.revoked_at) == (f"erased-{person.id}@erased.invalid", now)
