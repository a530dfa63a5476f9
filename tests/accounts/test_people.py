from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from entrepot.accounts import operations, queries
from entrepot.accounts.models import Person
from entrepot.kernel import audit
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.ids import new_id
from tests.builders import accounts

pytestmark = pytest.mark.django_db


def test_a_person_is_registered_under_a_mailbox_in_lower_case(now):
    person = operations.create_person(email="  Maria.Rossi@Example.COM ", name=" Maria   Rossi ", now=now)

    assert person == queries.PersonView(
        id=person.id,
        email="maria.rossi@example.com",
        name="Maria Rossi",
        language="",
        is_operator=False,
        is_active=True,
        joined_at=now,
    )
    assert queries.get_person(person.id) == person
    assert queries.find_person("MARIA.rossi@example.com") == person
    address = EmailAddress.objects.get(user_id=person.id)
    assert (address.email, address.primary, address.verified) == ("maria.rossi@example.com", True, False)


@pytest.mark.parametrize(
    "address", ["", "maria", "maria@", "@example.com", "a b@example.com", "a@b", "a@x.com\nb@y.com"]
)
def test_what_is_no_mailbox_is_refused(address, now):
    with pytest.raises(InvalidField) as refusal:
        operations.create_person(email=address, now=now)

    assert refusal.value.fields == {"errors": [{"field": "email", "reason": "not_an_email_address"}]}
    assert Person.objects.count() == 0


def test_a_mailbox_belongs_to_one_person_whatever_its_capitals(now):
    accounts.person(email="maria@example.com")

    with pytest.raises(operations.EmailTaken) as refusal:
        operations.create_person(email="Maria@Example.com", now=now)

    assert refusal.value.fields == {"email": "maria@example.com"}
    assert Person.objects.count() == 1
    assert EmailAddress.objects.count() == 1


def test_a_weak_password_is_refused_with_its_reasons(now):
    with pytest.raises(InvalidField) as refusal:
        operations.create_person(email="maria@example.com", password="password", now=now)

    assert refusal.value.fields == {
        "errors": [{"field": "password", "reason": "password_too_short, password_too_common"}]
    }
    assert Person.objects.count() == 0


def test_a_person_without_a_password_cannot_log_in_by_one(now):
    person = operations.create_person(email="maria@example.com", now=now)

    assert Person.objects.get(pk=person.id).has_usable_password() is False


def test_an_operator_is_made_and_unmade_with_a_trace(now):
    person = accounts.person(email="olga@example.com")

    made = operations.make_operator(person_id=person.id, actor="system", now=now)
    again = operations.make_operator(person_id=person.id, actor="system", now=now)
    unmade = operations.remove_operator(person_id=person.id, actor=f"operator:{person.id}", now=now)

    assert (made.is_operator, again.is_operator, unmade.is_operator) == (True, True, False)
    trail = audit.list_entries(subject_kind="person", subject_id=person.id)
    assert [(entry.actor, entry.action) for entry in trail] == [
        (f"operator:{person.id}", "remove_operator"),
        ("system", "make_operator"),
    ]


def test_nobody_becomes_an_operator_under_an_unknown_id(now):
    with pytest.raises(NotFound):
        operations.make_operator(person_id=new_id(), actor="system", now=now)

    assert audit.list_entries() == []


def test_a_person_moves_to_another_mailbox_that_wants_confirming(now):
    person = accounts.person(email="old@example.com")

    moved = operations.change_email(person_id=person.id, email="New@Example.com", now=now)

    assert moved.email == "new@example.com"
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == [("new@example.com", True, False)]
    assert queries.find_person("old@example.com") is None


def test_a_person_cannot_move_to_a_mailbox_of_somebody_else(now):
    accounts.person(email="taken@example.com")
    person = accounts.person(email="mine@example.com")

    with pytest.raises(operations.EmailTaken):
        operations.change_email(person_id=person.id, email="TAKEN@example.com", now=now)

    assert queries.get_person(person.id).email == "mine@example.com"
    assert EmailAddress.objects.get(user_id=person.id).email == "mine@example.com"


def test_a_name_is_changed_and_cleaned(now):
    person = accounts.person()

    assert operations.change_name(person_id=person.id, name="  Anna \t Bianchi ", now=now).name == "Anna Bianchi"
    with pytest.raises(InvalidField) as refusal:
        operations.change_name(person_id=person.id, name="x" * 201, now=now)
    assert refusal.value.fields == {"errors": [{"field": "name", "reason": "too_long"}]}
    assert queries.get_person(person.id).name == "Anna Bianchi"
