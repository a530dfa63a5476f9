"""Manufacturers and responsible persons that sellers name."""

from __future__ import annotations

from datetime import datetime

from entrepot.sellers import operations
from entrepot.sellers.queries import SafetyContactView, SellerView, StoreView
from tests.builders import sellers
from tests.builders.catalog import NOW


def contact(
    seller: SellerView,
    country: str = "IT",
    *,
    name: str = "Sicura S.r.l.",
    address: str = "Via Roma 1, 00184 Roma",
    email: str = "safety@sicura.example",
    now: datetime = NOW,
) -> SafetyContactView:
    """Write down a contact for product safety."""
    return operations.add_safety_contact(
        seller_id=seller.id,
        person_id=sellers.owner_of(seller),
        name=name,
        address=address,
        country=country,
        email=email,
        now=now,
    )


def choose(
    seller: SellerView,
    *,
    manufacturer: SafetyContactView | None = None,
    responsible: SafetyContactView | None = None,
    now: datetime = NOW,
) -> StoreView:
    """Have a store name these for all its goods; nobody where nobody is given."""
    return operations.choose_safety_contacts(
        seller_id=seller.id,
        person_id=sellers.owner_of(seller),
        manufacturer_id=manufacturer and manufacturer.id,
        responsible_id=responsible and responsible.id,
        now=now,
    )


def move(seller: SellerView, kept: SafetyContactView, country: str, *, now: datetime = NOW) -> SafetyContactView:
    """Have a contact move to another country."""
    return operations.change_safety_contact(
        seller_id=seller.id,
        person_id=sellers.owner_of(seller),
        contact_id=kept.id,
        name=kept.name,
        address=kept.address,
        country=country,
        email=kept.email,
        now=now,
    )
