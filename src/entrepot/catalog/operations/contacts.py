"""Who made goods and who answers for their safety: contacts that the seller wrote down, and nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from entrepot.catalog import events
from entrepot.catalog.rules.listings import FieldError, ListingInput
from entrepot.kernel import facts, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import step, transaction

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


_LOCK = "SELECT id FROM catalog_listing WHERE seller_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_NAME = """
UPDATE catalog_listing l SET manufacturer_id = x.manufacturer_id, responsible_id = x.responsible_id, updated_at = %(at)s
FROM (
  SELECT id,
         CASE WHEN s.manufacturer IS NULL THEN manufacturer_id
              ELSE nullif(s.manufacturer, '')::uuid END AS manufacturer_id,
         CASE WHEN s.responsible IS NULL THEN responsible_id
              ELSE nullif(s.responsible, '')::uuid END AS responsible_id
  FROM catalog_listing, (SELECT %(manufacturer)s::text AS manufacturer, %(responsible)s::text AS responsible) s
  WHERE id = ANY(%(listing_ids)s)
) x
WHERE l.id = x.id AND (l.manufacturer_id, l.responsible_id) IS DISTINCT FROM (x.manufacturer_id, x.responsible_id)
RETURNING l.id
"""


@transaction
def set_listing_contacts(
    *,
    seller_id: UUID,
    listing_ids: Sequence[UUID],
    manufacturer_id: UUID | Literal[""] | None = None,
    responsible_id: UUID | Literal[""] | None = None,
    now: datetime,
) -> int:
    """
    Say of listings who made them and who answers for their safety, of the seller's contacts. None leaves what is there;
    an empty text takes it away, so that the store's choice holds.

    :returns: how many changed.
    :raises NotFound: one is not this seller's; nothing was changed.
    :raises InvalidField: one is no contact of the seller.
    """
    check(seller_id, manufacturer_id=manufacturer_id, responsible_id=responsible_id)
    own = {row[0] for row in sql.fetch_all(_LOCK, [seller_id, list(listing_ids)])}
    if missing := [str(listing_id) for listing_id in listing_ids if listing_id not in own]:
        raise NotFound(listing_id=missing[0])
    said = {**as_said(manufacturer_id, responsible_id), "at": now, "listing_ids": list(own)}
    changed = [str(row[0]) for row in sql.fetch_all(_NAME, said)]
    if changed:
        facts.record(events.ListingsChanged(listing_ids=sorted(changed), seller_id=seller_id))
    return len(changed)


def as_said(manufacturer_id: UUID | Literal[""] | None, responsible_id: UUID | Literal[""] | None) -> dict[str, Any]:
    """Return a choice as statements take it: NULL leaves what is there, an empty text takes it away."""
    return {
        "manufacturer": None if manufacturer_id is None else str(manufacturer_id),
        "responsible": None if responsible_id is None else str(responsible_id),
    }


def _find(named: Collection[UUID | Literal[""] | None], seller_id: UUID) -> frozenset[UUID]:
    wanted = [one for one in named if one]
    return frozenset(row[0] for row in sql.fetch_all(_KNOWN, [seller_id, wanted])) if wanted else frozenset()


def _none() -> Sentence:
    return Sentence("You have no such contact.")
