"""From dispatch to completion: parcels, deliveries, the buyer's word, the end of protection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from entrepot.catalog import operations as catalog
from entrepot.kernel import facts, ids, sql
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.transactions import transaction
from entrepot.orders.events import OrderCompleted, OrderShipped
from entrepot.orders.operations.cancelling import CANCELLABLE
from entrepot.orders.operations.orders import LockedOrder, OrderNotInState, lock_order, mark_progress, read_pieces
from entrepot.orders.operations.screening import demand_screened
from entrepot.pricing.quote import OrderQuote
from entrepot.shipping import operations as shipping
from entrepot.shipping.operations import ParcelContent
from entrepot.shipping.rules import Channel, tidy_tracking_number

_RECEIVABLE = frozenset({"shipped", "delivered"})

_SHIP = """
WITH lines AS (
  UPDATE orders_orderline l SET shipped = l.shipped + n.pieces
  FROM unnest(%(line_ids)s::bigint[], %(pieces)s::int[]) n(id, pieces)
  WHERE l.id = n.id
)
UPDATE orders_order SET pieces_shipped = pieces_shipped + %(all_pieces)s WHERE id = %(order_id)s
"""


@transaction
def ship(
    *,
    order_id: UUID,
    seller_id: UUID | None = None,
    lines: Mapping[int, int] | None = None,
    tracking_number: str | None,
    carrier: str | None = None,
    channel: Channel | None = None,
    parcel_number: str | None = None,
    now: datetime,
) -> UUID:
    """
    Record that pieces of a paid order were handed to a carrier in one parcel.

    `fulfilment.ship_order` books a label first where the seller has no number of its own.

    :param lines: pieces by the line's position; None: all that are not shipped.
    :param tracking_number: None for a service without tracking.
    :param carrier: another than the one that the buyer's quote named; `channel` then too.
    :returns: the parcel's id.
    :raises NotFound: there is no such order, or it is another seller's.
    :raises OrderNotInState: it is not paid, or nothing of it is left to ship.
    :raises PurchaseHeld: the buyer's name is like one on a list.
    :raises InvalidField: a line that the order does not have; a tracking number that cannot be one, or none where the
        service promises tracking.
    :raises TooManyPieces: fewer are left to ship; nothing was written.
    :raises TrackingNumberTaken: another parcel has this number.
    """
    order = lock_order(order_id, seller_id=seller_id)
    if order.state not in CANCELLABLE:
        raise OrderNotInState(order=order.number, state=order.state)
    demand_screened(order.purchase_id, now=now)
    pieces = read_pieces(order, lines)
    number = tidy_tracking_number(tracking_number or "") or None
    if number is None and order.quote.service.tracked:
        raise InvalidField.single("tracking_number", "required")
    parcel_id = ids.new_id()
    _create_parcel(
        order,
        parcel_id=parcel_id,
        parcel_number=parcel_number or shipping.new_parcel_number(),
        pieces=pieces,
        tracking_number=number,
        carrier=carrier,
        channel=channel,
        now=now,
    )
    by_position = {line.position: line for line in order.lines}
    sql.execute(
        _SHIP,
        {
            "line_ids": [by_position[position].id for position in pieces],
            "pieces": list(pieces.values()),
            "all_pieces": sum(pieces.values()),
            "order_id": order.id,
        },
    )
    mark_progress(order, now=now)
    facts.record(OrderShipped(order_id=order.id, parcel_id=parcel_id))
    taken = {by_position[position].sku_id: quantity for position, quantity in pieces.items()}
    catalog.dispatch_stock(quantities=taken, reference=parcel_id, at=now)
    return parcel_id


def _create_parcel(
    order: LockedOrder,
    *,
    parcel_id: UUID,
    parcel_number: str,
    pieces: Mapping[int, int],
    tracking_number: str | None,
    carrier: str | None,
    channel: Channel | None,
    now: datetime,
) -> None:
    destination = sql.fetch_one(
        "SELECT destination_country, dispatch_country FROM orders_consignment WHERE order_id = %s", [order.id]
    )
    assert destination is not None, "every order has a consignment"
    by_position = {line.position: line for line in order.lines}
    service = order.quote.service
    shipping.create_parcel(
        parcel_id=parcel_id,
        order_id=order.id,
        seller_id=order.seller_id,
        number=parcel_number,
        carrier=carrier or service.carrier,
        service_code=service.code,
        service_name=service.name,
        channel=channel or service.channel,
        tracking_number=tracking_number,
        duties_prepaid=service.duties_prepaid,
        dispatch_country=destination[1],
        destination_country=destination[0],
        days_min=service.transit_days_min,
        days_max=service.transit_days_max,
        weight_g=parcel_weight_g(order.quote, pieces),
        contents=[
            ParcelContent(
                order_line_id=by_position[position].id, sku_id=by_position[position].sku_id, quantity=quantity
            )
            for position, quantity in pieces.items()
        ],
        now=now,
    )


def parcel_weight_g(quote: OrderQuote, pieces: Mapping[int, int]) -> int | None:
    """Return what pieces (by position) weigh together; None when the weight of some is not known."""
    weight = 0
    for position, quantity in pieces.items():
        each = quote.lines[position].weight_g
        if each is None:
            return None
        weight += each * quantity
    return weight


# What arrived is the content of the parcels that arrived: told twice, nothing changes.
_DELIVER = """
WITH arrived AS (
  SELECT l.order_line_id AS id, sum(l.quantity)::int AS pieces
  FROM shipping_parcelline l JOIN shipping_parcel p ON p.id = l.parcel_id
  WHERE p.order_id = %(order_id)s AND p.delivered_at IS NOT NULL
  GROUP BY 1
), lines AS (
  UPDATE orders_orderline l SET delivered = greatest(l.delivered, arrived.pieces)
  FROM arrived WHERE l.id = arrived.id
  RETURNING l.id, l.delivered
)
UPDATE orders_order SET pieces_delivered = (
  SELECT sum(coalesce(lines.delivered, l.delivered))
  FROM orders_orderline l LEFT JOIN lines ON lines.id = l.id WHERE l.order_id = %(order_id)s
)
WHERE id = %(order_id)s
"""


@transaction
def record_delivery(*, order_id: UUID, now: datetime) -> bool:
    """
    Take over what shipping knows of an order's parcels; safe to repeat, and harmless on an order that has ended.

    :returns: whether the whole order has arrived by this.
    :raises NotFound: there is no such order.
    """
    order = lock_order(order_id)
    if order.state not in ("part_shipped", "shipped"):
        return False
    sql.execute(_DELIVER, {"order_id": order_id})
    delivered = mark_progress(order, now=now)
    facts.record(*delivered)
    return bool(delivered)


@transaction
def confirm_receipt(*, order_id: UUID, now: datetime) -> bool:
    """
    Complete an order on the buyer's word that all of it arrived; the caller has seen that it is the buyer's.

    :returns: False when it was completed before.
    :raises NotFound: there is no such order.
    :raises OrderNotInState: it was not shipped whole.
    """
    order = lock_order(order_id)
    if order.state == "completed":
        return False
    if order.state not in _RECEIVABLE:
        raise OrderNotInState(order=order.number, state=order.state)
    _complete(order, reason="received", all_arrived=True, now=now)
    return True


@transaction
def end_protection(*, order_id: UUID, now: datetime) -> bool:
    """
    Complete an order whose protection has ended without the buyer's word.

    :returns: False when it has not ended, or the order was completed before.
    :raises NotFound: there is no such order.
    """
    order = lock_order(order_id)
    over = order.protection_ends_at is not None and order.protection_ends_at <= now
    if order.state not in _RECEIVABLE or not over:
        return False
    _complete(order, reason="protection_ended", all_arrived=False, now=now)
    return True


_COMPLETE = """
WITH lines AS (
  UPDATE orders_orderline SET delivered = shipped WHERE order_id = %(order_id)s AND %(all_arrived)s
)
UPDATE orders_order SET
  completed_at = %(now)s, ended_at = %(now)s, end_reason = %(reason)s,
  pieces_delivered = CASE WHEN %(all_arrived)s THEN pieces_shipped ELSE pieces_delivered END,
  delivered_at = CASE WHEN %(all_arrived)s THEN coalesce(delivered_at, %(now)s::timestamptz) ELSE delivered_at END
WHERE id = %(order_id)s
"""


def _complete(order: LockedOrder, *, reason: str, all_arrived: bool, now: datetime) -> None:
    sql.execute(_COMPLETE, {"order_id": order.id, "all_arrived": all_arrived, "now": now, "reason": reason})
    facts.record(OrderCompleted(order_id=order.id))
