"""
Facts: what a room tells of itself, in the same transaction as its rows; and the followers that read them.

Serial ids do not commit in order, so a follower that asked for `id > last` would miss a late commit. Facts carry the
transaction id, and a follower reads only those below every transaction still running, ordered by (xid, id).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

import orjson
from django.db import connection

from entrepot.kernel import sql
from entrepot.kernel.transactions import step, transaction


@dataclass(frozen=True)
class Event:
    """The base of a fact's class, in its room's `events.py`: frozen; ids, texts, numbers, dates and lists of them."""

    kind: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.kind = cls.__name__

    def payload(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact as a follower reads it."""

    xid: int
    id: int
    kind: str
    payload: dict[str, Any]
    recorded_at: datetime


def _write(event: Event) -> str:
    """Return a fact's payload as JSON; ids, dates and times are orjson's own."""
    return orjson.dumps(event.payload(), default=_plain).decode()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a fact cannot carry {type(value).__name__}")


_RECORD_MANY = "INSERT INTO kernel_fact (kind, payload) SELECT * FROM unnest(%s::text[], %s::jsonb[])"
_FEW = 4


@cache
def _record_few(number: int) -> str:
    """Return the insert of so many facts: a few plain values cost the driver less than arrays of them."""
    return f"INSERT INTO kernel_fact (kind, payload) VALUES {', '.join(['(%s, %s::jsonb)'] * number)}"


@step
def record(*events: Event) -> None:
    """Write facts in the open transaction; one statement however many."""
    if not events:
        return
    kinds = [event.kind for event in events]
    payloads = [_write(event) for event in events]
    if len(events) > _FEW:
        sql.execute(_RECORD_MANY, [kinds, payloads])
    else:
        sql.execute(_record_few(len(events)), [value for pair in zip(kinds, payloads, strict=True) for value in pair])


# For a statement that writes what the facts tell of: a part of its WITH, so that they cost no statement of their own.
# A name after it (`{facts.INSERT}, paid`) writes them once for each row of that part, so not at all when it has none.
INSERT = """INSERT INTO kernel_fact (kind, payload)
  SELECT told.kind, told.payload
  FROM unnest(%(fact_kinds)s::text[], %(fact_payloads)s::jsonb[]) AS told (kind, payload)"""


def parameters(*events: Event) -> dict[str, list[str]]:
    """Return what a statement with `INSERT` in it needs to know of its facts."""
    return {
        "fact_kinds": [event.kind for event in events],
        "fact_payloads": [_write(event) for event in events],
    }


_READ = """
SELECT f.xid::text::bigint, f.id, f.kind, f.payload::text, f.recorded_at
FROM kernel_fact f
WHERE (f.xid, f.id) > (%s::text::xid8, %s)
  AND f.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY f.xid, f.id
LIMIT %s
"""


def read_after(*, xid: int, fact_id: int, limit: int = 500) -> list[StoredFact]:
    """Return the next facts after a position, in order, none of which can still be joined by an earlier one."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [str(xid), fact_id, limit])
        return [StoredFact(row[0], row[1], row[2], json.loads(row[3]), row[4]) for row in cursor.fetchall()]


# The next fact in order is looked at alone: a plan for "is there any" would read all that were ever recorded.
_IS_WAITING = """
SELECT EXISTS (
  SELECT FROM (
    SELECT f.xid FROM kernel_fact f
    WHERE (f.xid, f.id) > (
      coalesce((SELECT p.xid FROM kernel_followerposition p WHERE p.name = %s), 0)::text::xid8,
      coalesce((SELECT p.fact_id FROM kernel_followerposition p WHERE p.name = %s), 0)
    )
    ORDER BY f.xid, f.id LIMIT 1
  ) next
  WHERE next.xid < pg_snapshot_xmin(pg_current_snapshot())
)
"""


def is_waiting(*, name: str) -> bool:
    """Return whether a follower has something to read: one cheap statement without a lock, to poll with."""
    row = sql.fetch_one(_IS_WAITING, [name, name])
    assert row is not None
    return bool(row[0])


_FROM_ANOTHER_SERVER = """
SELECT coalesce((SELECT f.xid FROM kernel_fact f ORDER BY f.xid DESC LIMIT 1), '0'::xid8)
       >= pg_snapshot_xmax(pg_current_snapshot())
"""
_TELL_AGAIN = """
INSERT INTO kernel_fact (kind, payload)
SELECT f.kind, f.payload FROM kernel_fact f
WHERE f.id <= %s AND EXISTS (
  SELECT FROM kernel_followerposition p WHERE (f.xid, f.id) > (p.xid::text::xid8, p.fact_id)
)
ORDER BY f.xid, f.id
"""
_GO_ON_FROM = "UPDATE kernel_followerposition SET xid = pg_current_xact_id()::text::bigint, fact_id = %s"


@transaction
def adopt_restored() -> int:
    """
    Let followers go on in a database restored from a dump, where transaction ids begin anew; else do nothing.

    A dump keeps the ids of the old server, which lie in the future of the new one: new facts would be passed over. The
    old facts get an id before all others, those that some follower had not read are told again (a follower may meet a
    fact twice), and everybody goes on from there.

    :returns: the number of facts told again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FROM_ANOTHER_SERVER)
        row = cursor.fetchone()
        if not row or not row[0]:
            return 0
        cursor.execute("ALTER TABLE kernel_fact DISABLE TRIGGER kernel_fact_append_only")  # Locks out writers too.
        cursor.execute("SELECT max(id) FROM kernel_fact")
        [last] = cursor.fetchone()
        cursor.execute(_TELL_AGAIN, [last])
        told_again = int(cursor.rowcount)
        cursor.execute("UPDATE kernel_fact SET xid = '3' WHERE id <= %s", [last])
        cursor.execute(_GO_ON_FROM, [last])
        cursor.execute("ALTER TABLE kernel_fact ENABLE TRIGGER kernel_fact_append_only")
    return told_again


_LOCK = "SELECT xid, fact_id FROM kernel_followerposition WHERE name = %s FOR NO KEY UPDATE SKIP LOCKED"
_ENSURE = "INSERT INTO kernel_followerposition (name, xid, fact_id) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING"
_ADVANCE = "UPDATE kernel_followerposition SET xid = %s, fact_id = %s WHERE name = %s"


@transaction
def follow(*, name: str, react: Callable[[Sequence[StoredFact]], None], limit: int = 500) -> int:
    """
    Read the next batch for a named follower, let it react, and move its position in the same transaction.

    Two processes may call it at once: one reads, the other returns 0. An exception from `react` moves nothing.

    :returns: the number of facts read.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [name])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_ENSURE, [name])
            if cursor.rowcount == 0:
                return 0
            row = (0, 0)
    batch = read_after(xid=row[0], fact_id=row[1], limit=limit)
    if not batch:
        return 0
    react(batch)
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [batch[-1].xid, batch[-1].id, name])
    return len(batch)


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact as an operator reads it: values that may tell of a person are left out and only named in `hidden`."""

    id: int
    kind: str
    shown: dict[str, Any]
    hidden: tuple[str, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Follower:
    """How far a follower has read: how many facts still wait for it, and since when."""

    name: str
    waiting: int
    oldest_at: datetime | None


_LIST = """
SELECT id, kind, payload::text, recorded_at FROM kernel_fact
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s
"""


def list_facts(*, kind: str | None = None, before: int | None = None, limit: int = 50) -> tuple[FactLine, ...]:
    """Return the newest facts first, of one kind or of all; `before` is the last one of the page before."""
    rows = sql.fetch_all(_LIST, {"kind": kind, "before": before, "limit": limit})
    return tuple(FactLine(row[0], row[1], *split_payload(json.loads(row[2])), row[3]) for row in rows)


def list_kinds() -> tuple[str, ...]:
    """Return the kinds of facts that the rooms record, by name."""
    return tuple(sorted(_known_kinds(Event)))


def _known_kinds(base: type[Event]) -> set[str]:
    return {kind for child in base.__subclasses__() for kind in ({child.kind} | _known_kinds(child))}


# What a fact may tell of without telling of a person: ids, codes, amounts, days. Anything else stays closed.
_PLAIN_NAMES = frozenset(
    "country side stage currency state status word kind decline_code reference channel reason_code".split()
)
_PLAIN_ENDINGS = ("_id", "_ids", "_minor", "_at", "_date", "_code", "_count")


def split_payload(payload: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what of a payload may be shown to anybody who works here, and the names of the rest."""
    shown, hidden = {}, []
    for name, value in payload.items():
        plain = name in _PLAIN_NAMES or name.endswith(_PLAIN_ENDINGS) or isinstance(value, bool | int | float)
        if plain and name != "person_id":
            shown[name] = value
        else:
            hidden.append(name)
    return shown, tuple(hidden)


_FOLLOWERS = """
SELECT p.name, waiting.number, waiting.oldest_at
FROM kernel_followerposition p
CROSS JOIN LATERAL (
  SELECT count(*) AS number, min(f.recorded_at) AS oldest_at
  FROM kernel_fact f WHERE (f.xid, f.id) > (p.xid::text::xid8, p.fact_id)
) waiting
ORDER BY p.name
"""


def list_followers() -> tuple[Follower, ...]:
    """Return every follower with what it has not read yet, by name."""
    return tuple(Follower(*row) for row in sql.fetch_all(_FOLLOWERS))
