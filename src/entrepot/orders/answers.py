"""
What a placement is answered: the purchase as it stood when the request was answered, built from the quote in memory or,
when the same request comes again, from the rows, with the same result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from entrepot.kernel.money import Money
from entrepot.orders import secrets
from entrepot.orders.operations.placing import Answer
from entrepot.orders.queries.views import LineView, OrderView, PaymentView, PurchaseView
from entrepot.pricing.quote import LineQuote, OrderQuote, Quote

_ORDER_STATE = {"paid": "to_ship", "expired": "cancelled"}


def new_purchase(
    *,
    purchase_id: UUID,
    number: str,
    order_ids: Sequence[UUID],
    quote: Quote,
    language: str,
    payment_due_at: datetime,
    now: datetime,
) -> PurchaseView:
    """Return a purchase that was placed just now."""
    token = secrets.purchase_token(purchase_id)
    orders = tuple(
        _new_order(
            order,
            order_id=order_id,
            number=f"{number}-{place}",
            purchase_id=purchase_id,
            purchase_number=number,
            country=quote.destination.country,
            currency=quote.currency,
            now=now,
        )
        for place, (order_id, order) in enumerate(zip(order_ids, quote.orders, strict=True), start=1)
    )
    return PurchaseView(
        id=purchase_id,
        number=number,
        token=token,
        state="awaiting_payment",
        end_reason=None,
        person_id=None,
        country=quote.destination.country,
        currency=quote.currency,
        language=language,
        total=Money(quote.total, quote.currency),
        payment=PaymentView("open"),
        email="",
        address=None,
        orders=orders,
        placed_at=now,
        payment_due_at=payment_due_at,
        paid_at=None,
    )


def as_answered(purchase: PurchaseView, answer: Answer) -> PurchaseView:
    """Return the purchase as it was answered, whatever happened since; e-mail and address are left out."""
    state = _ORDER_STATE.get(answer.state, "awaiting_payment")
    return replace(
        purchase,
        state=answer.state,
        end_reason=None,
        person_id=None,
        payment=PaymentView(answer.payment_state, answer.next_action, answer.decline_code),
        email="",
        address=None,
        orders=tuple(_as_new(order, state) for order in purchase.orders),
        paid_at=None,
    )


def _as_new(order: OrderView, state: str) -> OrderView:
    zero = Money.zero(order.currency)
    held, due, waived = {
        "to_ship": (order.total, zero, zero),
        "awaiting_payment": (zero, order.total, zero),
        "cancelled": (zero, zero, order.total),
    }[state]
    return replace(
        order,
        state=state,
        end_reason=None,
        money_state={"to_ship": "held", "awaiting_payment": "due", "cancelled": "waived"}[state],
        due=due,
        held=held,
        released=zero,
        refunded=zero,
        waived=waived,
        lines=tuple(
            replace(line, cancelled=0, shipped=0, delivered=0, returned=0, seller_sku="") for line in order.lines
        ),
        parcels=(),
        refunds=(),
        email="",
        address=None,
        paid_at=None,
        dispatch_due_at=None,
        shipped_at=None,
        delivered_at=None,
        protection_ends_at=None,
        completed_at=None,
        released_at=None,
        ended_at=None,
    )


def _new_order(
    quote: OrderQuote,
    *,
    order_id: UUID,
    number: str,
    purchase_id: UUID,
    purchase_number: str,
    country: str,
    currency: str,
    now: datetime,
) -> OrderView:
    zero, total = Money.zero(currency), Money(quote.total, currency)
    return OrderView(
        id=order_id,
        number=number,
        purchase_id=purchase_id,
        purchase_number=purchase_number,
        seller_id=quote.seller.seller_id,
        seller_slug=quote.seller.store_slug,
        seller_name=quote.seller.store_name,
        state="awaiting_payment",
        end_reason=None,
        money_state="due",
        currency=currency,
        total=total,
        due=total,
        held=zero,
        released=zero,
        refunded=zero,
        waived=zero,
        at_door=Money(quote.at_door, currency),
        quote=quote,
        lines=tuple(_new_line(line, position, currency) for position, line in enumerate(quote.lines)),
        parcels=(),
        refunds=(),
        country=country,
        email="",
        address=None,
        placed_at=now,
        paid_at=None,
        dispatch_due_at=None,
        shipped_at=None,
        delivered_at=None,
        protection_ends_at=None,
        completed_at=None,
        released_at=None,
        ended_at=None,
    )


def _new_line(line: LineQuote, position: int, currency: str) -> LineView:
    return LineView(
        position=position,
        sku=line.sku,
        listing_id=line.listing_id,
        title=line.title,
        options=line.options,
        seller_sku="",
        quantity=line.quantity,
        cancelled=0,
        shipped=0,
        delivered=0,
        returned=0,
        unit_price=line.unit_price,
        goods=Money(line.goods, currency),
        total=Money(line.total, currency),
        hs_code=line.hs_code,
        origin_country=line.origin_country,
        weight_g=line.weight_g,
    )
