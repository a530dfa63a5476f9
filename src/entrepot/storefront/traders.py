"""Who stands behind goods: the store and the verified trader, as every page of theirs shows them; kept for a minute."""

from __future__ import annotations

from collections.abc import Mapping
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
    """A seller's store, legal identity and contacts for product safety; the first two may be missing."""

    store: sellers.StoreView | None
    identity: sellers.LegalIdentity | None
    contacts: Mapping[UUID, sellers.SafetyContactView]

    @property
    def html(self) -> SafeString:
        """Who sells, as the store's page carries it; nothing where nobody was verified."""
        return self.html_of(None, None)

    def html_of(self, manufacturer_id: UUID | None, responsible_id: UUID | None) -> SafeString:
        """Who sells, who made and who answers for goods that name these; None: as the store says."""
        if self.identity is None:
            return mark_safe("")
        store = self.store
        manufacturer = self.contacts.get(manufacturer_id) if manufacturer_id else store and store.manufacturer
        responsible = self.contacts.get(responsible_id) if responsible_id else store and store.responsible
        return _write(self.identity, manufacturer, responsible, get_language() or "en")


_traders: Kept[UUID, Trader] = Kept(seconds=60, most=5000)


def find_trader(seller_id: UUID) -> Trader:
    """Return who stands behind a seller's goods."""
    return _traders.get(seller_id, lambda: _read(seller_id))


@lru_cache(maxsize=2048)
def _write(
    identity: sellers.LegalIdentity,
    manufacturer: sellers.SafetyContactView | None,
    responsible: sellers.SafetyContactView | None,
    language: str,
) -> SafeString:
    """Write an identity; everything in it is in the key, so that what is kept is never old."""
    # Who is not in the Union does not answer there, whatever the seller says.
    answers = responsible if responsible and responsible.is_in_eu else None
    context = {"identity": identity, "manufacturer": manufacturer, "responsible": answers}
    return mark_safe(get_template("storefront/_identity.html").render(context))  # noqa: S308


def _read(seller_id: UUID) -> Trader:
    store = sellers.get_stores([seller_id]).get(seller_id)
    contacts = {contact.id: contact for contact in sellers.list_safety_contacts(seller_id)}
    try:
        return Trader(store, sellers.legal_identity(seller_id), contacts)
    except NotFound:
        return Trader(store, None, contacts)
