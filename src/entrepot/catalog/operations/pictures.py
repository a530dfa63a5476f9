"""Pictures of listings: uploaded, or fetched from where a feed says they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from entrepot.catalog import events, queries
from entrepot.catalog.ports import NotFetched, get_picture_source
from entrepot.catalog.queries import PictureView
from entrepot.catalog.rules.listings import PICTURES_MAX
from entrepot.catalog.rules.pictures import Rendered, UnusablePicture, file_name, name_of, render, sizes_for
from entrepot.kernel import facts, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.transactions import transaction

_ATTEMPTS_MAX = 3


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What became of the pictures of some listings: how many are ready, failed for good, and to be tried again."""

    ready: int
    failed: int
    waiting: int


def add_picture(
    *, seller_id: UUID, listing_id: UUID, content: bytes, sku: str | None = None, now: datetime
) -> PictureView:
    """
    Add an uploaded picture behind the others; the same bytes again change nothing.

    :param sku: the public code of the SKU that it shows, when it shows one of several.
    :raises NotFound: the seller has no such listing, or the listing no such SKU.
    :raises InvalidField: the bytes are no picture that can be taken, or the listing has too many.
    """
    try:
        rendered = render(content)
    except UnusablePicture as fault:
        raise InvalidField.single("picture", str(fault)) from None
    _store(rendered)
    picture_id = _add(seller_id=seller_id, listing_id=listing_id, rendered=rendered, sku=sku, now=now)
    return queries.get_picture(picture_id)


def _store(rendered: Rendered) -> None:
    for size, data in rendered.files.items():
        name = file_name(rendered.content_hash, size)
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(data))


_ROOM_FOR_ONE = """
SELECT l.id, k.id, (SELECT count(*) FROM catalog_picture p WHERE p.listing_id = l.id),
       (SELECT coalesce(max(p.position), -1) + 1 FROM catalog_picture p WHERE p.listing_id = l.id)
FROM catalog_listing l LEFT JOIN catalog_sku k ON k.listing_id = l.id AND k.code = %s
WHERE l.id = %s AND l.seller_id = %s FOR NO KEY UPDATE OF l
"""
_ADD = """
INSERT INTO catalog_picture AS p (listing_id, seller_id, sku_id, position, state, content_hash, width, height)
VALUES (%s, %s, %s, %s, 'ready', %s, %s, %s)
ON CONFLICT (listing_id, content_hash) DO UPDATE SET content_hash = excluded.content_hash
RETURNING p.id
"""


@transaction
def _add(*, seller_id: UUID, listing_id: UUID, rendered: Rendered, sku: str | None, now: datetime) -> int:
    row = sql.fetch_one(_ROOM_FOR_ONE, [sku, listing_id, seller_id])
    if row is None or (sku is not None and row[1] is None):
        raise NotFound(listing_id=str(listing_id), **({"sku": sku} if sku else {}))
    if row[2] >= PICTURES_MAX:
        raise InvalidField.single("picture", f"A listing has at most {PICTURES_MAX} pictures.")
    size = [rendered.content_hash, rendered.width, rendered.height]
    added = sql.fetch_one(_ADD, [listing_id, seller_id, row[1], row[3], *size])
    assert added is not None
    facts.record(events.ListingsChanged(listing_ids=[str(listing_id)], seller_id=seller_id))
    return int(added[0])


_REMOVE = "DELETE FROM catalog_picture WHERE id = %s AND seller_id = %s RETURNING listing_id"


@transaction
def remove_picture(*, seller_id: UUID, picture_id: int, now: datetime) -> None:
    """
    Take a picture off its listing. Its files stay: another listing may show the same.

    :raises NotFound: the seller has no such picture.
    """
    row = sql.fetch_one(_REMOVE, [picture_id, seller_id])
    if row is None:
        raise NotFound(picture_id=picture_id)
    facts.record(events.ListingsChanged(listing_ids=[str(row[0])], seller_id=seller_id))


_ORDER = """
UPDATE catalog_picture p SET position = x.position
FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::int[]) AS position) x
WHERE p.id = x.id AND p.listing_id = %s AND p.seller_id = %s
"""


@transaction
def order_pictures(*, seller_id: UUID, listing_id: UUID, picture_ids: Sequence[int], now: datetime) -> None:
    """
    Put a listing's pictures in order; the first is the one that cards show.

    :raises NotFound: one of them is not this listing's, or the listing is not this seller's; nothing was changed.
    """
    positions = list(range(len(picture_ids)))
    if sql.execute(_ORDER, [list(picture_ids), positions, listing_id, seller_id]) != len(picture_ids):
        raise NotFound(listing_id=str(listing_id))
    facts.record(events.ListingsChanged(listing_ids=[str(listing_id)], seller_id=seller_id))


_WAITING = """
SELECT id, listing_id, seller_id, source_url, attempts FROM catalog_picture
WHERE listing_id = ANY(%s) AND state = 'waiting' ORDER BY listing_id, position, id
"""


def fetch_pictures(*, listing_ids: Sequence[UUID], now: datetime) -> FetchResult:
    """
    Fetch what these listings' feeds name as pictures. A failure is written on the picture and keeps nothing back.

    A coordinator: it talks to the outside and writes each outcome by itself. May run twice.
    """
    source = get_picture_source()
    outcome = {"ready": 0, "failed": 0, "waiting": 0}
    for picture_id, _, _, url, attempts in sql.fetch_all(_WAITING, [list(listing_ids)]):
        failure, again = "", False
        try:
            content = source.fetch(url)
            rendered = _rendered_before(content) or render(content)
            _store(rendered)
            _record_ready(picture_id=picture_id, rendered=rendered)
            outcome["ready"] += 1
            continue
        except NotFetched as fault:
            failure, again = str(fault), fault.again and attempts + 1 < _ATTEMPTS_MAX
        except UnusablePicture as fault:
            failure = str(fault)
        _record_failure(picture_id=picture_id, failure=failure, again=again)
        outcome["waiting" if again else "failed"] += 1
    return FetchResult(**outcome)


_KNOWN = "SELECT width, height FROM catalog_picture WHERE content_hash = %s LIMIT 1"


def _rendered_before(content: bytes) -> Rendered | None:
    """Return the picture without making it again where another listing shows the same bytes already."""
    content_hash = name_of(content)
    row = sql.fetch_one(_KNOWN, [content_hash])
    if row is None or not all(default_storage.exists(file_name(content_hash, size)) for size in sizes_for(row[0])):
        return None
    return Rendered(content_hash=content_hash, width=row[0], height=row[1], files={})


_READY = """
UPDATE catalog_picture p
SET state = 'ready', content_hash = %s, width = %s, height = %s, failure = NULL, attempts = attempts + 1
WHERE id = %s AND state = 'waiting'
  AND NOT EXISTS (SELECT 1 FROM catalog_picture o WHERE o.listing_id = p.listing_id AND o.content_hash = %s)
RETURNING listing_id, seller_id
"""
_FAILED = """
UPDATE catalog_picture SET state = CASE WHEN %s THEN 'waiting' ELSE 'failed' END, failure = %s, attempts = attempts + 1
WHERE id = %s AND state = 'waiting'
"""


@transaction
def _record_ready(*, picture_id: int, rendered: Rendered) -> None:
    size = [rendered.content_hash, rendered.width, rendered.height]
    row = sql.fetch_one(_READY, [*size, picture_id, rendered.content_hash])
    if row is None:
        sql.execute(_FAILED, [False, "The same picture stands on this listing already.", picture_id])
        return
    facts.record(events.ListingsChanged(listing_ids=[str(row[0])], seller_id=row[1]))


@transaction
def _record_failure(*, picture_id: int, failure: str, again: bool) -> None:
    sql.execute(_FAILED, [again, failure, picture_id])
