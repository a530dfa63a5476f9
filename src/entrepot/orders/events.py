"""What orders tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel.facts import Event


@dataclass(frozen=True)
class PurchasePlaced(Event):
    """A buyer placed a cart: stock is reserved, payment is due."""

    purchase_id: UUID
    total_minor: int
    currency: str


@dataclass(frozen=True)
class PurchasePaid(Event):
    """The money is held; the sellers may ship."""

    purchase_id: UUID


@dataclass(frozen=True)
class PurchaseExpired(Event):
    """No payment came in time, or the buyer gave the purchase up; the stock is free again."""

    purchase_id: UUID


@dataclass(frozen=True)
class OrderLinesCancelled(Event):
    """Pieces of a paid order were cancelled before dispatch, for a reason of `cancellations`; their money goes back."""

    order_id: UUID
    refund_minor: int
    reason: str


@dataclass(frozen=True)
class OrderShipped(Event):
    """A parcel of an order was handed to a carrier."""

    order_id: UUID
    parcel_id: UUID


@dataclass(frozen=True)
class OrderDelivered(Event):
    """Every parcel of an order has arrived."""

    order_id: UUID


@dataclass(frozen=True)
class OrderCompleted(Event):
    """The buyer confirmed, or the protection ended: the escrow may be released."""

    order_id: UUID


@dataclass(frozen=True)
class EscrowReleased(Event):
    """The seller's due, taxes, duties and commission left escrow."""

    order_id: UUID
