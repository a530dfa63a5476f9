"""Sellers' keys to the API."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from entrepot.accounts import queries, rules
from entrepot.accounts.models import ApiKey
from entrepot.accounts.operations.people import clean_name
from entrepot.accounts.queries import ApiKeyView
from entrepot.kernel import audit, ids
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.transactions import step, transaction


@transaction
def issue_api_key(
    *, seller_id: UUID, person_id: UUID, name: str, scopes: list[str] | tuple[str, ...], now: datetime
) -> tuple[ApiKeyView, str]:
    """
    Make a key for a seller and return it with its secret, which cannot be shown again.

    The caller has checked that the person may do so (`sellers.queries.access_seller`, action `manage_api_keys`).

    :raises InvalidField: no name, no scope or an unknown one.
    """
    label = clean_name(name, field="name", limit=100)
    if not label:
        raise InvalidField.single("name", "required")
    unknown = sorted(set(scopes) - set(rules.SCOPES))
    if unknown or not scopes:
        raise InvalidField.single("scopes", f"unknown: {', '.join(unknown)}" if unknown else "required")
    secret = rules.KEY_PREFIX + ids.new_secret()
    key = ApiKey.objects.create(
        seller_id=seller_id,
        person_id=person_id,
        name=label,
        hint=secret[: len(rules.KEY_PREFIX) + 4],
        secret_sha256=rules.secret_digest(secret),
        scopes=sorted(set(scopes)),
        created_at=now,
    )
    audit.record(
        actor=f"seller:{seller_id}/{person_id}",
        action="issue_api_key",
        subject_kind="api_key",
        subject_id=key.id,
        scopes=key.scopes,
    )
    return queries.key_view(key), secret


@transaction
def revoke_api_key(*, seller_id: UUID, key_id: UUID, person_id: UUID, now: datetime) -> ApiKeyView:
    """
    Close a seller's key at once and for good; closing it again changes nothing.

    :raises NotFound: the seller has no such key.
    """
    key = ApiKey.objects.select_for_update(no_key=True).filter(pk=key_id, seller_id=seller_id).first()
    if key is None:
        raise NotFound(key_id=key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        audit.record(
            actor=f"seller:{seller_id}/{person_id}", action="revoke_api_key", subject_kind="api_key", subject_id=key.id
        )
    return queries.key_view(key)


@step
def revoke_keys_of(*, seller_id: UUID, person_id: UUID, now: datetime) -> int:
    """Close every key that a person made for a seller (they leave it); return how many were open."""
    open_keys = ApiKey.objects.filter(seller_id=seller_id, person_id=person_id, revoked_at=None)
    return open_keys.update(revoked_at=now)


def note_api_key_use(*, grant: queries.ApiKeyGrant, now: datetime) -> bool:
    """Note that a key was used, to the hour; return whether there was anything to write."""
    if not rules.is_use_due(grant.last_used_at, now):
        return False
    due = ApiKey.objects.filter(pk=grant.key_id).exclude(last_used_at__gt=now - rules.USE_NOTED_EVERY)
    return due.update(last_used_at=now) == 1
