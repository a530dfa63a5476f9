"""What may not travel on one way on one day. Pure: rules of packs in, those that fall on goods out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Protocol

from entrepot.markets.packs import BrandRule, Goods, Restriction

if TYPE_CHECKING:
    from entrepot.customs.places import Place
    from entrepot.customs.rulebook import RuleBook

# The word that goods bear whose seller has confirmed no HS code; nobody can declare it.
UNCONFIRMED = "hs_unconfirmed"
_REMEMBERED_MAX = 5_000
_NOTHING: tuple[Restriction, ...] = ()


class Restrictions:
    """The rules on one way, and what of them falls on goods: remembered, as every card of a page asks."""

    __slots__ = ("_areas", "_found", "rows")

    def __init__(self, rows: Sequence[Restriction], areas: AreasOf) -> None:
        self.rows = tuple(rows)
        self._areas = areas
        self._found: dict[tuple[str | None, str | None, frozenset[str]], tuple[Restriction, ...]] = {}

    def falling_on(self, hs: str | None, made_in: str | None, flags: frozenset[str]) -> tuple[Restriction, ...]:
        """Return the rules that fall on goods, whatever they cost: `above` and `channels` are the caller's to judge."""
        key = (hs, made_in, flags)
        found = self._found.get(key)
        if found is None:
            if len(self._found) > _REMEMBERED_MAX:
                self._found.clear()
            found = self._found[key] = tuple(
                row for row in self.rows if row_fits(row, hs=hs, made_in=self._areas(made_in), flags=flags)
            )
        return found


class AreasOf(Protocol):
    """Gives the areas that a place lies in: its own code, the country that it is a part of, unions."""

    def __call__(self, code: str | None, /) -> tuple[str, ...]: ...


def row_fits(row: Restriction, *, hs: str | None, made_in: Sequence[str], flags: frozenset[str]) -> bool:
    """Say whether goods are of those that a rule speaks of, but for their price."""
    if row.made_in and not set(row.made_in) & set(made_in):
        return False
    if not goods_fit(row.goods, hs, flags):
        return False
    return all(_measured(measure.name, flags, measure.falls_on) for measure in row.measures)


class _Judge(Protocol):
    def __call__(self, value: Decimal, /) -> bool: ...


def _measured(name: str, flags: frozenset[str], falls_on: _Judge) -> bool:
    """Say whether a declared number is on the side of a limit that a rule falls on; what is not declared is not."""
    beginning = f"{name}="
    for word in flags:
        if word.startswith(beginning):
            try:
                return falls_on(Decimal(word[len(beginning) :]))
            except InvalidOperation:
                return False
    return False


def goods_fit(goods: Goods, hs: str | None, flags: frozenset[str]) -> bool:
    """Say whether an item is of the goods that a rule speaks of; without an HS code it is of none that are named."""
    if goods.hs and (hs is None or not hs.startswith(goods.hs)):
        return False
    if goods.not_hs and hs is not None and hs.startswith(goods.not_hs):
        return False
    if goods.flags and not flags.issuperset(goods.flags):
        return False
    return not (goods.not_flags and flags.intersection(goods.not_flags))


def rows_between(book: RuleBook, here: Place, there: Place, on: date) -> tuple[Restriction, ...]:
    """
    Return the rules between two places on a day: those of their countries, and of parts of these.

    A part that belongs to a union of its own (Northern Ireland) is no outsider to its rules.
    """
    taken: dict[str, Restriction] = {}
    sent, received = (frozenset((*book.areas(end.country), *end.unions)) for end in (here, there))
    crosses = here.country != there.country
    for country, side in ((here.country, "export"), (there.country, "import")):
        pack = book.pack(country)
        for row in pack.restricted if pack else book.library.defaults.restricted:
            fits = (
                row.is_valid_on(on)
                and (row.direction == "any" or (crosses and row.direction == side))
                and (not row.origins or not sent.isdisjoint(row.origins))
                and sent.isdisjoint(row.not_origins)
                and (not row.destinations or not received.isdisjoint(row.destinations))
                and received.isdisjoint(row.not_destinations)
            )
            if fits:
                taken.setdefault(row.id, row)
    return tuple(taken.values())


def touches(row: Restriction, here: Place, there: Place) -> bool:
    """Say whether a rule of a part of a country falls on a way: the part is its destination, or where it begins."""
    ends = {"import": (there,), "export": (here,), "any": (here, there)}[row.direction]
    return any(
        place.region in row.regions or any(re.search(code, place.postal_code) for code in row.postal_codes)
        for place in ends
    )


def may_sell_brand(rule: BrandRule, *, store: str, destination_areas: Iterable[str], on: date) -> bool:
    """Say whether a store may sell goods of a mark to a destination; a rule that is not in force forbids nothing."""
    if not rule.is_valid_on(on):
        return True
    return store in rule.stores and (not rule.areas or not set(rule.areas).isdisjoint(destination_areas))


def watched_words(brands: Iterable[BrandRule]) -> dict[str, BrandRule]:
    """Return the rule of every spelling of the marks on a list, in small letters with single blanks between words."""
    return {
        " ".join(re.split(r"[\W_]+", word.lower())).strip(): rule
        for rule in brands
        for word in (rule.name, *rule.spellings)
    }


def flag_words(flags: Mapping[str, object] | None) -> frozenset[str]:
    """Return a listing's restriction facts as words: `{"lithium": "UN3480", "aerosol": true}` → `lithium=UN3480`, …"""
    if not flags:
        return frozenset()
    words = set()
    for name, value in flags.items():
        if value is True:
            words.add(name)
        elif value not in (None, False, ""):
            words |= {name, f"{name}={value}"}
    return frozenset(words)
