"""Listings: made and changed one by one or in bulk, priced, translated, paused, blocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.catalog import events
from entrepot.catalog.operations import stores, writing
from entrepot.catalog.operations.results import Rejected, SetResult
from entrepot.catalog.operations.writing import Entry
from entrepot.catalog.rules import texts
from entrepot.catalog.rules.listings import (
    FieldError,
    ListingInput,
    Translation,
    check_listing,
    clean_attributes,
    is_language,
    parse_price,
    title_reason,
)
from entrepot.kernel import audit, facts, sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.languages import text_language
from entrepot.kernel.transactions import transaction

_BATCH = 200


class ListingBlocked(DomainError):
    """The operator has taken the listing down; only the operator can lift that."""

    code = "listing_blocked"
    kind = "conflict"
    summary = "The operator has blocked this listing."


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


@transaction
def upsert_listing(*, seller_id: UUID, listing: ListingInput, now: datetime) -> UpsertResult:
    """
    Make a listing, or replace the one that it names, with its SKUs and their stock.

    :raises NoStore: the seller has nowhere to list.
    :raises NotFound: `listing_id` names no listing of this seller.
    :raises InvalidField: with every reason, by field.
    """
    outcome = _upsert(seller_id, [(0, listing)], now)[0]
    if isinstance(outcome, RefusedListing):
        if any(error.field == "listing_id" for error in outcome.errors):
            raise NotFound(listing_id=str(listing.listing_id))
        raise InvalidField(errors=[{"field": error.field, "reason": error.reason} for error in outcome.errors])
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
    outcomes: list[UpsertResult | RefusedListing | None] = []
    entries: list[Entry] = []
    named: set[str | UUID] = set()
    for index, listing in numbered:
        key = listing.listing_id or listing.external_id or ""
        before = stored.get(key)
        checked, errors = check_listing(listing, listing.currency or (before or {}).get("currency") or store.currency)
        if listing.listing_id and before is None:
            errors.insert(0, FieldError("listing_id", "You have no listing of this id."))
        if key and key in named:
            errors.append(FieldError("external_id", "This listing stands twice in what was sent."))
        for number, sku in enumerate(listing.skus):
            owner = skus.get(sku.seller_sku)
            if (owner and (before is None or owner["listing_id"] != before["id"])) or f"sku:{sku.seller_sku}" in named:
                reason = f"Another of your listings has the SKU {sku.seller_sku!r} already."
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


_SKU_PRICES = """
SELECT id, seller_sku, currency, listing_id, price_minor FROM catalog_sku
WHERE seller_id = %s AND seller_sku = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
_SET_PRICES = """
UPDATE catalog_sku k SET price_minor = x.price_minor
FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::bigint[]) AS price_minor) x WHERE k.id = x.id
"""


@transaction
def set_prices(*, seller_id: UUID, prices: Mapping[str, tuple[str, str]], now: datetime) -> SetResult:
    """
    Set prices by the seller's own SKU names; each is (decimal text, currency), in the currency of its listing.

    :returns: how many changed, how many were so already, and the rejected ones with the reason.
    """
    found = {row[1]: row for row in sql.fetch_all(_SKU_PRICES, [seller_id, list(prices)])}
    rejected = [Rejected(name, "sku", "You have no SKU of this name.") for name in prices if name not in found]
    new: dict[int, int] = {}
    listing_ids: set[str] = set()
    for name, (text, currency) in prices.items():
        if name not in found:
            continue
        sku_id, _, own_currency, listing_id, before = found[name]
        if currency != own_currency:
            rejected.append(Rejected(name, "currency", f"This listing is priced in {own_currency}, not {currency}."))
            continue
        minor, reason = parse_price(text, currency)
        if minor is None:
            rejected.append(Rejected(name, "price", reason or ""))
        elif minor != before:
            new[sku_id] = minor
            listing_ids.add(str(listing_id))
    if new:
        sql.execute(_SET_PRICES, [list(new), list(new.values())])
        facts.record(events.ListingsChanged(listing_ids=sorted(listing_ids), seller_id=seller_id))
    unchanged = len(prices) - len(rejected) - len(new)
    return SetResult(updated=len(new), unchanged=unchanged, rejected=tuple(rejected))


@transaction
def set_translation(
    *,
    seller_id: UUID,
    listing_id: UUID,
    language: str,
    title: str,
    description: str = "",
    attributes: Sequence[tuple[str, str]] = (),
    options: Mapping[str, str] | None = None,
    now: datetime,
) -> None:
    """
    Give a listing's words in another language than the seller's own; an earlier translation is replaced.

    :raises NotFound: the seller has no such listing.
    :raises InvalidField: the title or the language cannot be taken, or the language is the listing's own.
    """
    words = Translation(listing_id, language, title, description, tuple(attributes), options or {})
    _translate(seller_id, [words])


@transaction
def set_translations(*, seller_id: UUID, translations: Sequence[Translation], now: datetime) -> None:
    """
    Give the words of many listings in other languages; all are taken or none.

    :raises NotFound: one is of a listing that is not this seller's.
    :raises InvalidField: one cannot be taken; `field` names it by its place.
    """
    _translate(seller_id, translations)


def _translate(seller_id: UUID, translations: Sequence[Translation]) -> None:
    rows = []
    languages = _languages(seller_id, sorted({words.listing_id for words in translations}))
    for place, words in enumerate(translations):
        prefix = f"translations.{place}." if len(translations) > 1 else ""
        if words.listing_id not in languages:
            raise NotFound(listing_id=str(words.listing_id))
        title = texts.plain(words.title)
        if not texts.TITLE_LENGTH_MIN <= len(title) <= texts.TITLE_LENGTH_MAX:
            raise InvalidField.single(f"{prefix}title", title_reason(title))
        if not is_language(words.language):
            raise InvalidField.single(f"{prefix}language", "A language is a code such as en, ar or zh.")
        language = text_language(words.language)
        if language == languages[words.listing_id]:
            reason = "This is the listing's own language: change the listing itself."
            raise InvalidField.single(f"{prefix}language", reason)
        rows.append(
            {
                "listing_id": words.listing_id,
                "seller_id": seller_id,
                "language": language,
                "title": title,
                "description": texts.safe_html(words.description),
                "attributes": clean_attributes(words.attributes),
                "option_words": {texts.plain(word): texts.plain(said) for word, said in words.options.items()},
                "source": "translation",
            }
        )
    if rows:
        sql.execute(sql.load("entrepot.catalog", "write_texts"), [writing.as_json(rows)])
        facts.record(events.ListingsChanged(listing_ids=sorted(map(str, languages)), seller_id=seller_id))


_LANGUAGES = (
    "SELECT id, language FROM catalog_listing WHERE seller_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
)


def _languages(seller_id: UUID, listing_ids: Sequence[UUID]) -> dict[UUID, str]:
    return dict(sql.fetch_all(_LANGUAGES, [seller_id, list(listing_ids)]))


_OWNED = "SELECT id, state FROM catalog_listing WHERE seller_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_SET_STATE = "UPDATE catalog_listing SET state = %s, updated_at = %s WHERE id = ANY(%s)"


def _owned(seller_id: UUID, listing_ids: Sequence[UUID]) -> dict[UUID, str]:
    return dict(sql.fetch_all(_OWNED, [seller_id, list(listing_ids)]))


@transaction
def set_listing_state(*, seller_id: UUID, listing_ids: Sequence[UUID], state: str, now: datetime) -> int:
    """
    Offer listings (`active`), hide them for a while (`paused`) or put them back to the workbench (`draft`).

    :returns: how many changed.
    :raises NotFound: one is not this seller's; nothing was changed.
    :raises ListingBlocked: the operator has blocked one; nothing was changed.
    """
    if state not in ("active", "paused", "draft"):
        raise InvalidField.single("state", "The state is one of active, paused, draft.")
    states = _owned(seller_id, listing_ids)
    if missing := [str(listing_id) for listing_id in listing_ids if listing_id not in states]:
        raise NotFound(listing_id=missing[0])
    if blocked := [str(listing_id) for listing_id, before in states.items() if before == "blocked"]:
        raise ListingBlocked(listing_id=blocked[0])
    changed = [listing_id for listing_id, before in states.items() if before != state]
    if changed:
        sql.execute(_SET_STATE, [state, now, changed])
        kind = events.ListingsChanged if state == "active" else events.ListingsRemoved
        facts.record(kind(listing_ids=sorted(map(str, changed)), seller_id=seller_id))
    return len(changed)


_BLOCK = """
UPDATE catalog_listing SET state = 'blocked', block_reason = %s, updated_at = %s
WHERE id = %s AND state <> 'blocked' RETURNING seller_id
"""
_UNBLOCK = """
UPDATE catalog_listing SET state = 'paused', block_reason = NULL, updated_at = %s
WHERE id = %s AND state = 'blocked' RETURNING seller_id
"""


@transaction
def block_listing(*, listing_id: UUID, actor: str, reason: str, now: datetime) -> None:
    """
    Take a listing down for a reason that its seller is shown; no feed brings it back.

    :raises NotFound: there is none of this id that is not blocked yet.
    """
    if not reason.strip():
        raise InvalidField.single("reason", "Say why: the seller is shown the reason.")
    row = sql.fetch_one(_BLOCK, [reason.strip(), now, listing_id])
    if row is None:
        raise NotFound(listing_id=str(listing_id))
    audit.record(
        actor=actor, action="block_listing", subject_kind="listing", subject_id=listing_id, reason=reason.strip()
    )
    facts.record(events.ListingsRemoved(listing_ids=[str(listing_id)], seller_id=row[0]))


@transaction
def unblock_listing(*, listing_id: UUID, actor: str, now: datetime) -> None:
    """
    Lift a block; the listing is paused then, and its seller offers it again.

    :raises NotFound: there is no blocked listing of this id.
    """
    row = sql.fetch_one(_UNBLOCK, [now, listing_id])
    if row is None:
        raise NotFound(listing_id=str(listing_id))
    audit.record(actor=actor, action="unblock_listing", subject_kind="listing", subject_id=listing_id)
