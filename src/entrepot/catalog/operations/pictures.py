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
from entrepot.catalog.rules.listings import ALT_MAX, PICTURES_MAX
from entrepot.catalog.rules.pictures import SIZES, Rendered, UnusablePicture, file_name, name_of, render, sizes_for
from entrepot.kernel import facts, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction

_ATTEMPTS_MAX = 3


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What became of the pictures of some listings: how many are ready, failed for good, and to be tried again."""

    ready: int
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture whose files are kept, and which stands on no listing yet."""

    content_hash: str
    width: int
    height: int

    @property
    def small_url(self) -> str:
        """The address of its smallest size."""
        return queries.media_url(self.content_hash, SIZES[0])


@dataclass(frozen=True, slots=True)
class PicturePlace:
    """
    One picture of a listing, at its place in the row: a picture that it has already, or one that is kept for it.

    `sku` is the public code of the SKU that it shows, when it shows one of several; `alt` says in words what it shows.
    """

    picture_id: int | None = None
    kept: KeptPicture | None = None
    sku: str | None = None
    alt: str = ""


def keep_picture(*, content: bytes) -> KeptPicture:
    """
    Keep an uploaded picture for a listing that is still being written; `arrange_pictures` puts it there.

    :raises InvalidField: the bytes are no picture that can be taken.
    """
    try:
        rendered = _rendered_before(content) or render(content)
    except UnusablePicture as fault:
        raise InvalidField.single("picture", fault.reason) from None
    _store(rendered)
    return KeptPicture(rendered.content_hash, rendered.width, rendered.height)


def add_picture(
    *, seller_id: UUID, listing_ids: Sequence[UUID], content: bytes, sku: str | None = None, now: datetime
) -> tuple[PictureView, ...]:
    """
    Add an uploaded picture to listings, behind the others that each has; the same bytes again change nothing.

    :param sku: the public code of the SKU that it shows, when it shows one of several.
    :returns: the picture as it stands on each listing, in their order.
    :raises NotFound: the seller has no such listing, or no listing such a SKU.
    :raises InvalidField: the bytes are no picture that can be taken, or the listing has too many.
    """
    try:
        rendered = _rendered_before(content) or render(content)
    except UnusablePicture as fault:
        raise InvalidField.single("picture", fault.reason) from None
    _store(rendered)
    picture_ids = _add(seller_id=seller_id, listing_ids=listing_ids, rendered=rendered, sku=sku, now=now)
    return tuple(queries.get_picture(picture_ids[listing_id]) for listing_id in listing_ids)


def _store(rendered: Rendered) -> None:
    for size, data in rendered.files.items():
        name = file_name(rendered.content_hash, size)
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(data))


_ROOM_FOR_ONE = """
SELECT l.id, k.id, p.number, p.position
FROM catalog_listing l
LEFT JOIN catalog_sku k ON k.listing_id = l.id AND k.code = %s
CROSS JOIN LATERAL (
  SELECT count(*) AS number, coalesce(max(x.position), -1) + 1 AS position
  FROM catalog_picture x WHERE x.listing_id = l.id
) p
WHERE l.id = ANY(%s) AND l.seller_id = %s ORDER BY l.id FOR NO KEY UPDATE OF l
"""
_ADD = """
INSERT INTO catalog_picture AS p (listing_id, seller_id, sku_id, position, state, content_hash, width, height)
SELECT x.listing_id, s.seller_id, x.sku_id, x.position, 'ready', s.content_hash, s.width, s.height
FROM (SELECT unnest(%s::uuid[]) AS listing_id, unnest(%s::bigint[]) AS sku_id, unnest(%s::int[]) AS position) x,
     (SELECT %s::uuid AS seller_id, %s::text AS content_hash, %s::int AS width, %s::int AS height) s
ON CONFLICT (listing_id, content_hash) DO UPDATE SET content_hash = excluded.content_hash
RETURNING p.listing_id, p.id
"""


@transaction
def _add(
    *, seller_id: UUID, listing_ids: Sequence[UUID], rendered: Rendered, sku: str | None, now: datetime
) -> dict[UUID, int]:
    rows = sql.fetch_all(_ROOM_FOR_ONE, [sku, list(listing_ids), seller_id])
    if missing := set(listing_ids) - {row[0] for row in rows}:
        raise NotFound(listing_id=str(min(missing)))
    if sku is not None and not any(row[1] for row in rows):
        raise NotFound(sku=sku)
    if any(row[2] >= PICTURES_MAX for row in rows):
        raise InvalidField.single("picture", Sentence("A listing has at most %(most)s pictures.", most=PICTURES_MAX))
    columns = [[row[0] for row in rows], [row[1] for row in rows], [row[3] for row in rows]]
    size = [rendered.content_hash, rendered.width, rendered.height]
    added: dict[UUID, int] = dict(sql.fetch_all(_ADD, [*columns, seller_id, *size]))
    facts.record(events.ListingsChanged(listing_ids=[str(row[0]) for row in rows], seller_id=seller_id))
    return added


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


_OF_LISTING = "SELECT id FROM catalog_listing WHERE id = %s AND seller_id = %s FOR NO KEY UPDATE"
_CODES = "SELECT code, id FROM catalog_sku WHERE listing_id = %s"
_GONE = "DELETE FROM catalog_picture WHERE listing_id = %s AND state = 'ready' AND NOT id = ANY(%s)"
_ARRANGE = """
UPDATE catalog_picture p SET position = x.position, sku_id = x.sku_id, alt = x.alt
FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::int[]) AS position, unnest(%s::bigint[]) AS sku_id,
             unnest(%s::text[]) AS alt) x
WHERE p.id = x.id AND p.listing_id = %s
"""
_PLACE = """
INSERT INTO catalog_picture (listing_id, seller_id, sku_id, position, alt, state, content_hash, width, height)
SELECT %s, %s, x.sku_id, x.position, x.alt, 'ready', x.content_hash, x.width, x.height
FROM (SELECT unnest(%s::bigint[]) AS sku_id, unnest(%s::int[]) AS position, unnest(%s::text[]) AS alt,
             unnest(%s::text[]) AS content_hash, unnest(%s::int[]) AS width, unnest(%s::int[]) AS height) x
ON CONFLICT (listing_id, content_hash) DO NOTHING
"""


@transaction
def arrange_pictures(*, seller_id: UUID, listing_id: UUID, places: Sequence[PicturePlace], now: datetime) -> None:
    """
    Make these the pictures of a listing, in this order; the first is the one that cards show. Others are taken off.

    What a feed's pictures still wait for, or failed at, stays as it is.

    :raises NotFound: the seller has no such listing, or the listing no such picture or SKU; nothing was changed.
    :raises InvalidField: these are too many, or what one is said to show is too long.
    """
    if sql.fetch_one(_OF_LISTING, [listing_id, seller_id]) is None:
        raise NotFound(listing_id=str(listing_id))
    if len(places) > PICTURES_MAX:
        raise InvalidField.single("picture", Sentence("A listing has at most %(most)s pictures.", most=PICTURES_MAX))
    if any(len(place.alt) > ALT_MAX for place in places):
        reason = Sentence("Say in at most %(most)s characters what a picture shows.", most=ALT_MAX)
        raise InvalidField.single("picture", reason)
    codes = dict(sql.fetch_all(_CODES, [listing_id]))
    if unknown := [place.sku for place in places if place.sku and place.sku not in codes]:
        raise NotFound(sku=unknown[0])
    numbered = [(number, place, codes.get(place.sku)) for number, place in enumerate(places)]
    old = [
        (place.picture_id, number, sku_id, place.alt.strip())
        for number, place, sku_id in numbered
        if place.kept is None
    ]
    sql.execute(_GONE, [listing_id, [row[0] for row in old]])
    if sql.execute(_ARRANGE, [*([row[column] for row in old] for column in range(4)), listing_id]) != len(old):
        raise NotFound(listing_id=str(listing_id))
    new = [
        (sku_id, number, place.alt.strip(), place.kept.content_hash, place.kept.width, place.kept.height)
        for number, place, sku_id in numbered
        if place.kept is not None
    ]
    sql.execute(_PLACE, [listing_id, seller_id, *([row[column] for row in new] for column in range(6))])
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
