"""Which ban of the operator's jurisdiction falls on a corridor. Pure: the library is handed in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from entrepot.markets.loader import Library
from entrepot.markets.packs import CorridorBan, SanctionsPack


def binding_packs(library: Library) -> tuple[SanctionsPack, ...]:
    """Return the sanctions packs that bind this operator: by its home, its unions and what it names itself."""
    operator = library.operator
    law = {operator.country, *operator.jurisdictions}
    law |= {code for code, union in library.unions.items() if operator.country in union.members}
    return tuple(pack for pack in library.sanctions if not pack.jurisdictions or law & set(pack.jurisdictions))


def find_ban(
    library: Library,
    *,
    origin: str,
    destination: str,
    hs: str | None,
    value: Decimal | None,
    value_currency: str,
    region: str,
    on: date,
) -> CorridorBan | None:
    """Return the first ban that forbids the corridor for such goods on a day, or None."""
    for ban in _touching(library, origin, destination):
        if _falls_on(ban, origin, destination, hs, value, value_currency, region, on):
            return ban
    return None


def _touching(library: Library, origin: str, destination: str) -> tuple[CorridorBan, ...]:
    """Return the bans that ever touch a corridor; remembered, since nearly none is touched and every card asks."""
    key = (origin, destination)
    found = library.bans_by_corridor.get(key)
    if found is None:
        found = tuple(
            ban
            for pack in binding_packs(library)
            for ban in pack.corridors
            if origin != destination and _leaves_or_enters(ban, origin, destination)
        )
        library.bans_by_corridor[key] = found
    return found


def _leaves_or_enters(ban: CorridorBan, origin: str, destination: str) -> bool:
    leaves = ban.country == origin and ban.direction in ("from", "both")
    return leaves or (ban.country == destination and ban.direction in ("to", "both"))


def _falls_on(
    ban: CorridorBan,
    origin: str,
    destination: str,
    hs: str | None,
    value: Decimal | None,
    value_currency: str,
    region: str,
    on: date,
) -> bool:
    if not _leaves_or_enters(ban, origin, destination) or not ban.is_valid_on(on):
        return False
    if ban.regions and region not in ban.regions:
        return False
    if ban.hs and (hs is None or not hs.startswith(ban.hs)):
        return False
    # A limit on value can only be held against a value that is known in the same currency.
    return ban.above is None or (value is not None and value_currency == ban.currency and value > ban.above)


def list_closed_hs(library: Library, *, origin: str, destination: str, region: str, on: date) -> tuple[str, ...]:
    """Return the HS prefixes whose goods may not take a corridor on a day, at whatever value."""
    return tuple(
        prefix
        for ban in _touching(library, origin, destination)
        for prefix in ban.hs
        if _falls_on(ban, origin, destination, prefix, None, "", region, on)
    )


def list_bans(library: Library, *, origin: str, destination: str, on: date) -> tuple[CorridorBan, ...]:
    """Return every ban that touches a corridor on a day, those of some goods, values or regions only among them."""
    return tuple(ban for ban in _touching(library, origin, destination) if ban.is_valid_on(on))


def list_bans_of(library: Library, *, country: str, on: date) -> tuple[CorridorBan, ...]:
    """Return every ban on trade with a country that binds this operator on a day."""
    return tuple(
        ban
        for pack in binding_packs(library)
        for ban in pack.corridors
        if ban.country == country and ban.is_valid_on(on)
    )
