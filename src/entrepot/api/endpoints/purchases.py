"""Purchases: followed, paid again, received, cancelled by the buyer."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from entrepot.api import access, shapes
from entrepot.api.rendering import answer
from entrepot.api.schemas.carts import CancelIn, PaymentAgainIn, PurchaseAnswer, TokenIn
from entrepot.kernel import clock
from entrepot.kernel.errors import NotFound
from entrepot.orders import checkout, operations as orders, queries as order_queries
from entrepot.orders.queries import PurchaseView

router = Router()

_BY_TOKEN = {"parameters": [access.PURCHASE_TOKEN_PARAMETER]}
_REPEATABLE = {"parameters": [{**access.IDEMPOTENCY_PARAMETER, "required": False}, access.PURCHASE_TOKEN_PARAMETER]}


@router.get("/purchases/{purchase_id}", response=PurchaseAnswer, summary="Follow a purchase", openapi_extra=_BY_TOKEN)
def get_purchase(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """Return the purchase to whoever holds its token, or to its owner's session; to everybody else it is not there."""
    return _purchase(_access(request, purchase_id))


@router.post(
    "/purchases/{purchase_id}/payments",
    response={201: PurchaseAnswer},
    summary="Try to pay again",
    openapi_extra=_REPEATABLE,
)
def pay_again(request: HttpRequest, purchase_id: UUID, body: PaymentAgainIn) -> HttpResponse:
    """
    Pay with another card or method after a decline, until `payment_due_at`. With an Idempotency-Key a repeat of the
    same call gets the same answer.
    """
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    view = checkout.pay_again(
        purchase_id=purchase_id,
        token=access.purchase_token(request, body.token),
        person_id=access.person_id(request),
        idempotency_key=None if given is None else access.idempotency_key(request),
        body_hash=hashlib.sha256(body.model_dump_json(exclude={"token"}).encode()).digest(),
        payment_method=body.payment.method,
        payment_token=body.payment.token,
        return_url=body.payment.return_url or "",
        now=clock.now(),
    )
    return _purchase(view, status=201)


@router.post(
    "/purchases/{purchase_id}/payments/challenge",
    response=PurchaseAnswer,
    summary="Come back from a payment challenge",
    openapi_extra=_BY_TOKEN,
)
def finish_challenge(request: HttpRequest, purchase_id: UUID, body: TokenIn) -> HttpResponse:
    """Take up a payment whose buyer has passed the challenge of `payment.next_action`."""
    view = checkout.finish_challenge(
        purchase_id=purchase_id,
        token=access.purchase_token(request, body.token),
        person_id=access.person_id(request),
        now=clock.now(),
    )
    return _purchase(view)


@router.post(
    "/purchases/{purchase_id}/orders/{order_id}/receipt",
    response=PurchaseAnswer,
    summary="Confirm that an order has arrived",
    openapi_extra=_BY_TOKEN,
)
def confirm_receipt(request: HttpRequest, purchase_id: UUID, order_id: UUID, body: TokenIn) -> HttpResponse:
    """Say that all of an order is there and in order: it is completed, and its seller is paid."""
    view = _access(request, purchase_id, body.token)
    orders.confirm_receipt(order_id=_order_of(view, order_id), now=clock.now())
    return _purchase(order_queries.get_purchase(purchase_id, token=view.token))


@router.post(
    "/purchases/{purchase_id}/orders/{order_id}/cancellations",
    response=PurchaseAnswer,
    summary="Cancel lines before they are sent",
    openapi_extra=_BY_TOKEN,
)
def cancel_order_lines(request: HttpRequest, purchase_id: UUID, order_id: UUID, body: CancelIn) -> HttpResponse:
    """Cancel pieces that were not sent yet; their money, with their share of every charge, goes back to you."""
    view = _access(request, purchase_id, body.token)
    orders.cancel_lines(order_id=_order_of(view, order_id), by="buyer", lines=body.as_mapping(), now=clock.now())
    return _purchase(order_queries.get_purchase(purchase_id, token=view.token))


def _access(request: HttpRequest, purchase_id: UUID, in_body: str | None = None) -> PurchaseView:
    return order_queries.get_purchase(
        purchase_id, token=access.purchase_token(request, in_body), person_id=access.person_id(request)
    )


def _order_of(view: PurchaseView, order_id: UUID) -> UUID:
    """Return the order's id. :raises NotFound: it is not an order of this purchase."""
    if all(order.id != order_id for order in view.orders):
        raise NotFound()
    return order_id


def _purchase(view: PurchaseView, *, status: int = 200) -> HttpResponse:
    return answer({"purchase": shapes.purchase(view)}, status=status)
