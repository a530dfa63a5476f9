"""
Which rules fall on a listing, wherever it may go, and which of them close a way on a day. Pure.

A rule is named by its id; a ban of the operator's jurisdiction `ban:<id>`; a rule of a mark `brand:<name>:own` for the
stores that it names and `brand:<name>:others` for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from entrepot.customs.places import Place
from entrepot.customs.restrictions import may_sell_brand, row_fits
from entrepot.customs.rulebook import RuleBook
from entrepot.kernel.money import Money
from entrepot.markets.packs import BrandRule, CountryPack, DefaultsPack, Restriction
from entrepot.markets.rules import Rates
from entrepot.markets.sanctions import End, binding_packs, is_closed, list_bans_of_goods

_REMEMBERED_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Kind:
    """What rules look at in goods, but for their price: code, where they were made, what was declared, the way out."""

    hs: str | None
    made_in: str | None
    flags: frozenset[str]
    seller_country: str
    dispatch_country: str
    here: Place


# A name, and the price of one piece above which alone the rule falls, in a currency.
_Falling = tuple[str, Decimal | None, str]


def list_falling_on(book: RuleBook, kind: Kind, price: Money, rates: Rates) -> list[str]:
    """Return the names of the rules that fall on goods, those of marks left out."""
    return [
        name
        for name, above, currency in _falling(book, kind)
        if above is None or price.decimal * rates.rate(price.currency, currency) > above
    ]


@lru_cache(maxsize=_REMEMBERED_MAX)
def _falling(book: RuleBook, kind: Kind) -> tuple[_Falling, ...]:
    return tuple(dict.fromkeys(_find_falling(book, kind)))


def _find_falling(book: RuleBook, kind: Kind) -> Iterator[_Falling]:
    made_in = book.areas(kind.made_in)
    for row in _rows_from(book, kind.here.country):
        if row_fits(row, hs=kind.hs, made_in=made_in, flags=kind.flags):
            yield row.id, row.above, row.currency
    ends = {kind.seller_country, kind.dispatch_country}
    for pack in binding_packs(book.library):
        for ban in pack.corridors:
            # A ban on what leaves a country is no matter to who sends from elsewhere.
            touches = ban.direction != "from" or ban.country in ends
            if ban.is_of_goods and touches and (not ban.hs or (kind.hs is not None and kind.hs.startswith(ban.hs))):
                yield f"ban:{ban.id}", ban.above, ban.currency


@lru_cache(maxsize=1024)
def _rows_from(book: RuleBook, country: str) -> tuple[Restriction, ...]:
    """Return the rules that may fall on what is sent from a country, wherever it goes, each once."""
    sent = frozenset(book.areas(country))
    own = book.pack(country) or book.library.defaults
    packs: list[CountryPack | DefaultsPack] = [*book.library.countries.values(), book.library.defaults]
    rows = {
        row.id: row
        for pack in packs
        for row in pack.restricted
        if row.direction != ("import" if pack is own else "export")
        and (not row.origins or not sent.isdisjoint(row.origins))
        and sent.isdisjoint(row.not_origins)
    }
    return tuple(rows.values())


def name_brand(rule: BrandRule, *, is_its_own: bool) -> str:
    """Return the name of a mark's rule for the stores that it names, or for the others."""
    return f"brand:{rule.name}:{'own' if is_its_own else 'others'}"


@dataclass(frozen=True, slots=True)
class Closing:
    """
    What closes an open way on a day: to goods on which one of `whole` falls, or a channel to those of its rules.

    `is_over_border`: import charges may fall on the goods.
    """

    whole: frozenset[str]
    channels: tuple[tuple[str, frozenset[str]], ...]
    is_over_border: bool

    def banned_channels(self, rules: frozenset[str]) -> list[str]:
        return [channel for channel, closed in self.channels if not closed.isdisjoint(rules)]


@lru_cache(maxsize=_REMEMBERED_MAX)
def find_closing(book: RuleBook, senders: tuple[End, ...], receiver: End, on: date) -> Closing | None:
    """
    Return what closes the way to a place on a day to some goods; None: a sanction closes it to all.

    :param senders: where the goods leave from first, then the seller's country where that is another.
    """
    if any(is_closed(book.library, origin=sender, destination=receiver, on=on) for sender in senders):
        return None
    here, there = (book.place(end.country, end.region, end.postal_code) for end in (senders[0], receiver))
    whole = set(_closed_brands(book, book.areas(there.code), on))
    channels: dict[str, set[str]] = {}
    for row in book.restrictions(here, there, on).rows:
        for channel in row.channels:
            channels.setdefault(channel, set()).add(row.id)
        if not row.channels:
            whole.add(row.id)
    for sender in senders:
        bans = list_bans_of_goods(book.library, origin=sender, destination=receiver, on=on)
        whole.update(f"ban:{ban.id}" for ban in bans)
    return Closing(
        frozenset(whole),
        tuple((channel, frozenset(rules)) for channel, rules in sorted(channels.items())),
        book.movement(here, there) == "export",
    )


def _closed_brands(book: RuleBook, areas: tuple[str, ...], on: date) -> Iterator[str]:
    for rule in set(book.watched_brands.values()):
        for is_its_own in (True, False):
            store = rule.stores[0] if is_its_own and rule.stores else ""
            if not may_sell_brand(rule, store=store, destination_areas=areas, on=on):
                yield name_brand(rule, is_its_own=is_its_own)
