"""
Which lanes are open, as a demand that costs little.

To look up every listing of some thousand lanes takes time for each listing. Most lanes that are closed to a buyer are
closed because they do not reach the country, or come from one that nothing may come from, and each listing says these
in a word; so what is looked up is what reaches a country from some countries, less the lanes that do and are closed all
the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from tantivy import Occur, Query

from entrepot.search.embedded import filters, schema
from entrepot.search.embedded.filters import Part
from entrepot.shipping.rules import EVERYWHERE

_KEPT_MAX = 512
_FEW = 1_000  # Listings that are looked up one by one sooner than anything is thought about.


_built: dict[tuple[frozenset[str], frozenset[str]], tuple[Part, ...]] = {}


def build(wanted: frozenset[str], known: frozenset[str], counts: Mapping[str, int]) -> tuple[Part, ...]:
    """
    Return the demand to stand in one of some lanes; empty where that is every lane of the index.

    It is kept as long as the index has these lanes, whatever generation it is of.

    :param known: the lanes of the index.
    :param counts: how many listings stand in each.
    """
    try:
        return _built[wanted, known]
    except KeyError:
        if len(_built) >= _KEPT_MAX:
            _built.clear()
        found = _built[wanted, known] = _build(wanted, known, counts)
        return found


def _build(wanted: frozenset[str], known: frozenset[str], counts: Mapping[str, int]) -> tuple[Part, ...]:
    def number(lanes: Collection[str]) -> int:
        return sum(counts[lane] for lane in lanes)

    opened, closed = known & wanted, known - wanted
    if not closed:
        return ()
    if not opened:
        return ((Occur.Must, Query.empty_query()),)
    plain: tuple[Part, ...] = (_one_of(opened),)
    cost = number(opened)
    if number(closed) < cost:
        plain, cost = ((Occur.MustNot, _one_of(closed)[1]),), number(closed)
    if cost <= _FEW:
        return plain
    senders = {_sender(lane) for lane in opened}
    for country, reaching in _by_country(known).items():
        if opened <= reaching:
            from_them = {lane for lane in reaching if _sender(lane) in senders}
            if (extra := number(others := from_them - opened)) < cost:
                plain, cost = _reaching(country, senders if len(from_them) < len(reaching) else (), others), extra
                if not extra:
                    break
    return plain


def _one_of(lanes: Collection[str]) -> Part:
    return filters.one_of("lane_number", [schema.number_lane(lane) for lane in lanes])


def _sender(lane: str) -> str:
    return schema.list_reach(lane)[0]


@lru_cache(maxsize=4)
def _by_country(known: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return for every country that a lane names the lanes that reach it."""
    words = {lane: frozenset(schema.list_reach(lane)[1:]) for lane in known}
    countries = {word.removeprefix(schema.NOT) for of_lane in words.values() for word in of_lane} - {EVERYWHERE}
    return {
        country: frozenset(
            lane
            for lane, of_lane in words.items()
            if country in of_lane or (EVERYWHERE in of_lane and schema.NOT + country not in of_lane)
        )
        for country in sorted(countries)
    } | {EVERYWHERE: frozenset(lane for lane, of_lane in words.items() if EVERYWHERE in of_lane)}


def _reaching(country: str, senders: Collection[str], closed: Collection[str]) -> tuple[Part, ...]:
    """Return the demand to reach a country, from some (none: from any), in none of the lanes closed all the same."""
    demands: list[Part] = [filters.any_of("reach", sorted({EVERYWHERE, country}))]
    if country != EVERYWHERE:
        demands.append((Occur.MustNot, filters.one_of("reach", (schema.NOT + country,))[1]))
    if senders:
        demands.append(filters.any_of("reach", sorted(senders)))
    if closed:
        demands.append((Occur.MustNot, _one_of(closed)[1]))
    return tuple(demands)
