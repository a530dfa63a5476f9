from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.accounts import operations, queries
from entrepot.accounts.models import ApiKey, Person
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.ids import new_id
from tests.builders import accounts

pytestmark = pytest.mark.django_db


def _issue(now, *, scopes=("orders:read", "listings:write"), seller_id=None):
    person = accounts.person()
    seller = seller_id or new_id()
    key, secret = operations.issue_api_key(
        seller_id=seller, person_id=person.id, name="warehouse", scopes=scopes, now=now
    )
    return key, secret


def test_a_key_is_issued_once_and_only_its_hash_is_kept(now):
    key, secret = _issue(now)

    assert secret.startswith("ek_live_")
    assert len(secret) == len("ek_live_") + 43  # 256 bits in base 64.
    assert key.hint == secret[:12]
    assert key.scopes == ("listings:write", "orders:read")
    row = ApiKey.objects.get()
    assert bytes(row.secret_sha256) == hashlib.sha256(secret.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k)::text FROM accounts_apikey k")
        assert secret not in cursor.fetchone()[0]


def test_a_key_grants_its_seller_and_scopes_by_one_statement(now):
    key, secret = _issue(now)

    with CaptureQueriesContext(connection) as statements:
        grant = queries.authenticate_api_key(secret)

    assert len(statements) == 1
    assert grant == queries.ApiKeyGrant(
        seller_id=key.seller_id,
        scopes=frozenset({"listings:write", "orders:read"}),
        person_id=key.person_id,
        key_id=key.id,
        last_used_at=None,
    )


@pytest.mark.parametrize(
    "wrong", ["", "ek_live_", "ek_live_" + "x" * 43, "sk_live_x", "ek_live_" + "x" * 10_000, "ek_live_\x00é"]
)
def test_what_is_no_key_grants_nothing(wrong, now):
    _issue(now)

    assert queries.authenticate_api_key(wrong) is None


def test_a_key_is_not_found_in_other_capitals(now):
    _, secret = _issue(now)

    assert queries.authenticate_api_key("ek_live_" + secret[8:].swapcase()) is None


def test_a_revoked_key_grants_nothing(now):
    key, secret = _issue(now)

    revoked = operations.revoke_api_key(seller_id=key.seller_id, key_id=key.id, person_id=key.person_id, now=now)
    later = now + timedelta(days=1)
    again = operations.revoke_api_key(seller_id=key.seller_id, key_id=key.id, person_id=key.person_id, now=later)

    assert queries.authenticate_api_key(secret) is None
    assert revoked.revoked_at == now
    assert again.revoked_at == now


def test_another_seller_cannot_revoke_or_see_a_key(now):
    key, secret = _issue(now)
    stranger = new_id()

    with pytest.raises(NotFound):
        operations.revoke_api_key(seller_id=stranger, key_id=key.id, person_id=key.person_id, now=now)

    assert queries.authenticate_api_key(secret) is not None
    assert queries.list_api_keys(stranger) == ()
    assert queries.list_api_keys(key.seller_id) == (key,)


def test_a_key_of_a_person_who_may_not_log_in_grants_nothing(now):
    key, secret = _issue(now)

    Person.objects.filter(pk=key.person_id).update(is_active=False)

    assert queries.authenticate_api_key(secret) is None


def test_use_is_noted_at_most_once_an_hour(now):
    _, secret = _issue(now)

    def use(at):
        return operations.note_api_key_use(grant=queries.authenticate_api_key(secret), now=at)

    assert use(now) is True
    assert use(now + timedelta(minutes=59)) is False
    assert ApiKey.objects.get().last_used_at == now
    assert use(now + timedelta(minutes=60)) is True
    assert ApiKey.objects.get().last_used_at == now + timedelta(hours=1)


def test_two_requests_with_one_grant_note_it_once(now):
    _, secret = _issue(now)
    grant = queries.authenticate_api_key(secret)

    assert operations.note_api_key_use(grant=grant, now=now) is True
    assert operations.note_api_key_use(grant=grant, now=now) is False


@pytest.mark.parametrize(
    ("scopes", "reason"),
    [((), "required"), (("orders:read", "orders:steal"), "unknown: orders:steal")],
)
def test_a_key_needs_scopes_that_exist(scopes, reason, now):
    with pytest.raises(InvalidField) as refusal:
        _issue(now, scopes=scopes)

    assert refusal.value.fields == {"errors": [{"field": "scopes", "reason": reason}]}
    assert ApiKey.objects.count() == 0
