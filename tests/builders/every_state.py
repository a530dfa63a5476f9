"""A shop with something in every state, and the people who look at its pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from entrepot.accounts import operations as accounts
from entrepot.catalog.queries import ListingView
from entrepot.kernel import clock
from entrepot.orders import operations as orders, queries as order_queries
from entrepot.payouts import operations as payouts
from entrepot.sellers import operations as sellers
from entrepot.sellers.lists import ListEntry
from entrepot.sellers.queries import SellerView
from tests.builders import accounts as people, orders as build, sellers as build_sellers
from tests.journeys import stage


@dataclass(frozen=True)
class Shop:
    """Who is there: a buyer, a seller's owner, somebody who begins to sell, an operator; and what is sold."""

    buyer: UUID
    owner: UUID
    starter: UUID
    operator: UUID
    seller: SellerView
    bowl: ListingView


def build_shop() -> Shop:
    """Open a shop in which every page type has something to show."""
    stage.open_shop()
    now = clock.now()
    buyer = people.person(name="Jürgen Müller")
    berlin = {name: text for name, text in build.BERLIN.items() if isinstance(text, str) and name != "country"}
    accounts.save_address(person_id=buyer.id, country="DE", fields=berlin, now=now)
    seller = build.shop("CN", name="Porcelain House")
    bowl = build.goods(seller, title="Blue bowl", stock=50, options={"Colour": "Blue"}, brand="Kiln")
    build.goods(seller, title="Nothing left", stock=0)
    for title in ("Tea tin", "Rice spoon", "Soup plate"):
        build.goods(seller, title=title)
    stage.import_feed(stage.FEEDS / "almaty.yml", seller.store.slug)
    _sell(bowl, buyer.id)
    _hold(bowl)
    owner = build_sellers.owner_of(seller)
    sellers.invite_member(seller_id=seller.id, person_id=owner, email="new@example.com", role="fulfilment", now=now)
    accounts.issue_api_key(seller_id=seller.id, person_id=owner, name="Till", scopes=list(stage.SCOPES), now=now)
    build_sellers.submitted_seller("IT")
    starter = people.person(name="Ada Starter")
    sellers.start_registration(person_id=starter.id, country="IT", form="sole_trader", now=now)
    return Shop(buyer.id, owner, starter.id, people.operator().id, seller, bowl)


def _sell(listing: ListingView, person_id: UUID) -> None:
    """Buy the same goods again and again, and take each order another step along its way."""
    now = clock.now()

    def order(days_ago: int, **changes: Any) -> Any:
        placed = build.purchase((listing, 2), now=now - timedelta(days=days_ago), person_id=person_id, **changes)
        return order_queries.get_any_order(placed.orders[0].id)

    done, delivered, sent, partly, _, cancelled = (order(days) for days in (60, 12, 6, 4, 2, 1))
    order(0, token="tok_decline")
    order(0, token="tok_challenge")
    for shipped, days in ((done, 60), (delivered, 12), (sent, 6)):
        build.ship(shipped, now=now - timedelta(days=days - 1))
    build.ship(partly, lines={0: 1}, now=now - timedelta(days=3))
    for arrived, days in ((done, 60), (delivered, 12)):
        build.deliver(arrived, now=now - timedelta(days=days - 6))
    orders.confirm_receipt(order_id=done.id, now=now - timedelta(days=50))
    orders.release_escrow(order_id=done.id, now=now - timedelta(days=50))
    orders.cancel_lines(order_id=cancelled.id, by="buyer", now=now - timedelta(hours=3))
    payouts.run_payouts(now=now - timedelta(days=1), actor="system")


def _hold(listing: ListingView) -> None:
    """Have a purchase wait for an operator: its recipient's name is on a list."""
    name, now = "Ivan Petrovich Sidorov", clock.now()
    entry = ListEntry(id="eu-1", names=(name,), kind="person", countries="ru", programme="UKR")
    sellers.import_list(code="eu", version="1", kind="sanctions", entries=[entry], actor="operator:test", now=now)
    build.purchase((listing, 1), now=now, address={**build.BERLIN, "name": name})
    orders.screen_purchases(limit=100, now=now)
