"""Cancelling pieces before dispatch: their money goes back to the minor unit, the platform's taxes with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from entrepot.catalog import operations as catalog
from entrepot.kernel import facts, ids, sql
from entrepot.kernel.money import Money
from entrepot.kernel.transactions import step, transaction
from entrepot.ledger import operations as ledger
from entrepot.orders.events import OrderLinesCancelled
from entrepot.orders.operations.orders import LockedOrder, OrderNotInState, lock_order, mark_progress, read_pieces
from entrepot.orders.rules.postings import cancel_pieces
from entrepot.payments import operations as payments

CancelledBy = Literal["buyer", "seller", "platform"]
# Why a seller cannot send what was ordered; the refund carries it.
SellerReason = Literal["out_of_stock", "damaged", "wrong_price", "no_way_there", "buyer_asked"]
_END_REASON = {
    "buyer": "cancelled_by_buyer",
    "seller": "cancelled_by_seller",
    "platform": "cancelled_by_platform",
}
CANCELLABLE = frozenset({"to_ship", "part_shipped"})


@transaction
def cancel_lines(
    *,
    order_id: UUID,
    by: CancelledBy,
    lines: Mapping[int, int] | None = None,
    seller_id: UUID | None = None,
    because: SellerReason | None = None,
    now: datetime,
) -> Money:
    """
    Cancel pieces of a paid order that were not shipped yet; a job asks the payment service for the refund.

    :param lines: pieces by the line's position; None: all that are not shipped.
    :param seller_id: of the seller who asks; the caller has seen that a buyer asks for an own order.
    :param because: the seller's reason, kept with the refund.
    :returns: what goes back to the buyer.
    :raises NotFound: there is no such order, or it is another seller's.
    :raises OrderNotInState: it is not paid, or nothing of it is left to ship.
    :raises InvalidField: a line that the order does not have.
    :raises TooManyPieces: fewer are left to ship; nothing was written.
    """
    order = lock_order(order_id, seller_id=seller_id)
    if order.state not in CANCELLABLE:
        raise OrderNotInState(order=order.number, state=order.state)
    pieces = read_pieces(order, lines)
    return cancel_locked(order, pieces=pieces, reason=_END_REASON[by], because=because, now=now)


@transaction
def cancel_undispatched(*, order_id: UUID, now: datetime) -> Money | None:
    """
    Cancel what a seller did not dispatch by its date. Safe to repeat.

    :returns: what goes back to the buyer; None when nothing was late.
    """
    order = lock_order(order_id)
    late = order.dispatch_due_at is not None and order.dispatch_due_at <= now
    if order.state not in CANCELLABLE or not late:
        return None
    return cancel_locked(order, pieces=read_pieces(order, None), reason="not_dispatched", now=now)


_CANCEL = """
WITH lines AS (
  UPDATE orders_orderline l SET cancelled = l.cancelled + n.pieces, cancelled_minor = l.cancelled_minor + n.amount
  FROM unnest(%(line_ids)s::bigint[], %(pieces)s::int[], %(amounts)s::bigint[]) n(id, pieces, amount)
  WHERE l.id = n.id
)
UPDATE orders_order SET
  pieces_cancelled = pieces_cancelled + %(all_pieces)s,
  held_minor = held_minor - %(total)s, refunded_minor = refunded_minor + %(total)s,
  ended_at = CASE WHEN pieces_cancelled + %(all_pieces)s = pieces_ordered THEN %(now)s::timestamptz END,
  end_reason = CASE WHEN pieces_cancelled + %(all_pieces)s = pieces_ordered THEN %(reason)s END
WHERE id = %(order_id)s
RETURNING purchase_id
"""
_RECORD_REFUND = """
INSERT INTO orders_refund (id, order_id, amount_minor, currency, reason, lines, created_at)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s)
"""


@step
def cancel_locked(
    order: LockedOrder, *, pieces: Mapping[int, int], reason: str, because: str | None = None, now: datetime
) -> Money:
    """Cancel pieces of a locked, paid order; return what goes back. `because` is the refund's own, closer reason."""
    assert pieces, "something is cancelled"
    amounts = cancel_pieces(
        order.quote,
        order_id=order.id,
        currency=order.currency,
        authorities=order.authorities,
        counts=order.counts,
        cancel=pieces,
    )
    lines = {line.position: line for line in order.lines}
    row = sql.fetch_one(
        _CANCEL,
        {
            "line_ids": [lines[position].id for position in pieces],
            "pieces": list(pieces.values()),
            "amounts": [amounts.per_line[position] for position in pieces],
            "all_pieces": sum(pieces.values()),
            "total": amounts.total,
            "now": now,
            "reason": reason,
            "order_id": order.id,
        },
    )
    assert row is not None, "the order is locked"
    cancellation_id = ids.new_id()
    refund = Money(amounts.total, order.currency)
    why = because or reason
    if refund:
        _request_refund(order, cancellation_id, refund, pieces, why, now=now)
    if amounts.transfers:
        ledger.post(key=f"refund:{cancellation_id}", transfers=amounts.transfers, at=now)
    # With these pieces gone, the rest may all be shipped, or delivered even.
    delivered = mark_progress(order, now=now)
    facts.record(OrderLinesCancelled(order_id=order.id, refund_minor=amounts.total, reason=why), *delivered)
    returned: dict[int, int] = {lines[position].sku_id: quantity for position, quantity in pieces.items()}
    catalog.return_stock(quantities=returned, reference=cancellation_id, at=now)
    return refund


def _request_refund(
    order: LockedOrder, refund_id: UUID, refund: Money, pieces: Mapping[int, int], reason: str, *, now: datetime
) -> None:
    attempt: tuple[Any, ...] | None = sql.fetch_one(
        "SELECT captured_attempt_id FROM orders_purchase WHERE id = %s", [order.purchase_id]
    )
    assert attempt is not None, "every order has its purchase"
    assert attempt[0] is not None, "a paid purchase knows its payment"
    sql.execute(
        _RECORD_REFUND,
        [refund_id, order.id, refund.minor, refund.currency, reason, json.dumps(sorted(pieces.items())), now],
    )
    payments.request_refund(
        attempt_id=attempt[0], amount=refund, reference=order.id, reason=reason, now=now, refund_id=refund_id
    )
