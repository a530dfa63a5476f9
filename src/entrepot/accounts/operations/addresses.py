"""A person's address book: kept encrypted, one of them the first that is offered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from entrepot.accounts import queries, rules
from entrepot.accounts.models import SavedAddress
from entrepot.accounts.operations.people import lock_person
from entrepot.accounts.queries import AddressView
from entrepot.kernel import ids
from entrepot.kernel.encryption import encrypt
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import transaction


class TooManyAddresses(DomainError):
    """The person keeps as many addresses as one may."""

    code = "too_many_addresses"
    kind = "conflict"
    summary = "The address book is full. Remove an address that you no longer need first."


@transaction
def save_address(
    *, person_id: UUID, country: str, fields: Mapping[str, str], address_id: UUID | None = None, now: datetime
) -> AddressView:
    """
    Keep an address for a person, as a new one or in place of one that is kept; the first becomes the default.

    Whether the fields fit the country's own form the caller has asked `orders.queries.check_address`, which stands
    above. An address that is kept already, word for word, is not kept twice.

    :param fields: texts under `rules.ADDRESS_FIELDS`; what is missing is empty.
    :raises InvalidField: a field that an address does not have, or a text that is too long.
    :raises NotFound: the person has no such address.
    :raises TooManyAddresses: `rules.ADDRESSES_MAX` are kept already.
    """
    taken = _read(country, fields)
    lock_person(person_id)  # Two tabs must not make two defaults, or one address more than there may be.
    kept = queries.list_addresses(person_id)
    if address_id is not None:
        if all(address.id != address_id for address in kept):
            raise NotFound(address_id=address_id)
        SavedAddress.objects.filter(pk=address_id).update(country=country, details=_seal(taken), updated_at=now)
        return queries.get_address(person_id=person_id, address_id=address_id)
    for address in kept:
        if (address.country, address.fields) == (country, taken):
            return address
    if len(kept) >= rules.ADDRESSES_MAX:
        raise TooManyAddresses(most=rules.ADDRESSES_MAX)
    row = SavedAddress.objects.create(
        id=ids.new_id(),
        person_id=person_id,
        country=country,
        details=_seal(taken),
        is_default=not kept,
        created_at=now,
        updated_at=now,
    )
    return queries.get_address(person_id=person_id, address_id=row.id)


@transaction
def make_default(*, person_id: UUID, address_id: UUID, now: datetime) -> None:
    """
    Offer this address before the person's others.

    :raises NotFound: the person has no such address.
    """
    lock_person(person_id)
    queries.get_address(person_id=person_id, address_id=address_id)
    SavedAddress.objects.filter(person_id=person_id, is_default=True).exclude(pk=address_id).update(is_default=False)
    SavedAddress.objects.filter(pk=address_id, is_default=False).update(is_default=True, updated_at=now)


@transaction
def remove_address(*, person_id: UUID, address_id: UUID, now: datetime) -> None:
    """
    Forget an address; where it was the default, the one kept longest takes its place.

    :raises NotFound: the person has no such address.
    """
    lock_person(person_id)
    removed = queries.get_address(person_id=person_id, address_id=address_id)
    SavedAddress.objects.filter(pk=address_id).delete()
    oldest = SavedAddress.objects.filter(person_id=person_id).order_by("created_at", "id").first()
    if removed.is_default and oldest is not None:
        SavedAddress.objects.filter(pk=oldest.pk).update(is_default=True, updated_at=now)


def _read(country: str, fields: Mapping[str, str]) -> dict[str, str]:
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise InvalidField.single("country", "unknown_country")
    faults = [{"field": name, "reason": "not_asked_here"} for name in sorted(set(fields) - set(rules.ADDRESS_FIELDS))]
    faults += [
        {"field": name, "reason": "too_long"} for name, text in fields.items() if len(text) > rules.ADDRESS_FIELD_MAX
    ]
    if faults:
        raise InvalidField(errors=faults)
    return {name: fields.get(name, "") for name in rules.ADDRESS_FIELDS}


def _seal(fields: Mapping[str, str]) -> str:
    return encrypt(json.dumps(dict(fields)))
