"""One way for goods on one day: what the rule book says of it, asked once and remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.customs.candidates import Candidate
    from entrepot.customs.places import Place
    from entrepot.customs.restrictions import Restrictions
    from entrepot.customs.rulebook import FoundRate, Movement, RuleBook
    from entrepot.customs.tariffs import TariffRow
    from entrepot.markets.packs import Channel, RateRow, SaleRule

Key = tuple[object, ...]
_REMEMBERED_MAX = 5_000


class Lane:
    """
    A place of dispatch, a destination and a day, as the rule book sees them.

    Everything that a line of an order asks of the law (how the goods move, which regimes may govern them, what the
    tariff and the tax of their code are) depends on the lane and on little else. So a line costs arithmetic and some
    look-ups by a short key: all orders of one way and day share its lane, in this request and in the next.
    """

    __slots__ = (
        "_best_rows",
        "_home_rates",
        "_regimes",
        "_regimes_for",
        "_same_regimes",
        "_tariff",
        "_tax_rates",
        "book",
        "here",
        "movement",
        "on",
        "restrictions",
        "sale_rules",
        "there",
    )

    def __init__(self, book: RuleBook, here: Place, there: Place, on: date) -> None:
        self.book = book
        self.here = here
        self.there = there
        self.on = on
        self.movement: Movement = book.movement(here, there)
        self.restrictions: Restrictions = book.restrictions(here, there, on)
        # The rule of a sale by what it looks at in the seller: found and kept here by pricing.
        self.sale_rules: dict[Key, SaleRule | None] = {}
        self._regimes: dict[tuple[str | None, frozenset[str]], tuple[Candidate, ...]] = {}
        self._regimes_for: dict[Key, tuple[Candidate, ...]] = {}
        self._same_regimes: dict[tuple[int, ...], tuple[Candidate, ...]] = {}
        self._tariff: dict[Key, tuple[TariffRow, ...] | None] = {}
        self._tax_rates: dict[str | None, FoundRate | None] = {}
        self._home_rates: dict[str | None, FoundRate | None] = {}
        self._best_rows: dict[Key, RateRow | None] = {}

    def regimes(self, channel: Channel | None, schemes: frozenset[str]) -> tuple[Candidate, ...]:
        """Return the import regimes that may govern goods, in the order in which they are tried."""
        key = (channel, schemes)
        found = self._regimes.get(key)
        if found is None:
            there = self.there
            found = self._regimes[key] = self.book.candidates(
                country=there.country,
                territory=there.territory,
                region=there.region,
                postal_code=there.postal_code,
                dispatch_country=self.here.code,
                channel=channel,
                on=self.on,
                schemes=schemes,
            )
        return found

    def regimes_for(
        self, channel: Channel | None, schemes: frozenset[str], hs: str | None, origin: str, flags: frozenset[str]
    ) -> tuple[Candidate, ...]:
        """Return the import regimes whose goods and origins some goods are among; the same tuple for the same ones."""
        key = (channel, schemes, hs, origin, flags)
        found = self._regimes_for.get(key)
        if found is None:
            if len(self._regimes_for) > _REMEMBERED_MAX:
                self._regimes_for.clear()
            fitting = tuple(
                candidate
                for candidate in self.regimes(channel, schemes)
                if candidate.takes_goods(hs, flags) and candidate.takes_origin(origin)
            )
            names = tuple(id(candidate) for candidate in fitting)
            found = self._regimes_for[key] = self._same_regimes.setdefault(names, fitting)
        return found

    def tariff(self, hs: str, origin: str | None, proof: bool) -> tuple[TariffRow, ...] | None:
        """Return the tariff rows for goods at the destination, `proof`: of their origin; None: the rate is unknown."""
        key = (hs, origin, proof)
        try:
            return self._tariff[key]
        except KeyError:
            found = self.book.find_tariff(country=self.there.country, origin=origin, hs=hs, on=self.on, proof=proof)
            self._tariff[key] = found
            return found

    def tax_rate(self, hs: str | None) -> FoundRate | None:
        """Return the destination's own tax rate for goods; None: it is not known."""
        try:
            return self._tax_rates[hs]
        except KeyError:
            found = self._tax_rates[hs] = self._own_rate(self.there, hs)
            return found

    def home_rate(self, hs: str | None) -> FoundRate | None:
        """Return the own tax rate for goods where they are dispatched; None: it is not known."""
        try:
            return self._home_rates[hs]
        except KeyError:
            found = self._home_rates[hs] = self._own_rate(self.here, hs)
            return found

    def _own_rate(self, place: Place, hs: str | None) -> FoundRate | None:
        return self.book.tax_rate(
            country=place.country,
            region=place.region,
            postal_code=place.postal_code,
            hs=hs,
            on=self.on,
            territory=place.territory,
        )

    def best_row(self, rows: Sequence[RateRow], hs: str | None, origin: str | None) -> RateRow | None:
        """Return the row of a duty or a tax that fits goods best; None: none does."""
        key = (id(rows), hs, origin)  # Rows live as long as the book does.
        try:
            return self._best_rows[key]
        except KeyError:
            found = self._best_rows[key] = self.book.best_row(
                rows,
                hs=hs,
                origin=origin,
                dispatch_country=self.here.code,
                region=self.there.region,
                postal_code=self.there.postal_code,
            )
            return found
