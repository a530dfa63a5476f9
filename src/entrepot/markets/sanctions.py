"""Which ban of the operator's jurisdiction falls on a corridor. Pure: the library is handed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.markets.loader import Library
from entrepot.markets.packs import CorridorBan, SanctionsPack
from entrepot.markets.rules import Rates


def binding_packs(library: Library) -> tuple[SanctionsPack, ...]:
    """Return the sanctions packs that bind this operator: by its home, its unions and what it names itself."""
    operator = library.operator
    law = {operator.country, *operator.jurisdictions}
    law |= {code for code, union in library.unions.items() if operator.country in union.members}
    return tuple(pack for pack in library.sanctions if not pack.jurisdictions or law & set(pack.jurisdictions))


@dataclass(frozen=True, slots=True)
class End:
    """One end of a corridor: a country, and where in it as far as that is known."""

    country: str
    region: str = ""
    postal_code: str = ""


def find_ban(
    library: Library,
    *,
    origin: End,
    destination: End,
    hs: str | None,
    value: Decimal | None,
    value_currency: str,
    rates: Rates | None,
    on: date,
) -> CorridorBan | None:
    """
    Return the first ban that forbids the corridor for such goods on a day, or None.

    :param value: the price of a piece; without it, or without rates where it is in other money than the limit, no ban
        above a value is found.
    """
    for ban in _touching(library, origin.country, destination.country):
        if (
            ban.is_valid_on(on)
            and _is_there(ban, origin, destination)
            and (not ban.hs or (hs is not None and hs.startswith(ban.hs)))
            and (ban.above is None or _is_above(ban, value, value_currency, rates))
        ):
            return ban
    return None


def _is_above(ban: CorridorBan, value: Decimal | None, currency: str, rates: Rates | None) -> bool:
    if value is None or ban.above is None:
        return False
    if currency != ban.currency:
        if rates is None:
            return False
        value *= rates.rate(currency, ban.currency)
    return value > ban.above


def _touching(library: Library, origin: str, destination: str) -> tuple[CorridorBan, ...]:
    """Return the bans that ever touch a corridor; remembered, since nearly none is touched and every card asks."""
    key = (origin, destination)
    found = library.bans_by_corridor.get(key)
    if found is None:
        bans = (
            ban
            for pack in binding_packs(library)
            for ban in pack.corridors
            # Inside a country nothing crosses a border; a part of it that is cut off is cut off from the rest too.
            if (origin != destination or ban.is_of_a_place) and _leaves_or_enters(ban, origin, destination)
        )
        # What closes the whole country is the first answer.
        found = tuple(sorted(bans, key=lambda ban: ban.is_of_a_place or ban.is_of_goods))
        library.bans_by_corridor[key] = found
    return found


def are_there_bans(library: Library, origin: str, destination: str) -> bool:
    """Say whether any ban of any day touches a corridor: where none does, nothing more need be asked."""
    return bool(_touching(library, origin, destination))


def _leaves_or_enters(ban: CorridorBan, origin: str, destination: str) -> bool:
    leaves = ban.country == origin and ban.direction in ("from", "both")
    return leaves or (ban.country == destination and ban.direction in ("to", "both"))


def _is_there(ban: CorridorBan, origin: End, destination: End) -> bool:
    """Say whether an end of the corridor on which the ban falls lies in the part of the country that it names."""
    if not ban.is_of_a_place:
        return True
    ends = ((origin, ("from", "both")), (destination, ("to", "both")))
    return any(ban.direction in directions and _lies_in_part(ban, end) for end, directions in ends)


def _lies_in_part(ban: CorridorBan, end: End) -> bool:
    return end.country == ban.country and (
        end.region in ban.regions
        or (bool(end.postal_code) and any(re.search(code, end.postal_code) for code in ban.postal_codes))
    )


def list_bans(library: Library, *, origin: str, destination: str, on: date) -> tuple[CorridorBan, ...]:
    """Return every ban that touches a corridor on a day, those of some goods, values or regions only among them."""
    return tuple(ban for ban in _touching(library, origin, destination) if ban.is_valid_on(on))


def is_closed(library: Library, *, origin: End, destination: End, on: date) -> bool:
    """Say whether a ban closes a corridor on a day to all goods."""
    return any(
        not ban.is_of_goods and ban.is_valid_on(on) and _is_there(ban, origin, destination)
        for ban in _touching(library, origin.country, destination.country)
    )


def list_bans_of_goods(library: Library, *, origin: End, destination: End, on: date) -> tuple[CorridorBan, ...]:
    """Return the bans on some goods only that fall on a corridor on a day, at whatever value."""
    return tuple(
        ban
        for ban in _touching(library, origin.country, destination.country)
        if ban.is_of_goods and ban.is_valid_on(on) and _is_there(ban, origin, destination)
    )


def is_cut_off(library: Library, place: End) -> bool:
    """Say whether any ban of any day falls on a part of a country that a place lies in."""
    return any(
        ban.is_of_a_place and _lies_in_part(ban, place) for pack in binding_packs(library) for ban in pack.corridors
    )


def list_bans_of(library: Library, *, country: str, on: date) -> tuple[CorridorBan, ...]:
    """Return every ban on trade with a country that binds this operator on a day."""
    return tuple(
        ban
        for pack in binding_packs(library)
        for ban in pack.corridors
        if ban.country == country and ban.is_valid_on(on)
    )
