"""A small shop for the buyer's pages: sellers of three countries, goods that search finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from entrepot.catalog.operations import SkuInput
from entrepot.catalog.queries import ListingView
from entrepot.sellers.queries import SellerView
from tests.builders import orders
from tests.pages import Reader

BERLIN = {
    "email": "buyer@example.com",
    "name": "Jürgen Müller",
    "street": "Hauptstraße 5",
    "postal_code": "10115",
    "city": "Berlin",
    "phone": "+49 30 901820",
}


@dataclass(frozen=True)
class Shelf:
    """What lies in the shop."""

    chinese: SellerView
    italian: SellerView
    shirt: ListingView
    lamp: ListingView
    boots: ListingView


def stock(run_jobs: Callable[..., int], **fields: Any) -> Shelf:
    """Fill the shop and let search see it."""
    orders.open_buying("DE", "ES", "BR", "SA", "US")
    chinese, italian = orders.shop("CN", name="Wenzhou Step"), orders.shop("IT", name="Seta Comense")
    shelf = Shelf(
        chinese,
        italian,
        shirt=orders.goods(chinese, price="99.00", title="Plain cotton T-shirt", **fields),
        lamp=orders.goods(
            italian, price="40.00", title="Lampada da tavolo", language="it", hs="940521", category="lighting",
            translations={"en": "Table lamp"},
        ),
        boots=orders.goods(
            chinese, title="Leather boots", hs="640391", category="shoes",
            skus=[
                SkuInput(seller_sku=f"BOOT-{size}", price="200.00", stock=left, weight_g=900, options={"Size": size})
                for size, left in (("38", 0), ("40", 3), ("42", 20))
            ],
        ),
    )  # fmt: skip
    run_jobs()
    return shelf


def address_of(listing: ListingView) -> str:
    return f"/listing/{listing.id}/{listing.slug}"


def fill_cart(reader: Reader, *listings: ListingView, quantity: int = 1) -> Reader:
    for listing in listings:
        reader.open(address_of(listing)).send("/cart/add", quantity=str(quantity))
        assert reader.address == "/cart", reader.words[:300]
    return reader
