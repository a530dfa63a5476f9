"""Who owes the tax of a sale: the dated sale rules of packs, tried in order. Pure."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from entrepot.customs.charges import Part
from entrepot.customs.lanes import Lane
from entrepot.customs.rulebook import RuleBook
from entrepot.markets.packs import Doubt, SaleRule
from entrepot.pricing.quote import SellerTerms


class Liability(msgspec.Struct, frozen=True, eq=False):
    """
    A rule of sales in the plainest form there is: every order asks it.

    `home_taxes` remembers what an export says of the home tax, by the money it is in and how many lines there are.
    """

    id: str
    rate_of: Literal["dispatch", "destination", "none"]
    liable: Literal["seller", "platform", "buyer"] | None
    reason: str
    source: str
    valid_from: date | None
    is_confirmed: bool
    doubts: tuple[Doubt, ...]
    home_taxes: dict[tuple[str, int], tuple[Part, ...]]

    @classmethod
    def of(cls, rule: SaleRule) -> Liability:
        return cls(
            rule.id,
            rule.rate_of,
            rule.liable,
            rule.reason,
            rule.source,
            rule.valid_from,
            rule.confidence != "low",
            rule.doubts,
            {},
        )


def find_liability(seller: SellerTerms, lane: Lane, schemes: frozenset[str]) -> Liability | None:
    """
    Return the first rule that fits the seller and the movement: of the place of destination, for an export of the
    place of dispatch. None: nobody wrote one.
    """
    place = lane.here if lane.movement == "export" else lane.there
    for rule in lane.book.sale_rules(place.country, lane.on, place.territory):
        if rule.movement == lane.movement and _fits(lane.book, seller, schemes, rule):
            return Liability.of(rule)
    return None


def _fits(book: RuleBook, seller: SellerTerms, schemes: frozenset[str], rule: SaleRule) -> bool:
    if rule.vat_registered is not None and rule.vat_registered != seller.vat_registered:
        return False
    if rule.over_threshold is not None and rule.over_threshold != seller.eu_sales_over_threshold:
        return False
    if rule.registrations and not seller.registrations.issuperset(rule.registrations):
        return False
    if rule.scheme and rule.scheme not in schemes:
        return False
    return rule.established == "any" or rule.established == established(book, seller.country, seller.dispatch_country)


def established(book: RuleBook, seller_country: str, dispatch_country: str) -> str:
    """Return where the seller sits, seen from the goods: `dispatch`, the same `union`, or `outside`."""
    if book.home(seller_country) == book.home(dispatch_country):
        return "dispatch"
    return "union" if book.shared_customs_union(seller_country, dispatch_country) else "outside"
