"""
Ordering many listings by delivered price: ranks from this machine's shelves, worked out where they are missing.

A shelf holds what a country's buyers pay in its own money, sent to its reference address; other addresses and
currencies are worked out each time.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from entrepot.kernel.digests import digest_files
from entrepot.kernel.errors import InvalidField
from entrepot.markets import queries as markets
from entrepot.markets.rules import FxTable
from entrepot.pricing import cards, queries
from entrepot.pricing.quote import Destination
from entrepot.pricing.ranks import UNPRICED
from entrepot.pricing.rules import Desk
from entrepot.pricing.shelves import Shelves, name_run

# A country's prices are kept ahead for so long after somebody ordered by them.
_WANTED_SECONDS = 3 * 86_400.0
# The rooms whose code and data decide what goods cost.
_MADE_BY = ("entrepot.kernel", "entrepot.markets", "entrepot.customs", "entrepot.shipping", "entrepot.pricing")


def list_ranks(
    *, listing_ids: Sequence[UUID], stamps: Sequence[int], destination: Destination, currency: str, at: datetime
) -> list[int]:
    """
    Return in turn where listings stand by what `queries.get_card_prices` says of them (`ranks.py`).

    :param stamps: a mark of each listing, no other's, that changes whenever the listing, its seller or its delivery
        does; or none at all: then nothing is kept.
    """
    if not listing_ids:
        return []
    desk = queries.get_desk(destination=destination, currency=currency, at=at)
    if len(stamps) != len(listing_ids) or not _is_shelved(desk):
        found = cards.rank_cards(desk, listing_ids)
        return [found.get(listing_id, UNPRICED) for listing_id in listing_ids]
    shelves, country, name = _get_shelves(), desk.destination.country, name_shelf(desk)
    shelves.ask(country)
    known = shelves.read(country, name, stamps)
    missing = [place for place, rank in enumerate(known) if rank is None]
    if missing:
        found = cards.rank_cards(desk, [listing_ids[place] for place in missing])
        shelves.keep(country, name, _by_stamp(missing, listing_ids, stamps, found))
        for place in missing:
            known[place] = found.get(listing_ids[place], UNPRICED)
    return [UNPRICED if rank is None else rank for rank in known]


# --- before they are asked for ---------------------------------------------------------------------------------------


def list_wanted_desks(*, at: datetime) -> list[Desk]:
    """Return the desks of the countries whose buyers lately ordered by delivered price."""
    desks = []
    for country in _get_shelves().list_asked(within_seconds=_WANTED_SECONDS):
        if (pack := markets.find_pack(country)) is not None:
            where = queries.reference_destination(country)
            with contextlib.suppress(InvalidField):  # Its money has no rate any more: nobody can ask either.
                desks.append(queries.get_desk(destination=where, currency=pack.currency, at=at))
    return desks


def rank_ahead(desks: Sequence[Desk], *, listing_ids: Sequence[UUID], stamps: Sequence[int]) -> int:
    """Work out the ranks of listings at some desks where they are not known, and keep them; return how many."""
    shelves, lacking = _get_shelves(), []
    for desk in desks:
        known = shelves.read(desk.destination.country, name_shelf(desk), stamps)
        if missing := [place for place, rank in enumerate(known) if rank is None]:
            lacking.append((desk, missing))
    if not lacking:
        return 0
    places = sorted(set().union(*(missing for _, missing in lacking)))
    found = cards.rank_cards_ahead([desk for desk, _ in lacking], [listing_ids[place] for place in places])
    for (desk, missing), ranks in zip(lacking, found, strict=True):
        shelves.keep(desk.destination.country, name_shelf(desk), _by_stamp(missing, listing_ids, stamps, ranks))
    return sum(len(missing) for _, missing in lacking)


def is_whole(desk: Desk) -> bool:
    """Say whether every listing was ranked ahead at a desk."""
    return _get_shelves().is_whole(desk.destination.country, name_shelf(desk))


def note_whole(desk: Desk) -> None:
    """Note that every listing was ranked ahead at a desk."""
    _get_shelves().note_whole(desk.destination.country, name_shelf(desk))


def forget_whole() -> None:
    """Note that listings have other stamps than those that were ranked ahead."""
    _get_shelves().forget_whole()


@dataclass(frozen=True, slots=True)
class Kept:
    """How many listings are ranked for a country's buyers, and whether all are."""

    country: str
    listings: int
    is_whole: bool


def list_kept(*, at: datetime) -> list[Kept]:
    """Return what is kept of the countries that are wanted."""
    shelves = _get_shelves()
    found = []
    for desk in list_wanted_desks(at=at):
        country, name = desk.destination.country, name_shelf(desk)
        found.append(Kept(country, shelves.count(country, name), shelves.is_whole(country, name)))
    return found


def clear_all_but(desks: Sequence[Desk]) -> None:
    """Remove what is kept of other countries, and of other days, rates or rules than these desks'."""
    _get_shelves().clear({desk.destination.country: {name_shelf(desk)} for desk in desks})


# --- names -----------------------------------------------------------------------------------------------------------


def _by_stamp(
    places: Sequence[int], listing_ids: Sequence[UUID], stamps: Sequence[int], ranks: Mapping[UUID, int]
) -> dict[int, int]:
    return {stamps[place]: ranks[listing_ids[place]] for place in places if listing_ids[place] in ranks}


@cache
def _get_shelves() -> Shelves:
    return Shelves(Path(settings.PRICES_DIR))


def _is_shelved(desk: Desk) -> bool:
    country = desk.destination.country
    pack = markets.find_pack(country)
    return pack is not None and (desk.destination, desk.currency) == (
        queries.tidy_destination(queries.reference_destination(country)),
        pack.currency,
    )


_named: dict[tuple[object, ...], tuple[object, object, str]] = {}
_NAMED_MAX = 512


def name_shelf(desk: Desk) -> str:
    """Return what names all that a desk's prices hang on besides the listings."""
    key = (id(desk.book), id(desk.rates), desk.on, desk.destination, desk.margin_percent, desk.stale_currencies)
    known = _named.get(key)
    if known is None:
        if len(_named) >= _NAMED_MAX:
            _named.clear()
        assert isinstance(desk.rates, FxTable)
        told = (
            _digest_code(),
            desk.book.library.digest,
            desk.book.tariff.version,
            name_run(),
            sorted(desk.rates.per_eur.items()),
            desk.on.isoformat(),
            desk.destination,
            desk.currency,
            desk.margin_percent,
            sorted(desk.stale_currencies),
        )
        # The objects are held, so that no others can take their ids.
        known = _named[key] = desk.book, desk.rates, hashlib.sha256(repr(told).encode()).hexdigest()[:16]
    return known[2]


@cache
def _digest_code() -> str:
    return "".join(digest_files(package) for package in _MADE_BY)
