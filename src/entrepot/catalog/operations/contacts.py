"""Who made goods and who answers for their safety: contacts that the seller wrote down, and nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal
from uuid import UUID

from entrepot.catalog.rules.listings import FieldError, ListingInput
from entrepot.kernel import sql
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import step

_FIELDS = ("manufacturer_id", "responsible_id")
# Locked as a foreign key locks it: a contact that is named now is not dropped meanwhile.
_KNOWN = "SELECT id FROM sellers_safetycontact WHERE seller_id = %s AND id = ANY(%s) ORDER BY id FOR KEY SHARE"


@step
def find_known(seller_id: UUID, listings: Iterable[ListingInput]) -> frozenset[UUID]:
    """Return which of the contacts that listings name are the seller's; no statement where none is named."""
    return _find({one for listing in listings for one in (listing.manufacturer_id, listing.responsible_id)}, seller_id)


def list_unknown(listing: ListingInput, known: Collection[UUID]) -> list[FieldError]:
    """Return what a listing names that is no contact of the seller."""
    named = {name: getattr(listing, name) for name in _FIELDS}
    return [FieldError(name, _none()) for name, said in named.items() if said and said not in known]


@step
def check(seller_id: UUID, **named: UUID | Literal[""] | None) -> None:
    """
    Refuse what is no contact of the seller.

    :raises InvalidField: with each field that names none.
    """
    known = _find(set(named.values()), seller_id)
    if errors := [{"field": name, "reason": _none()} for name, said in named.items() if said and said not in known]:
        raise InvalidField(errors=errors)


def _find(named: Collection[UUID | Literal[""] | None], seller_id: UUID) -> frozenset[UUID]:
    wanted = [one for one in named if one]
    return frozenset(row[0] for row in sql.fetch_all(_KNOWN, [seller_id, wanted])) if wanted else frozenset()


def _none() -> Sentence:
    return Sentence("You have no such contact.")
