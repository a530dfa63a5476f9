"""Sellers, made through operations from valid papers of their country."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from uuid import UUID

from entrepot.demo.newcomers import Newcomer, settle_newcomer, submit_newcomer
from entrepot.markets import operations as markets_operations, queries as markets
from entrepot.sellers import operations, queries
from entrepot.sellers.models import Seller
from entrepot.sellers.queries import SellerView
from tests.builders import accounts
from tests.builders.accounts import NOW

_serials = count(1)


def open_selling(*countries: str, now: datetime = NOW) -> None:
    """Make sure that the markets are there and that sellers of these countries are admitted."""
    stages = markets.get_stages()
    if not set(countries) <= stages.keys():
        markets_operations.sync_markets(now=now)
        stages = markets.get_stages()
    for country in countries:
        if not stages[country].can_sell:
            markets_operations.set_stage(
                country=country, side="selling", stage="pilot", actor="system", reason="test", now=now
            )


def newcomer(country: str = "CN", **changes: object) -> Newcomer:
    """Return what a seller of a country would fill in, another one each time."""
    serial = next(_serials)
    filled = {
        "country": country,
        "legal_name": f"{country} Trading {serial}",
        "store_name": f"{country} Store {serial}",
        "slug": f"{country.lower()}-store-{serial}",
        "serial": serial,
    }
    return Newcomer(**{**filled, **changes})  # type: ignore[arg-type]


def submitted_seller(
    country: str = "CN", *, person_id: UUID | None = None, now: datetime = NOW, **changes: object
) -> SellerView:
    """Return a seller that waits for the operator."""
    open_selling(country, now=now)
    owner_id = person_id or accounts.person().id
    return queries.get_seller(submit_newcomer(newcomer(country, **changes), person_id=owner_id, now=now))


def approved_seller(
    country: str = "CN",
    *,
    vat_registered: bool = True,
    registrations: Iterable[str] = (),
    name: str | None = None,
    currency: str | None = None,
    person_id: UUID | None = None,
    now: datetime = NOW,
    **changes: object,
) -> SellerView:
    """
    Return an approved seller with an open store (`.store`); `owner_of(seller)` gives its person.

    :param name: the store's name (its slug follows a serial number).
    :param currency: a payout currency other than the pack's, for cases that need one.
    """
    open_selling(country, now=now)
    if name is not None:
        changes["store_name"] = name
    changes |= {"vat_registered": vat_registered, "registrations": tuple(registrations)}
    owner_id = person_id or accounts.person().id
    seller = settle_newcomer(newcomer(country, **changes), person_id=owner_id, actor="system", now=now)
    if currency is None or currency == seller.payout_currency:
        return seller
    # The pack alone decides the currency in the product; a test of conversion may want another.
    Seller.objects.filter(pk=seller.id).update(payout_currency=currency)
    return queries.get_seller(seller.id)


def owner_of(seller: SellerView) -> UUID:
    """Return the person who owns a seller."""
    return next(member.person_id for member in queries.list_members(seller.id) if member.role == "owner")


def seat(seller: SellerView, role: str, *, now: datetime = NOW) -> UUID:
    """Seat another person at a seller in a role and return them."""

    member = accounts.person()
    operations.add_member(seller_id=seller.id, person_id=owner_of(seller), member_id=member.id, role=role, now=now)
    return member.id
