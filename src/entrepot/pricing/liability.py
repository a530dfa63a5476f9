"""Who owes the tax of a sale: the dated sale rules of packs, tried in order. Pure."""

from __future__ import annotations

from entrepot.customs.lanes import Lane
from entrepot.customs.rulebook import RuleBook
from entrepot.markets.packs import SaleRule
from entrepot.pricing.quote import SellerTerms


def find_rule(seller: SellerTerms, lane: Lane, schemes: frozenset[str]) -> SaleRule | None:
    """
    Return the first rule that fits the seller and the movement: of the place of destination, for an export of the
    place of dispatch. None: nobody wrote one.
    """
    key = (
        seller.country,
        seller.dispatch_country,
        seller.vat_registered,
        seller.eu_sales_over_threshold,
        seller.registrations,
        schemes,
    )
    if key not in lane.sale_rules:
        place = lane.here if lane.movement == "export" else lane.there
        lane.sale_rules[key] = next(
            (
                rule
                for rule in lane.book.sale_rules(place.country, lane.on, place.territory)
                if rule.movement == lane.movement and _fits(lane.book, seller, schemes, rule)
            ),
            None,
        )
    return lane.sale_rules[key]


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
