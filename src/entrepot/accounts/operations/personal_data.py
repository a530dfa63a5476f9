"""What the law gives a person: all that is kept about them, and to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress

from entrepot.accounts import ports, queries
from entrepot.accounts.events import PersonErased
from entrepot.accounts.models import ApiKey, SavedAddress
from entrepot.accounts.operations.people import lock_person
from entrepot.kernel import audit, facts
from entrepot.kernel.errors import DomainError
from entrepot.kernel.transactions import transaction


class ErasureRefused(DomainError):
    """Something unfinished needs the person's data; `reasons` are codes."""

    code = "erasure_refused"
    kind = "conflict"
    summary = "The data cannot be erased while something unfinished needs it."


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
        "address_book": [
            {"country": address.country, **address.fields, "default": address.is_default}
            for address in queries.list_addresses(person_id)
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
    person = lock_person(person_id)
    objections = [reason for holder in ports.holders() for reason in holder.objections(person_id=person_id)]
    if person.is_staff:
        objections.insert(0, "is_operator")
    if objections:
        raise ErasureRefused(reasons=objections)
    for holder in ports.holders():
        holder.erase(person_id=person_id, now=now)
    EmailAddress.objects.filter(user=person).delete()
    SavedAddress.objects.filter(person=person).delete()
    ApiKey.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
    person.email = f"erased-{person.id}@erased.invalid"
    person.name = person.language = ""
    person.is_active = False
    person.last_login = None
    person.set_unusable_password()
    person.save()
    audit.record(actor=actor, action="erase_person", subject_kind="person", subject_id=person.id)
    facts.record(PersonErased(person_id=person.id))
