"""Listings: made and changed, one by one or in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.catalog import queries
from entrepot.catalog.operations import classification, contacts, stores, writing
from entrepot.catalog.operations.classification import Shown
from entrepot.catalog.operations.writing import Entry
from entrepot.catalog.rules.listings import (
    FieldError,
    ListingInput,
    check_listing,
)
from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction

_BATCH = 200


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """A listing that was taken: our id, whether it is new, and the public code of each SKU by the seller's name."""

    listing_id: UUID
    created: bool
    skus: dict[str, str]


@dataclass(frozen=True, slots=True)
class RefusedListing:
    """A listing that was not taken: its place in what was sent, and every reason."""

    index: int
    errors: tuple[FieldError, ...]


class ListingChanged(DomainError):
    """Somebody (a colleague, a feed, the API) changed the listing since it was read: `version` is what it is now."""

    code = "listing_changed"
    kind = "conflict"
    summary = "This listing was changed meanwhile."


_LOCK_SKUS = "SELECT id FROM catalog_sku WHERE listing_id = %s AND seller_id = %s ORDER BY id FOR NO KEY UPDATE"


@transaction
def upsert_listing(
    *,
    seller_id: UUID,
    listing: ListingInput,
    expected_version: str | None = None,
    shown: Shown | None = None,
    now: datetime,
) -> UpsertResult:
    """
    Make a listing, or replace the one that it names, with its SKUs and their stock.

    :param expected_version: what `ListingView.version` was when the caller read it; None overwrites whatever there is.
    :param shown: the codes that were suggested to whoever confirms the listing's HS code now, for the trail.
    :raises ListingChanged: it is another one now; nothing was written.
    :raises NoStore: the seller has nowhere to list.
    :raises NotFound: `listing_id` names no listing of this seller.
    :raises InvalidField: with every reason, by field.
    """
    if expected_version is not None and listing.listing_id is not None:
        stores.lock_store(seller_id)  # From here on nobody else writes it,
        sql.fetch_all(_LOCK_SKUS, [listing.listing_id, seller_id])  # nor sets its prices in bulk.
        version = queries.get_listing(listing.listing_id, "", seller_id=seller_id).version
        if version != expected_version:
            raise ListingChanged(listing_id=str(listing.listing_id), version=version)
    outcome = _upsert(seller_id, [(0, listing)], now)[0]
    if isinstance(outcome, RefusedListing):
        if any(error.field == "listing_id" for error in outcome.errors):
            raise NotFound(listing_id=str(listing.listing_id))
        raise InvalidField(errors=[{"field": error.field, "reason": error.reason} for error in outcome.errors])
    if shown is not None and listing.hs_code:
        classification.record_suggestion(
            seller_id, shown, subject_kind="listing", subject_id=outcome.listing_id, code=listing.hs_code
        )
    return outcome


def upsert_listings(
    *, seller_id: UUID, listings: Sequence[ListingInput], now: datetime
) -> list[UpsertResult | RefusedListing]:
    """
    Make or replace many listings; one that cannot be taken keeps no other back. Commits every 200.

    :returns: one outcome per listing, in order.
    :raises NoStore: the seller has nowhere to list.
    """
    outcomes: list[UpsertResult | RefusedListing] = []
    numbered = list(enumerate(listings))
    for start in range(0, len(numbered), _BATCH):
        outcomes += _upsert_batch(seller_id=seller_id, numbered=numbered[start : start + _BATCH], now=now)
    return outcomes


@transaction
def _upsert_batch(
    *, seller_id: UUID, numbered: Sequence[tuple[int, ListingInput]], now: datetime
) -> list[UpsertResult | RefusedListing]:
    return _upsert(seller_id, numbered, now)


def _upsert(
    seller_id: UUID, numbered: Sequence[tuple[int, ListingInput]], now: datetime
) -> list[UpsertResult | RefusedListing]:
    store = stores.lock_store(seller_id)
    stored = writing.find_listings(store, (listing for _, listing in numbered))
    names = {sku.seller_sku for _, listing in numbered for sku in listing.skus}
    skus = writing.find_skus(store, {row["id"] for row in stored.values()}, names)
    known = contacts.find_known(seller_id, (listing for _, listing in numbered))
    outcomes: list[UpsertResult | RefusedListing | None] = []
    entries: list[Entry] = []
    named: set[str | UUID] = set()
    for index, listing in numbered:
        key = listing.listing_id or listing.external_id or ""
        before = stored.get(key)
        checked, errors = check_listing(listing, listing.currency or (before or {}).get("currency") or store.currency)
        if listing.listing_id and before is None:
            errors.insert(0, FieldError("listing_id", Sentence("You have no listing of this id.")))
        if key and key in named:
            errors.append(FieldError("external_id", Sentence("This listing stands twice in what was sent.")))
        errors += contacts.list_unknown(listing, known)
        for number, sku in enumerate(listing.skus):
            owner = skus.get(sku.seller_sku)
            if (owner and (before is None or owner["listing_id"] != before["id"])) or f"sku:{sku.seller_sku}" in named:
                reason = Sentence("Another of your listings has the SKU %(name)s already.", name=repr(sku.seller_sku))
                errors.append(FieldError(f"skus.{number}.seller_sku", reason))
        if errors:
            outcomes.append(RefusedListing(index=index, errors=tuple(errors)))
            continue
        named.update(f"sku:{sku.seller_sku}" for sku in listing.skus)
        if key:
            named.add(key)
        outcomes.append(None)
        entries.append(Entry(listing=checked))
    written = iter(writing.write(store=store, entries=entries, listings=stored, skus=skus, now=now) if entries else ())
    return [
        UpsertResult(listing_id=done.listing_id, created=done.created, skus=done.codes)
        if outcome is None and (done := next(written))
        else outcome  # type: ignore[misc]
        for outcome in outcomes
    ]
