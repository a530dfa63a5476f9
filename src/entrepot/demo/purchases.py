"""The demonstration's purchases: buyers of a dozen countries, orders in every state, money held, released and paid."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

from entrepot.demo.shelves import Shop
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.orders import checkout, fulfilment, operations as orders
from entrepot.orders.queries.views import OrderView, PurchaseView
from entrepot.payouts import operations as payouts
from entrepot.shipping import carriers

_TRIES = 12
_SEED = 2026


@dataclass(frozen=True, slots=True)
class Plan:
    """One purchase to make: how many days ago, of how many sellers, paid with which card, and what became of it."""

    days_ago: float
    sellers: int
    token: str
    then: Callable[[Sequence[OrderView], datetime], None]
    pieces: int | None = None  # Of each line; None: one or two, as it comes.


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: the address of `data/buyers.toml`, and the person when they have an account."""

    email: str
    address: dict[str, Any]
    country: str
    currency: str
    language: str
    person_id: UUID | None = None


def list_buyers() -> list[Buyer]:
    """Return the buyers in the order of the file; the first is the one who can log in."""
    document = tomllib.loads(files(__package__).joinpath("data", "buyers.toml").read_text(encoding="utf-8"))
    buyers = []
    for number, row in enumerate(document["buyer"]):
        address = {name: value for name, value in row.items() if name not in ("currency", "language")}
        buyers.append(
            Buyer(
                email=f"buyer{number or ''}@demo.example",
                address=address,
                country=row["country"],
                currency=row["currency"],
                language=row["language"],
            )
        )
    return buyers


def make_all(buyers: Sequence[Buyer], shops: Sequence[Shop], *, now: datetime, progress: Callable[[str], None]) -> int:
    """Make every planned purchase for the buyers in turn, then pay the sellers out; return how many were made."""
    chance = random.Random(_SEED)
    plans = _plans()
    made = 0
    for number, plan in enumerate(plans):
        # The buyer with an account gets every third purchase, so that the order list has something of everything.
        buyer = buyers[0] if number % 3 == 0 else buyers[1 + number % (len(buyers) - 1)]
        placed_at = now - timedelta(days=plan.days_ago)
        purchase = _buy(buyer, shops, plan, chance, number, placed_at)
        if purchase is not None:
            plan.then(purchase.orders, placed_at)
            made += 1
        if (number + 1) % 20 == 0:
            progress(f"  {number + 1} of {len(plans)} purchases")
    payouts.run_payouts(now=now, actor="system")
    return made


def _plans() -> list[Plan]:
    everyday = [
        *(Plan(60 - 3 * n, 1 + n % 3, "tok_ok", _completed) for n in range(12)),
        *(Plan(20 - n, 1 + n % 2, "tok_ok", _delivered) for n in range(6)),
        *(Plan(9 - n / 2, 1 + n % 2, "tok_ok", _shipped) for n in range(8)),
        *(Plan(4 - n / 3, 2, "tok_ok", _partly_shipped, pieces=2) for n in range(4)),
        *(Plan(2 - n / 8, 1 + n % 3, "tok_ok", _left_alone) for n in range(12)),
        *(Plan(12 - n, 1, "tok_ok", _cancelled_by_buyer) for n in range(3)),
        *(Plan(15 - n, 2, "tok_ok", _one_order_cancelled_by_seller) for n in range(3)),
        *(Plan(30 - n, 1, "tok_ok", _never_dispatched) for n in range(2)),
        *(Plan(0.01, 1, token, _left_alone) for token in ("tok_decline", "tok_challenge", "tok_decline")),
        *(Plan(6 - n, 1, "tok_decline", _never_paid) for n in range(2)),
    ]
    return sorted(everyday, key=lambda plan: -plan.days_ago)


def _buy(
    buyer: Buyer, shops: Sequence[Shop], plan: Plan, chance: random.Random, number: int, now: datetime
) -> PurchaseView | None:
    """Buy one or two pieces from so many sellers; goods that may not travel there are put back for others."""
    for attempt in range(_TRIES):
        abroad = [shop for shop in shops if shop.firm.country != buyer.country or chance.random() < 0.2]
        lines = [
            {"sku": chance.choice(shop.skus), "quantity": plan.pieces or chance.choice((1, 1, 2))}
            for shop in chance.sample(abroad, plan.sellers)
        ]
        try:
            cart = orders.create_cart(
                country=buyer.country,
                currency=buyer.currency,
                language=buyer.language,
                email=buyer.email,
                address=buyer.address,
                lines=lines,
                person_id=buyer.person_id,
                now=now,
            )
            if cart.needs:
                raise AssertionError(f"the address of {buyer.email} lacks {cart.needs}")
            return checkout.place_and_pay(
                cart_id=cart.id,
                token=cart.token,
                idempotency_key=f"demo-{number}-{attempt}",
                shown_total=Money(cart.quote.total, cart.quote.currency),
                payment_method="sandbox",
                payment_token=plan.token,
                accept_due_at_door=True,
                body_hash=f"demo-{number}-{attempt}",
                now=now,
            )
        except DomainError:
            continue
    return None


# --- what becomes of a purchase ---------------------------------------------------------------------------------------


def _left_alone(placed: Sequence[OrderView], placed_at: datetime) -> None:
    """Paid and waiting for the seller, or not paid yet."""


def _shipped(placed: Sequence[OrderView], placed_at: datetime) -> None:
    for order in placed:
        _ship(order, placed_at + timedelta(days=1))


def _partly_shipped(placed: Sequence[OrderView], placed_at: datetime) -> None:
    for order in placed[:1]:
        _ship(order, placed_at + timedelta(days=1), only_first=True)


def _delivered(placed: Sequence[OrderView], placed_at: datetime) -> None:
    for order in placed:
        _ship(order, placed_at + timedelta(days=1))
        _deliver(order, placed_at + timedelta(days=8))


def _completed(placed: Sequence[OrderView], placed_at: datetime) -> None:
    _delivered(placed, placed_at)
    for order in placed:
        orders.confirm_receipt(order_id=order.id, now=placed_at + timedelta(days=9))
        orders.release_escrow(order_id=order.id, now=placed_at + timedelta(days=9))


def _cancelled_by_buyer(placed: Sequence[OrderView], placed_at: datetime) -> None:
    for order in placed:
        orders.cancel_lines(order_id=order.id, by="buyer", now=placed_at + timedelta(hours=3))


def _one_order_cancelled_by_seller(placed: Sequence[OrderView], placed_at: datetime) -> None:
    first, *others = placed
    orders.cancel_lines(order_id=first.id, by="seller", now=placed_at + timedelta(hours=20))
    _delivered(others, placed_at)


def _never_dispatched(placed: Sequence[OrderView], placed_at: datetime) -> None:
    for order in placed:
        orders.cancel_undispatched(order_id=order.id, now=placed_at + timedelta(days=20))


def _never_paid(placed: Sequence[OrderView], placed_at: datetime) -> None:
    orders.expire_purchase(purchase_id=placed[0].purchase_id, now=placed_at + timedelta(days=1))


def _ship(order: OrderView, now: datetime, *, only_first: bool = False) -> None:
    pieces = {order.lines[0].position: 1} if only_first else None
    fulfilment.ship_order(seller_id=order.seller_id, order_id=order.id, lines=pieces, now=now)


def _deliver(order: OrderView, now: datetime) -> None:
    carriers.advance_parcels(order_id=order.id, until="Delivered", now=now)
    orders.record_delivery(order_id=order.id, now=now)
