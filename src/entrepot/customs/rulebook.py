"""
The rule book: every pack and the tariff table as one thing to ask.

It is read once per process and never changes; what it says of a way and a day is remembered by its lanes (`lanes.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, TypeVar

from entrepot.customs.candidates import Candidate
from entrepot.customs.charges import FoundRate
from entrepot.customs.lanes import Lane
from entrepot.customs.places import Place, looks_at_postal_codes, region_of, tidy_postal_code
from entrepot.customs.restrictions import Restrictions, rows_between, touches, watched_words
from entrepot.customs.tariffs import TariffRow, TariffTable
from entrepot.markets.loader import Library
from entrepot.markets.packs import (
    BrandRule,
    CountryPack,
    Fee,
    RateRow,
    Regime,
    Restriction,
    SaleRule,
    Territory,
)

_REMEMBERED_MAX = 20_000
# Taxes on sales inside a country that are no VAT by name; their imports bear them too.
_TAXES_ON_SALES = frozenset({"consumption_tax", "gst", "icms", "sales_tax"})
Movement = Literal["domestic", "intra_union", "export"]


def _fees(regime: Regime, of_country: Sequence[Fee], *, channel: str | None, on: date) -> tuple[Fee, ...]:
    """Return the fees of a regime that may be charged, the country's own among them."""
    return tuple(
        fee
        for fee in (*regime.fees, *(of_country if regime.country_fees else ()))
        if fee.charged
        and fee.is_valid_on(on)
        and (not fee.channels or channel in fee.channels)
        and (not fee.schemes or regime.scheme in fee.schemes)
    )


class RuleBook:
    """Packs and tariff as one thing to ask. Nothing in it is ever changed."""

    def __init__(self, library: Library, tariff: TariffTable) -> None:
        self.library = library
        self.tariff = tariff
        self._lanes: dict[tuple[Place, Place, date], Lane] = {}
        self._places: dict[tuple[str, str, str], Place] = {}
        self._same_places: dict[tuple[str, str, str, str], Place] = {}
        self._same_rates: dict[FoundRate, FoundRate] = {}
        self._by_postal_code: dict[str, bool] = {}
        self._areas: dict[str, tuple[str, ...]] = {}
        self._tariffs: dict[str, tuple[str, ...]] = {}
        self._tax_codes: dict[str, str] = {}
        self._restrictions: dict[tuple[object, ...], tuple[Restrictions, tuple[Restriction, ...]]] = {}
        self.watched_brands: dict[str, BrandRule] = watched_words(library.brands.brands)
        self._schemes: dict[date, frozenset[str]] = {}
        self._parts = {
            area.code: (country, area)
            for country, pack in library.countries.items()
            for area in pack.territories
            if area.code
        }

    def pack(self, country: str) -> CountryPack | None:
        return self.library.countries.get(country)

    def schemes_on(self, day: date) -> frozenset[str]:
        """Return the operator's registrations on a day."""
        found = self._schemes.get(day)
        if found is None:
            found = self._schemes[day] = self.library.operator.schemes_on(day)
        return found

    def areas(self, code: str | None) -> tuple[str, ...]:
        """
        Return a place's own code, the country that it is a part of, and the unions inside whose customs borders it
        lies, the most particular first; nothing for an unknown one.
        """
        if code is None:
            return ()
        found = self._areas.get(code)
        if found is None:
            found = self._areas[code] = tuple(dict.fromkeys(self._find_areas(code)))
        return found

    def _find_areas(self, code: str) -> Iterator[str]:
        yield code
        part = self._parts.get(code)
        if part is not None:
            country, territory = part
            yield from territory.unions
            if territory.customs_area:
                yield from self.areas(country)[1:]
            return
        yield from (name for name, union in self.library.unions.items() if code in union.members)
        pack = self.pack(code)
        if pack is not None:
            if pack.union_imports:
                yield pack.union_imports
            if pack.part_of:
                yield from self.areas(pack.part_of)

    def home(self, country: str) -> str:
        """Return the country whose customs and tax rules hold in a country: most often itself."""
        pack = self.pack(country)
        return pack.part_of if pack is not None and pack.part_of else country

    def shared_customs_union(self, one: str, other: str) -> bool:
        """Say whether goods pass between two countries without an import."""
        return self._shared_union(self._unions(self.home(one)), self._unions(self.home(other)))

    def _unions(self, country: str) -> frozenset[str]:
        unions = self.library.unions.items()
        return frozenset(code for code, union in unions if union.customs_union and country in union.members)

    @staticmethod
    def _shared_union(one: frozenset[str], other: frozenset[str]) -> bool:
        return not one.isdisjoint(other)

    def lane(self, here: Place, there: Place, on: date) -> Lane:
        """Return the way between two places on a day, with what was found out about it before."""
        key = (here, there, on)
        found = self._lanes.get(key)
        if found is None:
            if len(self._lanes) > _REMEMBERED_MAX:
                self._lanes.clear()
            found = self._lanes[key] = Lane(self, here, there, on)
        return found

    def place(self, country: str, region: str, postal_code: str) -> Place:
        """Return an address as tax and customs see it."""
        key = (country, region, postal_code)
        found = self._places.get(key)
        if found is None:
            if len(self._places) > _REMEMBERED_MAX:
                self._places.clear()
            found = self._places[key] = self._the_same(self._find_place(country, region, postal_code))
        return found

    def _the_same(self, found: Place) -> Place:
        """Return the one place of all addresses that no rule tells apart."""
        postal_code = found.postal_code if self._looks_at_postal_codes(found.country) else ""
        key = (found.code, found.country, found.region, postal_code)
        same = self._same_places.get(key)
        if same is None:
            if len(self._same_places) > _REMEMBERED_MAX:
                self._same_places.clear()
            same = Place(found.code, found.country, found.region, postal_code, found.territory)
            self._same_places[key] = same
        return same

    def _looks_at_postal_codes(self, country: str) -> bool:
        known = self._by_postal_code.get(country)
        if known is None:
            pack = self.pack(country)
            known = self._by_postal_code[country] = pack is not None and looks_at_postal_codes(pack)
        return known

    def _find_place(self, country: str, region: str, postal_code: str) -> Place:
        pack = self.pack(country)
        if pack is None:
            return Place(country, country, region, postal_code, None)
        if pack.part_of:
            return Place(pack.part_of, pack.part_of, pack.part_of_region or region, "", None)
        territory = self._territory(pack, region, postal_code) if pack.territories else None
        if territory is None:
            return Place(country, country, region_of(pack, region, postal_code), postal_code, None)
        if territory.country:
            return self._find_place(territory.country, "", postal_code)
        return Place(territory.code, country, region, postal_code, territory)

    @staticmethod
    def _territory(pack: CountryPack, region: str, postal_code: str) -> Territory | None:
        tidy = tidy_postal_code(postal_code)
        for territory in pack.territories:
            if region and region in territory.regions:
                return territory
            if tidy and any(re.search(pattern, tidy) for pattern in territory.postal_codes):
                return territory
        return None

    def movement(self, here: Place, there: Place) -> Movement:
        """
        Say how goods move between two places: inside a country, inside a union, or over a border of tax or customs.

        A part of a country outside of its tax or customs area is abroad for all but itself.
        """
        if here.code == there.code and here.country == there.country:
            return "domestic"
        inside = all(place.in_tax_area and place.in_customs_area for place in (here, there))
        if not inside:
            return "export"
        if here.country == there.country:
            return "domestic"
        if self._shared_union(self._unions_of(here), self._unions_of(there)):
            return "intra_union"
        return "export"

    def _unions_of(self, place: Place) -> frozenset[str]:
        return self._unions(place.country) | frozenset(place.unions)

    def candidates(
        self,
        *,
        country: str,
        territory: Territory | None,
        region: str,
        postal_code: str,
        dispatch_country: str,
        channel: str | None,
        on: date,
        schemes: frozenset[str],
    ) -> tuple[Candidate, ...]:
        """Return the import regimes that may govern goods, in the order in which they are tried."""
        pack = self.pack(country)
        if pack is None:
            return ()
        dispatch = frozenset(self.areas(dispatch_country))
        charged = tuple(fee for fee in pack.fees if fee.charged and fee.is_valid_on(on))
        return tuple(
            Candidate.of(
                regime,
                pack.currency,
                _fees(regime, () if territory else charged, channel=channel, on=on),
                on=on,
                origins=self._countries(regime.origins) if regime.origins else None,
                not_origins=self._countries(regime.not_origins),
            )
            for regime in (territory.regimes if territory else pack.regimes)
            if regime.is_valid_on(on)
            and (not regime.scheme or regime.scheme in schemes)
            and (channel is None or not regime.channels or channel in regime.channels)
            and (not regime.dispatch_from or not dispatch.isdisjoint(regime.dispatch_from))
            and dispatch.isdisjoint(regime.not_dispatch_from)
            and (not regime.regions or region in regime.regions)
            and (not regime.postal_codes or any(re.search(code, postal_code) for code in regime.postal_codes))
        )

    def _countries(self, areas: Sequence[str]) -> frozenset[str]:
        return frozenset(country for area in areas for country in self.library.members(area))

    def tax_rate(
        self,
        *,
        country: str,
        region: str,
        postal_code: str,
        hs: str | None,
        on: date,
        territory: Territory | None = None,
    ) -> FoundRate | None:
        """
        Return the own rate of a country, or of a part with rates of its own, for goods and a place: the longest HS
        prefix, then the row that names the place.

        None: the rate is not known.
        """
        pack = self.pack(country)
        if pack is None:
            return None
        rates = pack.tax_rates
        apart = territory is not None and (bool(territory.tax_rates) or not territory.tax_area)
        if territory is not None and apart:
            rates = territory.tax_rates
        row = best_rate(
            [row for row in rates if row.is_valid_on(on)],
            hs=hs,
            origins=(),
            dispatch=(),
            region=region,
            postal_code=postal_code,
        )
        if row is None:
            return None
        # A rate of nought on everything has no reduced one beside it.
        doubtful = row.rate and not row.hs and hs is not None and hs.startswith(pack.rate_unconfirmed_hs or ("-",))
        doubt = "rate_unconfirmed" if doubtful or row.confidence == "low" else ""
        if row.local and not doubt:
            doubt = "local_rate_estimated"
        if pack.regions and not row.regions and not row.hs and all(one.code != region for one in pack.regions):
            doubt = doubt or "region_unknown"
        rate = FoundRate(row.rate + row.local, row.source, row.valid_from, doubt)
        return self._same_rates.setdefault(rate, rate)  # Equal ones are one object, so that grouping is quick.

    def tax_code(self, country: str) -> str:
        """Return what a country's tax on sales is, as the code of its part: most often `vat`."""
        found = self._tax_codes.get(country)
        if found is None:
            pack = self.pack(country)
            taxes = [tax for regime in pack.regimes for tax in regime.taxes] if pack is not None else []
            named = (tax.code for tax in taxes if tax.rate == "standard" and tax.code in _TAXES_ON_SALES)
            found = self._tax_codes[country] = next(named, "vat")
        return found

    def sale_rules(self, country: str, on: date, territory: Territory | None = None) -> tuple[SaleRule, ...]:
        """Return the rules of sales that end in a country or a part of it, in the order in which they are tried."""
        pack = self.pack(country)
        rules = pack.sales if pack else self.library.defaults.sales
        if territory is not None:
            rules = territory.sales + (rules if territory.tax_area else self.library.defaults.sales)
        return tuple(rule for rule in rules if rule.is_valid_on(on))

    def best_row(
        self,
        rows: Sequence[RateRow],
        *,
        hs: str | None,
        origin: str | None,
        dispatch_country: str,
        region: str,
        postal_code: str,
    ) -> RateRow | None:
        """Return the row that fits goods on their way best; None: none does."""
        return best_rate(
            rows,
            hs=hs,
            origins=self.areas(origin),
            dispatch=self.areas(dispatch_country),
            region=region,
            postal_code=postal_code,
        )

    def restrictions(self, here: Place, there: Place, on: date) -> Restrictions:
        """Return what may not travel from one place to another on a day."""
        key = (here.country, here.unions, there.country, there.unions, on)
        found = self._restrictions.get(key)
        if found is None:
            if len(self._restrictions) > _REMEMBERED_MAX:
                self._restrictions.clear()
            rows = rows_between(self, here, there, on)
            everywhere = [row for row in rows if not (row.regions or row.postal_codes)]
            of_parts = tuple(row for row in rows if row.regions or row.postal_codes)
            found = self._restrictions[key] = Restrictions(everywhere, self.areas), of_parts
        of_all, of_parts = found
        here_too = [row for row in of_parts if touches(row, here, there)]
        return Restrictions((*of_all.rows, *here_too), self.areas) if here_too else of_all

    def find_tariff(
        self, *, country: str, origin: str | None, hs: str, on: date, proof: bool = False
    ) -> tuple[TariffRow, ...] | None:
        """Return the tariff rows for goods entering a country, `proof`: of their origin; None: the rate is unknown."""
        return self.tariff.find(
            destinations=self.tariff_areas(country), origins=self.areas(origin), hs=hs, on=on, proof=proof
        )

    def is_exempt(self, code: str, *, country: str, origin: str | None, hs: str | None, on: date) -> bool:
        """Say whether goods are free of an additional duty that an import rule lays on nearly all."""
        if code not in self.tariff.exempted:
            return False
        return self.tariff.is_exempt(
            code, destinations=self.tariff_areas(country), origins=self.areas(origin), hs=hs, on=on
        )

    def tariff_areas(self, country: str) -> tuple[str, ...]:
        """Return the countries and unions whose tariff rows hold in a country, its own first."""
        found = self._tariffs.get(country)
        if found is None:
            pack = self.pack(country)
            shared = self.areas(pack.tariff_of) if pack is not None and pack.tariff_of else ()
            found = self._tariffs[country] = self.areas(country) + shared
        return found


Row = TypeVar("Row", bound=RateRow)


def best_rate(
    rows: Sequence[Row],
    *,
    hs: str | None,
    origins: Sequence[str],
    dispatch: Sequence[str],
    region: str,
    postal_code: str,
) -> Row | None:
    """Return the row that fits best: the longest HS prefix, then the one that names the place; the first of equals."""
    best: Row | None = None
    best_score = (-1, -1)
    for row in rows:
        length = 0
        if row.hs:
            length = max((len(prefix) for prefix in row.hs if hs is not None and hs.startswith(prefix)), default=0)
            if not length:
                continue
        named = 0
        if row.origins:
            if not set(row.origins) & set(origins):
                continue
            named += 1
        if row.dispatch_from:
            if not set(row.dispatch_from) & set(dispatch):
                continue
            named += 1
        if row.regions:
            if region not in row.regions:
                continue
            named += 1
        if row.postal_codes:
            if not any(re.search(pattern, postal_code) for pattern in row.postal_codes):
                continue
            named += 1
        if (length, named) > best_score:
            best, best_score = row, (length, named)
    return best
