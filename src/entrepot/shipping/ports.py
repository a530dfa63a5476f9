"""
What shipping is told from outside: the port to carriers (adapters are bound by name in `config/wiring.py`), and what
the rooms above say of a parcel for its papers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money, sum_money
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


@dataclass(frozen=True, slots=True)
class PaperParty:
    """Who sends or receives, as a paper names them; in any script, the papers write Latin letters."""

    name: str
    company: str
    street: str
    street2: str
    district: str
    city: str
    region: str
    postal_code: str
    country: str
    phone: str
    email: str
    ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One kind of goods in a parcel: pieces, their net weight together, their value together."""

    description: str
    quantity: int
    net_weight_g: int | None
    value: Money
    hs_code: str | None
    origin_country: str | None


@dataclass(frozen=True, slots=True)
class PaperContent:
    """
    What a parcel's papers say. `tax_registration` (such as ("IOSS", "IM…")) goes into the advance data only: printed
    on a parcel, a number like that is soon used by others.
    """

    parcel_number: str
    order_number: str
    tracking_number: str | None
    carrier: str
    service_name: str
    sender: PaperParty
    receiver: PaperParty
    lines: tuple[PaperLine, ...]
    gross_weight_g: int | None
    postage: Money
    incoterm: str
    tax_registration: tuple[str, str] | None
    issued_on: date

    @property
    def value(self) -> Money:
        return sum_money((line.value for line in self.lines), self.lines[0].value.currency)

    @property
    def net_weight_g(self) -> int | None:
        weights = [line.net_weight_g for line in self.lines]
        return None if None in weights else sum(weight for weight in weights if weight is not None)


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
