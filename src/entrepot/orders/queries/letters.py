"""What e-mails and webhooks tell of purchases and orders: lean rows for many at once, nothing that prices them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orjson import loads

from entrepot.kernel import sql
from entrepot.kernel.money import Money
from entrepot.orders import secrets
from entrepot.orders.queries.carts import open_contact


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One line as it is told: `quantity` is what was ordered."""

    title: str
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """One order as it is told to its buyer or its seller."""

    id: UUID
    number: str
    seller_id: UUID
    seller_name: str
    state: str
    total: Money
    at_door: Money
    dispatch_due_at: datetime | None
    lines: tuple[LetterLine, ...]


@dataclass(frozen=True, slots=True)
class LetterPurchase:
    """A purchase as it is told; `email` is empty when it was erased, `token` opens it to whoever holds the link."""

    id: UUID
    number: str
    token: str
    email: str
    language: str
    total: Money
    orders: tuple[LetterOrder, ...]


@dataclass(frozen=True, slots=True)
class OrderOwner:
    """Whose an order is."""

    order_id: UUID
    number: str
    purchase_id: UUID
    seller_id: UUID


_LETTERS = """
SELECT p.id, p.number, p.contact, p.language, p.currency, p.total_minor,
  (SELECT jsonb_agg(jsonb_build_array(
            o.id, o.number, o.seller_id, o.seller_name, o.state, o.total_minor, o.at_door_minor, o.dispatch_due_at,
            (SELECT jsonb_agg(jsonb_build_array(l.title, l.ordered, l.total_minor) ORDER BY l.position)
             FROM orders_orderline l WHERE l.order_id = o.id))
          ORDER BY length(o.number), o.number)
   FROM orders_order o WHERE o.purchase_id = p.id)::text
FROM orders_purchase p WHERE p.id = ANY(%s::uuid[])
"""


def list_letter_purchases(purchase_ids: Iterable[UUID]) -> dict[UUID, LetterPurchase]:
    """Return purchases by their ids for the platform's own letters, in one statement; unknown ids are left out."""
    found = {}
    for id_, number, contact, language, currency, total, orders in sql.fetch_all(_LETTERS, [list(purchase_ids)]):
        found[id_] = LetterPurchase(
            id=id_,
            number=number,
            token=secrets.purchase_token(id_),
            email=open_contact(contact)[0],
            language=language,
            total=Money(total, currency),
            orders=tuple(_order(order, currency) for order in loads(orders)),
        )
    return found


def _order(row: list[Any], currency: str) -> LetterOrder:
    id_, number, seller_id, seller_name, state, total, at_door, dispatch_due_at, lines = row
    return LetterOrder(
        id=UUID(id_),
        number=number,
        seller_id=UUID(seller_id),
        seller_name=seller_name,
        state=state,
        total=Money(total, currency),
        at_door=Money(at_door, currency),
        dispatch_due_at=None if dispatch_due_at is None else datetime.fromisoformat(dispatch_due_at),
        lines=tuple(LetterLine(title, quantity, Money(amount, currency)) for title, quantity, amount in lines),
    )


_OWNERS = """
SELECT id, number, purchase_id, seller_id FROM orders_order
WHERE id = ANY(%s::uuid[]) OR purchase_id = ANY(%s::uuid[]) ORDER BY id
"""


def list_order_owners(*, order_ids: Iterable[UUID] = (), purchase_ids: Iterable[UUID] = ()) -> tuple[OrderOwner, ...]:
    """Return whose orders are, by their own ids or their purchases', in one statement."""
    return tuple(OrderOwner(*row) for row in sql.fetch_all(_OWNERS, [list(order_ids), list(purchase_ids)]))
