"""Every write of people and keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction as _django

from entrepot.accounts import ports, queries, rules
from entrepot.accounts.events import PersonErased
from entrepot.accounts.models import ApiKey, Person
from entrepot.accounts.queries import ApiKeyView, PersonView
from entrepot.kernel import audit, facts, ids
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import step, transaction


class EmailTaken(DomainError):
    """Another person has this mailbox."""

    code = "email_taken"
    kind = "conflict"
    summary = "Somebody with this e-mail address is registered already."


class ErasureRefused(DomainError):
    """Something unfinished needs the person's data; `reasons` are codes."""

    code = "erasure_refused"
    kind = "conflict"
    summary = "The data cannot be erased while something unfinished needs it."


@transaction
def create_person(
    *,
    email: str,
    now: datetime,
    name: str = "",
    password: str | None = None,
    language: str = "",
    email_confirmed: bool = False,
) -> PersonView:
    """
    Register a person; without a password they log in only after setting one by mail.

    :param email_confirmed: the mailbox was proven otherwise (an invitation, an operator's word).
    :raises InvalidField: the address or the password cannot be taken.
    :raises EmailTaken: the mailbox belongs to somebody.
    """
    return queries.person_view(_new_person(email, name, password, language, email_confirmed, now))


@transaction
def create_operator(*, email: str, password: str | None, actor: str, now: datetime, name: str = "") -> PersonView:
    """
    Register an operator, or make an operator of who has this mailbox (whose password then stays as it is).

    :raises InvalidField: the address or the password cannot be taken.
    """
    found = queries.find_person(email)
    person = Person.objects.get(pk=found.id) if found else _new_person(email, name, password, "", True, now)
    return _set_operator(person, True, actor)


@transaction
def make_operator(*, person_id: UUID, actor: str, now: datetime) -> PersonView:
    """
    Let a person into the console.

    :raises NotFound: nobody has this id.
    """
    return _set_operator(_lock(person_id), True, actor)


@transaction
def remove_operator(*, person_id: UUID, actor: str, now: datetime) -> PersonView:
    """
    Take a person out of the console.

    :raises NotFound: nobody has this id.
    """
    return _set_operator(_lock(person_id), False, actor)


@transaction
def change_name(*, person_id: UUID, name: str, now: datetime) -> PersonView:
    """
    Give a person another name.

    :raises InvalidField: it is longer than 200 characters or holds control characters.
    """
    person = _lock(person_id)
    person.name = _clean_name(name)
    person.save(update_fields=["name"])
    return queries.person_view(person)


@transaction
def change_email(*, person_id: UUID, email: str, now: datetime) -> PersonView:
    """
    Move a person to another mailbox, to be confirmed by mail again; the old address no longer logs in.

    :raises InvalidField: it is no address.
    :raises EmailTaken: the mailbox belongs to somebody.
    """
    person = _lock(person_id)
    normal = _clean_email(email)
    if normal == person.email:
        return queries.person_view(person)
    person.email = normal
    try:
        with _django.atomic():
            person.save(update_fields=["email"])
            EmailAddress.objects.filter(user=person).delete()
            EmailAddress.objects.create(user=person, email=normal, primary=True, verified=False)
    except IntegrityError as fault:
        raise EmailTaken(email=normal) from fault
    return queries.person_view(person)


@transaction
def issue_api_key(
    *, seller_id: UUID, person_id: UUID, name: str, scopes: list[str] | tuple[str, ...], now: datetime
) -> tuple[ApiKeyView, str]:
    """
    Make a key for a seller and return it with its secret, which cannot be shown again.

    The caller has checked that the person may do so (`sellers.queries.access_seller`, action `manage_api_keys`).

    :raises InvalidField: no name, no scope or an unknown one.
    """
    label = _clean_name(name, field="name", limit=100)
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


def export_person(person_id: UUID) -> dict[str, Any]:
    """
    Return everything kept about a person, as JSON values: their own row and each room's share under its name.

    :raises NotFound: nobody has this id.
    """
    person = queries.get_person(person_id)
    addresses = EmailAddress.objects.filter(user_id=person_id).order_by("email")
    keys = ApiKey.objects.filter(person_id=person_id).order_by("created_at", "id")
    exported: dict[str, Any] = {
        "person": {
            "id": str(person.id),
            "email": person.email,
            "name": person.name,
            "language": person.language,
            "joined_at": person.joined_at.isoformat(),
        },
        "email_addresses": [
            {"email": address.email, "confirmed": address.verified, "primary": address.primary} for address in addresses
        ],
        "api_keys": [
            {"name": key.name, "hint": key.hint, "scopes": key.scopes, "created_at": key.created_at.isoformat()}
            for key in keys
        ],
    }
    for holder in ports.holders():
        exported[holder.name] = holder.export(person_id=person_id)
    return exported


@transaction
def erase_person(*, person_id: UUID, actor: str, now: datetime) -> None:
    """
    Erase a person: log-in, name and mailbox here, and each room's share. Rows that the law keeps lose the name.

    :raises NotFound: nobody has this id.
    :raises ErasureRefused: a room objects; nothing was erased.
    """
    person = _lock(person_id)
    objections = [reason for holder in ports.holders() for reason in holder.objections(person_id=person_id)]
    if person.is_staff:
        objections.insert(0, "is_operator")
    if objections:
        raise ErasureRefused(reasons=objections)
    for holder in ports.holders():
        holder.erase(person_id=person_id, now=now)
    EmailAddress.objects.filter(user=person).delete()
    ApiKey.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
    person.email = f"erased-{person.id}@erased.invalid"
    person.name = person.language = ""
    person.is_active = False
    person.last_login = None
    person.set_unusable_password()
    person.save()
    audit.record(actor=actor, action="erase_person", subject_kind="person", subject_id=person.id)
    facts.record(PersonErased(person_id=person.id))


def _new_person(
    email: str, name: str, password: str | None, language: str, email_confirmed: bool, now: datetime
) -> Person:
    normal = _clean_email(email)
    person = Person(email=normal, name=_clean_name(name), language=language, joined_at=now)
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as fault:
            codes = ", ".join(str(error.code) for error in fault.error_list)
            raise InvalidField.single("password", codes) from fault
    person.set_password(password)
    try:
        with _django.atomic():
            person.save(force_insert=True)
            EmailAddress.objects.create(user=person, email=normal, primary=True, verified=email_confirmed)
    except IntegrityError as fault:
        raise EmailTaken(email=normal) from fault
    return person


def _set_operator(person: Person, is_operator: bool, actor: str) -> PersonView:
    if person.is_staff != is_operator:
        person.is_staff = is_operator
        person.save(update_fields=["is_staff"])
        action = "make_operator" if is_operator else "remove_operator"
        audit.record(actor=actor, action=action, subject_kind="person", subject_id=person.id, email=person.email)
    return queries.person_view(person)


def _lock(person_id: UUID) -> Person:
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise NotFound(person_id=person_id)
    return person


def _clean_email(text: str) -> str:
    normal = rules.normal_email(text)
    if normal is None:
        raise InvalidField.single("email", "not_an_email_address")
    return normal


def _clean_name(text: str, *, field: str = "name", limit: int = 200) -> str:
    name = " ".join(text.split())
    if len(name) > limit:
        raise InvalidField.single(field, "too_long")
    if not name.isprintable():
        raise InvalidField.single(field, "control_characters")
    return name
