"""
The import of one consignment: which regime governs each item, and the charges that they ask for.

Pure functions of frozen values: no Django, no clock. The regime is chosen by date, the operator's registrations,
channel, place of dispatch, origin, goods and thresholds; `evaluation.py` computes what it charges.
"""

from __future__ import annotations

from entrepot.customs.candidates import Candidate
from entrepot.customs.charges import FoundRate, percent
from entrepot.customs.consignment import Assessment, Consignment, Item, Work
from entrepot.customs.evaluation import Evaluation, note_doubts
from entrepot.customs.lanes import Kind
from entrepot.customs.tariffs import TariffRow
from entrepot.markets.rules import Rates

__all__ = ["Assessment", "Consignment", "Import", "Item", "assess_import", "note_doubts"]


def assess_import(consignment: Consignment, rates: Rates) -> Assessment:
    """Return the charges of an import (see `Import.assess`)."""
    return Import(consignment, rates).assess()


class Import:
    """One consignment at the border: the regimes that govern it are found once, and then asked."""

    __slots__ = ("_groups", "_work")

    def __init__(self, consignment: Consignment, rates: Rates) -> None:
        self._work = Work(consignment, rates)
        self._groups = _govern(self._work)

    def send(self, consignment: Consignment) -> None:
        """Take the same goods as another service carries them."""
        self._work.send(consignment)
        self._groups = _govern(self._work)

    def is_charged_at_door(self) -> bool:
        """
        Say whether something falls due at the door, where that is plain before anything is computed: the tariff's duty
        or the country's own tax on goods that are worth a unit of it. No is no answer: then only `assess` knows.
        """
        work = self._work
        for candidate, members in self._groups:
            taxed = candidate.taxes_at_door
            dutiable = candidate.duties_at_door and work.c.basic_duty_rate is None
            if taxed or dutiable:
                for position in members:
                    kind, goods = work.kinds[position], work.goods[position]
                    if taxed and _is_worth(goods, work.lane.tax_rate(kind.hs)):
                        return True
                    if dutiable and _is_worth(goods, kind.plain_duty()):
                        return True
        return work.unknown

    def assess(self) -> Assessment:
        """
        Return the charges. Where no regime is known there are none, `unknown` is true and `unsure` says why.

        Every figure that rests on an unconfirmed rule, a missing HS code, origin or weight leaves a reason in `unsure`.
        """
        work, groups = self._work, self._groups
        for item in work.c.items:
            if item.hs is None:
                work.unsure.add("hs_missing")
            elif not item.hs_confirmed:
                work.unsure.add("hs_unconfirmed")
        if len(groups) == 1:
            candidate, members = groups[0]
            parts = Evaluation(work, candidate, members).run()
            regimes: tuple[str, ...] = (candidate.regime.id,)
        else:
            parts = [part for candidate, members in groups for part in Evaluation(work, candidate, members).run()]
            regimes = tuple(candidate.regime.id for candidate, _ in groups)
        territory = work.lane.there.territory
        if not groups and territory is not None:
            work.unsure.add("special_territory")
            note_doubts(territory.import_doubts, False, work.unsure)
        now = at_door = 0
        for part in parts:
            if part.payable == "now":
                now += part.amount
            else:
                at_door += part.amount
        return Assessment(tuple(parts), tuple(sorted(work.unsure)), regimes, work.unknown, now, at_door)


def _is_worth(goods: int, found: FoundRate | TariffRow | None) -> bool:
    """Say whether a rate makes at least a minor unit of goods, however it is rounded."""
    if found is None or not found.rate:
        return False
    times, over = percent(found.rate)
    return goods * times >= over


def _govern(work: Work) -> list[tuple[Candidate, list[int]]]:
    """Return the regimes that govern the items, each with the positions of its items."""
    c = work.c
    everything = list(range(len(c.items)))
    for candidate in _shared_candidates(work) or ():
        for limit in candidate.of_consignment:
            if not work.holds(limit, everything):
                break
        else:
            if candidate.of_item:
                break  # Each piece by itself.
            return [(candidate, everything)]
    possible = [
        candidate
        for candidate in c.lane.regimes(c.channel, c.schemes)
        if all(work.holds(limit, everything) for limit in candidate.of_consignment)
    ]
    groups: dict[str, tuple[Candidate, list[int]]] = {}
    for position, kind in enumerate(work.kinds):
        for candidate in possible:
            if _fits(work, candidate, position, kind):
                groups.setdefault(candidate.regime.id, (candidate, []))[1].append(position)
                break
        else:
            work.unknown = True
            work.unsure.add("regime_unknown")
    return [groups[name] for name in sorted(groups)]


def _shared_candidates(work: Work) -> tuple[Candidate, ...] | None:
    """Return the regimes that all items may fall under alike; None: they differ, or an origin is not known."""
    c, shared = work.c, None
    known = c.lane.fitting(c.channel, c.schemes)
    for kind in work.kinds:
        if kind.origin is None:
            return None
        found = known.get(kind)
        if found is None:
            found = c.lane.find_fitting(c.channel, c.schemes, kind)
        if shared is None:
            shared = found
        elif found is not shared:
            return None
    return shared


def _fits(work: Work, candidate: Candidate, position: int, kind: Kind) -> bool:
    if not candidate.takes_goods(kind.hs, kind.flags):
        return False
    if kind.origin is None and (candidate.origins is not None or candidate.not_origins):
        work.unsure.add("origin_unknown")
    if not candidate.takes_origin(kind.origin):
        return False
    return not candidate.of_item or all(work.holds(limit, (position,)) for limit in candidate.of_item)
