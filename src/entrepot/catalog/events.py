"""What catalog tells the rooms above."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel.facts import Event


@dataclass(frozen=True)
class ListingsChanged(Event):
    """These listings of one seller were made or changed in what a buyer reads or filters by (not in stock)."""

    listing_ids: list[str]
    seller_id: UUID


@dataclass(frozen=True)
class ListingsRemoved(Event):
    """These listings of one seller are no longer offered."""

    listing_ids: list[str]
    seller_id: UUID


@dataclass(frozen=True)
class StockTurned(Event):
    """The seller's count of some SKU of these listings made it available again, or let it run out."""

    listing_ids: list[str]
    seller_id: UUID


@dataclass(frozen=True)
class PicturesWaiting(Event):
    """These listings of one seller have pictures still to be fetched from where the seller's feed says they lie."""

    listing_ids: list[str]
    seller_id: UUID


@dataclass(frozen=True)
class FeedQueued(Event):
    """A seller handed in a feed that waits to be read."""

    run_id: UUID
    seller_id: UUID
