"""Where a quote goes to, as far as the caller has said."""

from __future__ import annotations

from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination


def destination_of(country: str, region: str, postal_code: str) -> Destination:
    """Return the destination; a country alone stands for its market's reference address, as on every card."""
    if not region and not postal_code:
        return pricing.reference_destination(country)
    return Destination(country, region, postal_code)
