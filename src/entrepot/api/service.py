"""The API as one object: its routers, its parser and renderer, its handling of refusals."""

from __future__ import annotations

from ninja import NinjaAPI
from ninja.operation import Operation

from entrepot.api import problems
from entrepot.api.endpoints import (
    carts,
    listings,
    markets,
    purchases,
    seller_account,
    seller_codes,
    seller_listings,
    seller_money,
    seller_orders,
    seller_safety,
)
from entrepot.api.rendering import OrjsonParser, OrjsonRenderer

VERSION = "1.0.0"
PREFIX = "/api/v1/"
DESCRIPTION = (
    "A seller lists once, at home; a buyer anywhere sees one delivered price. Amounts are decimal numbers of major "
    "units as text, with their ISO 4217 currency. Times are UTC (RFC 3339). Refusals are problem documents (RFC 9457) "
    "with a stable `code`. Addresses below `/seller` need an API key; it reaches its own seller's rows and no other's."
)


class Service(NinjaAPI):
    """The API; an operation is called as its function is."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = Service(
    title="Entrepot",
    version=VERSION,
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    parser=OrjsonParser(),
    renderer=OrjsonRenderer(),
    urls_namespace="api",
)
problems.handle_exceptions(api)

api.add_router("", markets.router, tags=["Markets"])
api.add_router("", listings.router, tags=["Listings"])
api.add_router("", carts.router, tags=["Carts"])
api.add_router("", purchases.router, tags=["Purchases"])
api.add_router("/seller", seller_account.router, tags=["Seller: account"])
api.add_router("/seller", seller_listings.router, tags=["Seller: listings"])
api.add_router("/seller", seller_codes.router, tags=["Seller: listings"])
api.add_router("/seller", seller_safety.router, tags=["Seller: listings"])
api.add_router("/seller", seller_orders.router, tags=["Seller: orders"])
api.add_router("/seller", seller_money.router, tags=["Seller: money"])
