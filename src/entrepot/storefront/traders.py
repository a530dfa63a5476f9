"""Who stands behind goods: the store and the verified trader, as every page of theirs shows them; kept for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from entrepot.kernel.errors import NotFound
from entrepot.sellers import queries as sellers
from entrepot.storefront.kept import Kept


@dataclass(frozen=True, slots=True)
class Trader:
    """A seller's store and legal identity; either may be missing."""

    store: sellers.StoreView | None
    identity: sellers.LegalIdentity | None

    @property
    def html(self) -> SafeString:
        """Who sells and who answers for safety, as pages carry it; nothing where nobody was verified."""
        if self.identity is None:
            return mark_safe("")
        return _write(self.identity, self.store.responsible if self.store else None, get_language() or "en")


_traders: Kept[UUID, Trader] = Kept(seconds=60, most=5000)


def find_trader(seller_id: UUID) -> Trader:
    """Return who stands behind a seller's goods."""
    return _traders.get(seller_id, lambda: _read(seller_id))


@lru_cache(maxsize=2048)
def _write(identity: sellers.LegalIdentity, responsible: sellers.ResponsiblePerson | None, language: str) -> SafeString:
    """Write an identity; everything in it is in the key, so that what is kept is never old."""
    context = {"identity": identity, "responsible": responsible}
    return mark_safe(get_template("storefront/_identity.html").render(context))  # noqa: S308


def _read(seller_id: UUID) -> Trader:
    store = sellers.get_stores([seller_id]).get(seller_id)
    try:
        return Trader(store, sellers.legal_identity(seller_id))
    except NotFound:
        return Trader(store, None)
