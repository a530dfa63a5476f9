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
    if origin == destination:
        return None
    for pack in binding_packs(library):
        for ban in pack.corridors:
            if _falls_on(ban, origin, destination, hs, value, value_currency, region, on):
                return ban
    return None


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
    leaves = ban.country == origin and ban.direction in ("from", "both")
    enters = ban.country == destination and ban.direction in ("to", "both")
    if not (leaves or enters) or not ban.is_valid_on(on):
        return False
    if ban.regions and region not in ban.regions:
        return False
    if ban.hs and (hs is None or not hs.startswith(ban.hs)):
        return False
    # A limit on value can only be held against a value that is known in the same currency.
    return ban.above is None or (value is not None and value_currency == ban.currency and value > ban.above)


def list_closed_hs(library: Library, *, origin: str, destination: str, region: str, on: date) -> tuple[str, ...]:
    """Return the HS prefixes whose goods may not take a corridor on a day, at whatever value."""
    if origin == destination:
        return ()
    return tuple(
        prefix
        for pack in binding_packs(library)
        for ban in pack.corridors
        for prefix in ban.hs
        if _falls_on(ban, origin, destination, prefix, None, "", region, on)
    )


def list_bans(library: Library, *, origin: str, destination: str, on: date) -> tuple[CorridorBan, ...]:
    """Return every ban that touches a corridor on a day, those of some goods, values or regions only among them."""
    if origin == destination:
        return ()
    return tuple(
        ban
        for pack in binding_packs(library)
        for ban in pack.corridors
        if ban.is_valid_on(on)
        and (
            (ban.country == origin and ban.direction in ("from", "both"))
            or (ban.country == destination and ban.direction in ("to", "both"))
        )
    )


def list_bans_of(library: Library, *, country: str, on: date) -> tuple[CorridorBan, ...]:
    """Return every ban on trade with a country that binds this operator on a day."""
    return tuple(
        ban
        for pack in binding_packs(library)
        for ban in pack.corridors
        if ban.country == country and ban.is_valid_on(on)
    )
