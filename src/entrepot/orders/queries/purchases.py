"""Reads of purchases and orders. A seller sees only its own orders: another's do not exist for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.orders import secrets
from entrepot.orders.queries.carts import open_contact
from entrepot.orders.queries.views import LineView, OrderView, PaymentView, PurchaseView, RefundView, money_state
from entrepot.orders.rules.address import Address
from entrepot.pricing.quote import OrderQuote
from entrepot.shipping import queries as shipping
from entrepot.shipping.queries import ParcelView

_PURCHASE = """
SELECT p.id, p.number, p.state, p.end_reason, p.person_id, p.country, p.currency, p.language, p.total_minor, p.contact,
       p.placed_at, p.payment_due_at, p.paid_at, a.state, a.next_action::text, a.decline_code
FROM orders_purchase p
LEFT JOIN LATERAL (
  SELECT state, next_action, decline_code FROM payments_attempt
  WHERE purchase_id = p.id ORDER BY id = p.captured_attempt_id DESC NULLS LAST, created_at DESC, id DESC LIMIT 1
) a ON true
"""
_ORDER = """
SELECT o.id, o.number, o.purchase_id, p.number, o.seller_id, o.seller_slug, o.seller_name, o.state, o.end_reason,
       o.currency, o.total_minor, o.due_minor, o.held_minor, o.released_minor, o.refunded_minor, o.waived_minor,
       o.at_door_minor, o.quote::text, p.country, p.contact, o.placed_at, o.paid_at, o.dispatch_due_at, o.shipped_at,
       o.delivered_at, o.protection_ends_at, o.completed_at, o.released_at, o.ended_at
FROM orders_order o JOIN orders_purchase p ON p.id = o.purchase_id
"""
_LINES = """
SELECT l.order_id, l.position, l.sku_code, l.listing_id, l.title, s.options::text, s.seller_sku, l.ordered, l.cancelled,
       l.shipped, l.delivered, l.returned, l.unit_price_minor, l.unit_price_currency, l.goods_minor, l.total_minor,
       l.hs_code, l.origin_country, l.weight_g
FROM orders_orderline l LEFT JOIN catalog_sku s ON s.id = l.sku_id
WHERE l.order_id = ANY(%s::uuid[])
ORDER BY l.order_id, l.position
"""
_REFUNDS = """
SELECT r.order_id, r.id, r.amount_minor, r.currency, r.reason, coalesce(p.state, 'requested'), r.lines::text,
       r.created_at
FROM orders_refund r LEFT JOIN payments_refund p ON p.id = r.id
WHERE r.order_id = ANY(%s::uuid[])
ORDER BY r.created_at, r.id
"""


def get_purchase(purchase_id: UUID, *, token: str | None = None, person_id: UUID | None = None) -> PurchaseView:
    """
    Return a purchase to who holds its secret link or is the person who bought.

    :raises NotFound: there is none, or neither opens it.
    """
    row = sql.fetch_one(_PURCHASE + "WHERE p.id = %s", [purchase_id])
    if row is None or not _may_see(row, token, person_id):
        raise NotFound()
    return _purchase(row)


def list_purchases(person_id: UUID, *, limit: int = 50) -> tuple[PurchaseView, ...]:
    """Return a person's purchases, the newest first."""
    rows = sql.fetch_all(
        _PURCHASE + "WHERE p.person_id = %s ORDER BY p.placed_at DESC, p.id DESC LIMIT %s", [person_id, limit]
    )
    return _purchases(rows)


def get_any_purchase(purchase_id: UUID) -> PurchaseView:
    """
    Return a purchase to the platform itself: an e-mail to be written, an operator's page.

    :raises NotFound: there is none.
    """
    row = sql.fetch_one(_PURCHASE + "WHERE p.id = %s", [purchase_id])
    if row is None:
        raise NotFound()
    return _purchase(row)


def list_recent_purchases(*, limit: int = 50) -> tuple[PurchaseView, ...]:
    """Return the newest purchases of all buyers, for the operator."""
    return _purchases(sql.fetch_all(_PURCHASE + "ORDER BY p.placed_at DESC, p.id DESC LIMIT %s", [limit]))


def find_order(number: str) -> UUID:
    """
    Return the id of the order with a number.

    :raises NotFound: there is none.
    """
    row = sql.fetch_one("SELECT id FROM orders_order WHERE number = %s", [number.strip().upper()])
    if row is None:
        raise NotFound(order=number)
    return row[0]


def get_seller_order(seller_id: UUID, order_id: UUID) -> OrderView:
    """
    Return one of a seller's own orders; the buyer's address only once it is paid.

    :raises NotFound: the seller has no such order.
    """
    rows = sql.fetch_all(_ORDER + "WHERE o.id = %s AND o.seller_id = %s", [order_id, seller_id])
    if not rows:
        raise NotFound()
    return _orders(rows, for_seller=True)[0]


def get_any_order(order_id: UUID) -> OrderView:
    """
    Return an order to the platform itself.

    :raises NotFound: there is none.
    """
    rows = sql.fetch_all(_ORDER + "WHERE o.id = %s", [order_id])
    if not rows:
        raise NotFound()
    return _orders(rows, for_seller=False)[0]


def list_seller_orders(
    seller_id: UUID, *, states: Sequence[str] = (), before: UUID | None = None, limit: int = 50
) -> tuple[OrderView, ...]:
    """
    Return a seller's orders, the newest first; `before` is the last order of the page before.

    :param states: only orders in one of these (empty: all).
    """
    rows = sql.fetch_all(
        _ORDER + "WHERE o.seller_id = %s AND (%s::text[] = '{}' OR o.state = ANY(%s::text[]))"
        " AND (%s::uuid IS NULL OR (o.placed_at, o.id) <"
        " (SELECT placed_at, id FROM orders_order WHERE id = %s::uuid AND seller_id = %s))"
        " ORDER BY o.placed_at DESC, o.id DESC LIMIT %s",
        [seller_id, list(states), list(states), before, before, seller_id, limit],
    )
    return _orders(rows, for_seller=True)


def count_seller_orders(seller_id: UUID) -> dict[str, int]:
    """Return how many orders a seller has in each state."""
    return dict(
        sql.fetch_all("SELECT state, count(*) FROM orders_order WHERE seller_id = %s GROUP BY state", [seller_id])
    )


def _may_see(row: Sequence[Any], token: str | None, person_id: UUID | None) -> bool:
    if token and secrets.opens_purchase(token, row[0]):
        return True
    return person_id is not None and row[4] == person_id


def _purchase(row: Sequence[Any]) -> PurchaseView:
    return _purchases([row])[0]


def _purchases(rows: Sequence[Sequence[Any]]) -> tuple[PurchaseView, ...]:
    if not rows:
        return ()
    orders = _orders(
        sql.fetch_all(
            _ORDER + "WHERE o.purchase_id = ANY(%s::uuid[]) ORDER BY length(o.number), o.number",
            [[row[0] for row in rows]],
        ),
        for_seller=False,
    )
    views = []
    for row in rows:
        email, address = open_contact(row[9])
        views.append(
            PurchaseView(
                id=row[0],
                number=row[1],
                token=secrets.purchase_token(row[0]),
                state=row[2],
                end_reason=row[3],
                person_id=row[4],
                country=row[5],
                currency=row[6],
                language=row[7],
                total=Money(row[8], row[6]),
                payment=PaymentView(row[13] or "open", json.loads(row[14]) if row[14] else None, row[15] or ""),
                email=email,
                address=address,
                orders=tuple(order for order in orders if order.purchase_id == row[0]),
                placed_at=row[10],
                payment_due_at=row[11],
                paid_at=row[12],
            )
        )
    return tuple(views)


def _orders(rows: Sequence[Sequence[Any]], *, for_seller: bool) -> tuple[OrderView, ...]:
    if not rows:
        return ()
    order_ids = [row[0] for row in rows]
    lines: dict[UUID, list[LineView]] = {order_id: [] for order_id in order_ids}
    for line in sql.fetch_all(_LINES, [order_ids]):
        lines[line[0]].append(_line(line, currency=next(row[9] for row in rows if row[0] == line[0])))
    refunds: dict[UUID, list[RefundView]] = {order_id: [] for order_id in order_ids}
    for refund in sql.fetch_all(_REFUNDS, [order_ids]):
        refunds[refund[0]].append(_refund(refund))
    parcels: dict[UUID, list[ParcelView]] = {order_id: [] for order_id in order_ids}
    for parcel in shipping.list_parcels(order_ids=order_ids):
        parcels[parcel.order_id].append(parcel)
    return tuple(_order(row, lines[row[0]], parcels[row[0]], refunds[row[0]], for_seller=for_seller) for row in rows)


def _order(
    row: Sequence[Any],
    lines: Sequence[LineView],
    parcels: Sequence[ParcelView],
    refunds: Sequence[RefundView],
    *,
    for_seller: bool,
) -> OrderView:
    currency = row[9]
    total, due, held, released, refunded, waived, at_door = (Money(minor, currency) for minor in row[10:17])
    email, address = _contact_for(row, for_seller=for_seller)
    quote = OrderQuote.decode(row[17])
    if not for_seller:  # The buyer reads the options in the words of the quote, the seller in its own.
        lines = [replace(line, options=quote.lines[line.position].options) for line in lines]
    return OrderView(
        id=row[0],
        number=row[1],
        purchase_id=row[2],
        purchase_number=row[3],
        seller_id=row[4],
        seller_slug=row[5],
        seller_name=row[6],
        state=row[7],
        end_reason=row[8],
        money_state=money_state(due=row[11], held=row[12], released=row[13], refunded=row[14]),
        currency=currency,
        total=total,
        due=due,
        held=held,
        released=released,
        refunded=refunded,
        waived=waived,
        at_door=at_door,
        quote=quote,
        lines=tuple(lines),
        parcels=tuple(parcels),
        refunds=tuple(refunds),
        country=row[18],
        email=email,
        address=address,
        placed_at=row[20],
        paid_at=row[21],
        dispatch_due_at=row[22],
        shipped_at=row[23],
        delivered_at=row[24],
        protection_ends_at=row[25],
        completed_at=row[26],
        released_at=row[27],
        ended_at=row[28],
    )


def _contact_for(row: Sequence[Any], *, for_seller: bool) -> tuple[str, Address | None]:
    # A seller learns where to send the goods when the money is there, and never the buyer's e-mail.
    if for_seller and row[21] is None:
        return "", None
    email, address = open_contact(row[19])
    return ("" if for_seller else email), address


def _line(row: Sequence[Any], *, currency: str) -> LineView:
    return LineView(
        position=row[1],
        sku=row[2],
        listing_id=row[3],
        title=row[4],
        options=json.loads(row[5]) if row[5] else {},
        seller_sku=row[6] or "",
        quantity=row[7],
        cancelled=row[8],
        shipped=row[9],
        delivered=row[10],
        returned=row[11],
        unit_price=Money(row[12], row[13]),
        goods=Money(row[14], currency),
        total=Money(row[15], currency),
        hs_code=row[16],
        origin_country=row[17],
        weight_g=row[18],
    )


def _refund(row: Sequence[Any]) -> RefundView:
    return RefundView(
        id=row[1],
        amount=Money(row[2], row[3]),
        reason=row[4],
        state=row[5],
        lines=tuple((line[0], line[1]) for line in json.loads(row[6])),
        created_at=row[7],
    )
