"""Purchases made through operations, from an empty cart to any state of an order's life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from entrepot.catalog.queries import ListingView
from entrepot.integrations.sandbox_payments import SandboxPayments
from entrepot.kernel import ids, sql
from entrepot.kernel.money import Money
from entrepot.ledger import checks as ledger_checks
from entrepot.markets import operations as market_operations, queries as markets
from entrepot.orders import checkout, checks, operations, queries
from entrepot.orders.queries import CartView, OrderView, PurchaseView
from entrepot.payments import checks as payment_checks, ports as payment_services
from entrepot.sellers.queries import SellerView
from tests.builders import catalog, sellers, shipping

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

BERLIN = {
    "name": "Jürgen Müller",
    "company": "",
    "street": "Hauptstraße 5",
    "street2": "",
    "city": "Berlin",
    "district": "",
    "region": "",
    "postal_code": "10115",
    "country": "DE",
    "phone": "+49 30 901820",
    "import_ids": {},
}
SAO_PAULO = {
    "name": "João da Silva",
    "street": "Rua Augusta 5",
    "city": "São Paulo",
    "region": "SP",
    "postal_code": "01305-000",
    "country": "BR",
    "phone": "+55 11 3000-1000",
    "import_ids": {},
}
ROME = {
    "name": "Maria Rossi",
    "street": "Via Appia 1",
    "city": "Roma",
    "region": "RM",
    "postal_code": "00183",
    "country": "IT",
    "phone": "",
}


def open_buying(*countries: str, now: datetime = NOW) -> None:
    """Make sure that the markets are there and that buyers of these countries are admitted."""
    if not set(countries) <= markets.get_stages().keys():
        market_operations.sync_markets(now=now)
    stages = markets.get_stages()
    for country in countries:
        if not stages[country].can_buy:
            market_operations.set_stage(
                country=country, side="buying", stage="open", actor="system", reason="test", now=now
            )


def shop(country: str = "CN", *, now: datetime = NOW, **changes: Any) -> SellerView:
    """Return an approved seller with an open store and the delivery templates that ship for its country."""
    seller = sellers.approved_seller(country, now=now, **changes)
    shipping.preset_templates(seller, now=now)
    return seller


def goods(seller: SellerView, *, price: str = "99.00", stock: int = 100, **fields: Any) -> ListingView:
    """Return a listing of one SKU (`.skus[0].sku` is its code)."""
    return catalog.listing(seller, price=price, stock=stock, **fields)


def code_of(listing: ListingView) -> str:
    return listing.skus[0].sku


def cart(
    *lines: tuple[ListingView, int],
    country: str = "DE",
    currency: str = "EUR",
    language: str = "en",
    email: str = "buyer@example.com",
    address: Mapping[str, Any] | None = None,
    person_id: UUID | None = None,
    now: datetime = NOW,
) -> CartView:
    """Open a cart of listings and quantities, for a buyer in Berlin unless said otherwise."""
    open_buying(country, now=now)
    return operations.create_cart(
        country=country,
        currency=currency,
        language=language,
        email=email,
        address=address if address is not None else {"DE": BERLIN, "BR": SAO_PAULO, "IT": ROME}[country],
        lines=[{"sku": code_of(listing), "quantity": quantity} for listing, quantity in lines],
        person_id=person_id,
        now=now,
    )


def place(
    cart: CartView,
    *,
    token: str = "tok_ok",
    key: str | None = None,
    body_hash: bytes = b"body",
    shown_total: Money | None = None,
    accept_due_at_door: bool = True,
    now: datetime = NOW,
) -> PurchaseView:
    """Place a cart and pay it in the sandbox."""
    bind_sandbox()
    return checkout.place_and_pay(
        cart_id=cart.id,
        token=cart.token,
        idempotency_key=key or f"key-{ids.new_id()}",
        shown_total=shown_total or Money(cart.quote.total, cart.currency),
        payment_method="sandbox",
        payment_token=token,
        accept_due_at_door=accept_due_at_door,
        body_hash=body_hash,
        now=now,
    )


def bind_sandbox() -> None:
    payment_services.bind("sandbox", SandboxPayments())


def purchase(*lines: tuple[ListingView, int], now: datetime = NOW, **changes: Any) -> PurchaseView:
    """Buy listings and pay them, for a buyer in Berlin."""
    token = changes.pop("token", "tok_ok")
    return place(cart(*lines, now=now, **changes), token=token, now=now)


def paid_order(*, quantity: int = 1, country: str = "CN", now: datetime = NOW, **changes: Any) -> OrderView:
    """Return one paid order of one seller in a country, of so many pieces."""
    listing = goods(shop(country, now=now), now=now)
    view = purchase((listing, quantity), now=now, **changes)
    return queries.get_any_order(view.orders[0].id)


def ship(
    order: OrderView,
    *,
    lines: Mapping[int, int] | None = None,
    tracking_number: str | None = None,
    now: datetime = NOW,
) -> UUID:
    """Ship an order (all that is left of it) under a fresh courier's or postal number; returns the parcel's id."""
    return operations.ship(
        order_id=order.id,
        seller_id=order.seller_id,
        lines=lines,
        tracking_number=tracking_number or fresh_tracking_number(order),
        now=now,
    )


def fresh_tracking_number(order: OrderView) -> str:
    from entrepot.shipping import operations as shipping_operations, rules

    if order.quote.service.channel == "post":
        serial = shipping_operations.take_serial(service="LX", country="CN")
        return rules.make_s10("LX", serial, "CN")
    return ids.new_id().hex.upper()


def deliver(order: OrderView, *, now: datetime = NOW) -> None:
    """Have the carrier say that all parcels of an order arrived, and the order take it over."""
    from entrepot.shipping import operations as shipping_operations
    from entrepot.shipping.ports import TrackingUpdate

    parcels = queries.get_any_order(order.id).parcels
    updates: dict[UUID, Sequence[TrackingUpdate]] = {
        parcel.id: [TrackingUpdate("end", "Delivered", "delivered", "", order.country, now)] for parcel in parcels
    }
    shipping_operations.record_tracking(updates=updates)
    operations.record_delivery(order_id=order.id, now=now)


def completed_order(*, now: datetime = NOW, **changes: Any) -> OrderView:
    """Return an order that was shipped, delivered, confirmed and released."""
    order = paid_order(now=now, **changes)
    ship(order, now=now + timedelta(days=1))
    deliver(order, now=now + timedelta(days=9))
    operations.confirm_receipt(order_id=order.id, now=now + timedelta(days=10))
    operations.release_escrow(order_id=order.id, now=now + timedelta(days=10))
    return queries.get_any_order(order.id)


def faults() -> list[Any]:
    """Return what `verify` would find in orders, payments and the ledger."""
    return [*checks.find_faults(), *ledger_checks.find_faults(), *payment_checks.find_faults()]


_TABLES = (
    "orders_cart",
    "orders_purchase",
    "orders_order",
    "orders_orderline",
    "orders_consignment",
    "orders_idempotencykey",
    "orders_refund",
    "payments_attempt",
    "payments_refund",
    "ledger_transfer",
    "catalog_stock",
    "catalog_stockmovement",
    "shipping_parcel",
    "shipping_parcelline",
    "kernel_fact",
)


def snapshot() -> dict[str, str | None]:
    """Return a digest of every table that an order touches; two equal ones mean that nothing changed."""
    return {
        table: sql.fetch_all(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")[0][0]
        for table in _TABLES
    }


def facts_of(*kinds: str) -> list[str]:
    """Return the kinds of the facts recorded so far, in order, of those asked for (all when none is)."""
    rows = sql.fetch_all("SELECT kind FROM kernel_fact ORDER BY id")
    return [kind for (kind,) in rows if not kinds or kind in kinds]


def stock_of(listing: ListingView) -> tuple[int, int]:
    """Return (on hand, reserved) of a listing's SKU."""
    row = sql.fetch_one(
        "SELECT t.on_hand, t.reserved FROM catalog_stock t JOIN catalog_sku s ON s.id = t.sku_id WHERE s.code = %s",
        [code_of(listing)],
    )
    assert row is not None
    return row[0], row[1]


def balances() -> dict[str, int]:
    """Return every account's balance in minor units, by its words; empty accounts left out."""
    from entrepot.ledger import queries as ledger

    return {str(found.account): found.balance.minor for found in ledger.balances() if found.balance}
