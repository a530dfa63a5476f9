"""What a person keeps to buy later."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError
from entrepot.kernel.transactions import transaction
from entrepot.orders import queries
from entrepot.orders.queries.wishes import WISHES_MAX, Wish


class TooManyWishes(DomainError):
    """The list is full."""

    code = "too_many_wishes"
    kind = "conflict"
    summary = "A wish list holds a hundred goods at most: take one off first."


_KEEP = """
INSERT INTO orders_wish (person_id, listing_id, price_minor, currency, added_at)
SELECT %s, wished.listing_id, wished.price_minor, wished.currency, wished.added_at
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::timestamptz[])
  AS wished (listing_id, price_minor, currency, added_at)
JOIN catalog_listing l ON l.id = wished.listing_id
ORDER BY wished.added_at DESC LIMIT %s
ON CONFLICT (person_id, listing_id) DO NOTHING
"""


@transaction
def keep_wishes(*, person_id: UUID, wishes: Sequence[Wish]) -> None:
    """
    Put listings on a person's wish list, each with the price that it had then; one that is there already stays so.

    :raises TooManyWishes: nothing more fits; nothing was written. Of several (a guest's list that moves into the
        account) the latest are taken as far as they fit.
    """
    room = WISHES_MAX - len(queries.list_wishes(person_id))
    if room <= 0:
        raise TooManyWishes()
    sql.execute(
        _KEEP,
        [
            person_id,
            [wish.listing_id for wish in wishes],
            [wish.price.minor for wish in wishes],
            [wish.price.currency for wish in wishes],
            [wish.added_at for wish in wishes],
            room,
        ],
    )


def drop_wish(*, person_id: UUID, listing_id: UUID) -> None:
    """Take a listing off a person's wish list; one that is not on it changes nothing."""
    sql.execute("DELETE FROM orders_wish WHERE person_id = %s AND listing_id = %s", [person_id, listing_id])
