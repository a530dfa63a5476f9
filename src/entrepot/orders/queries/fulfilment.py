"""What a seller works with: lean lists of orders, counts by what is to be done, what orders bring, figures by day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.orders.queries.purchases import get_seller_order
from entrepot.orders.queries.views import OrderView
from entrepot.orders.rules.holding import Hold, find_hold
from entrepot.orders.rules.postings import LineCount, cancel_pieces, seller_amounts
from entrepot.pricing.quote import SellerDue
from entrepot.shipping.rules import Channel, tidy_tracking_number

Group = Literal["to_ship", "shipped", "delivered", "released", "cancelled", "awaiting_payment"]
GROUPS: tuple[Group, ...] = ("to_ship", "shipped", "delivered", "released", "cancelled", "awaiting_payment")
Sort = Literal["newest", "deadline", "amount"]

# What a state means to who sends: is there something to pack, is it travelling, is it there, is the money there.
_GROUP = """
CASE WHEN o.state IN ('to_ship', 'part_shipped') THEN 'to_ship'
     WHEN o.released_at IS NOT NULL THEN 'released'
     WHEN o.state IN ('delivered', 'completed') THEN 'delivered'
     ELSE o.state END
"""
_ORDER_BY: dict[Sort, str] = {
    "newest": "o.placed_at DESC, o.id DESC",
    "deadline": "o.dispatch_due_at NULLS LAST, o.id",
    "amount": "brings.net DESC, o.id DESC",
}


def _left(column: str) -> str:
    """Return what is left of a line's amount after its cancellations, rounded as `rules.shares.share_of` does."""
    return f"(l.{column} - (2 * l.{column} * l.cancelled + l.ordered) / (2 * l.ordered))"


_NET = " + ".join(_left(f"seller_{part}_minor") for part in ("goods", "delivery", "tax"))
_NET = f"sum({_NET} - {_left('seller_commission_minor')})::bigint"


@dataclass(frozen=True, slots=True)
class FulfilmentLine:
    """What is on one line: pieces that were ordered, and how many of them still have to leave."""

    title: str
    seller_sku: str
    quantity: int
    to_ship: int


@dataclass(frozen=True, slots=True)
class FulfilmentRow:
    """An order as a list shows it. `net` is what it brings the seller after what was cancelled of it."""

    id: UUID
    number: str
    group: Group
    state: str
    country: str
    placed_at: datetime
    dispatch_due_at: datetime | None
    protection_ends_at: datetime | None
    net: Money
    carrier: str
    service_name: str
    channel: Channel
    is_tracked: bool
    lines: tuple[FulfilmentLine, ...]

    @property
    def to_ship(self) -> int:
        return sum(line.to_ship for line in self.lines)

    @property
    def hold(self) -> Hold | None:
        if self.group == "released":
            return None
        return find_hold(self.state, dispatch_due_at=self.dispatch_due_at, protection_ends_at=self.protection_ends_at)


@dataclass(frozen=True, slots=True)
class FulfilmentPage:
    """One page of orders, and how many there are in all."""

    items: tuple[FulfilmentRow, ...]
    count: int


_COLUMNS = f"""
o.id, o.number, {_GROUP}, o.state, p.country, o.placed_at, o.dispatch_due_at, o.protection_ends_at,
brings.net, o.payout_currency, o.quote->'service'->>'carrier', o.quote->'service'->>'name',
o.quote->'service'->>'channel', (o.quote->'service'->>'tracked')::boolean, brings.lines::text
"""
_FROM = f"""
FROM orders_order o
JOIN orders_purchase p ON p.id = o.purchase_id
CROSS JOIN LATERAL (
  SELECT {_NET} AS net,
         jsonb_agg(jsonb_build_array(l.title, coalesce(s.seller_sku, ''), l.ordered,
                                     l.ordered - l.cancelled - l.shipped) ORDER BY l.position) AS lines
  FROM orders_orderline l LEFT JOIN catalog_sku s ON s.id = l.sku_id WHERE l.order_id = o.id
) brings
"""
_WANTED = f"""
o.seller_id = %(seller_id)s
AND (%(groups)s::text[] = '{{}}' OR {_GROUP} = ANY(%(groups)s::text[]))
AND (%(text)s = '' OR strpos(o.number, %(text)s) > 0 OR EXISTS (
  SELECT FROM shipping_parcel t WHERE t.order_id = o.id AND t.tracking_number = %(tracking_number)s
))
"""
_COUNT = f"SELECT count(*) FROM orders_order o WHERE {_WANTED}"


def list_fulfilment(
    seller_id: UUID,
    *,
    groups: Sequence[Group] = (),
    text: str = "",
    sort: Sort = "newest",
    page: int = 1,
    page_size: int = 50,
) -> FulfilmentPage:
    """
    Return a page of a seller's orders.

    :param groups: only these (empty: all).
    :param text: part of an order's number, or a parcel's whole tracking number.
    """
    params: dict[str, Any] = {
        "seller_id": seller_id,
        "groups": list(groups),
        "text": text.strip().upper(),
        "tracking_number": tidy_tracking_number(text),
        "limit": page_size,
        "offset": (page - 1) * page_size,
    }
    rows = sql.fetch_all(
        f"SELECT {_COLUMNS}, ({_COUNT}) {_FROM} WHERE {_WANTED}"
        f" ORDER BY {_ORDER_BY[sort]} LIMIT %(limit)s OFFSET %(offset)s",
        params,
    )
    if rows or page == 1:
        return FulfilmentPage(items=tuple(_row(row) for row in rows), count=rows[0][-1] if rows else 0)
    ((count,),) = sql.fetch_all(_COUNT, params)  # Behind the last page: the count is still told.
    return FulfilmentPage(items=(), count=count)


def access_fulfilment(seller_id: UUID, order_ids: Sequence[UUID]) -> tuple[FulfilmentRow, ...]:
    """
    Return some of a seller's own orders, in the order in which they are named.

    :raises NotFound: one of them is not the seller's.
    """
    rows = sql.fetch_all(
        f"SELECT {_COLUMNS} {_FROM} WHERE o.seller_id = %s AND o.id = ANY(%s::uuid[])",
        [seller_id, list(order_ids)],
    )
    found = {row.id: row for row in map(_row, rows)}
    if not set(order_ids) <= found.keys():
        raise NotFound()
    return tuple(found[order_id] for order_id in dict.fromkeys(order_ids))


def count_fulfilment(seller_id: UUID) -> dict[Group, int]:
    """Return how many orders a seller has in each group; groups without any are left out."""
    rows = sql.fetch_all(
        f"SELECT {_GROUP}, count(*) FROM orders_order o WHERE o.seller_id = %s GROUP BY 1",
        [seller_id],
    )
    return {group: number for group, number in rows}  # noqa: C416 - `dict` would forget that the groups are `Group`


def sum_held(seller_id: UUID) -> tuple[tuple[Money, int], ...]:
    """Return what paid orders will bring once their money is released, and how many they are, by currency."""
    rows = sql.fetch_all(
        f"""
        SELECT o.payout_currency, sum(brings.net)::bigint, count(*)
        FROM orders_order o
        CROSS JOIN LATERAL (SELECT {_NET} AS net FROM orders_orderline l WHERE l.order_id = o.id) brings
        WHERE o.seller_id = %s AND o.paid_at IS NOT NULL AND o.released_at IS NULL AND o.state <> 'cancelled'
        GROUP BY 1 ORDER BY 1
        """,
        [seller_id],
    )
    return tuple((Money(net, currency), number) for currency, net, number in rows)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What one day's paid orders are: how many, their pieces, and what they bring (after cancellations)."""

    day: date
    orders: int
    pieces: int
    net: Money


def list_daily_figures(seller_id: UUID, *, first: date, last: date, currency: str) -> tuple[DayFigures, ...]:
    """Return a figure for every day (UTC) from `first` to `last`; days without orders are zero."""
    start = datetime.combine(first, time(), UTC)
    end = datetime.combine(last + timedelta(days=1), time(), UTC)
    rows = sql.fetch_all(
        f"""
        SELECT (o.placed_at AT TIME ZONE 'UTC')::date, count(*), sum(o.pieces_ordered - o.pieces_cancelled)::bigint,
               sum(brings.net)::bigint
        FROM orders_order o
        CROSS JOIN LATERAL (SELECT {_NET} AS net FROM orders_orderline l WHERE l.order_id = o.id) brings
        WHERE o.seller_id = %s AND o.placed_at >= %s AND o.placed_at < %s AND o.paid_at IS NOT NULL
          AND o.state <> 'cancelled' AND o.payout_currency = %s
        GROUP BY 1
        """,
        [seller_id, start, end, currency],
    )
    found = {day: (orders, pieces, net) for day, orders, pieces, net in rows}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(
        DayFigures(day, orders, pieces, Money(net, currency))
        for day in days
        for orders, pieces, net in [found.get(day, (0, 0, 0))]
    )


def find_seller_due(order: OrderView) -> SellerDue:
    """Return what an order brings its seller, less what was cancelled of it: what the release will book."""
    return _due(order, [LineCount(line.quantity, line.cancelled) for line in order.lines])


@dataclass(frozen=True, slots=True)
class CancellationPreview:
    """What cancelling pieces would do: the buyer gets `refund` back, the seller's due goes from one to the other."""

    refund: Money
    due_before: SellerDue
    due_after: SellerDue


def preview_cancellation(seller_id: UUID, order_id: UUID, *, pieces: Mapping[int, int]) -> CancellationPreview:
    """
    Return what cancelling pieces (by the line's position) would do to the money; nothing is written.

    :raises NotFound: the seller has no such order.
    """
    order = get_seller_order(seller_id, order_id)
    counts = [LineCount(line.quantity, line.cancelled) for line in order.lines]
    amounts = cancel_pieces(
        order.quote, order_id=order.id, currency=order.currency, authorities={}, counts=counts, cancel=pieces
    )
    after = [LineCount(count.ordered, count.cancelled + pieces.get(place, 0)) for place, count in enumerate(counts)]
    return CancellationPreview(
        refund=Money(amounts.total, order.currency), due_before=_due(order, counts), due_after=_due(order, after)
    )


def _due(order: OrderView, counts: Sequence[LineCount]) -> SellerDue:
    amounts, currency = seller_amounts(order.quote, counts), order.quote.due_native.currency
    return SellerDue(
        currency,
        goods_minor=amounts.goods,
        delivery_minor=amounts.delivery,
        tax_minor=amounts.tax,
        commission_minor=amounts.commission,
    )


def _row(row: Sequence[Any]) -> FulfilmentRow:
    return FulfilmentRow(
        id=row[0],
        number=row[1],
        group=row[2],
        state=row[3],
        country=row[4],
        placed_at=row[5],
        dispatch_due_at=row[6],
        protection_ends_at=row[7],
        net=Money(row[8], row[9]),
        carrier=row[10],
        service_name=row[11],
        channel=row[12],
        is_tracked=row[13],
        lines=tuple(FulfilmentLine(*line) for line in json.loads(row[14])),
    )
