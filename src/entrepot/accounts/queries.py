"""Every read of people and keys, as frozen values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.accounts import rules
from entrepot.accounts.models import ApiKey, Person, SavedAddress
from entrepot.kernel import sql
from entrepot.kernel.encryption import decrypt
from entrepot.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody who logs in."""

    id: UUID
    email: str
    name: str
    language: str
    is_operator: bool
    is_active: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKeyView:
    """A key as its seller sees it; the secret was shown once, when it was issued."""

    id: UUID
    seller_id: UUID
    person_id: UUID
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApiKeyGrant:
    """What a valid key may do: act for this seller within these scopes."""

    seller_id: UUID
    scopes: frozenset[str]
    person_id: UUID
    key_id: UUID
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AddressView:
    """A place in somebody's address book, opened; `fields` are texts under `rules.ADDRESS_FIELDS`."""

    id: UUID
    country: str
    fields: dict[str, str]
    is_default: bool


def person_view(person: Person) -> PersonView:
    """Return the frozen value of a person's row."""
    return PersonView(
        id=person.id,
        email=person.email,
        name=person.name,
        language=person.language,
        is_operator=person.is_staff,
        is_active=person.is_active,
        joined_at=person.joined_at,
    )


def key_view(key: ApiKey) -> ApiKeyView:
    """Return the frozen value of a key's row."""
    return ApiKeyView(
        id=key.id,
        seller_id=key.seller_id,
        person_id=key.person_id,
        name=key.name,
        hint=key.hint,
        scopes=tuple(key.scopes),
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


def get_person(person_id: UUID) -> PersonView:
    """
    Return one person.

    :raises NotFound: nobody has this id.
    """
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound(person_id=person_id)
    return person_view(person)


_PEOPLE = """
SELECT id, email, name, language, is_staff, is_active, joined_at FROM accounts_person WHERE id = ANY(%s::uuid[])
"""


def get_people(person_ids: list[UUID]) -> dict[UUID, PersonView]:
    """Return the people of some ids, in one statement; unknown ids are left out."""
    return {row[0]: PersonView(*row) for row in sql.fetch_all(_PEOPLE, [person_ids])}


def find_person(email: str) -> PersonView | None:
    """Return who has this mailbox, whatever its capitals, or None."""
    normal = rules.normal_email(email)
    person = Person.objects.filter(email__iexact=normal).first() if normal else None
    return None if person is None else person_view(person)


def list_addresses(person_id: UUID) -> tuple[AddressView, ...]:
    """Return a person's address book: the default first, then by age."""
    rows = SavedAddress.objects.filter(person_id=person_id).order_by("-is_default", "created_at", "id")
    return tuple(_address_view(row) for row in rows)


def get_address(*, person_id: UUID, address_id: UUID) -> AddressView:
    """
    Return one address of a person.

    :raises NotFound: the person has none of this id.
    """
    row = SavedAddress.objects.filter(pk=address_id, person_id=person_id).first()
    if row is None:
        raise NotFound(address_id=address_id)
    return _address_view(row)


def _address_view(row: SavedAddress) -> AddressView:
    return AddressView(
        id=row.id, country=row.country, fields=json.loads(decrypt(row.details)), is_default=row.is_default
    )


_KEY = """
SELECT k.id, k.seller_id, k.person_id, k.scopes, k.last_used_at
FROM accounts_apikey k JOIN accounts_person p ON p.id = k.person_id
WHERE k.secret_sha256 = %s AND k.revoked_at IS NULL AND p.is_active
"""


def authenticate_api_key(secret: str) -> ApiKeyGrant | None:
    """
    Return what a secret grants, or None when it is unknown, revoked, or its person may no longer act. One statement.

    The face that lets the request through calls `operations.note_api_key_use`, which writes at most once an hour.
    """
    if not secret.startswith(rules.KEY_PREFIX) or len(secret) > 200:
        return None
    row = sql.fetch_one(_KEY, [rules.secret_digest(secret)])
    if row is None:
        return None
    key_id, seller_id, person_id, scopes, last_used_at = row
    return ApiKeyGrant(
        seller_id=seller_id,
        scopes=frozenset(_json(scopes)),
        person_id=person_id,
        key_id=key_id,
        last_used_at=last_used_at,
    )


def list_api_keys(seller_id: UUID) -> tuple[ApiKeyView, ...]:
    """Return a seller's keys, the newest first, revoked ones too."""
    return tuple(key_view(key) for key in ApiKey.objects.filter(seller_id=seller_id).order_by("-created_at", "-id"))


def _json(value: Any) -> Any:
    # Django turns off psycopg's JSON loading on its connections, so raw rows carry text.
    if isinstance(value, str | bytes):
        return json.loads(value)
    return value
