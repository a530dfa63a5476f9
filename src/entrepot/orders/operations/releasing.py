"""Release: what is left of a completed order in escrow goes to the seller, the platform and the carrier."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from entrepot.kernel import facts, sql
from entrepot.kernel.transactions import transaction
from entrepot.ledger import operations as ledger
from entrepot.orders.events import EscrowReleased
from entrepot.orders.operations.orders import OrderNotInState, lock_order
from entrepot.orders.rules.postings import release_transfers

_RELEASE = """
UPDATE orders_order SET released_at = %s, released_minor = held_minor, held_minor = 0 WHERE id = %s
"""


@transaction
def release_escrow(*, order_id: UUID, now: datetime) -> bool:
    """
    Move a completed order's money out of escrow: the seller's due in its own currency, commission, prepaid duties.

    :returns: False when it was released before.
    :raises NotFound: there is no such order.
    :raises OrderNotInState: it is not completed.
    """
    order = lock_order(order_id)
    if order.state != "completed":
        raise OrderNotInState(order=order.number, state=order.state)
    if order.released_at is not None:
        return False
    transfers = release_transfers(
        order.quote,
        order_id=order.id,
        seller_id=order.seller_id,
        currency=order.currency,
        authorities=order.authorities,
        counts=order.counts,
    )
    if transfers:
        ledger.post(key=f"release:{order.id}:1", transfers=transfers, at=now)
    sql.execute(_RELEASE, [now, order.id])
    facts.record(EscrowReleased(order_id=order.id))
    return True
