"""What the operator asks of all orders: search, counts by day and country, money held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.money import Money

PURCHASE_STATES = ("awaiting_payment", "paid", "expired")
ORDER_STATES = ("awaiting_payment", "to_ship", "part_shipped", "shipped", "delivered", "completed", "cancelled")


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """A purchase in a list: its number, where it goes, what it came to, its sellers and the states of their orders."""

    id: UUID
    number: str
    state: str
    country: str
    total: Money
    placed_at: datetime
    sellers: tuple[str, ...]
    order_states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderLink:
    """What is needed to name an order and to lead to it."""

    id: UUID
    number: str
    purchase_id: UUID
    purchase_number: str
    protection_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class CorridorCount:
    """Orders placed from one country to another."""

    origin: str
    destination: str
    orders: int


_FILTER = """
(%(state)s::text IS NULL OR p.state = %(state)s)
AND (%(order_state)s::text IS NULL
     OR EXISTS (SELECT FROM orders_order o WHERE o.purchase_id = p.id AND o.state = %(order_state)s))
AND (%(country)s::text IS NULL OR p.country = %(country)s)
AND (%(person_id)s::uuid IS NULL OR p.person_id = %(person_id)s)
AND (%(number)s::text IS NULL OR p.number = %(number)s
     OR EXISTS (SELECT FROM orders_order o WHERE o.number = %(number)s AND o.purchase_id = p.id))
"""
_LIST = f"""
SELECT p.id, p.number, p.state, p.country, p.total_minor, p.currency, p.placed_at, orders.sellers, orders.states
FROM orders_purchase p
CROSS JOIN LATERAL (
  SELECT array_agg(o.seller_name ORDER BY length(o.number), o.number) AS sellers,
         array_agg(o.state ORDER BY length(o.number), o.number) AS states
  FROM orders_order o WHERE o.purchase_id = p.id
) orders
WHERE {_FILTER}
ORDER BY p.placed_at DESC, p.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""


def search_purchases(
    *,
    number: str | None = None,
    person_id: UUID | None = None,
    state: str | None = None,
    order_state: str | None = None,
    country: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[PurchaseLine, ...]:
    """
    Return purchases for the operator, the newest first.

    :param number: a purchase's or one of its orders'.
    :param person_id: who bought, signed in. A guest's mailbox lies sealed and cannot be searched.
    """
    wanted = _wanted(number, person_id, state, order_state, country) | {"limit": limit, "offset": offset}
    return tuple(
        PurchaseLine(row[0], row[1], row[2], row[3], Money(row[4], row[5]), row[6], tuple(row[7]), tuple(row[8]))
        for row in sql.fetch_all(_LIST, wanted)
    )


def count_purchases(
    *,
    number: str | None = None,
    person_id: UUID | None = None,
    state: str | None = None,
    order_state: str | None = None,
    country: str | None = None,
) -> int:
    """Return how many purchases `search_purchases` has in all."""
    row = sql.fetch_one(
        f"SELECT count(*) FROM orders_purchase p WHERE {_FILTER}",
        _wanted(number, person_id, state, order_state, country),
    )
    assert row is not None
    return int(row[0])


def _wanted(
    number: str | None, person_id: UUID | None, state: str | None, order_state: str | None, country: str | None
) -> dict[str, object]:
    return {
        "number": number.strip().upper() if number else None,
        "person_id": person_id,
        "state": state,
        "order_state": order_state,
        "country": country,
    }


def find_links(references: Sequence[UUID]) -> dict[UUID, OrderLink]:
    """Return the orders among some ids, to be named and led to; a purchase's own id is answered by its first order."""
    rows = sql.fetch_all(
        """
        SELECT o.id, o.number, p.id, p.number, o.protection_ends_at
        FROM orders_order o JOIN orders_purchase p ON p.id = o.purchase_id
        WHERE o.id = ANY(%(ids)s::uuid[])
        UNION ALL
        SELECT p.id, p.number, p.id, p.number, NULL FROM orders_purchase p WHERE p.id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(references)},
    )
    return {row[0]: OrderLink(*row) for row in rows}


def count_orders_by_day(*, since: date, until: date) -> tuple[tuple[date, int], ...]:
    """Return how many orders were placed on each day (UTC) from `since` to `until`, both included."""
    rows = sql.fetch_all(
        """
        SELECT day::date, count(o.id)
        FROM generate_series(%(since)s::date, %(until)s::date, interval '1 day') AS day
        LEFT JOIN orders_order o
          ON o.placed_at >= day AT TIME ZONE 'UTC' AND o.placed_at < (day + interval '1 day') AT TIME ZONE 'UTC'
        GROUP BY day ORDER BY day
        """,
        {"since": since, "until": until},
    )
    return tuple(rows)


def list_held_by_country() -> tuple[tuple[str, Money, int], ...]:
    """Return (buyer's country, money held in escrow, how many orders), one row per country and currency."""
    rows = sql.fetch_all(
        """
        SELECT p.country, o.currency, sum(o.held_minor)::bigint, count(*)
        FROM orders_order o JOIN orders_purchase p ON p.id = o.purchase_id
        WHERE o.held_minor > 0 GROUP BY p.country, o.currency ORDER BY p.country, o.currency
        """
    )
    return tuple((country, Money(minor, currency), orders) for country, currency, minor, orders in rows)


def count_orders_by_corridor(*, since: datetime) -> tuple[CorridorCount, ...]:
    """Return how many orders were placed since a moment from each seller's country to each buyer's."""
    rows = sql.fetch_all(
        """
        SELECT s.country, p.country, count(*)
        FROM orders_order o
        JOIN orders_purchase p ON p.id = o.purchase_id
        JOIN sellers_seller s ON s.id = o.seller_id
        WHERE o.placed_at >= %s
        GROUP BY s.country, p.country ORDER BY s.country, p.country
        """,
        [since],
    )
    return tuple(CorridorCount(*row) for row in rows)


def count_late_orders(*, now: datetime) -> int:
    """Return how many paid orders should have left by now."""
    row = sql.fetch_one(
        "SELECT count(*) FROM orders_order WHERE paid_at IS NOT NULL AND ended_at IS NULL AND shipped_at IS NULL"
        " AND dispatch_due_at < %s",
        [now],
    )
    assert row is not None
    return int(row[0])
