"""The stage of a journey: markets, sellers on their way in, their feeds; all of it through operations and commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from entrepot.accounts import operations as accounts
from entrepot.catalog import operations as catalog
from entrepot.demo import stage
from entrepot.demo.newcomers import answer_for_safety
from entrepot.kernel import clock
from entrepot.markets import queries as markets
from entrepot.sellers import operations as sellers, queries as seller_queries
from entrepot.sellers.queries import SellerView
from tests.builders import sellers as build
from tests.builders.accounts import PASSWORD
from tests.journeys import books
from tests.journeys.people import Caller

FEEDS = Path(__file__).parent / "feeds"
SCOPES = ("listings:read", "listings:write", "orders:read", "orders:write", "payouts:read")


class Calendar:
    """The one clock of a journey, which runs on and can be turned forward."""

    def __init__(self, traveller: time_machine.Coordinates, run_jobs: Callable[..., int]) -> None:
        self._traveller = traveller
        self._run_jobs = run_jobs

    def settle(self) -> None:
        """Let the worker do all that is due now."""
        self._run_jobs(at=clock.now() + timedelta(minutes=1))

    def pass_time(self, **time: float) -> datetime:
        """Turn the clock forward and let the worker catch up."""
        self._traveller.move_to(clock.now() + timedelta(**time))
        self.settle()
        return clock.now()


def open_shop() -> None:
    """Load markets and categories, as `entrepot prepare` and the demonstration do."""
    stage.open_markets(now=clock.now())
    assert catalog.sync_categories() > 0


def register(country: str, *, email: str, store: str, slug: str, **said: Any) -> tuple[Any, SellerView]:
    """Have a person register a seller with the papers of its country; it waits for the operator then."""
    now = clock.now()
    owner = accounts.create_person(email=email, password=PASSWORD, email_confirmed=True, now=now)
    newcomer = build.newcomer(country, store_name=store, slug=slug, legal_name=f"{store} LLP", email=email, **said)
    seller_id = build.submit_newcomer(newcomer, person_id=owner.id, now=now)
    seller = seller_queries.get_seller(seller_id)
    assert seller.state == "submitted"
    return owner, seller


def open_store(seller: SellerView, owner: Any, *, slug: str, name: str) -> SellerView:
    """Open an approved seller's store with the delivery templates that ship for its country."""
    now = clock.now()
    reference = markets.get_pack(seller.country).reference_address
    sellers.open_store(
        seller_id=seller.id,
        person_id=owner.id,
        slug=slug,
        name=name,
        dispatch_country=seller.country,
        dispatch_region=reference.region,
        dispatch_postal_code=reference.postal_code,
        dispatch_city=reference.city or "Capital",
        language=markets.get_pack(seller.country).languages[0],
        story="",
        now=now,
    )
    if seller.country not in markets.list_members("EU"):
        answer_for_safety(seller_id=seller.id, person_id=owner.id, now=now)
    stage.set_templates(seller_id=seller.id, country=seller.country, now=now)
    return seller_queries.get_seller(seller.id)


def settled_seller(country: str, *, email: str, store: str, slug: str, **said: Any) -> SellerView:
    """Register a seller, approve it as the operator, open its store."""
    owner, seller = register(country, email=email, store=store, slug=slug, **said)
    sellers.approve_seller(seller_id=seller.id, actor="operator:journey", now=clock.now())
    return open_store(seller, owner, slug=slug, name=store)


def system_of(seller: SellerView, url: str) -> Caller:
    """Return the seller's own system: it calls the API with a key."""
    _, secret = accounts.issue_api_key(
        seller_id=seller.id, person_id=build.owner_of(seller), name="journey", scopes=list(SCOPES), now=clock.now()
    )
    return Caller(url, {"Authorization": f"Bearer {secret}"})


def import_feed(file: Path, store: str) -> Any:
    """Run `entrepot import-feed` on a file."""
    return books.command("import_feed", str(file), "--seller", store, "--no-pictures")


def skip_without(file: Path) -> Path:
    """Return the file, or leave the test out where this checkout does not have it."""
    if not file.exists():
        pytest.skip(f"{file.name} is not beside this checkout (a real feed of {file.parent.name}, not shipped)")
    return file
