"""What shipping tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel.facts import Event


@dataclass(frozen=True)
class ParcelTracked(Event):
    """The carrier said something new of a parcel; `word` is its status now."""

    parcel_id: UUID
    order_id: UUID
    word: str


@dataclass(frozen=True)
class ParcelDelivered(Event):
    """The carrier handed a parcel over."""

    parcel_id: UUID
    order_id: UUID
    delivered_at: str


@dataclass(frozen=True)
class DeliveryChanged(Event):
    """A seller's delivery template of a shipping class was written or taken away."""

    seller_id: UUID
    shipping_class: str
