"""
The import of one consignment: which regime governs each item, and the charges that they ask for.

Pure functions of frozen values: no Django, no clock. The regime is chosen by date, the operator's registrations,
channel, place of dispatch, origin, goods and thresholds; `evaluation.py` computes what it charges.
"""

from __future__ import annotations

from entrepot.customs.charges import Part
from entrepot.customs.consignment import Assessment, Consignment, Item, Work
from entrepot.customs.evaluation import Evaluation, note_doubts
from entrepot.customs.rulebook import Candidate
from entrepot.markets.rules import Rates

__all__ = ["Assessment", "Consignment", "Item", "assess_import", "note_doubts"]


def assess_import(consignment: Consignment, rates: Rates) -> Assessment:
    """
    Return the charges of an import. Where no regime is known there are none, `unknown` is true and `unsure` says why.

    Every figure that rests on an unconfirmed rule, a missing HS code, origin or weight leaves a reason in `unsure`.
    """
    work = Work(consignment, rates)
    for item in consignment.items:
        if item.hs is None:
            work.unsure.add("hs_missing")
        elif not item.hs_confirmed:
            work.unsure.add("hs_unconfirmed")
    groups = _govern(work)
    parts: list[Part] = []
    for candidate, members in groups:
        parts.extend(Evaluation(work, candidate, members).run())
    if consignment.lane.there.territory is not None and not groups:
        work.unsure.add("special_territory")
    return Assessment(
        parts=tuple(parts),
        unsure=tuple(sorted(work.unsure)),
        regimes=tuple(candidate.regime.id for candidate, _ in groups),
        unknown=work.unknown,
    )


def _govern(work: Work) -> list[tuple[Candidate, list[int]]]:
    c = work.c
    everything = range(len(c.items))
    possible: list[Candidate] = []
    for candidate in c.lane.regimes(c.channel, c.schemes):
        for threshold in candidate.of_consignment:
            if not work.holds(threshold, everything):
                break
        else:
            if candidate.takes_any_item:
                if not possible:
                    return [(candidate, list(everything))]
                possible.append(candidate)
                break  # Nothing behind it can be reached.
            possible.append(candidate)
    groups: dict[str, tuple[Candidate, list[int]]] = {}
    for position, item in enumerate(c.items):
        for candidate in possible:
            if _fits(work, candidate, position, item):
                groups.setdefault(candidate.regime.id, (candidate, []))[1].append(position)
                break
        else:
            work.unknown = True
            work.unsure.add("regime_unknown")
    return [groups[name] for name in sorted(groups)]


def _fits(work: Work, candidate: Candidate, position: int, item: Item) -> bool:
    if candidate.hs and (item.hs is None or not item.hs.startswith(candidate.hs)):
        return False
    if candidate.not_hs and item.hs is not None and item.hs.startswith(candidate.not_hs):
        return False
    if candidate.flags and not item.flags.issuperset(candidate.flags):
        return False
    if candidate.not_flags and item.flags.intersection(candidate.not_flags):
        return False
    if candidate.origins is not None or candidate.not_origins:
        if item.origin is None:
            work.unsure.add("origin_unknown")
        if candidate.origins is not None and item.origin not in candidate.origins:
            return False
        if item.origin in candidate.not_origins:
            return False
    return not candidate.of_item or all(work.holds(threshold, (position,)) for threshold in candidate.of_item)
