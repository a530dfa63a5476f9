"""What a person bought, as a list shows it: lean rows, nothing that prices them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orjson import loads

from entrepot.kernel import sql
from entrepot.kernel.encryption import fingerprints
from entrepot.kernel.money import Money
from entrepot.orders.queries.carts import open_contact


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One seller's part of a purchase in a list: whose, in which state, what lies in it (the first goods first)."""

    seller_name: str
    state: str
    listing_ids: tuple[UUID, ...]
    pieces: int


@dataclass(frozen=True, slots=True)
class PastPurchase:
    """One checkout in a list."""

    id: UUID
    number: str
    state: str
    total: Money
    placed_at: datetime
    orders: tuple[PastOrder, ...]


_HISTORY = """
SELECT p.id, p.number, p.state, p.currency, p.total_minor, p.placed_at,
  (SELECT jsonb_agg(jsonb_build_array(
            o.seller_name, o.state,
            (SELECT jsonb_agg(l.listing_id ORDER BY l.position) FROM orders_orderline l WHERE l.order_id = o.id),
            o.pieces_ordered)
          ORDER BY length(o.number), o.number)
   FROM orders_order o WHERE o.purchase_id = p.id)::text
FROM orders_purchase p WHERE p.person_id = %s
ORDER BY p.placed_at DESC, p.id DESC
LIMIT %s OFFSET %s
"""


def list_history(person_id: UUID, *, limit: int, offset: int = 0) -> tuple[PastPurchase, ...]:
    """Return a slice of a person's purchases, the newest first; one statement."""
    return tuple(
        PastPurchase(
            id=row[0],
            number=row[1],
            state=row[2],
            total=Money(row[4], row[3]),
            placed_at=row[5],
            orders=tuple(
                PastOrder(seller_name, state, tuple(map(UUID, listing_ids)), pieces)
                for seller_name, state, listing_ids, pieces in loads(row[6])
            ),
        )
        for row in sql.fetch_all(_HISTORY, [person_id, limit, offset])
    )


def count_purchases(person_id: UUID) -> int:
    """Return how many purchases a person has made."""
    row = sql.fetch_one("SELECT count(*) FROM orders_purchase WHERE person_id = %s", [person_id])
    assert row is not None
    return int(row[0])


def count_open_orders(person_id: UUID) -> int:
    """Return how many orders of a person are not ended yet: still to be paid, sent, received or refunded."""
    row = sql.fetch_one(
        "SELECT count(*) FROM orders_purchase p JOIN orders_order o ON o.purchase_id = p.id"
        " WHERE p.person_id = %s AND o.ended_at IS NULL",
        [person_id],
    )
    assert row is not None
    return int(row[0])


# What people write for the digits that Crockford's base 32 has instead.
_MISTAKEN = str.maketrans("OIL", "011")


def find_purchase(number: str, *, email_fingerprint: str) -> UUID | None:
    """
    Return the purchase of a number as a person writes it (or of one of its orders), if its buyer gave this e-mail.

    :param email_fingerprint: of the address in small letters, so that whoever waits with the question need not keep it.
    """
    symbols = "".join(symbol for symbol in number.upper() if symbol.isalnum()).translate(_MISTAKEN)
    row = sql.fetch_one("SELECT id, contact FROM orders_purchase WHERE number = %s", [f"{symbols[:5]}-{symbols[5:10]}"])
    if row is None:
        return None
    email, _ = open_contact(row[1])
    return row[0] if email and email_fingerprint in fingerprints(email.casefold()) else None
