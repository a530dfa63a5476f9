"""The marketplaces that are measured, made through the rooms' operations: a large plain one, or the demonstration's."""

from __future__ import annotations

import time
from collections.abc import Callable

from entrepot.accounts import operations as accounts
from entrepot.catalog import checks as catalog_checks, operations as catalog
from entrepot.catalog.rules.listings import ListingInput, SkuInput
from entrepot.demo import seed, stage
from entrepot.demo.newcomers import Newcomer, settle_newcomer
from entrepot.kernel import clock, facts, jobs

_COUNTRIES = ("CN", "RU", "TR", "IT", "ES")
_HS_CODES = ("610910", "691200", "420221", "851830", "950300", "640419")
_STOCK = 1_000_000


def stock(*, sellers: int, listings: int, progress: Callable[[str], None]) -> list[list[str]]:
    """Fill an empty marketplace; return the SKUs' public codes, one list a seller."""
    now = clock.now()
    stage.open_markets(now=now)
    owner = accounts.create_person(email="bench-owner@example.com", password=None, now=now)
    codes: list[list[str]] = []
    for number in range(sellers):
        country = _COUNTRIES[number % len(_COUNTRIES)]
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
        share = listings // sellers + (number < listings % sellers)
        rows = [_listing(number, position, country) for position in range(share)]
        outcomes = catalog.upsert_listings(seller_id=seller.id, listings=rows, now=now)
        codes.append([code for outcome in outcomes for code in outcome.skus.values()])  # type: ignore[union-attr]
        if (number + 1) % 25 == 0:
            progress(f"  {number + 1} of {sellers} sellers")
    return codes


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
