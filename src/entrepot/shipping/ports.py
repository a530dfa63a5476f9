"""The port to carriers: booking a label, asking where parcels are. Adapters are bound by name in `config/wiring.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from entrepot.kernel.errors import DomainError
from entrepot.shipping.rules import Channel


@dataclass(frozen=True, slots=True)
class Booking:
    """What a carrier must know to give a label. `serial` is a fresh S10 serial for a postal service, else None."""

    parcel_number: str
    carrier: str
    service_code: str
    channel: Channel
    dispatch_country: str
    destination_country: str
    weight_g: int | None
    serial: int | None


@dataclass(frozen=True, slots=True)
class Journey:
    """A parcel on its way, as a carrier is asked about it. Days are the service's own, from dispatch to delivery."""

    parcel_id: UUID
    carrier: str
    channel: Channel
    tracking_number: str
    dispatch_country: str
    destination_country: str
    shipped_at: datetime
    days_min: int
    days_max: int


@dataclass(frozen=True, slots=True)
class TrackingUpdate:
    """One event of a carrier. `source_key` names it within the parcel: told again, it changes nothing."""

    source_key: str
    word: str
    detail: str
    place: str
    country: str
    occurred_at: datetime


class CarrierUnreachable(DomainError):
    """The carrier's service did not answer, or not in a way that can be understood."""

    code = "carrier_unreachable"
    kind = "unavailable"
    summary = "The carrier's service did not answer."


class Carrier(Protocol):
    """A carrier's service. Calls go over the network: never inside a transaction."""

    def book(self, booking: Booking) -> str:
        """
        Return the tracking number of a new label.

        :raises CarrierUnreachable: no answer.
        """

    def track(self, journeys: Sequence[Journey], *, at: datetime) -> Mapping[UUID, Sequence[TrackingUpdate]]:
        """
        Return all events up to `at` per parcel, oldest first; parcels that the carrier does not know are left out.

        :raises CarrierUnreachable: no answer.
        """


@runtime_checkable
class AdvancingCarrier(Protocol):
    """What a simulated carrier can do besides: move a parcel ahead of its time."""

    def advance(self, journey: Journey, *, until: str, at: datetime) -> Sequence[TrackingUpdate]:
        """Return the events up to and including the first with the word `until`, none later than `at`."""


_carriers: dict[str, Carrier] = {}
ANY_CARRIER = "*"


def bind(name: str, carrier: Carrier) -> None:
    """Have a carrier's parcels handled by an adapter; `*` stands for every carrier without one of its own."""
    _carriers[name] = carrier


def find(name: str) -> Carrier | None:
    """Return the adapter for a carrier, or None: then its parcels are only followed by what sellers and buyers say."""
    return _carriers.get(name) or _carriers.get(ANY_CARRIER)


def unbind_all() -> None:
    """Forget every adapter (tests start from nothing)."""
    _carriers.clear()
