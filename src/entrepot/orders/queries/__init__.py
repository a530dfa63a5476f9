"""Every read of orders."""

from __future__ import annotations

from entrepot.orders.queries.addresses import check_address
from entrepot.orders.queries.carts import access_cart
from entrepot.orders.queries.history import (
    PastOrder,
    PastPurchase,
    count_purchases,
    find_purchase,
    list_history,
    list_open_orders,
)
from entrepot.orders.queries.purchases import (
    count_seller_orders,
    find_order,
    get_any_order,
    get_any_purchase,
    get_purchase,
    get_seller_order,
    list_purchases,
    list_recent_purchases,
    list_seller_orders,
)
from entrepot.orders.queries.views import (
    CartLine,
    CartView,
    LineView,
    OrderView,
    PaymentView,
    PurchaseView,
    RefundView,
    Step,
)

__all__ = [
    "CartLine",
    "CartView",
    "LineView",
    "OrderView",
    "PastOrder",
    "PastPurchase",
    "PaymentView",
    "PurchaseView",
    "RefundView",
    "Step",
    "access_cart",
    "check_address",
    "count_purchases",
    "count_seller_orders",
    "find_order",
    "find_purchase",
    "get_any_order",
    "get_any_purchase",
    "get_purchase",
    "get_seller_order",
    "list_history",
    "list_open_orders",
    "list_purchases",
    "list_recent_purchases",
    "list_seller_orders",
]
