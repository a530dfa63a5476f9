"""Categories: the marketplace's own tree, and what sellers say of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson

from entrepot.catalog import events
from entrepot.catalog.operations import classification, contacts
from entrepot.catalog.operations.classification import Shown
from entrepot.catalog.rules import taxonomy
from entrepot.catalog.rules.listings import (
    WEIGHT_G_MAX,
    ListingInput,
    hs_fault,
    known_countries,
)
from entrepot.kernel import facts, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import step, transaction

_ROOM = "entrepot.catalog"


class CategoriesMissing(AssertionError):
    """The category tree was never loaded: `entrepot sync-categories` (part of the set-up) does it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A seller's category as listings take it over: where it is mapped, and what was confirmed for its goods."""

    id: int
    category_id: int
    hs_code: str | None
    confirmed_at: datetime | None
    origin_country: str | None
    default_weight_g: int | None
    manufacturer_id: UUID | None
    responsible_id: UUID | None


@dataclass(frozen=True, slots=True)
class CustomsResult:
    """How many listings took over what was said for their category."""

    categories: int
    listings: int


@transaction
def sync_categories() -> int:
    """
    Load the shipped category tree: new ones are made, names and places refreshed, those no longer shipped retired.

    :returns: the number of categories shipped.
    """
    shipped = taxonomy.nodes()
    rows = [{"slug": node.slug, "names": node.names, "position": position} for position, node in enumerate(shipped)]
    sql.execute(sql.load(_ROOM, "write_categories"), [orjson.dumps(rows).decode()])
    slugs, parents = [node.slug for node in shipped], [node.parent for node in shipped]
    sql.execute(sql.load(_ROOM, "place_categories"), [slugs, parents])
    return len(shipped)


_SLUGS = "SELECT slug, id FROM catalog_category WHERE slug = ANY(%s)"
_FIND = """
SELECT text, id, coalesce(category_id, 0), hs_code, confirmed_at, origin_country, default_weight_g, manufacturer_id,
       responsible_id
FROM catalog_sellercategory WHERE seller_id = %s AND text = ANY(%s)
"""
_ADD = """
INSERT INTO catalog_sellercategory (seller_id, text, category_id)
SELECT %s::uuid, * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT (seller_id, text) DO NOTHING
"""


@step
def resolve(
    seller_id: UUID,
    listings: Iterable[ListingInput],
    stored: dict[UUID | str, dict[str, Any]],
    google_paths: Mapping[str, str],
) -> dict[object, Place]:
    """
    Return the place of each listing (by its external id, id, or identity), making the seller's categories as needed.

    A seller without words of their own uses ours: the slug is then the text. A listing that names neither stays where
    it is.

    :param google_paths: the place in Google's taxonomy that a feed gives for a seller's words.
    """
    named = {place_key(listing): listing for listing in listings}
    wanted: dict[object, tuple[str, str | None]] = {}
    places: dict[object, Place] = {}
    for key, listing in named.items():
        before = stored.get(key)  # type: ignore[call-overload]
        if before and listing.seller_category is None and listing.category is None:
            places[key] = Place(before["seller_category_id"], before["category_id"], *[None] * 6)
            continue
        text = (listing.seller_category if listing.seller_category is not None else listing.category or "").strip()
        wanted[key] = (text, listing.category)
    known = _find(seller_id, {text for text, _ in wanted.values()})
    slugs = {slug for _, slug in wanted.values() if slug} | {taxonomy.FALLBACK}
    missing = {
        text: slug or taxonomy.guess(text, google_paths.get(text, ""))
        for text, slug in wanted.values()
        if text not in known
    }
    ids = dict(sql.fetch_all(_SLUGS, [sorted(slugs | {slug for slug in missing.values() if slug})]))
    if taxonomy.FALLBACK not in ids:
        raise CategoriesMissing
    if missing:
        texts = sorted(missing)
        sql.execute(_ADD, [seller_id, texts, [ids.get(missing[text] or "") for text in texts]])
        known |= _find(seller_id, set(missing))
    for key, (text, slug) in wanted.items():
        place = known[text]
        category_id = ids[slug] if slug in ids else place.category_id or ids[taxonomy.FALLBACK]
        places[key] = replace(place, category_id=category_id)
    return places


def place_key(listing: ListingInput) -> object:
    """Return what names a listing inside one batch: our id, the seller's, or the object itself."""
    return listing.listing_id or listing.external_id or id(listing)


def _find(seller_id: UUID, texts: set[str]) -> dict[str, Place]:
    return {row[0]: Place(*row[1:]) for row in sql.fetch_all(_FIND, [seller_id, sorted(texts)])}


_OF_SELLER = """
SELECT c.id FROM catalog_sellercategory c
WHERE c.seller_id = %s AND (c.text = %s OR c.category_id = ANY(%s)) ORDER BY c.id FOR NO KEY UPDATE
"""
_BRANCH = """
WITH RECURSIVE branch AS (
  SELECT id FROM catalog_category WHERE slug = %s
  UNION ALL
  SELECT c.id FROM catalog_category c JOIN branch b ON c.parent_id = b.id
)
SELECT id FROM branch
"""
_CONFIRM = """
UPDATE catalog_sellercategory
SET hs_code = coalesce(%s, hs_code), origin_country = coalesce(%s, origin_country),
    default_weight_g = coalesce(%s, default_weight_g), confirmed_by = %s, confirmed_at = %s
WHERE seller_id = %s AND id = ANY(%s)
"""


@transaction
def set_category_customs(
    *,
    seller_id: UUID,
    seller_category: str | None = None,
    category: str | None = None,
    hs_code: str | None = None,
    origin_country: str | None = None,
    default_weight_g: int | None = None,
    confirmed_by: UUID,
    shown: Shown | None = None,
    now: datetime,
) -> CustomsResult:
    """
    Say for a whole category what customs and carriers ask: HS code, country of origin, weight where none is known.

    The seller confirms it by saying so. It holds for the listings there are and for those that later feeds bring;
    what a listing says of itself stays.

    :param seller_category: the seller's own word (`""`: listings without one); or
    :param category: the slug of one of ours, with everything below it.
    :param shown: the codes that were suggested to whoever confirms one now, for the trail.
    :raises NotFound: the seller has no such category.
    :raises InvalidField: a value cannot be taken, or nothing was said.
    """
    _check_customs(hs_code, origin_country, default_weight_g)
    own = _lock_own(seller_id, seller_category, category)
    changed: set[UUID] = set()
    rows = sql.fetch_all(sql.load(_ROOM, "customs_of_listings"), [hs_code, origin_country, now, seller_id, own])
    changed.update(row[0] for row in rows)
    if default_weight_g is not None:
        rows = sql.fetch_all(sql.load(_ROOM, "weight_of_skus"), [default_weight_g, seller_id, own])
        changed.update(row[0] for row in rows)
    sql.execute(_CONFIRM, [hs_code, origin_country, default_weight_g, confirmed_by, now, seller_id, own])
    if shown is not None and hs_code is not None:
        classification.record_suggestion(
            seller_id, shown, subject_kind="seller_category", subject_id=own[0], code=hs_code
        )
    if changed:
        facts.record(events.ListingsChanged(listing_ids=sorted(map(str, changed)), seller_id=seller_id))
    return CustomsResult(categories=len(own), listings=len(changed))


def _check_customs(hs_code: str | None, origin_country: str | None, default_weight_g: int | None) -> None:
    errors = []
    if hs_code is None and origin_country is None and default_weight_g is None:
        reason = Sentence("Say at least one of HS code, country of origin and weight.")
        errors.append({"field": "hs_code", "reason": reason})
    if hs_code is not None and (fault := hs_fault(hs_code)):
        errors.append({"field": "hs_code", "reason": fault})
    if origin_country is not None and origin_country not in known_countries():
        reason = Sentence("Use a code of two letters (ISO 3166-1), such as CN.")
        errors.append({"field": "origin_country", "reason": reason})
    if default_weight_g is not None and not 0 < default_weight_g <= WEIGHT_G_MAX:
        reason = Sentence("The weight must be from 1 g to %(most)s kg.", most=WEIGHT_G_MAX // 1000)
        errors.append({"field": "default_weight_g", "reason": reason})
    if errors:
        raise InvalidField(errors=errors)


def _lock_own(seller_id: UUID, seller_category: str | None, category: str | None) -> list[int]:
    """Return the seller's categories of a word of its own, or of one of ours and all below it."""
    branch = [row[0] for row in sql.fetch_all(_BRANCH, [category])] if category is not None else []
    own = [row[0] for row in sql.fetch_all(_OF_SELLER, [seller_id, seller_category, branch])]
    if not own:
        raise NotFound(category=category if seller_category is None else seller_category)
    return own


_NAME_CONTACTS = """
UPDATE catalog_sellercategory
SET manufacturer_id = CASE WHEN %(manufacturer)s::text IS NULL THEN manufacturer_id
                           ELSE nullif(%(manufacturer)s::text, '')::uuid END,
    responsible_id = CASE WHEN %(responsible)s::text IS NULL THEN responsible_id
                          ELSE nullif(%(responsible)s::text, '')::uuid END
WHERE seller_id = %(seller_id)s AND id = ANY(%(categories)s)
"""


@transaction
def set_category_contacts(
    *,
    seller_id: UUID,
    seller_category: str | None = None,
    category: str | None = None,
    manufacturer_id: UUID | Literal[""] | None = None,
    responsible_id: UUID | Literal[""] | None = None,
    now: datetime,
) -> CustomsResult:
    """
    Say for a whole category who made its goods and who answers for their safety, of the seller's contacts.

    It holds for the listings there are and for those that later feeds bring; what a listing says of itself stays.
    None leaves what was said; an empty text takes it away, so that the store's choice holds.

    :param seller_category: the seller's own word (`""`: listings without one); or
    :param category: the slug of one of ours, with everything below it.
    :raises NotFound: the seller has no such category.
    :raises InvalidField: one is no contact of the seller.
    """
    contacts.check(seller_id, manufacturer_id=manufacturer_id, responsible_id=responsible_id)
    own = _lock_own(seller_id, seller_category, category)
    said = {
        **contacts.as_said(manufacturer_id, responsible_id),
        "at": now,
        "seller_id": seller_id,
        "categories": own,
    }
    changed = [row[0] for row in sql.fetch_all(sql.load(_ROOM, "contacts_of_listings"), said)]
    sql.execute(_NAME_CONTACTS, said)
    if changed:
        facts.record(events.ListingsChanged(listing_ids=sorted(map(str, changed)), seller_id=seller_id))
    return CustomsResult(categories=len(own), listings=len(changed))


_MAP = "UPDATE catalog_sellercategory SET category_id = %s WHERE seller_id = %s AND text = %s RETURNING id"
_MOVE = """
UPDATE catalog_listing SET category_id = %s, updated_at = %s
WHERE seller_id = %s AND seller_category_id = %s AND category_id <> %s RETURNING id
"""


@transaction
def map_category(*, seller_id: UUID, seller_category: str, category: str, now: datetime) -> int:
    """
    Say where a seller's own category belongs in our tree; its listings move there.

    :returns: the number of listings moved.
    :raises NotFound: the seller has no such category, or we have none of this slug.
    """
    target = sql.fetch_one("SELECT id FROM catalog_category WHERE slug = %s AND NOT retired", [category])
    mapped = sql.fetch_one(_MAP, [target[0], seller_id, seller_category]) if target else None
    if target is None or mapped is None:
        raise NotFound(category=category if target is None else seller_category)
    moved = [str(row[0]) for row in sql.fetch_all(_MOVE, [target[0], now, seller_id, mapped[0], target[0]])]
    if moved:
        facts.record(events.ListingsChanged(listing_ids=sorted(moved), seller_id=seller_id))
    return len(moved)
