"""A seller's orders: what to send, where, with which papers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from entrepot.api import shapes
from entrepot.api.access import grant_of, needs
from entrepot.api.rendering import PDF, answer, money, pdf
from entrepot.api.schemas.seller_orders import (
    SellerCancelIn,
    SellerOrderOut,
    SellerOrdersOut,
    SellerOrdersQuery,
    ShipIn,
    ShippedOut,
)
from entrepot.kernel import clock
from entrepot.orders import fulfilment, operations as orders, papers, queries as order_queries
from entrepot.orders.queries import OrderView

router = Router()

_READ, _WRITE = needs("orders:read"), needs("orders:write")


@router.get("/orders", auth=_READ, response=SellerOrdersOut, summary="List your orders")
def list_own_orders(request: HttpRequest, query: Query[SellerOrdersQuery]) -> HttpResponse:
    """Return your orders, the newest first; for the next page give the last id as `before`."""
    seller_id = grant_of(request).seller_id
    found = order_queries.list_seller_orders(seller_id, states=query.state, before=query.before, limit=query.limit)
    return answer({"by_state": order_queries.count_seller_orders(seller_id), "items": [_order(one) for one in found]})


@router.get("/orders/{order_id}", auth=_READ, response=SellerOrderOut, summary="Get one of your orders")
def get_own_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Return an order of yours, with the address once it is paid."""
    return answer(_order(order_queries.get_seller_order(grant_of(request).seller_id, order_id)))


@router.post("/orders/{order_id}/parcels", auth=_WRITE, response={201: ShippedOut}, summary="Ship")
def ship_own_order(request: HttpRequest, order_id: UUID, body: ShipIn) -> HttpResponse:
    """
    Record a parcel handed to the carrier: with your tracking number, or with a label that is booked where the carrier
    can be reached from here.
    """
    seller_id = grant_of(request).seller_id
    parcel_id = fulfilment.ship_order(
        seller_id=seller_id,
        order_id=order_id,
        lines=body.as_mapping(),
        tracking_number=body.tracking_number,
        carrier=body.carrier,
        channel=body.channel,
        now=clock.now(),
    )
    order = order_queries.get_seller_order(seller_id, order_id)
    return answer({"parcel_id": parcel_id, "order": _order(order)}, status=201)


@router.get(
    "/orders/{order_id}/parcels/{parcel_id}/papers",
    auth=_READ,
    response={200: Any},
    summary="Print a parcel's papers",
    openapi_extra={"responses": {200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}}},
)
def get_own_parcel_papers(request: HttpRequest, order_id: UUID, parcel_id: UUID) -> HttpResponse:
    """Return one PDF: the address label, and the customs papers that the parcel's way asks for."""
    found = papers.get_parcel_papers(
        seller_id=grant_of(request).seller_id, order_id=order_id, parcel_id=parcel_id, now=clock.now()
    )
    return pdf(found.pdf, name=f"papers-{parcel_id}.pdf")


@router.post(
    "/orders/{order_id}/cancellations", auth=_WRITE, response=SellerOrderOut, summary="Cancel what you cannot send"
)
def cancel_own_order_lines(request: HttpRequest, order_id: UUID, body: SellerCancelIn) -> HttpResponse:
    """Cancel pieces that were not sent yet; their money goes back to the buyer."""
    seller_id = grant_of(request).seller_id
    orders.cancel_lines(order_id=order_id, by="seller", lines=body.as_mapping(), seller_id=seller_id, now=clock.now())
    return answer(_order(order_queries.get_seller_order(seller_id, order_id)))


def _order(found: OrderView) -> dict[str, Any]:
    service, due = found.quote.service, found.quote.due_native
    return {
        "id": found.id,
        "number": found.number,
        "purchase_number": found.purchase_number,
        "state": found.state,
        "end_reason": found.end_reason,
        "money_state": found.money_state,
        "country": found.country,
        "address": found.address.as_json() if found.address else None,
        "total": money(found.total),
        "due": {
            "currency": due.goods.currency,
            "goods": due.goods.text,
            "delivery": due.delivery.text,
            "tax": due.tax.text,
            "commission": due.commission.text,
            "net": due.net.text,
        },
        "service": {
            "code": service.code,
            "name": service.name,
            "carrier": service.carrier,
            "channel": service.channel,
            "duties_prepaid": service.duties_prepaid,
            "tracked": service.tracked,
        },
        "import_charges": found.quote.import_charges,
        "lines": [
            {
                **shapes.order_line(line),
                "seller_sku": line.seller_sku,
                "to_ship": line.to_ship,
                "hs_code": line.hs_code,
                "origin_country": line.origin_country,
                "weight_g": line.weight_g,
            }
            for line in found.lines
        ],
        "parcels": [shapes.parcel(one) for one in found.parcels],
        "refunds": shapes.refunds(found.refunds),
        "placed_at": found.placed_at,
        "paid_at": found.paid_at,
        "dispatch_due_at": found.dispatch_due_at,
        "shipped_at": found.shipped_at,
        "delivered_at": found.delivered_at,
        "completed_at": found.completed_at,
        "released_at": found.released_at,
    }
