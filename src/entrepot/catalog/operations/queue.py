"""Feeds that wait: handed in, read in a job, tried first and then done for good."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import BinaryIO, Final, cast
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

from entrepot.catalog import events
from entrepot.catalog.feeds.items import FeedUnreadable
from entrepot.catalog.feeds.opening import FORMATS, read_items, unknown_format
from entrepot.catalog.operations import stores, writing
from entrepot.catalog.operations.feeds import import_feed, unreadable
from entrepot.catalog.operations.runs import FeedReport, ImportOptions, finish_run
from entrepot.catalog.ports import NotFetched, get_feed_source
from entrepot.kernel import facts, ids, sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction

_URL_AT_MOST: Final = 2_000


class FeedGone(DomainError):
    """The file of a trial is no longer kept: it was imported already, or a newer one was handed in."""

    code = "feed_gone"
    kind = "conflict"
    summary = "This file is no longer kept: it was imported already, or a newer one was handed in."


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

    The file of a trial (`dry_run`) is kept, to be imported afterwards by `apply_feed`, until a newer one comes.

    :returns: the run's id.
    :raises NoStore: the seller has nowhere to list.
    :raises FeedUnreadable: the file is no feed at all, or the format that was named is none.
    """
    if format is not None and format not in FORMATS:
        raise FeedUnreadable(format=format, reason=unknown_format())
    place = stream.tell()
    found, _ = read_items(stream, format)
    stream.seek(place)
    run_id = ids.new_id()
    stored = storages["private"].save(f"feeds/{run_id}", File(stream))
    old = _queue_run(
        run_id=run_id,
        seller_id=seller_id,
        name=name,
        kind=found,
        dry_run=dry_run,
        options=options or ImportOptions(),
        stored=stored,
        now=now,
    )
    for stored_file in old:
        storages["private"].delete(stored_file)
    return run_id


def queue_feed_at(
    *,
    url: str,
    format: str | None = None,  # noqa: A002 (the word of the interface)
    seller_id: UUID,
    dry_run: bool = False,
    options: ImportOptions | None = None,
    now: datetime,
) -> UUID:
    """
    Fetch a feed from an address of the public web and read it, both in a job; otherwise the same as `queue_feed`.

    :returns: the run's id; when nothing can be fetched, the run says why.
    :raises NoStore: the seller has nowhere to list.
    :raises FeedUnreadable: the format that was named is none.
    :raises InvalidField: this is no address of the web.
    """
    if format is not None and format not in FORMATS:
        raise FeedUnreadable(format=format, reason=unknown_format())
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > _URL_AT_MOST:
        raise InvalidField.single("url", Sentence("Write an address that begins with https://."))
    run_id = ids.new_id()
    old = _queue_run(
        run_id=run_id,
        seller_id=seller_id,
        name=parts.path.rpartition("/")[2][:100] or parts.hostname,
        kind=format or "",
        dry_run=dry_run,
        options=options or ImportOptions(),
        url=url,
        now=now,
    )
    for stored_file in old:
        storages["private"].delete(stored_file)
    return run_id


_QUEUE = """
INSERT INTO catalog_feedrun
  (id, seller_id, name, format, state, dry_run, options, stored_file, source_url, started_at)
VALUES (%s, %s, %s, %s, 'waiting', %s, %s::jsonb, %s, %s, %s)
"""
_LET_GO = """
WITH kept AS (
  SELECT id, stored_file FROM catalog_feedrun
  WHERE seller_id = %s AND dry_run AND state IN ('done', 'failed') AND stored_file <> '' FOR NO KEY UPDATE
)
UPDATE catalog_feedrun r SET stored_file = '' FROM kept WHERE r.id = kept.id RETURNING kept.stored_file
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
    stored: str = "",
    url: str = "",
    now: datetime,
) -> list[str]:
    """Record the run; return the files of earlier trials, which nobody keeps any longer."""
    stores.lock_store(seller_id)
    old = [row[0] for row in sql.fetch_all(_LET_GO, [seller_id])]
    said = writing.as_json(asdict(options))
    sql.execute(_QUEUE, [run_id, seller_id, name, kind, dry_run, said, stored, url, now])
    facts.record(events.FeedQueued(run_id=run_id, seller_id=seller_id))
    return old


_TRIED = """
SELECT name, format, options, stored_file FROM catalog_feedrun
WHERE id = %s AND seller_id = %s AND dry_run AND state = 'done' FOR NO KEY UPDATE
"""
_HAND_OVER = "UPDATE catalog_feedrun SET stored_file = '' WHERE id = %s"
_QUEUE_AGAIN = """
INSERT INTO catalog_feedrun (id, seller_id, name, format, state, dry_run, options, stored_file, started_at)
VALUES (%s, %s, %s, %s, 'waiting', false, %s::jsonb, %s, %s)
"""


@transaction
def apply_feed(*, seller_id: UUID, run_id: UUID, now: datetime) -> UUID:
    """
    Import the file of a trial for good, in a run of its own.

    :returns: the new run's id.
    :raises NotFound: the seller has no trial of this id that has ended.
    :raises FeedGone: its file was imported already or is no longer kept.
    """
    row = sql.fetch_one(_TRIED, [run_id, seller_id])
    if row is None:
        raise NotFound(run_id=str(run_id))
    name, kind, options, stored = row
    if not stored:
        raise FeedGone(run_id=str(run_id))
    new_id = ids.new_id()
    sql.execute(_HAND_OVER, [run_id])
    sql.execute(_QUEUE_AGAIN, [new_id, seller_id, name, kind, options, stored, now])
    facts.record(events.FeedQueued(run_id=new_id, seller_id=seller_id))
    return new_id


_WAITING = """
SELECT seller_id, name, format, dry_run, options, stored_file, state, source_url FROM catalog_feedrun WHERE id = %s
"""
_FETCHED = "UPDATE catalog_feedrun SET stored_file = %s WHERE id = %s"


def run_waiting_feed(*, run_id: UUID, now: datetime) -> FeedReport | None:
    """
    Read a feed that was taken in, fetching it first where it lies elsewhere; one that has ended is left alone (a job
    may run twice).
    """
    row = sql.fetch_one(_WAITING, [run_id])
    if row is None:
        return None
    seller_id, name, kind, dry_run, options, stored, state, url = row
    if state == "done" or not (stored or (url and state == "waiting")):
        return None
    try:
        stored = stored or _fetch(run_id, url)
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
    except (FeedUnreadable, stores.NoStore, NotFetched) as refusal:
        failure = _failure(refusal)
        report = FeedReport(run_id=run_id, format=kind, dry_run=dry_run, failure=failure)
        finish_run(report=report, state="failed", now=now)
    if stored and (not dry_run or report.failure is not None):
        storages["private"].delete(stored)
    return report


def _fetch(run_id: UUID, url: str) -> str:
    """Keep what lies at an address; return the name that it has in storage."""
    content = get_feed_source().fetch(url)
    stored = storages["private"].save(f"feeds/{run_id}", ContentFile(content))
    _record_fetched(run_id, stored)
    return stored


@transaction
def _record_fetched(run_id: UUID, stored: str) -> None:
    sql.execute(_FETCHED, [stored, run_id])


def _failure(refusal: FeedUnreadable | stores.NoStore | NotFetched) -> Sentence:
    if isinstance(refusal, FeedUnreadable):
        return unreadable(refusal)
    return refusal.reason if isinstance(refusal, NotFetched) else Sentence(refusal.summary)
