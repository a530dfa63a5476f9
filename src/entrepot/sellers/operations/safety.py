"""
Who made a seller's goods and who answers in the European Union for their safety: Regulation (EU) 2023/988, articles 16
and 19. Contacts are written down once; the store chooses two of them for all its goods, a listing others for its own.
"""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction as _django

from entrepot.kernel import facts
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import step, transaction
from entrepot.markets import queries as markets
from entrepot.sellers.events import StoreChanged
from entrepot.sellers.models import SafetyContact, Store
from entrepot.sellers.operations.access import demand_state, line, note
from entrepot.sellers.operations.stores import lock_store
from entrepot.sellers.queries import SafetyContactView, StoreView, get_safety_contact, get_stores

CONTACTS_MAX = 500


class ContactInUse(DomainError):
    """The store, a listing or a category names it: another must be chosen there first."""

    code = "contact_in_use"
    kind = "conflict"
    summary = "Your store or your goods still name this contact. Choose another there first."


class TooManyContacts(DomainError):
    """The seller has as many as one may have."""

    code = "too_many_contacts"
    kind = "conflict"
    summary = "You have as many contacts as one store may have."


@transaction
def add_safety_contact(
    *, seller_id: UUID, person_id: UUID, name: str, address: str, country: str, email: str, now: datetime
) -> SafetyContactView:
    """
    Write down a manufacturer or a responsible person, for the store and its listings to choose.

    :param address: the postal address in the country, on one line.
    :raises NotFound: the seller has no store.
    :raises WrongState: the store is closed.
    :raises InvalidField: a part is missing or cannot be taken.
    :raises TooManyContacts: there are 500 already.
    """
    store = _lock_open_store(seller_id, person_id)
    contact = SafetyContact(seller_id=store.seller_id, created_at=now)
    _fill(contact, name, address, country, email)
    if SafetyContact.objects.filter(seller_id=seller_id).count() >= CONTACTS_MAX:
        raise TooManyContacts(most=CONTACTS_MAX)
    contact.save(force_insert=True)
    note(seller_id=seller_id, person_id=person_id, action="add_safety_contact", contact_id=str(contact.id))
    return get_safety_contact(seller_id, contact.id)


@transaction
def change_safety_contact(
    *,
    seller_id: UUID,
    person_id: UUID,
    contact_id: UUID,
    name: str,
    address: str,
    country: str,
    email: str,
    now: datetime,
) -> SafetyContactView:
    """
    Write a contact anew, wherever it is named: goods may go to the Union, or no more, when it moves there or away.

    :raises NotFound: the seller has no store or no such contact.
    :raises WrongState: the store is closed.
    :raises InvalidField: a part is missing or cannot be taken.
    """
    store = _lock_open_store(seller_id, person_id)
    contact = _own(seller_id, contact_id)
    was_in_eu = contact.is_in_eu
    _fill(contact, name, address, country, email)
    contact.save()
    note(seller_id=seller_id, person_id=person_id, action="change_safety_contact", contact_id=str(contact_id))
    if contact.is_in_eu != was_in_eu:
        _declare(store)
    return get_safety_contact(seller_id, contact_id)


@transaction
def drop_safety_contact(*, seller_id: UUID, person_id: UUID, contact_id: UUID, now: datetime) -> None:
    """
    Take a contact away that nothing names.

    :raises NotFound: the seller has no store or no such contact.
    :raises WrongState: the store is closed.
    :raises ContactInUse: the store, a listing or a category names it; nothing was done.
    """
    _lock_open_store(seller_id, person_id)
    contact = _own(seller_id, contact_id)
    try:
        with _django.atomic():  # Keys say whether anything names it, a listing that is saved right now too.
            contact.delete()
    except IntegrityError as refusal:
        raise ContactInUse(contact_id=str(contact_id)) from refusal
    note(seller_id=seller_id, person_id=person_id, action="drop_safety_contact", contact_id=str(contact_id))


@transaction
def choose_safety_contacts(
    *, seller_id: UUID, person_id: UUID, manufacturer_id: UUID | None, responsible_id: UUID | None, now: datetime
) -> StoreView:
    """
    Say who made the store's goods and who answers for them in the Union, unless a listing says otherwise; None: nobody.

    A manufacturer in the Union answers for its goods itself. Whom the store names outside of it does not count there.

    :raises NotFound: the seller has no store.
    :raises WrongState: the store is closed.
    :raises InvalidField: one is not among the seller's contacts.
    """
    store = _lock_open_store(seller_id, person_id)
    store.manufacturer_id = _own_or_none("manufacturer_id", seller_id, manufacturer_id)
    store.responsible_id = _own_or_none("responsible_id", seller_id, responsible_id)
    note(
        seller_id=seller_id,
        person_id=person_id,
        action="choose_safety_contacts",
        manufacturer_id=manufacturer_id and str(manufacturer_id),
        responsible_id=responsible_id and str(responsible_id),
    )
    _declare(store)
    return get_stores([seller_id])[seller_id]


@step
def _declare(store: Store) -> None:
    """Write down what the store says of all its goods, and tell who keeps what follows from it."""
    chosen = [contact_id for contact_id in (store.manufacturer_id, store.responsible_id) if contact_id]
    is_answered = SafetyContact.objects.filter(id__in=chosen, is_in_eu=True).exists()
    store.declared = {"responsible_EU": True} if is_answered else {}
    store.save(update_fields=["manufacturer", "responsible", "declared"])
    facts.record(StoreChanged(store_id=store.id, seller_id=store.seller_id))


@step
def _lock_open_store(seller_id: UUID, person_id: UUID) -> Store:
    store = lock_store(person_id, seller_id)
    demand_state(store.state, {"open", "paused"})
    return store


def _own(seller_id: UUID, contact_id: UUID) -> SafetyContact:
    contact = SafetyContact.objects.filter(seller_id=seller_id, pk=contact_id).first()
    if contact is None:
        raise NotFound(contact_id=str(contact_id))
    return contact


def _own_or_none(field: str, seller_id: UUID, contact_id: UUID | None) -> UUID | None:
    if contact_id is not None and not SafetyContact.objects.filter(seller_id=seller_id, pk=contact_id).exists():
        raise InvalidField.single(field, Sentence("You have no such contact."))
    return contact_id


def _fill(contact: SafetyContact, name: str, address: str, country: str, email: str) -> None:
    if country not in markets.list_iso_countries():
        raise InvalidField.single("country", "unknown_country")
    contact.name = line("name", name, limit=200, is_required=True)
    contact.address = line("address", address, limit=300, is_required=True)
    contact.country = country
    contact.email = line("email", email, limit=254, is_required=True)
    try:
        validate_email(contact.email)
    except ValidationError as fault:
        raise InvalidField.single("email", "invalid_format") from fault
    contact.is_in_eu = _counts_in_union(country, contact.address)


def _counts_in_union(country: str, address: str) -> bool:
    """
    Say whether somebody there may answer in the Union: in a member, or in a part of a country that is inside for goods.

    That is Northern Ireland (Windsor Framework, article 5(4) and annex 2), told by the postal code.
    """
    pack = markets.find_pack(country)
    if pack is None or "EU" in pack.unions:
        return pack is not None
    patterns = [pattern for part in pack.territories if "EU" in part.unions for pattern in part.postal_codes]
    words = address.upper().replace(",", " ").split()
    return any(re.search(pattern, word) for pattern in patterns for word in words)
