"""A person's wish list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.money import Money

WISHES_MAX = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """A listing that somebody may buy later; `price` is what its cheapest SKU cost, by the seller, when it was kept."""

    listing_id: UUID
    price: Money
    added_at: datetime


def list_wishes(person_id: UUID) -> tuple[Wish, ...]:
    """Return a person's wishes, the latest first."""
    rows = sql.fetch_all(
        "SELECT listing_id, price_minor, currency, added_at FROM orders_wish"
        " WHERE person_id = %s ORDER BY added_at DESC, listing_id",
        [person_id],
    )
    return tuple(Wish(listing_id, Money(minor, currency), at) for listing_id, minor, currency, at in rows)


def count_wishes(person_id: UUID) -> int:
    """Return how many listings are on a person's wish list."""
    row = sql.fetch_one("SELECT count(*) FROM orders_wish WHERE person_id = %s", [person_id])
    assert row is not None
    return int(row[0])


def is_wished(*, person_id: UUID, listing_id: UUID) -> bool:
    """Tell whether a listing is on a person's wish list."""
    row = sql.fetch_one("SELECT 1 FROM orders_wish WHERE person_id = %s AND listing_id = %s", [person_id, listing_id])
    return row is not None
