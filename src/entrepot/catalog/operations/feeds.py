"""
Importing a seller's feed: read as a stream, written in batches, each a transaction of its own.

What the feed says of price and stock counts every time; what it says of the listing itself is written only when it
differs from what it said the last time, so that a seller's own corrections stay until the feed's row changes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db import transaction as django_transaction

from entrepot.catalog import events
from entrepot.catalog.feeds.items import Damage, FeedItem, FeedUnreadable
from entrepot.catalog.feeds.meaning import Offer, Product, Reading, Remark, Terms, read_group
from entrepot.catalog.feeds.opening import read_items
from entrepot.catalog.operations import stores, writing
from entrepot.catalog.operations.runs import (
    KEPT_REMARKS,
    FeedReport,
    ImportOptions,
    finish_run,
    record_progress,
    start_run,
)
from entrepot.catalog.operations.writing import Entry
from entrepot.catalog.rules import texts
from entrepot.kernel import facts, ids, sql
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction

_BATCH = 200


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

    :param format: one of `feeds.opening.FORMATS`; None is guessed from the first bytes. Gzip is unpacked.
    :param dry_run: does everything and keeps nothing but the record of the run.
    :param run_id: of a run that waits in the queue; None records a new one.
    :raises FeedUnreadable: the file is no feed at all.
    :raises NoStore: the seller has nowhere to list.
    """
    options = options or ImportOptions()
    if not 0 < options.in_stock_quantity <= 1_000_000:
        raise InvalidField.single("in_stock_quantity", Sentence("Between 1 and %(most)s pieces.", most=1_000_000))
    store = _store(seller_id=seller_id)
    counted = _Counted(stream)
    found, items = read_items(cast(BinaryIO, counted), format)
    report = FeedReport(
        run_id=run_id or ids.new_id(), format=found, dry_run=dry_run, bytes_total=_size_of(stream, counted)
    )
    start_run(report=report, seller_id=seller_id, name=name, options=options, now=now)
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
            report.bytes_read = counted.bytes_read
            record_progress(report=report)
        if options.retire_missing and report.failure is None:
            report.retired = _retire_missing(seller_id=seller_id, named=run.first_rows, keep=not dry_run, now=now)
    except FeedUnreadable as fault:
        report.failure = unreadable(fault)
    except BaseException as fault:
        report.failure = Sentence("The import stopped: %(fault)s.", fault=type(fault).__name__)
        finish_run(report=report, state="failed", now=now)
        raise
    report.bytes_read = report.bytes_total
    finish_run(report=report, state="done" if report.failure is None else "failed", now=now)
    return report


def _batches(items: Iterable[FeedItem | Damage], report: FeedReport) -> Iterator[list[FeedItem]]:
    """Yield rows by the batch, those of one group together."""
    batch: list[FeedItem] = []
    for item in items:
        if isinstance(item, Damage):
            report.failure = Sentence(
                "%(reason)s What came before row %(row)s was read.", reason=item.reason, row=item.row
            )
            break
        if len(batch) >= _BATCH and not (item.group and item.group == batch[-1].group and len(batch) < 5 * _BATCH):
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


class _Counted:
    """A stream that knows how much of it was read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.bytes_read = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.bytes_read += len(data)
        return data


def _size_of(stream: BinaryIO, counted: _Counted) -> int:
    """Return how many bytes there are in all, 0 where the stream cannot tell."""
    try:
        place = stream.tell()
        size = stream.seek(0, io.SEEK_END)
        stream.seek(place)
    except (AttributeError, OSError):
        return 0
    return max(size - place + counted.bytes_read, 0)


def unreadable(fault: FeedUnreadable) -> Sentence:
    """Return what is told of a file that is no feed."""
    reason = fault.fields.get("reason", "")
    return Sentence("This file cannot be read as a product feed: %(reason)s.", reason=reason)


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
        self.report.notes += notes[: KEPT_REMARKS - len(self.report.notes)]
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
            reason = Sentence(
                "The id %(id)s stands in row %(row)s already; that row counts.", id=repr(item.id), row=first
            )
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
