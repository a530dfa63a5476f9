"""Carts: made, changed, read and placed. The hot path: plain values in and out, nothing validated twice."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from entrepot.api import access, shapes
from entrepot.api.destinations import destination_of
from entrepot.api.problems import CartVersionMissing
from entrepot.api.rendering import answer
from entrepot.api.schemas.carts import CartIn, CartOut, CartPatch, PlaceIn, PurchaseAnswer, QuoteOut
from entrepot.api.schemas.estimates import AnyQuoteIn, EstimateIn, EstimateOut
from entrepot.kernel import clock
from entrepot.kernel.money import Money
from entrepot.orders import checkout, operations as orders, queries as order_queries
from entrepot.pricing import queries as pricing
from entrepot.pricing.estimates import make_estimate

router = Router()


@router.post("/quotes", response=QuoteOut | EstimateOut, summary="What goods cost, delivered")
def get_quote(request: HttpRequest, body: Body[AnyQuoteIn]) -> HttpResponse:
    """
    Price listed goods (`lines` of SKUs) to a destination without making a cart; or work out the landed cost of goods
    that nobody listed (`from`, `to` and `items`), from any country to any other on any day.
    """
    if isinstance(body, EstimateIn):
        return answer(make_estimate(body.as_request(), now=clock.now()).as_plain(body.language))
    found = pricing.get_quote(
        lines=[(line.sku, line.quantity) for line in body.lines],
        destination=destination_of(body.country, body.region, body.postal_code),
        currency=body.currency,
        language=body.language,
        at=clock.now(),
    )
    return answer(shapes.quote(found, body.language))


@router.post("/carts", response={201: CartOut}, summary="Make a cart")
def create_cart(request: HttpRequest, body: CartIn) -> HttpResponse:
    """
    Put goods into a new cart and get its delivered price. E-mail and address may come later; `needs` says what the
    destination still asks for before the cart can be placed.
    """
    view = orders.create_cart(
        country=body.country,
        currency=body.currency,
        language=body.language,
        email=body.email or "",
        address=None if body.address is None else body.address.model_dump(),
        lines=[{"sku": line.sku, "quantity": line.quantity} for line in body.lines],
        person_id=access.person_id(request),
        now=clock.now(),
    )
    return answer(shapes.cart(view), status=201)


@router.get(
    "/carts/{cart_id}",
    response=CartOut,
    summary="Read a cart",
    openapi_extra={"parameters": access.CART_TOKEN_PARAMETERS},
)
def get_cart(request: HttpRequest, cart_id: UUID) -> HttpResponse:
    """Return the cart as it was last quoted."""
    return answer(shapes.cart(order_queries.access_cart(cart_id, access.cart_token(request))))


@router.patch(
    "/carts/{cart_id}",
    response=CartOut,
    summary="Change a cart",
    openapi_extra={"parameters": access.CART_TOKEN_PARAMETERS},
)
def change_cart(request: HttpRequest, cart_id: UUID, body: CartPatch) -> HttpResponse:
    """
    Change what is named and quote again. The version must be the one that was read last: when another change came in
    between, or none is given, the answer is 409 and nothing changed.
    """
    token = access.cart_token(request, body.token)
    if body.version is None:
        raise CartVersionMissing()
    changes = body.model_dump(exclude_unset=True, exclude={"version", "token"})
    view = orders.change_cart(cart_id=cart_id, token=token, version=body.version, changes=changes, now=clock.now())
    return answer(shapes.cart(view))


@router.post(
    "/carts/{cart_id}/place",
    response={201: PurchaseAnswer},
    summary="Place a cart and pay",
    openapi_extra={"parameters": [access.IDEMPOTENCY_PARAMETER, *access.CART_TOKEN_PARAMETERS]},
)
def place_cart(request: HttpRequest, cart_id: UUID, body: PlaceIn) -> HttpResponse:
    """
    Turn the cart into a purchase with one order per seller, reserve the stock and charge the payment, once for each
    Idempotency-Key: the same key with the same body gets the same answer, with another body 422, while the first is
    still at work 409. `purchase.payment` says whether the money came, was declined, or what the buyer must do.
    """
    view = checkout.place_and_pay(
        cart_id=cart_id,
        token=access.cart_token(request, body.token),
        idempotency_key=access.idempotency_key(request),
        shown_total=Money.parse(body.shown_total.amount, body.shown_total.currency),
        payment_method=body.payment.method,
        payment_token=body.payment.token,
        accept_due_at_door=body.accept_due_at_door,
        body_hash=body_hash(body),
        return_url=body.payment.return_url or "",
        now=clock.now(),
    )
    return answer({"purchase": shapes.purchase(view)}, status=201)


def body_hash(body: PlaceIn) -> bytes:
    """Return what two requests share that mean the same: the values, whatever their order or spacing was."""
    return hashlib.sha256(body.model_dump_json(exclude={"token"}).encode()).digest()
