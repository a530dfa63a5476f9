"""
A carrier that exists only here, for demonstrations and tests: it books labels and moves parcels by the calendar.

Where a parcel is follows from its tracking number and when it was shipped alone, so nothing is kept and asking twice
gives the same answer. Bound only where `ENTREPOT_SIMULATED_CARRIER` is 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from entrepot.pricing import queries as pricing
from entrepot.shipping import rules
from entrepot.shipping.ports import Booking, Journey, TrackingUpdate

# (share of the whole way, tracking word, detail, at the destination).
_ABROAD = (
    (0.02, "InTransit", "accepted", False),
    (0.12, "InTransit", "departed_origin", False),
    (0.60, "InTransit", "arrived_at_destination", True),
    (0.70, "InTransit", "customs_released", True),
    (0.94, "OutForDelivery", "out_for_delivery", True),
    (1.00, "Delivered", "delivered", True),
)
# Inside a customs union no office looks at a parcel.
_IN_A_UNION = tuple(step for step in _ABROAD if step[2] != "customs_released")
_AT_HOME = (
    (0.05, "InTransit", "accepted", False),
    (0.50, "InTransit", "sorted", False),
    (0.90, "OutForDelivery", "out_for_delivery", True),
    (1.00, "Delivered", "delivered", True),
)


class SimulatedCarrier:
    """Implements `shipping.ports.Carrier`, and `advance` for those who cannot wait."""

    def book(self, booking: Booking) -> str:
        if booking.serial is not None:
            service = "LX" if booking.weight_g is not None and booking.weight_g <= 2000 else "CX"
            return rules.make_s10(service, booking.serial, booking.dispatch_country)
        return "SIM" + "".join(symbol for symbol in booking.parcel_number if symbol.isalnum())

    def track(self, journeys: Sequence[Journey], *, at: datetime) -> Mapping[UUID, Sequence[TrackingUpdate]]:
        return {
            journey.parcel_id: [update for update in _timeline(journey) if update.occurred_at <= at]
            for journey in journeys
        }

    def advance(self, journey: Journey, *, until: str, at: datetime) -> Sequence[TrackingUpdate]:
        """Return the events up to and including the first with the word `until`, none later than `at`."""
        updates = []
        for update in _timeline(journey):
            updates.append(
                TrackingUpdate(
                    source_key=update.source_key,
                    word=update.word,
                    detail=update.detail,
                    place=update.place,
                    country=update.country,
                    occurred_at=min(update.occurred_at, at),
                )
            )
            if update.word == until:
                break
        return updates


def _timeline(journey: Journey) -> list[TrackingUpdate]:
    hours = rules.simulated_route_hours(
        days_min=journey.days_min, days_max=journey.days_max, seed=journey.tracking_number
    )
    steps: Sequence[tuple[float, str, str, bool]]
    if journey.dispatch_country == journey.destination_country:
        steps = _AT_HOME
    elif pricing.get_book().shared_customs_union(journey.dispatch_country, journey.destination_country):
        steps = _IN_A_UNION
    else:
        steps = _ABROAD
    return [
        TrackingUpdate(
            source_key=f"simulated-{index}",
            word=word,
            detail=detail,
            place="",
            country=journey.destination_country if there else journey.dispatch_country,
            occurred_at=journey.shipped_at + timedelta(hours=hours) * share,
        )
        for index, (share, word, detail, there) in enumerate(steps)
    ]
