"""Places as tax and customs see them, and how an address tells which one it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.markets.packs import CountryPack, RateRow, Territory


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """
    An address as tax and customs see it: whose rules hold (`country`), in which part of it, inside which areas.

    `code` is the country's, or the territory's where it has one: goods leave from there. The postal code is only there
    where a rule of the country looks at it. A book gives the same place for all addresses that are one.
    """

    code: str
    country: str
    region: str
    postal_code: str
    territory: Territory | None

    @property
    def unions(self) -> tuple[str, ...]:
        """The unions that this part of a country belongs to and the rest of it does not."""
        return self.territory.unions if self.territory is not None else ()

    @property
    def in_tax_area(self) -> bool:
        return self.territory is None or self.territory.tax_area

    @property
    def in_customs_area(self) -> bool:
        return self.territory is None or self.territory.customs_area


def tidy_postal_code(postal_code: str) -> str:
    return postal_code.upper().replace(" ", "")


def region_of(pack: CountryPack, region: str, postal_code: str) -> str:
    """Return the region that an address names if it is one, else the one that its postal code lies in."""
    if not pack.regions or not postal_code or any(one.code == region for one in pack.regions):
        return region
    tidy = tidy_postal_code(postal_code)
    for one in pack.regions:
        if any(re.search(pattern, tidy) for pattern in one.postal_codes):
            return one.code
    return region


def looks_at_postal_codes(pack: CountryPack) -> bool:
    """Say whether a rule of a pack holds in some postal codes only, once it is known in which territory a place is."""
    parts: tuple[CountryPack | Territory, ...] = (pack, *pack.territories)
    regimes = [regime for part in parts for regime in part.regimes]
    tables: list[Sequence[RateRow]] = [part.tax_rates for part in parts]
    tables += [duty.rates for regime in regimes for duty in regime.duties]
    tables += [tax.rates for regime in regimes for tax in regime.taxes]
    return (
        any(row.postal_codes for rows in tables for row in rows)
        or any(regime.postal_codes for regime in regimes)
        or any(row.postal_codes for row in pack.restricted)
    )
