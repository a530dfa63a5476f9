"""
The coordinator of calls to carriers: over the network, never inside a transaction.

Floors: it stands above `operations` and `queries`; jobs and other rooms call it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.shipping import operations, ports, queries
from entrepot.shipping.rules import TRACKING_WORDS, Channel

log = structlog.get_logger(__name__)

# A parcel that is still on its way after this is no longer asked about.
FOLLOWED_FOR = timedelta(days=180)


class TrackingNumberNeeded(DomainError):
    """No label can be booked with this carrier from here, so the seller must say the number."""

    code = "tracking_number_needed"
    summary = "This carrier gives no labels through the platform: name the parcel's tracking number."


class NotSimulated(DomainError):
    """Only a simulated carrier's parcels can be moved by hand."""

    code = "carrier_not_simulated"
    summary = "This parcel travels with a real carrier and cannot be moved by hand."


def book_label(
    *,
    parcel_number: str,
    carrier: str,
    service_code: str,
    channel: Channel,
    dispatch_country: str,
    destination_country: str,
    weight_g: int | None,
) -> str:
    """
    Book a label with the carrier and return its tracking number.

    :raises TrackingNumberNeeded: no adapter stands behind the carrier.
    :raises CarrierUnreachable: it does not answer.
    """
    adapter = ports.find(carrier)
    if adapter is None:
        raise TrackingNumberNeeded(carrier=carrier)
    serial = None
    if channel == "post":
        serial = operations.take_serial(service=_s10_service(weight_g), country=dispatch_country)
    return adapter.book(
        ports.Booking(
            parcel_number=parcel_number,
            carrier=carrier,
            service_code=service_code,
            channel=channel,
            dispatch_country=dispatch_country,
            destination_country=destination_country,
            weight_g=weight_g,
            serial=serial,
        )
    )


def follow_parcels(*, now: datetime, order_id: UUID | None = None) -> int:
    """Ask every bound carrier about its parcels on the way and record the answers; return how many moved."""
    by_adapter: dict[int, tuple[ports.Carrier, list[ports.Journey]]] = {}
    for journey in queries.list_journeys(shipped_after=now - FOLLOWED_FOR, order_id=order_id):
        adapter = ports.find(journey.carrier)
        if adapter is not None:
            by_adapter.setdefault(id(adapter), (adapter, []))[1].append(journey)
    moved = 0
    for adapter, journeys in by_adapter.values():
        try:
            updates = adapter.track(journeys, at=now)
        except ports.CarrierUnreachable as refusal:
            # The next round asks again; other carriers are not held up.
            log.warning("carrier_unreachable", carrier=journeys[0].carrier, reason=str(refusal))
            continue
        moved += operations.record_tracking(updates=updates)
    return moved


def advance_parcels(*, order_id: UUID, until: str, now: datetime) -> int:
    """
    Have a simulated carrier move an order's parcels ahead of their time; return how many moved.

    :param until: a tracking word ("Delivered").
    :raises InvalidField: it is none.
    :raises NotSimulated: the parcels are on their way with a real carrier.
    """
    if until not in TRACKING_WORDS:
        raise InvalidField.single("until", "unknown_tracking_word")
    updates: dict[UUID, Sequence[ports.TrackingUpdate]] = {}
    for journey in queries.list_journeys(shipped_after=now - FOLLOWED_FOR, order_id=order_id):
        adapter: object = ports.find(journey.carrier)
        if not isinstance(adapter, ports.AdvancingCarrier):
            raise NotSimulated(carrier=journey.carrier)
        updates[journey.parcel_id] = adapter.advance(journey, until=until, at=now)
    return operations.record_tracking(updates=updates)


def _s10_service(weight_g: int | None) -> str:
    """Return the S10 service letters: L (tracked letter packet) up to 2 kg, C (parcel) above or unknown."""
    return "LX" if weight_g is not None and weight_g <= 2000 else "CX"
