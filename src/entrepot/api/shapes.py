"""Quotes, orders and purchases as the API shows them: amounts as decimal strings, codes with labels in a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from entrepot.api.rendering import amount, money
from entrepot.orders.queries import CartView, LineView, OrderView, PurchaseView, RefundView
from entrepot.pricing.labels import label
from entrepot.pricing.quote import OrderQuote, Part, Quote, SellerTerms
from entrepot.shipping.queries import ParcelView


def store_of(seller: SellerTerms) -> dict[str, str]:
    return {"slug": seller.store_slug, "name": seller.store_name, "country": seller.country}


def part(found: Part, currency: str, language: str) -> dict[str, Any]:
    return {
        "code": found.code,
        "label": label(found.code, language),
        "amount": amount(found.amount, currency),
        "rate": None if found.rate is None else f"{found.rate.normalize():f}",
        "base": None if found.base is None else amount(found.base, currency),
        "liable": found.liable,
        "source": found.source,
        "valid_from": None if found.valid_from is None else found.valid_from.isoformat(),
        "reason": found.reason,
    }


def parts_due_now(parts: Iterable[Part], currency: str, language: str) -> list[dict[str, Any]]:
    """Return the parts that add up to the total."""
    return [part(found, currency, language) for found in parts if found.payable == "now"]


def due_at_door(parts: Iterable[Part], at_door: int, currency: str, language: str) -> dict[str, Any] | None:
    """Return the charges that fall due on delivery, or None when there are none."""
    due = [part(found, currency, language) for found in parts if found.payable == "door"]
    return {"amount": amount(at_door, currency), "parts": due} if due else None


def order_quote(order: OrderQuote, currency: str, language: str) -> dict[str, Any]:
    service = order.service
    return {
        "seller": store_of(order.seller),
        "goods": amount(order.goods, currency),
        "delivery": amount(order.delivery, currency),
        "duty": amount(order.duty, currency),
        "tax": amount(order.tax, currency),
        "fees": amount(order.fees, currency),
        "total": amount(order.total, currency),
        "parts": parts_due_now(order.parts, currency, language),
        "due_at_door": due_at_door(order.parts, order.at_door, currency, language),
        "sure": order.sure,
        "unsure": list(order.unsure),
        "import_charges": order.import_charges,
        "service": {
            "code": service.code,
            "name": service.name,
            "days_min": service.days_min,
            "days_max": service.days_max,
            "duties_prepaid": service.duties_prepaid,
        },
    }


def quote(found: Quote, language: str) -> dict[str, Any]:
    currency = found.currency
    return {
        "currency": currency,
        "total": amount(found.total, currency),
        "goods": amount(found.goods, currency),
        "delivery": amount(found.delivery, currency),
        "duty": amount(found.duty, currency),
        "tax": amount(found.tax, currency),
        "fees": amount(found.fees, currency),
        "due_at_door": amount(found.at_door, currency),
        "valid_until": found.valid_until,
        "sure": found.sure,
        "import_charges": found.import_charges,
        "orders": [order_quote(order, currency, language) for order in found.orders],
    }


def cart(found: CartView) -> dict[str, Any]:
    return {
        "id": found.id,
        "token": found.token,
        "version": found.version,
        "status": found.status,
        "country": found.country,
        "currency": found.currency,
        "language": found.language,
        "email": found.email or None,
        "address": found.address.as_json() if found.address else None,
        "lines": [{"sku": line.sku, "quantity": line.quantity} for line in found.lines],
        "needs": found.needs,
        "quote": quote(found.quote, found.language),
    }


def purchase(found: PurchaseView) -> dict[str, Any]:
    return {
        "id": found.id,
        "number": found.number,
        "token": found.token,
        "state": found.state,
        "end_reason": found.end_reason,
        "country": found.country,
        "currency": found.currency,
        "total": found.total.text,
        "payment": {
            "state": found.payment.state,
            "next_action": _next_action(found.payment.next_action),
            "decline_code": found.payment.decline_code,
        },
        "email": found.email,
        "address": found.address.as_json() if found.address else None,
        "orders": [order(one, found.language) for one in found.orders],
        "placed_at": found.placed_at,
        "payment_due_at": found.payment_due_at,
        "paid_at": found.paid_at,
    }


def _next_action(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what the buyer must do, with a whole address even where the service is one of ours."""
    if found is None:
        return None
    url = str(found.get("url", ""))
    return {**found, "url": f"{settings.BASE_URL}{url}"} if url.startswith("/") else dict(found)


def order(found: OrderView, language: str) -> dict[str, Any]:
    """Return an order as its buyer sees it."""
    frozen, currency = found.quote, found.currency
    return {
        "id": found.id,
        "number": found.number,
        "seller": {"slug": found.seller_slug, "name": found.seller_name, "country": frozen.seller.country},
        "state": found.state,
        "end_reason": found.end_reason,
        "money_state": found.money_state,
        "total": found.total.text,
        "refunded": found.refunded.text,
        "goods": amount(frozen.goods, currency),
        "delivery": amount(frozen.delivery, currency),
        "duty": amount(frozen.duty, currency),
        "tax": amount(frozen.tax, currency),
        "fees": amount(frozen.fees, currency),
        "parts": parts_due_now(frozen.parts, currency, language),
        "due_at_door": due_at_door(frozen.parts, frozen.at_door, currency, language),
        "import_charges": frozen.import_charges,
        "lines": [order_line(line) for line in found.lines],
        "parcels": [parcel(one) for one in found.parcels],
        "refunds": refunds(found.refunds),
        "dispatch_due_at": found.dispatch_due_at,
        "protection_ends_at": found.protection_ends_at,
    }


def order_line(line: LineView) -> dict[str, Any]:
    return {
        "position": line.position,
        "sku": line.sku,
        "listing_id": line.listing_id,
        "title": line.title,
        "options": line.options,
        "quantity": line.quantity,
        "cancelled": line.cancelled,
        "shipped": line.shipped,
        "delivered": line.delivered,
        "returned": line.returned,
        "unit_price": money(line.unit_price),
        "total": line.total.text,
    }


def refunds(found: Iterable[RefundView]) -> list[dict[str, Any]]:
    return [
        {"amount": one.amount.text, "reason": one.reason, "state": one.state, "created_at": one.created_at}
        for one in found
    ]


def parcel(found: ParcelView) -> dict[str, Any]:
    return {
        "id": found.id,
        "number": found.number,
        "carrier": found.carrier,
        "service": found.service_name,
        "tracking_number": found.tracking_number,
        "status": found.status,
        "shipped_at": found.shipped_at,
        "expected_from": found.expected_from,
        "expected_until": found.expected_until,
        "delivered_at": found.delivered_at,
        "events": [
            {
                "word": event.word,
                "detail": event.detail,
                "place": event.place,
                "country": event.country,
                "occurred_at": event.occurred_at,
            }
            for event in found.events
        ],
    }
