"""Who stands behind goods: the store and the verified trader, as every page of theirs shows them; kept for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel.errors import NotFound
from entrepot.sellers import queries as sellers
from entrepot.storefront.kept import Kept


@dataclass(frozen=True, slots=True)
class Trader:
    """A seller's store and legal identity; either may be missing."""

    store: sellers.StoreView | None
    identity: sellers.LegalIdentity | None


_traders: Kept[UUID, Trader] = Kept(seconds=60, most=5000)


def find_trader(seller_id: UUID) -> Trader:
    """Return who stands behind a seller's goods."""
    return _traders.get(seller_id, lambda: _read(seller_id))


def _read(seller_id: UUID) -> Trader:
    store = sellers.get_stores([seller_id]).get(seller_id)
    try:
        return Trader(store, sellers.legal_identity(seller_id))
    except NotFound:
        return Trader(store, None)
