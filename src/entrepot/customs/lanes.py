"""One way for goods on one day: what the rule book says of it, asked once and remembered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from entrepot.customs.tariffs import PROOF_OF_ORIGIN

if TYPE_CHECKING:
    from entrepot.customs.candidates import Candidate
    from entrepot.customs.charges import FoundRate
    from entrepot.customs.levies import DutyLevy, Levied, TaxLevy
    from entrepot.customs.places import Place
    from entrepot.customs.restrictions import Restrictions
    from entrepot.customs.rulebook import Movement, RuleBook
    from entrepot.customs.tariffs import TariffRow
    from entrepot.markets.packs import Channel, Restriction

Key = tuple[object, ...]
_REMEMBERED_MAX = 5_000


class Kind:
    """
    Goods of one code, origin and set of declarations on a lane: all that the law asks of goods but what they cost.

    It remembers which restrictions fall on them and what each duty and tax lays on them.
    """

    __slots__ = ("_tariff", "flags", "hs", "lane", "levied", "origin", "restrictions")

    def __init__(self, lane: Lane, hs: str | None, origin: str | None, flags: frozenset[str]) -> None:
        self.lane = lane
        self.hs = hs
        self.origin = origin
        self.flags = flags
        self.restrictions: tuple[Restriction, ...] = lane.restrictions.falling_on(hs, origin, flags)
        self.levied: dict[DutyLevy | TaxLevy, Levied] = {}
        self._tariff: tuple[tuple[TariffRow, ...] | None] | None = None

    def tariff(self) -> tuple[TariffRow, ...] | None:
        """Return the tariff rows for the goods at the destination; None: the rate is unknown, or their code is."""
        if self._tariff is None:
            lane, found = self.lane, None
            if self.hs is not None:
                found = lane.book.find_tariff(
                    country=lane.there.country,
                    origin=self.origin,
                    hs=self.hs,
                    on=lane.on,
                    proof=PROOF_OF_ORIGIN in self.flags,
                )
            self._tariff = (found,)
        return self._tariff[0]

    def plain_duty(self) -> TariffRow | None:
        """Return the basic rate of the goods where it is of their value alone."""
        rows = self.tariff()
        return rows[0] if rows and not rows[0].specific and rows[0].at_most is None else None


class Lane:
    """
    A place of dispatch, a destination and a day, as the rule book sees them.

    Everything that a line of an order asks of the law (how the goods move, which regimes may govern them, what the
    tariff and the tax of their code are) depends on the lane and on little else. So a line costs arithmetic and some
    look-ups by a short key: all orders of one way and day share its lane, in this request and in the next.
    """

    __slots__ = (
        "_fitting",
        "_home_rates",
        "_kinds",
        "_regimes",
        "_same_regimes",
        "_tax_rates",
        "book",
        "here",
        "movement",
        "on",
        "restrictions",
        "standings",
        "there",
    )

    def __init__(self, book: RuleBook, here: Place, there: Place, on: date) -> None:
        self.book = book
        self.here = here
        self.there = there
        self.on = on
        self.movement: Movement = book.movement(here, there)
        self.restrictions: Restrictions = book.restrictions(here, there, on)
        # What pricing found out about sellers who send this way, by what it looks at in them.
        self.standings: dict[Key, Any] = {}
        self._regimes: dict[tuple[str | None, frozenset[str]], tuple[Candidate, ...]] = {}
        self._same_regimes: dict[tuple[int, ...], tuple[Candidate, ...]] = {}
        self._kinds: dict[Key, Kind] = {}
        self._fitting: dict[tuple[str | None, frozenset[str]], dict[Kind, tuple[Candidate, ...]]] = {}
        self._tax_rates: dict[str | None, FoundRate | None] = {}
        self._home_rates: dict[str | None, FoundRate | None] = {}

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

    def kind(self, hs: str | None, origin: str | None, flags: frozenset[str]) -> Kind:
        """Return goods as one of the lane's kinds."""
        key = (hs, origin, flags)
        found = self._kinds.get(key)
        if found is None:
            if len(self._kinds) > _REMEMBERED_MAX:
                self._kinds.clear()
                self._fitting.clear()
            found = self._kinds[key] = Kind(self, hs, origin, flags)
        return found

    def fitting(self, channel: Channel | None, schemes: frozenset[str]) -> dict[Kind, tuple[Candidate, ...]]:
        """Return what `find_fitting` found so far."""
        return self._fitting.setdefault((channel, schemes), {})

    def find_fitting(self, channel: Channel | None, schemes: frozenset[str], kind: Kind) -> tuple[Candidate, ...]:
        """Return the import regimes that goods of a kind may fall under; the same tuple for the same ones."""
        fitting = tuple(
            candidate
            for candidate in self.regimes(channel, schemes)
            if candidate.takes_goods(kind.hs, kind.flags) and candidate.takes_origin(kind.origin)
        )
        names = tuple(id(candidate) for candidate in fitting)
        found = self.fitting(channel, schemes)[kind] = self._same_regimes.setdefault(names, fitting)
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
