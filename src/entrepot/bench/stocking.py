"""The marketplaces that are measured, made through the rooms' operations: a large plain one, or the demonstration's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from entrepot.accounts import operations as accounts
from entrepot.bench import wares
from entrepot.catalog import checks as catalog_checks, operations as catalog, queries as catalog_queries
from entrepot.catalog.rules.listings import ListingInput, SkuInput, Translation
from entrepot.demo import seed, stage
from entrepot.demo.newcomers import Newcomer, settle_newcomer
from entrepot.kernel import clock, facts, jobs

_COUNTRIES = ("CN", "RU", "TR", "IT", "ES")
_HS_CODES = ("610910", "691200", "420221", "851830", "950300", "640419")
_STOCK = 1_000_000
# About what a euro is in the seller's own currency, so that wares of all countries cost alike.
_PER_EURO = {"CN": 8, "RU": 95, "TR": 48, "IT": 1, "ES": 1, "KZ": 600, "SA": 4}
_SHELF = 200  # Wares of one seller in a row: as many as are written in one transaction.


def stock(*, sellers: int, listings: int, progress: Callable[[str], None]) -> list[list[str]]:
    """Fill an empty marketplace; return the SKUs' public codes, one list a seller."""
    now = clock.now()
    codes: list[list[str]] = []
    for number, (seller_id, country) in enumerate(_settle(sellers, _COUNTRIES, now=now)):
        share = listings // sellers + (number < listings % sellers)
        rows = [_listing(number, position, country) for position in range(share)]
        outcomes = catalog.upsert_listings(seller_id=seller_id, listings=rows, now=now)
        codes.append([code for outcome in outcomes for code in outcome.skus.values()])  # type: ignore[union-attr]
        if (number + 1) % 25 == 0:
            progress(f"  {number + 1} of {sellers} sellers")
    return codes


def _settle(sellers: int, countries: Sequence[str], *, now: datetime) -> Iterator[tuple[UUID, str]]:
    """Open the markets and settle sellers of some countries in turn; yield the id and country of each."""
    stage.open_markets(now=now)
    owner = accounts.create_person(email="bench-owner@example.com", password=None, now=now)
    for number in range(sellers):
        country = countries[number % len(countries)]
        seller = settle_newcomer(
            Newcomer(
                country=country,
                legal_name=f"Bench Trading {number}",
                store_name=f"Bench Store {number}",
                slug=f"bench-store-{number}",
                serial=50_000 + number,
            ),
            person_id=owner.id,
            actor="system",
            now=now,
        )
        stage.set_templates(seller_id=seller.id, country=country, now=now)
        yield seller.id, country


def shelve(*, sellers: int, listings: int, at_most: int, progress: Callable[[str], None]) -> dict[str, str]:
    """
    Fill an empty marketplace with wares of many kinds in several languages.

    :returns: slugs of some listings by their ids, at most so many, evenly spread.
    """
    now, started = clock.now(), time.monotonic()
    picked: list[UUID] = []
    every = -(-listings // at_most)
    settled = list(_settle(sellers, tuple(wares.COUNTRIES), now=now))
    for start in range(0, listings, _SHELF):
        seller_id, country = settled[start // _SHELF % sellers]
        goods = [wares.make(number, country) for number in range(start, min(start + _SHELF, listings))]
        outcomes = catalog.upsert_listings(
            seller_id=seller_id, listings=[_ware_listing(ware, country) for ware in goods], now=now
        )
        translations = [
            Translation(outcome.listing_id, words.language, words.title, words.description, words.attributes)  # type: ignore[union-attr]
            for ware, outcome in zip(goods, outcomes, strict=True)
            for words in ware.words[1:]
        ]
        catalog.set_translations(seller_id=seller_id, translations=translations, now=now)
        picked += [done.listing_id for ware, done in zip(goods, outcomes, strict=True) if ware.number % every == 0]  # type: ignore[union-attr]
        done = start + len(goods)
        if done % (_SHELF * 100) == 0 or done == listings:
            progress(f"  {done:,} of {listings:,} listings, {time.monotonic() - started:.0f} s")
    return {str(card.id): card.slug for card in catalog_queries.get_cards(picked, "en")}


def country_of(number: int, sellers: int) -> str:
    """Return from which country the listing of a number is sold."""
    countries = tuple(wares.COUNTRIES)
    return countries[number // _SHELF % sellers % len(countries)]


def _ware_listing(ware: wares.Ware, country: str) -> ListingInput:
    own = ware.words[0]
    return ListingInput(
        external_id=f"ware-{ware.number}",
        title=own.title,
        description=own.description,
        attributes=own.attributes,
        language=own.language,
        category=ware.category,
        brand=ware.brand,
        hs_code=ware.hs_code,
        origin_country=country,
        state="active",
        skus=(
            SkuInput(
                seller_sku=f"ware-{ware.number}",
                price=f"{ware.price_cents / 100 * _PER_EURO[country]:.2f}",
                stock=ware.stock,
                weight_g=ware.weight_g,
            ),
        ),
    )


def furnish(*, progress: Callable[[str], None]) -> dict[str, tuple[str, str]]:
    """Fill an empty marketplace with the demonstration's sellers and orders; return one (e-mail, password) of each."""
    seed.seed(progress=progress, now=clock.now())
    logins = seed.logins()
    seller = next(login for login in logins if login.role.startswith("seller, "))
    found = {login.role: login for login in logins} | {"seller": seller}
    return {who: (found[who].email, found[who].password) for who in ("buyer", "seller", "operator")}


def _listing(number: int, position: int, country: str) -> ListingInput:
    return ListingInput(
        external_id=f"bench-{position}",
        title=f"Goods {number}-{position}",
        description="<p>Goods to be measured with.</p>",
        category="handmade",
        hs_code=_HS_CODES[position % len(_HS_CODES)],
        origin_country=country,
        state="active",
        skus=(
            SkuInput(
                seller_sku=f"bench-{position}",
                price=f"{10 + position % 40}.00",
                stock=_STOCK,
                weight_g=200 + position % 5 * 100,
            ),
        ),
    )


def count_oversold() -> int:
    """Return how many SKUs have more reserved than their seller has."""
    return sum(1 for fault in catalog_checks.find_faults() if fault.check == "catalog.oversold")


def await_idle(*, seconds_max: float = 120) -> None:
    """
    Wait until the worker has followed every fact and run every due job.

    :raises TimeoutError: it has not after so long.
    """
    deadline = time.monotonic() + seconds_max
    while facts.is_waiting(name=jobs.FOLLOWER) or jobs.count_unfinished(at=clock.now()):
        if time.monotonic() > deadline:
            raise TimeoutError("the worker does not come to rest")
        time.sleep(0.2)
