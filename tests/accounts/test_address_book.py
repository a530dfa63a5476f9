from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from entrepot.accounts import operations, queries, rules
from entrepot.kernel import encryption, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.ids import new_id
from tests.builders import accounts

pytestmark = pytest.mark.django_db

HOME = {"name": "Maria Rossi", "street": "Via Roma 1", "city": "Torino", "postal_code": "10121", "region": "TO"}


def save(person_id: UUID, now: datetime, **fields: str) -> queries.AddressView:
    return operations.save_address(person_id=person_id, country="IT", fields={**HOME, **fields}, now=now)


def defaults(person_id: UUID) -> list[str]:
    return [address.fields["street"] for address in queries.list_addresses(person_id) if address.is_default]


def test_the_first_address_is_offered_first_until_another_is_chosen(now: datetime) -> None:
    person = accounts.person()
    first = save(person.id, now)
    second = save(person.id, now + timedelta(minutes=1), street="Via Po 2")
    assert defaults(person.id) == ["Via Roma 1"]

    operations.make_default(person_id=person.id, address_id=second.id, now=now)

    assert [address.id for address in queries.list_addresses(person.id)] == [second.id, first.id]
    assert defaults(person.id) == ["Via Po 2"]


def test_what_is_removed_hands_its_place_to_the_oldest(now: datetime) -> None:
    person = accounts.person()
    first = save(person.id, now)
    save(person.id, now + timedelta(minutes=2), street="Via Garibaldi 3")
    save(person.id, now + timedelta(minutes=1), street="Via Po 2")

    operations.remove_address(person_id=person.id, address_id=first.id, now=now)

    assert defaults(person.id) == ["Via Po 2"]
    assert len(queries.list_addresses(person.id)) == 2


def test_an_address_is_changed_in_its_place_and_kept_but_once(now: datetime) -> None:
    person = accounts.person()
    kept = save(person.id, now)
    assert save(person.id, now) == kept

    changed = operations.save_address(
        person_id=person.id, country="IT", fields={**HOME, "street": "Via Roma 9"}, address_id=kept.id, now=now
    )

    assert (changed.id, changed.fields["street"], changed.is_default) == (kept.id, "Via Roma 9", True)
    assert queries.list_addresses(person.id) == (changed,)


def test_nobody_reaches_into_another_s_book(now: datetime) -> None:
    owner, other = accounts.person(), accounts.person()
    kept = save(owner.id, now)

    with pytest.raises(NotFound):
        queries.get_address(person_id=other.id, address_id=kept.id)
    with pytest.raises(NotFound):
        operations.make_default(person_id=other.id, address_id=kept.id, now=now)
    with pytest.raises(NotFound):
        operations.remove_address(person_id=other.id, address_id=kept.id, now=now)
    with pytest.raises(NotFound):
        operations.save_address(person_id=other.id, country="IT", fields=HOME, address_id=kept.id, now=now)
    with pytest.raises(NotFound):
        save(new_id(), now)

    assert queries.list_addresses(owner.id) == (kept,)


@pytest.mark.parametrize(
    ("country", "fields", "faults"),
    [
        ("it", HOME, [{"field": "country", "reason": "unknown_country"}]),
        ("IT", {**HOME, "cpf": "1"}, [{"field": "cpf", "reason": "not_asked_here"}]),
        ("IT", {**HOME, "street": "x" * 201}, [{"field": "street", "reason": "too_long"}]),
    ],
)
def test_what_is_no_address_is_refused(
    now: datetime, country: str, fields: dict[str, str], faults: list[dict[str, str]]
) -> None:
    person = accounts.person()

    with pytest.raises(InvalidField) as refusal:
        operations.save_address(person_id=person.id, country=country, fields=fields, now=now)

    assert refusal.value.fields == {"errors": faults}
    assert queries.list_addresses(person.id) == ()


def test_a_full_book_takes_no_more(now: datetime) -> None:
    person = accounts.person()
    for number in range(rules.ADDRESSES_MAX):
        save(person.id, now, street=f"Via Roma {number}")

    with pytest.raises(operations.TooManyAddresses):
        save(person.id, now, street="Via Po 2")

    assert len(queries.list_addresses(person.id)) == rules.ADDRESSES_MAX


def test_addresses_lie_encrypted_and_move_to_a_new_key(now: datetime, settings: object) -> None:
    person = accounts.person()
    kept = save(person.id, now)
    row = sql.fetch_one("SELECT t::text FROM accounts_savedaddress t")
    assert row is not None
    assert "Roma" not in row[0]
    assert "Torino" not in row[0]

    settings.FIELD_KEYS = [encryption.new_key(), *settings.FIELD_KEYS]  # type: ignore[attr-defined]
    assert encryption.rotate_all()["accounts_savedaddress.details"] == 1
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]  # type: ignore[attr-defined]
    assert queries.list_addresses(person.id) == (kept,)


def test_the_book_is_exported_and_erased_with_its_person(now: datetime) -> None:
    person = accounts.person()
    save(person.id, now)

    (exported,) = operations.export_person(person.id)["address_book"]
    assert (exported["country"], exported["street"], exported["default"]) == ("IT", "Via Roma 1", True)
    operations.erase_person(person_id=person.id, actor=f"person:{person.id}", now=now)

    assert sql.fetch_one("SELECT count(*) FROM accounts_savedaddress") == (0,)
