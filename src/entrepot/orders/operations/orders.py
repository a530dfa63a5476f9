"""One order locked with its lines: what every later act on it starts with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import step
from entrepot.orders.events import OrderDelivered
from entrepot.orders.rules.postings import LineCount
from entrepot.pricing.quote import OrderQuote


class OrderNotInState(DomainError):
    """The order's state does not allow this: `state` says what it is in."""

    code = "order_not_in_state"
    kind = "conflict"
    summary = "The order's state does not allow this."


class TooManyPieces(DomainError):
    """More pieces than are still to be shipped: `lines` is a list of {"position", "wanted", "left"}."""

    code = "too_many_pieces"
    kind = "conflict"
    summary = "Fewer pieces than that are still to be shipped."


@dataclass(frozen=True, slots=True)
class LockedLine:
    """A line of a locked order."""

    id: int
    position: int
    sku_id: int
    ordered: int
    cancelled: int
    shipped: int
    delivered: int

    @property
    def to_ship(self) -> int:
        return self.ordered - self.cancelled - self.shipped


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """An order whose row is locked until the transaction ends."""

    id: UUID
    number: str
    purchase_id: UUID
    seller_id: UUID
    state: str
    currency: str
    held_minor: int
    paid_at: datetime | None
    completed_at: datetime | None
    released_at: datetime | None
    dispatch_due_at: datetime | None
    protection_days: int
    inspection_days: int
    protection_ends_at: datetime | None
    delivered_at: datetime | None
    authorities: dict[str, str]
    quote: OrderQuote
    lines: tuple[LockedLine, ...]

    @property
    def counts(self) -> tuple[LineCount, ...]:
        return tuple(LineCount(line.ordered, line.cancelled) for line in self.lines)


_LOCK_ORDER = """
SELECT id, number, purchase_id, seller_id, state, currency, held_minor, paid_at, completed_at, released_at,
       dispatch_due_at, protection_days, inspection_days, protection_ends_at, delivered_at, authorities::text,
       quote::text
FROM orders_order WHERE id = %s
FOR NO KEY UPDATE
"""
_LINES = """
SELECT id, position, sku_id, ordered, cancelled, shipped, delivered
FROM orders_orderline WHERE order_id = %s ORDER BY position
"""


@step
def lock_order(order_id: UUID, *, seller_id: UUID | None = None) -> LockedOrder:
    """
    Lock an order, its lines with it: nobody changes lines without holding their order.

    :param seller_id: of the seller who asks; None when the platform or the buyer does.
    :raises NotFound: there is no such order, or it is another seller's.
    """
    row = sql.fetch_one(_LOCK_ORDER, [order_id])
    if row is None or (seller_id is not None and row[3] != seller_id):
        raise NotFound()
    lines = tuple(LockedLine(*line) for line in sql.fetch_all(_LINES, [order_id]))
    return LockedOrder(
        id=row[0],
        number=row[1],
        purchase_id=row[2],
        seller_id=row[3],
        state=row[4],
        currency=row[5],
        held_minor=row[6],
        paid_at=row[7],
        completed_at=row[8],
        released_at=row[9],
        dispatch_due_at=row[10],
        protection_days=row[11],
        inspection_days=row[12],
        protection_ends_at=row[13],
        delivered_at=row[14],
        authorities=json.loads(row[15]),
        quote=OrderQuote.decode(row[16]),
        lines=lines,
    )


def read_pieces(order: LockedOrder, pieces: Mapping[int, int] | None) -> dict[int, int]:
    """
    Return pieces by position, every line's unshipped ones when none are named.

    :raises InvalidField: a position that the order does not have, or a number below 1.
    :raises TooManyPieces: more than are still to be shipped.
    """
    if pieces is None:
        return {line.position: line.to_ship for line in order.lines if line.to_ship}
    by_position = {line.position: line for line in order.lines}
    faults: list[dict[str, Any]] = []
    for position, quantity in pieces.items():
        if position not in by_position:
            faults.append({"field": f"lines.{position}", "reason": "unknown_line"})
        elif not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
            faults.append({"field": f"lines.{position}", "reason": "below_1"})
    if faults:
        raise InvalidField(errors=faults)
    short = [
        {"position": position, "wanted": quantity, "left": by_position[position].to_ship}
        for position, quantity in sorted(pieces.items())
        if quantity > by_position[position].to_ship
    ]
    if short:
        raise TooManyPieces(lines=short)
    return dict(sorted(pieces.items()))


def end_of_day(moment: str) -> str:
    """
    Return the SQL of the last moment of the day (UTC) that a moment lies in.

    A date by which something must be done is told as a day: all of that day belongs to whoever has to act.
    """
    return f"(date_trunc('day', {moment}, 'UTC') + interval '1 day' - interval '1 microsecond')"


_PROTECTION_ENDS = end_of_day(
    """least(
    coalesce(shipped_at, %(now)s::timestamptz) + make_interval(days => protection_days),
    CASE WHEN whole.delivered
         THEN coalesce(delivered_at, %(now)s::timestamptz) + make_interval(days => inspection_days) END
  )"""
)
# The protection runs from the dispatch of the last piece; once all has arrived, only the time to inspect it is left.
_MARK_PROGRESS = f"""
UPDATE orders_order SET
  shipped_at = CASE WHEN whole.shipped THEN coalesce(shipped_at, %(now)s::timestamptz) END,
  delivered_at = CASE WHEN whole.delivered THEN coalesce(delivered_at, %(now)s::timestamptz) END,
  protection_ends_at = CASE WHEN whole.shipped THEN {_PROTECTION_ENDS} END
FROM (
  SELECT pieces_shipped > 0 AND pieces_shipped = pieces_ordered - pieces_cancelled AS shipped,
         pieces_shipped > 0 AND pieces_shipped = pieces_ordered - pieces_cancelled
           AND pieces_delivered = pieces_shipped AS delivered
  FROM orders_order WHERE id = %(order_id)s
) whole
WHERE id = %(order_id)s
RETURNING delivered_at
"""


@step
def mark_progress(order: LockedOrder, *, now: datetime) -> tuple[OrderDelivered, ...]:
    """Set the times that follow from a locked order's pieces; return the fact to record if all has just arrived."""
    row = sql.fetch_one(_MARK_PROGRESS, {"now": now, "order_id": order.id})
    assert row is not None, "the order is locked"
    return (OrderDelivered(order_id=order.id),) if row[0] is not None and order.delivered_at is None else ()
