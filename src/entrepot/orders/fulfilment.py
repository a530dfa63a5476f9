"""
The coordinator of dispatch: a label is booked with the carrier outside any transaction, then the parcel is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.kernel.errors import DomainError
from entrepot.orders import operations, queries
from entrepot.orders.operations.fulfilling import parcel_weight_g
from entrepot.orders.operations.orders import OrderNotInState
from entrepot.orders.queries import screening
from entrepot.shipping import carriers, operations as shipping
from entrepot.shipping.rules import Channel


def ship_order(
    *,
    seller_id: UUID,
    order_id: UUID,
    lines: Mapping[int, int] | None = None,
    tracking_number: str | None = None,
    carrier: str | None = None,
    channel: Channel | None = None,
    now: datetime,
) -> UUID:
    """
    Ship pieces of a seller's own order, with its tracking number or with a label booked here.

    :param lines: pieces by the line's position; None: all that are not shipped.
    :returns: the parcel's id.
    :raises NotFound: the seller has no such order.
    :raises TrackingNumberNeeded: no number was named, and no label can be booked with this carrier from here.
    :raises DomainError: what `operations.ship` refuses; nothing was written then, a label booked stays unused.
    """
    parcel_number = shipping.new_parcel_number()
    if not tracking_number:
        tracking_number = _book(
            seller_id=seller_id,
            order_id=order_id,
            lines=lines,
            carrier=carrier,
            channel=channel,
            parcel_number=parcel_number,
        )
    return operations.ship(
        order_id=order_id,
        seller_id=seller_id,
        lines=lines,
        tracking_number=tracking_number,
        carrier=carrier,
        channel=channel,
        parcel_number=parcel_number,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Shipment:
    """All that is left of one order, under a tracking number or (None) with a label booked here."""

    order_id: UUID
    tracking_number: str | None


def ship_orders(*, seller_id: UUID, shipments: Sequence[Shipment], now: datetime) -> dict[UUID, UUID | DomainError]:
    """
    Ship several of a seller's own orders, each whole and for itself: one that is refused holds no other up.

    :returns: by order the parcel's id, or why it was not shipped.
    :raises NotFound: one of them is not the seller's; nothing was shipped.
    """
    queries.access_fulfilment(seller_id, [shipment.order_id for shipment in shipments])
    outcomes: dict[UUID, UUID | DomainError] = {}
    for shipment in shipments:
        try:
            outcomes[shipment.order_id] = ship_order(
                seller_id=seller_id,
                order_id=shipment.order_id,
                tracking_number=shipment.tracking_number,
                now=now,
            )
        except DomainError as refusal:
            outcomes[shipment.order_id] = refusal
    return outcomes


def _book(
    *,
    seller_id: UUID,
    order_id: UUID,
    lines: Mapping[int, int] | None,
    carrier: str | None,
    channel: Channel | None,
    parcel_number: str,
) -> str | None:
    order = queries.get_seller_order(seller_id, order_id)
    if order.state not in ("to_ship", "part_shipped"):
        raise OrderNotInState(order=order.number, state=order.state)
    if screening.is_held(order.purchase_id):
        raise operations.PurchaseHeld()
    service = order.quote.service
    if not service.tracked and carrier is None:
        return None
    known = {line.position for line in order.lines}
    pieces = lines if lines is not None else {line.position: line.to_ship for line in order.lines if line.to_ship}
    weighed = {position: quantity for position, quantity in pieces.items() if position in known}
    return carriers.book_label(
        parcel_number=parcel_number,
        carrier=carrier or service.carrier,
        service_code=service.code,
        channel=channel or service.channel,
        dispatch_country=order.quote.seller.dispatch_country,
        destination_country=order.country,
        weight_g=parcel_weight_g(order.quote, weighed),
    )
