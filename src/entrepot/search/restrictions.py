"""Which rules fall on a listing, wherever it may go, and which of them close a corridor on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from entrepot.customs.restrictions import flag_words, may_sell_brand, row_fits
from entrepot.customs.rulebook import RuleBook
from entrepot.markets.packs import BrandRule, CountryPack, DefaultsPack, Restriction
from entrepot.markets.rules import Rates
from entrepot.markets.sanctions import binding_packs, list_bans
from entrepot.pricing.quote import Destination


@dataclass(frozen=True, slots=True)
class Goods:
    """
    What rules look at of a listing: code, where it was made, what was declared of it, its least price, its store, and
    where that sends from.
    """

    hs: str | None
    made_in: str | None
    flags: Mapping[str, Any]
    price: Decimal | None
    currency: str
    store: str
    origin: str


@lru_cache(maxsize=2)
def _rows(book: RuleBook) -> tuple[Restriction, ...]:
    """Return every rule of every pack that closes a way whole (one for a channel leaves another), each once."""
    packs: list[CountryPack | DefaultsPack] = [*book.library.countries.values(), book.library.defaults]
    return tuple({row.id: row for pack in packs for row in pack.restricted if not row.channels}.values())


def list_falling_on(book: RuleBook, goods: Goods, rates: Rates) -> tuple[str, ...]:
    """Return the names of the rules that fall on a listing."""
    return tuple(dict.fromkeys(_falling_on(book, goods, rates)))


def _falling_on(book: RuleBook, goods: Goods, rates: Rates) -> Iterator[str]:
    flags, sent = flag_words(goods.flags), frozenset(book.areas(goods.origin))
    for row in _rows(book):
        if (row.origins and sent.isdisjoint(row.origins)) or not sent.isdisjoint(row.not_origins):
            continue
        if row_fits(row, hs=goods.hs, made_in=book.areas(goods.made_in), flags=flags) and (
            row.above is None or _is_above(goods, row.above, row.currency, rates)
        ):
            yield row.id
    for pack in binding_packs(book.library):
        for ban in pack.corridors:
            if (
                ban.above is not None
                and (not ban.hs or (goods.hs is not None and goods.hs.startswith(ban.hs)))
                and _is_above(goods, ban.above, ban.currency, rates)
            ):
                yield f"ban:{ban.id}"
    rule = book.watched_brands.get(str(goods.flags.get("brand", "")))
    if rule is not None:
        yield _brand(rule, is_its_own=goods.store in rule.stores)


def _brand(rule: BrandRule, *, is_its_own: bool) -> str:
    return f"brand:{rule.name}:{'own' if is_its_own else 'others'}"


def _is_above(goods: Goods, limit: Decimal, currency: str, rates: Rates) -> bool:
    return goods.price is not None and goods.price * rates.rate(goods.currency, currency) > limit


@lru_cache(maxsize=4096)
def list_closing(book: RuleBook, origin: str, destination: Destination, on: date) -> tuple[str, ...]:
    """Return the names of the rules that close the way from a country to a destination on a day to some goods."""
    there = book.place(destination.country, destination.region, destination.postal_code)
    areas = book.areas(there.code)
    closed = {
        _brand(rule, is_its_own=is_its_own)
        for rule in set(book.watched_brands.values())
        for is_its_own in (True, False)
        if not may_sell_brand(
            rule, store=rule.stores[0] if is_its_own and rule.stores else "", destination_areas=areas, on=on
        )
    }
    here = book.place(origin, "", "")
    closed.update(row.id for row in book.restrictions(here, there, on).rows if not row.channels)
    bans = list_bans(book.library, origin=origin, destination=destination.country, on=on)
    closed.update(f"ban:{ban.id}" for ban in bans if ban.above is not None)
    return tuple(sorted(closed))
