"""A small marketplace for the API's tests: sellers with goods and delivery, a market to sell to, a cart's body."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from entrepot.catalog.queries import ListingView
from entrepot.markets import operations as markets_operations, queries as markets
from entrepot.sellers.queries import SellerView
from tests.api.client import Answer, Api
from tests.builders import catalog, sellers, shipping
from tests.builders.accounts import NOW

ADDRESS = {
    "name": "Anna Berg",
    "street": "Lindenstraße 12",
    "city": "Berlin",
    "postal_code": "10969",
    "country": "DE",
    "phone": "+4930901820",
}
SANDBOX = {"method": "sandbox", "token": "tok_ok"}


def open_buying(*countries: str, now: datetime = NOW) -> None:
    """Admit the buyers of some countries."""
    stages = markets.get_stages()
    if not set(countries) <= stages.keys():
        markets_operations.sync_markets(now=now)
        stages = markets.get_stages()
    for country in countries:
        if not stages[country].can_buy:
            markets_operations.set_stage(
                country=country, side="buying", stage="open", actor="system", reason="test", now=now
            )


def seller_with_goods(country: str = "CN", **listing: Any) -> tuple[SellerView, ListingView]:
    """Return a seller who delivers everywhere, with one listing of a hundred pieces; Germany may buy."""
    open_buying("DE")
    seller = sellers.approved_seller(country)
    shipping.preset_templates(seller)
    return seller, catalog.listing(seller, **listing)


def cart_body(*listings: ListingView, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the body that makes a cart for a buyer in Berlin."""
    return {
        "country": "DE",
        "currency": "EUR",
        "language": "en",
        "email": "anna@example.org",
        "address": ADDRESS,
        "lines": [{"sku": listing.sku, "quantity": quantity} for listing in listings],
        **changes,
    }


def place_body(cart: dict[str, Any], *, token: str = "tok_ok", **changes: Any) -> dict[str, Any]:
    """Return the body that places a cart at the total it shows."""
    return {
        "shown_total": {"amount": cart["quote"]["total"], "currency": cart["quote"]["currency"]},
        "payment": {"method": "sandbox", "token": token},
        "accept_due_at_door": True,
        **changes,
    }


def place(api: Api, cart: dict[str, Any], *, key: str = "key-1", token: str = "tok_ok", **changes: Any) -> Answer:
    """Place a cart over the API."""
    return api.post(
        f"/carts/{cart['id']}/place",
        place_body(cart, token=token, **changes),
        {"Idempotency-Key": key, "X-Cart-Token": cart["token"]},
    )


def bought(api: Api, *listings: ListingView, quantity: int = 1, key: str = "key-1") -> dict[str, Any]:
    """Return a paid purchase of some listings, made over the API."""
    cart = api.post("/carts", cart_body(*listings, quantity=quantity))
    assert cart.status == 201, cart.json
    placed = place(api, cart.json, key=key)
    assert placed.status == 201, placed.json
    purchase: dict[str, Any] = placed.json["purchase"]
    assert purchase["payment"]["state"] == "captured"
    return purchase
