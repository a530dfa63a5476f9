"""
One batch of listings into the tables, set-based: what is there is read once, what differs is written once per table.

Every way in (one listing, many, a feed) ends here. Writers of one seller are serialised by an advisory lock, rows are
locked in id order, stock comes last.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import orjson

from entrepot.catalog import events
from entrepot.catalog.operations import categories, stock
from entrepot.catalog.operations.stores import StoreTerms
from entrepot.catalog.rules import texts
from entrepot.catalog.rules.listings import ListingInput, SkuInput, parse_price
from entrepot.kernel import facts, ids, sql
from entrepot.kernel.languages import text_language
from entrepot.kernel.transactions import step

_ROOM = "entrepot.catalog"
_NO_PATHS: Mapping[str, str] = {}
_ALPHABET = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SkuOutcome = Literal["created", "updated", "unchanged"]


@dataclass(slots=True)
class Entry:
    """
    One listing to write, already checked.

    `feed_hash` is the digest of what a feed said: the same as stored leaves the listing's own fields alone.
    `whole` says that its SKUs are all there are; a feed's rows may come scattered, so its entries are not.
    """

    listing: ListingInput
    feed_hash: str | None = None
    whole: bool = True
    continued: bool = False


@dataclass(slots=True)
class Written:
    """What became of an entry."""

    listing_id: UUID
    created: bool
    changed: bool = False
    skus: dict[str, SkuOutcome] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)


_LISTING_COLUMNS = (
    "id", "external_id", "feed_hash", "currency", "language", "state", "block_reason", "category_id",
    "seller_category_id", "brand", "hs_code", "hs_confirmed_at", "origin_country", "tax_included", "home_tax_rate",
    "shipping_class", "attributes_flags", "option_names", "manufacturer_id", "responsible_id",
)  # fmt: skip
_FIND_LISTINGS = f"""
SELECT {", ".join(_LISTING_COLUMNS)} FROM catalog_listing
WHERE seller_id = %s AND (id = ANY(%s) OR external_id = ANY(%s)) ORDER BY id FOR NO KEY UPDATE
"""
_SKU_COLUMNS = (
    "id", "code", "seller_sku", "listing_id", "price_minor", "currency", "options", "weight_g", "length_mm",
    "width_mm", "height_mm", "gtin", "state", "position",
)  # fmt: skip
_FIND_SKUS = f"""
SELECT {", ".join(f"k.{name}" for name in _SKU_COLUMNS)}, s.on_hand, s.reserved
FROM catalog_sku k LEFT JOIN catalog_stock s ON s.sku_id = k.id
WHERE k.seller_id = %s AND (k.listing_id = ANY(%s) OR k.seller_sku = ANY(%s))
"""
_RETIRE = "UPDATE catalog_sku SET state = 'retired' WHERE id = ANY(%s)"


@step
def find_listings(store: StoreTerms, entries: Iterable[ListingInput]) -> dict[UUID | str, dict[str, Any]]:
    """Return the stored listings that the entries name, by id and by external id, locked."""
    listings = list(entries)
    rows = sql.fetch_all(
        _FIND_LISTINGS,
        [
            store.seller_id,
            [listing.listing_id for listing in listings if listing.listing_id],
            [listing.external_id for listing in listings if listing.external_id],
        ],
    )
    found: dict[UUID | str, dict[str, Any]] = {}
    for row in rows:
        stored = dict(zip(_LISTING_COLUMNS, row, strict=True))
        for name in ("attributes_flags", "option_names"):  # Django leaves the JSON of raw statements as text.
            stored[name] = orjson.loads(stored[name])
        found[stored["id"]] = stored
        if stored["external_id"]:
            found[stored["external_id"]] = stored
    return found


@step
def find_skus(store: StoreTerms, listing_ids: Iterable[UUID], names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the stored SKUs of these listings and of these names, with their stock, by the seller's name."""
    columns = (*_SKU_COLUMNS, "on_hand", "reserved")
    rows = sql.fetch_all(_FIND_SKUS, [store.seller_id, list(listing_ids), list(names)])
    found = {row[2]: dict(zip(columns, row, strict=True)) for row in rows}
    for stored in found.values():
        stored["options"] = orjson.loads(stored["options"])
    return found


@step
def write(
    *,
    store: StoreTerms,
    entries: Sequence[Entry],
    listings: dict[UUID | str, dict[str, Any]],
    skus: dict[str, dict[str, Any]],
    google_paths: Mapping[str, str] = _NO_PATHS,
    now: datetime,
) -> list[Written]:
    """Write the entries, given what `find_listings` and `find_skus` found for them; one result per entry, in order."""
    return _Batch(store, listings, skus, now).write(entries, google_paths)


class _Batch:
    """The rows of one batch while they are gathered."""

    def __init__(
        self,
        store: StoreTerms,
        listings: dict[UUID | str, dict[str, Any]],
        skus: dict[str, dict[str, Any]],
        now: datetime,
    ) -> None:
        self.store = store
        self.listings = listings
        self.skus = skus
        self.now = now
        self.listing_rows: list[dict[str, Any]] = []
        self.text_rows: list[dict[str, Any]] = []
        self.sku_rows: dict[str, dict[str, Any]] = {}
        self.picture_rows: list[dict[str, Any]] = []
        self.retired: list[int] = []
        self.counts: dict[str, int] = {}

    def write(self, entries: Sequence[Entry], google_paths: Mapping[str, str]) -> list[Written]:
        named = (entry.listing for entry in entries)
        self.categories = categories.resolve(self.store.seller_id, named, self.listings, google_paths)
        written = [self._gather(entry) for entry in entries]
        self._save(written)
        return written

    def _gather(self, entry: Entry) -> Written:
        listing = entry.listing
        stored = self.listings.get(listing.listing_id or listing.external_id or "")
        same = stored is not None and (
            entry.continued or (entry.feed_hash is not None and stored["feed_hash"] == entry.feed_hash)
        )
        result = Written(listing_id=stored["id"] if stored else ids.new_id(), created=stored is None)
        if stored is not None and same:
            row = stored
        else:
            row = self._listing_row(result.listing_id, entry, stored)
            self.listing_rows.append(row)
            self.text_rows.append(self._text_row(result.listing_id, listing, row["language"]))
            result.changed = True
        self._gather_skus(entry, row, result)
        if result.changed and listing.picture_urls is not None:
            self._gather_pictures(result.listing_id, listing)
        return result

    def _listing_row(self, listing_id: UUID, entry: Entry, stored: dict[str, Any] | None) -> dict[str, Any]:
        listing, store = entry.listing, self.store
        place = self.categories[categories.place_key(listing)]
        before = stored or {
            "external_id": None,
            "feed_hash": None,
            "state": "active",
            "block_reason": None,
            "brand": "",
            "hs_code": None,
            "hs_confirmed_at": None,
            "origin_country": None,
            "tax_included": store.tax_included,
            "home_tax_rate": None,
            "shipping_class": "standard",
            "attributes_flags": {},
            "manufacturer_id": place.manufacturer_id,
            "responsible_id": place.responsible_id,
            "currency": store.currency,
            "language": store.language,
        }
        hs_code, hs_confirmed_at = before["hs_code"], before["hs_confirmed_at"]
        if listing.hs_code is not None and (listing.hs_code or None) != hs_code:
            hs_code, hs_confirmed_at = listing.hs_code or None, self.now if listing.hs_code else None
        elif hs_code is None and listing.hs_code is None and place.hs_code:
            hs_code, hs_confirmed_at = place.hs_code, place.confirmed_at
        origin = before["origin_country"] if listing.origin_country is None else listing.origin_country or None
        return {
            "id": listing_id,
            "seller_id": store.seller_id,
            "store_id": store.store_id,
            "slug": texts.slugify(listing.title),
            "category_id": place.category_id,
            "seller_category_id": place.id,
            "external_id": listing.external_id or before["external_id"],
            "feed_hash": entry.feed_hash or before["feed_hash"],
            "language": text_language(listing.language or before["language"]),
            "state": before["state"] if before["state"] == "blocked" else listing.state or before["state"],
            "block_reason": before["block_reason"],
            "brand": before["brand"] if listing.brand is None else listing.brand,
            "hs_code": hs_code,
            "hs_confirmed_at": hs_confirmed_at,
            "origin_country": origin or place.origin_country,
            "currency": listing.currency or before["currency"],
            "tax_included": before["tax_included"] if listing.tax_included is None else listing.tax_included,
            "home_tax_rate": _text(
                before["home_tax_rate"]
                if listing.home_tax_rate is None and not listing.is_complete
                else listing.home_tax_rate
            ),
            "shipping_class": listing.shipping_class or before["shipping_class"],
            "attributes_flags": before["attributes_flags"] if listing.flags is None else dict(listing.flags),
            "manufacturer_id": _chosen(listing.manufacturer_id, before["manufacturer_id"]),
            "responsible_id": _chosen(listing.responsible_id, before["responsible_id"]),
            "option_names": list(dict.fromkeys(name for sku in listing.skus for name in sku.options)),
            "default_weight_g": place.default_weight_g,
        }

    def _text_row(self, listing_id: UUID, listing: ListingInput, language: str) -> dict[str, Any]:
        return {
            "listing_id": listing_id,
            "seller_id": self.store.seller_id,
            "language": language,
            "title": listing.title,
            "description": listing.description,
            "attributes": listing.attributes,
            "option_words": {},
            "source": "seller",
        }

    def _gather_skus(self, entry: Entry, row: dict[str, Any], result: Written) -> None:
        weight = row.get("default_weight_g")
        for position, sku in enumerate(entry.listing.skus):
            stored = self.skus.get(sku.seller_sku)
            place = position if not entry.continued else stored["position"] if stored else 1000
            known = None if entry.listing.is_complete else stored
            wanted = self._sku_row(sku, row["currency"], result.listing_id, place, weight, known)
            if stored is None:
                result.skus[sku.seller_sku] = "created"
            else:
                differs = any(stored[name] != value for name, value in wanted.items())
                recounted = sku.stock is not None and sku.stock != stored["on_hand"]
                result.skus[sku.seller_sku] = "updated" if differs or recounted or result.changed else "unchanged"
                if not differs:
                    result.codes[sku.seller_sku] = stored["code"]
                    if recounted:
                        self.counts[sku.seller_sku] = sku.stock  # type: ignore[assignment]
                    continue
            result.changed = True
            wanted["code"] = stored["code"] if stored else new_code()
            result.codes[sku.seller_sku] = wanted["code"]
            self.sku_rows[sku.seller_sku] = {"seller_id": self.store.seller_id, **wanted}
            if sku.stock is not None or stored is None:
                self.counts[sku.seller_sku] = sku.stock or 0
        if entry.whole:
            named = {sku.seller_sku for sku in entry.listing.skus}
            self.retired += [
                stored["id"]
                for stored in self.skus.values()
                if stored["listing_id"] == result.listing_id
                and stored["state"] == "active"
                and stored["seller_sku"] not in named
            ]

    @staticmethod
    def _sku_row(
        sku: SkuInput,
        currency: str,
        listing_id: UUID,
        position: int,
        default_weight_g: int | None,
        stored: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return a SKU's row; what it does not say of itself is taken from what is known of it, if anything."""
        price_minor = parse_price(sku.price, currency)[0]
        assert price_minor is not None, "the price was checked before"
        before = stored or {"weight_g": None, "length_mm": None, "width_mm": None, "height_mm": None, "gtin": ""}
        return {
            "seller_sku": sku.seller_sku,
            "listing_id": listing_id,
            "options": dict(sku.options),
            "price_minor": price_minor,
            "currency": currency,
            "weight_g": sku.weight_g or before["weight_g"] or default_weight_g,
            "length_mm": sku.length_mm or before["length_mm"],
            "width_mm": sku.width_mm or before["width_mm"],
            "height_mm": sku.height_mm or before["height_mm"],
            "gtin": before["gtin"] if sku.gtin is None else sku.gtin,
            "state": "active",
            "position": position,
        }

    def _gather_pictures(self, listing_id: UUID, listing: ListingInput) -> None:
        of_sku = {sku.picture_url: sku.seller_sku for sku in listing.skus if sku.picture_url}
        urls = dict.fromkeys([*(listing.picture_urls or ()), *of_sku])
        self.picture_rows += [
            {
                "listing_id": listing_id,
                "seller_id": self.store.seller_id,
                "source_url": url,
                "position": position,
                "seller_sku": of_sku.get(url),
            }
            for position, url in enumerate(urls)
        ]

    def _save(self, written: Sequence[Written]) -> None:
        if self.listing_rows:
            sql.execute(sql.load(_ROOM, "write_listings"), [as_json(self.listing_rows), self.now])
            sql.execute(sql.load(_ROOM, "write_texts"), [as_json(self.text_rows)])
        sku_ids = {name: stored["id"] for name, stored in self.skus.items()}
        if self.sku_rows:
            sku_ids |= dict(sql.fetch_all(sql.load(_ROOM, "write_skus"), [as_json(list(self.sku_rows.values()))]))
        if self.retired:
            sql.execute(_RETIRE, [self.retired])
        changed = [str(result.listing_id) for result in written if result.changed]
        if self.picture_rows:
            rows = [row | {"sku_id": sku_ids.get(row.pop("seller_sku"))} for row in self.picture_rows]
            waiting = sql.fetch_all(sql.load(_ROOM, "write_pictures"), [as_json(rows)])
            if waiting:
                waiting_ids = sorted({str(row[0]) for row in waiting})
                facts.record(events.PicturesWaiting(listing_ids=waiting_ids, seller_id=self.store.seller_id))
        if changed:
            changed = sorted(set(changed))
            facts.record(events.ListingsChanged(listing_ids=changed, seller_id=self.store.seller_id))
        counts = {sku_ids[name]: count for name, count in self.counts.items()}
        stock.write_on_hand(seller_id=self.store.seller_id, counts=counts, at=self.now)


def new_code() -> str:
    """Return a SKU's public code: 12 symbols of base 32 (60 bits)."""
    return bytes(_ALPHABET[byte & 31] for byte in os.urandom(12)).decode()


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _chosen(said: UUID | Literal[""] | None, before: UUID | None) -> UUID | None:
    return before if said is None else said or None


def as_json(rows: object) -> str:
    """Return rows as the JSON text that the room's statements take."""
    return orjson.dumps(rows).decode()
