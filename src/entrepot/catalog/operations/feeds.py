"""
Importing a seller's feed: read as a stream, written in batches, each a transaction of its own.

What the feed says of price and stock counts every time; what it says of the listing itself is written only when it
differs from what it said the last time, so that a seller's own corrections stay until the feed's row changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any, BinaryIO, cast
from uuid import UUID

import orjson
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction as django_transaction

from entrepot.catalog import events
from entrepot.catalog.feeds.items import Damage, FeedItem, FeedUnreadable
from entrepot.catalog.feeds.meaning import CategoryFrom, Offer, Product, Reading, Remark, Terms, read_group
from entrepot.catalog.feeds.opening import FORMATS, read_items
from entrepot.catalog.operations import stores, writing
from entrepot.catalog.operations.writing import Entry
from entrepot.catalog.rules import texts
from entrepot.kernel import facts, ids, sql
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.transactions import transaction

_BATCH = 200
_KEPT_REMARKS = 10_000


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    What the seller decides about an import; None takes what the store says.

    `in_stock_quantity` stands for "in stock" without a number. `retire_missing` takes off what the feed no longer
    names. `category_from="title"` groups goods by the first word of their title where a feed names no category.
    """

    currency: str | None = None
    language: str | None = None
    in_stock_quantity: int = 10
    retire_missing: bool = False
    category_from: CategoryFrom = "feed"
    with_pictures: bool = True


@dataclass(slots=True)
class FeedReport:
    """
    What an import did, row by row: read = created + updated + unchanged + rejected.

    `notes` tell what was left out of rows that were taken. `failure` says where a damaged file broke off.
    """

    run_id: UUID
    format: str
    dry_run: bool
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    rejected: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    failure: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {**asdict(self), "run_id": str(self.run_id)}


def import_feed(
    *,
    stream: BinaryIO,
    format: str | None = None,  # noqa: A002 (the word of the interface)
    seller_id: UUID,
    dry_run: bool = False,
    options: ImportOptions | None = None,
    name: str = "",
    run_id: UUID | None = None,
    now: datetime,
) -> FeedReport:
    """
    Bring a seller's listings in line with a feed, and record the run.

    Rows that cannot be taken are reported with a reason and change nothing; rows that the feed does not name stay,
    unless `options.retire_missing`. Stock in a feed sets `on_hand` only. The same file again changes nothing.

    :param format: one of `feeds.opening.FORMATS`; None google_paths from the first bytes. Gzip is unpacked.
    :param dry_run: does everything and keeps nothing but the record of the run.
    :param run_id: of a run that waits in the queue; None records a new one.
    :raises FeedUnreadable: the file is no feed at all.
    :raises NoStore: the seller has nowhere to list.
    """
    options = options or ImportOptions()
    if not 0 < options.in_stock_quantity <= 1_000_000:
        raise InvalidField.single("in_stock_quantity", "Between 1 and 1,000,000 pieces.")
    store = _store(seller_id=seller_id)
    found, items = read_items(stream, format)
    report = FeedReport(run_id=run_id or ids.new_id(), format=found, dry_run=dry_run)
    _start_run(report=report, seller_id=seller_id, name=name, options=options, now=now)
    terms = Terms(
        currency=options.currency or store.currency,
        language=options.language or store.language,
        in_stock_quantity=options.in_stock_quantity,
        category_from=options.category_from,
        with_pictures=options.with_pictures,
    )
    run = _Import(seller_id, terms, report, now)
    try:
        for batch in _batches(items, report):
            run.take(batch)
        if options.retire_missing and report.failure is None:
            report.retired = _retire_missing(seller_id=seller_id, named=run.first_rows, keep=not dry_run, now=now)
    except FeedUnreadable as fault:
        report.failure = str(fault)
    except BaseException as fault:
        report.failure = f"The import stopped: {type(fault).__name__}."
        _finish_run(report=report, state="failed", now=now)
        raise
    _finish_run(report=report, state="done" if report.failure is None else "failed", now=now)
    return report


def _batches(items: Iterable[FeedItem | Damage], report: FeedReport) -> Iterator[list[FeedItem]]:
    """Yield rows by the batch, those of one group together."""
    batch: list[FeedItem] = []
    for item in items:
        if isinstance(item, Damage):
            report.failure = f"{item.reason} What came before row {item.row} was read."
            break
        if len(batch) >= _BATCH and not (item.group and item.group == batch[-1].group and len(batch) < 5 * _BATCH):
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


class _Import:
    """One import under way: which ids and groups were met so far."""

    def __init__(self, seller_id: UUID, terms: Terms, report: FeedReport, now: datetime) -> None:
        self.seller_id = seller_id
        self.terms = terms
        self.report = report
        self.now = now
        self.first_rows: dict[int, int] = {}
        self.groups: set[int] = set()

    def take(self, batch: list[FeedItem]) -> None:
        self.report.read += len(batch)
        reading = Reading()
        fresh = [item for item in batch if self._is_first(item, reading)]
        for _, items in groupby(fresh, key=lambda item: item.group or item):
            read_group(list(items), self.terms, self.now, reading)
        notes = sorted(reading.notes, key=lambda remark: remark.row)
        self.report.notes += notes[: _KEPT_REMARKS - len(self.report.notes)]
        outcomes: list[str] = []
        if reading.products:
            outcomes = self._write(reading)
        self.report.rejected += sorted(reading.rejected, key=lambda remark: remark.row)
        for outcome in ("created", "updated", "unchanged"):
            setattr(self.report, outcome, getattr(self.report, outcome) + outcomes.count(outcome))

    def _is_first(self, item: FeedItem, reading: Reading) -> bool:
        item.id = texts.plain(item.id) if item.id else ""
        if not item.id:
            return True  # Refused with its reason when it is read.
        first = self.first_rows.setdefault(hash(item.id), item.row)
        if first != item.row:
            reason = f"The id {item.id!r} stands in row {first} already; that row counts."
            reading.rejected.append(Remark(item.row, item.id, "id", reason))
            return False
        return True

    def _write(self, reading: Reading) -> list[str]:
        with django_transaction.atomic(durable=True):
            outcomes = _write_products(self, reading)
            if self.report.dry_run:
                django_transaction.set_rollback(True)
        return outcomes


def _write_products(run: _Import, reading: Reading) -> list[str]:
    store = stores.lock_store(run.seller_id)
    products = _merged(reading.products)
    listings = writing.find_listings(store, (product.listing for product in products))
    names = [sku.seller_sku for product in products for sku in product.listing.skus]
    skus = writing.find_skus(store, {row["id"] for row in listings.values()}, names)
    entries = []
    google_paths: dict[str, str] = {}
    for product in products:
        offers = [_counted(offer, skus, run.terms) for offer in product.offers]
        key = hash(product.listing.external_id)
        continued = key in run.groups
        run.groups.add(key)
        stored = listings.get(product.listing.external_id or "")
        taken = replace(product.listing, skus=tuple(offers))
        if product.published and stored and stored["state"] == "draft":
            taken = replace(taken, state="active")  # The shop has published what it kept back before.
        entries.append(
            Entry(listing=taken, feed_hash=product.digest, whole=False, continued=continued and stored is not None)
        )
        if product.google_category and product.listing.seller_category is not None:
            google_paths.setdefault(product.listing.seller_category, product.google_category)
    written = writing.write(
        store=store, entries=entries, listings=listings, skus=skus, google_paths=google_paths, now=run.now
    )
    return [outcome for result in written for outcome in result.skus.values()]


def _merged(products: list[Product]) -> list[Product]:
    """Return the products with those of one listing, whose rows stand apart in the batch, put together."""
    by_name: dict[str | None, Product] = {}
    for product in products:
        first = by_name.setdefault(product.listing.external_id, product)
        if first is not product:
            first.offers += product.offers
            first.listing = replace(first.listing, skus=(*first.listing.skus, *product.listing.skus))
    return list(by_name.values())


def _counted(offer: Offer, skus: dict[str, dict[str, Any]], terms: Terms) -> Any:
    """Return the SKU with the count that the feed's word for its availability means."""
    sku = offer.sku
    if sku.stock is not None or offer.in_stock is None:
        return sku
    if not offer.in_stock:
        return replace(sku, stock=0)
    stored = skus.get(sku.seller_sku)
    return sku if stored and stored["on_hand"] else replace(sku, stock=terms.in_stock_quantity)


_ACTIVE = """
SELECT k.id, k.seller_sku, k.listing_id FROM catalog_sku k
JOIN catalog_listing l ON l.id = k.listing_id
WHERE k.seller_id = %s AND k.state = 'active' AND l.external_id IS NOT NULL AND k.id > %s ORDER BY k.id LIMIT 2000
"""
_RETIRE = "UPDATE catalog_sku SET state = 'retired' WHERE id = ANY(%s)"


@transaction
def _retire_missing(*, seller_id: UUID, named: dict[int, int], keep: bool, now: datetime) -> int:
    stores.lock_store(seller_id)
    last = 0
    gone: list[int] = []
    listing_ids: set[str] = set()
    while rows := sql.fetch_all(_ACTIVE, [seller_id, last]):
        last = rows[-1][0]
        missing = [row for row in rows if hash(row[1]) not in named]
        gone += [row[0] for row in missing]
        listing_ids.update(str(row[2]) for row in missing)
    if gone and keep:
        sql.execute(_RETIRE, [gone])
        facts.record(events.ListingsChanged(listing_ids=sorted(listing_ids), seller_id=seller_id))
    return len(gone)


@transaction
def _store(*, seller_id: UUID) -> stores.StoreTerms:
    return stores.lock_store(seller_id)


_START = """
INSERT INTO catalog_feedrun (id, seller_id, name, format, state, dry_run, options, started_at, rejected)
VALUES (%s, %s, %s, %s, 'running', %s, %s::jsonb, %s, '[]')
ON CONFLICT (id) DO UPDATE SET
  format = excluded.format, state = excluded.state, options = excluded.options, started_at = excluded.started_at
"""
_FINISH = """
UPDATE catalog_feedrun
SET state = %s, format = %s, read = %s, created = %s, updated = %s, unchanged = %s, retired = %s, rejected_count = %s,
    rejected = %s::jsonb, notes = %s::jsonb, failure = %s, finished_at = clock_timestamp()
WHERE id = %s
"""


@transaction
def _start_run(*, report: FeedReport, seller_id: UUID, name: str, options: ImportOptions, now: datetime) -> None:
    said = writing.as_json(asdict(options))
    sql.execute(_START, [report.run_id, seller_id, name, report.format, report.dry_run, said, now])


@transaction
def _finish_run(*, report: FeedReport, state: str, now: datetime) -> None:
    sql.execute(
        _FINISH,
        [
            state,
            report.format,
            report.read,
            report.created,
            report.updated,
            report.unchanged,
            report.retired,
            len(report.rejected),
            writing.as_json(report.rejected[:_KEPT_REMARKS]),
            writing.as_json(report.notes[:_KEPT_REMARKS]),
            report.failure,
            report.run_id,
        ],
    )


def queue_feed(
    *,
    stream: BinaryIO,
    name: str,
    format: str | None = None,  # noqa: A002 (the word of the interface)
    seller_id: UUID,
    dry_run: bool = False,
    options: ImportOptions | None = None,
    now: datetime,
) -> UUID:
    """
    Take a feed in and read it later, in a job; the run tells how far it is.

    :returns: the run's id.
    :raises NoStore: the seller has nowhere to list.
    :raises FeedUnreadable: the format that was named is none.
    """
    if format is not None and format not in FORMATS:
        raise FeedUnreadable(format=format, reason=f"known formats are {', '.join(FORMATS)}")
    _store(seller_id=seller_id)
    run_id = ids.new_id()
    stored = storages["private"].save(f"feeds/{run_id}", File(stream))
    _queue_run(
        run_id=run_id,
        seller_id=seller_id,
        name=name,
        kind=format or "",
        dry_run=dry_run,
        options=options or ImportOptions(),
        stored=stored,
        now=now,
    )
    return run_id


_QUEUE = """
INSERT INTO catalog_feedrun (id, seller_id, name, format, state, dry_run, options, stored_file, started_at)
VALUES (%s, %s, %s, %s, 'waiting', %s, %s::jsonb, %s, %s)
"""


@transaction
def _queue_run(
    *,
    run_id: UUID,
    seller_id: UUID,
    name: str,
    kind: str,
    dry_run: bool,
    options: ImportOptions,
    stored: str,
    now: datetime,
) -> None:
    said = writing.as_json(asdict(options))
    sql.execute(_QUEUE, [run_id, seller_id, name, kind, dry_run, said, stored, now])
    facts.record(events.FeedQueued(run_id=run_id, seller_id=seller_id))


_WAITING = "SELECT seller_id, name, format, dry_run, options, stored_file, state FROM catalog_feedrun WHERE id = %s"


def run_waiting_feed(*, run_id: UUID, now: datetime) -> FeedReport | None:
    """Read a feed that was taken in; one that is done already is left alone (a job may run twice)."""
    row = sql.fetch_one(_WAITING, [run_id])
    if row is None or row[6] == "done" or not row[5]:
        return None
    seller_id, name, kind, dry_run, options, stored, _ = row
    try:
        with storages["private"].open(stored) as stream:
            report = import_feed(
                stream=cast(BinaryIO, stream),
                format=kind or None,
                seller_id=seller_id,
                dry_run=dry_run,
                options=ImportOptions(**orjson.loads(options)),
                name=name,
                run_id=run_id,
                now=now,
            )
    except (FeedUnreadable, stores.NoStore) as refusal:
        report = FeedReport(run_id=run_id, format=kind, dry_run=dry_run, failure=str(refusal))
        _finish_run(report=report, state="failed", now=now)
    storages["private"].delete(stored)
    return report
