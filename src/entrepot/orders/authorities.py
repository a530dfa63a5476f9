"""To whom a rule's charges are owed: the registration it is under, else the country whose rule it is."""

from __future__ import annotations

from functools import cache

from entrepot.markets import queries as markets
from entrepot.pricing.quote import OrderQuote


def find_authorities(order: OrderQuote, destination_country: str) -> dict[str, str]:
    """Return by rule the scheme ("IOSS", "GB-VAT") or country ("BR") that the order's charges are owed under."""
    there, here = _authorities(destination_country), _authorities(order.seller.dispatch_country)
    return {
        part.rule: there.get(part.rule) or here.get(part.rule) or destination_country
        for part in order.parts
        if part.group in ("duty", "tax", "fees") and part.payable == "now" and part.amount
    }


@cache
def _authorities(country: str) -> dict[str, str]:
    pack = markets.find_pack(country)
    if pack is None:
        return {}
    regimes = (*pack.regimes, *(regime for area in pack.territories for regime in area.regimes))
    named = [*((rule.id, rule.scheme) for rule in regimes), *((rule.id, rule.scheme) for rule in pack.sales)]
    return {rule_id: scheme or country for rule_id, scheme in named}
