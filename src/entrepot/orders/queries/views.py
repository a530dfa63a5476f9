"""What orders shows of itself: frozen values, amounts as `Money`, states and reasons as codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel.money import Money
from entrepot.orders.rules.address import Address
from entrepot.pricing.quote import OrderQuote, Quote
from entrepot.shipping.queries import ParcelView


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line of a cart, in the order in which the buyer put them."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class CartView:
    """
    A cart as its holder sees it. `needs` names what must still be given before it can be placed: `email`, `address`,
    or the kind of an import id ("cpf"). `token` is the secret that opens it.
    """

    id: UUID
    token: str
    version: int
    status: str
    person_id: UUID | None
    country: str
    currency: str
    language: str
    channel: str
    email: str
    address: Address | None
    lines: tuple[CartLine, ...]
    needs: tuple[str, ...]
    quote: Quote
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class PaymentView:
    """The latest payment attempt: its state, what the buyer must do now, why it was declined."""

    state: str
    next_action: Mapping[str, Any] | None = None
    decline_code: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of an order; addressed by its position. Pieces by what became of them."""

    position: int
    sku: str
    listing_id: UUID
    title: str
    options: Mapping[str, str]
    seller_sku: str
    quantity: int
    cancelled: int
    shipped: int
    delivered: int
    returned: int
    unit_price: Money
    goods: Money
    total: Money
    hs_code: str | None
    origin_country: str | None
    weight_g: int | None

    @property
    def to_ship(self) -> int:
        return self.quantity - self.cancelled - self.shipped


@dataclass(frozen=True, slots=True)
class RefundView:
    """Pieces cancelled after payment and their money: `state` is the payment service's word."""

    id: UUID
    amount: Money
    reason: str
    state: str
    lines: tuple[tuple[int, int], ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One point of an order's time line: a code, when, and the parcel it is about."""

    code: str
    at: datetime
    parcel_number: str = ""
    place: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """
    One seller's part of a purchase. `money_state` is `due`, `held`, `released`, `refunded` or `waived`.

    `email` and `address` are there for the buyer, and for the seller once the order is paid.
    """

    id: UUID
    number: str
    purchase_id: UUID
    purchase_number: str
    seller_id: UUID
    seller_slug: str
    seller_name: str
    state: str
    end_reason: str | None
    money_state: str
    currency: str
    total: Money
    due: Money
    held: Money
    released: Money
    refunded: Money
    waived: Money
    at_door: Money
    quote: OrderQuote
    lines: tuple[LineView, ...]
    parcels: tuple[ParcelView, ...]
    refunds: tuple[RefundView, ...]
    country: str
    email: str
    address: Address | None
    placed_at: datetime
    paid_at: datetime | None
    dispatch_due_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    protection_ends_at: datetime | None
    completed_at: datetime | None
    released_at: datetime | None
    ended_at: datetime | None

    @property
    def timeline(self) -> tuple[Step, ...]:
        """The order's and its parcels' steps, the earliest first."""
        steps = [
            Step(code, at)
            for code, at in (
                ("placed", self.placed_at),
                ("paid", self.paid_at),
                ("completed", self.completed_at),
                ("released", self.released_at),
                ("cancelled", self.ended_at if self.state == "cancelled" else None),
            )
            if at is not None
        ]
        steps += [Step("refunded", refund.created_at) for refund in self.refunds]
        for parcel in self.parcels:
            steps += [
                Step(event.detail or event.word, event.occurred_at, parcel.number, event.place, event.country)
                for event in parcel.events
            ]
        return tuple(sorted(steps, key=lambda step: step.at))


@dataclass(frozen=True, slots=True)
class PurchaseView:
    """One checkout with its orders. `token` opens it to whoever holds the link."""

    id: UUID
    number: str
    token: str
    state: str
    end_reason: str | None
    person_id: UUID | None
    country: str
    currency: str
    language: str
    total: Money
    payment: PaymentView
    email: str
    address: Address | None
    orders: tuple[OrderView, ...]
    placed_at: datetime
    payment_due_at: datetime
    paid_at: datetime | None


def money_state(*, due: int, held: int, released: int, refunded: int) -> str:
    """Return where an order's money is, in one word; when it is in two places, where it still waits comes first."""
    if held:
        return "held"
    if due:
        return "due"
    if released:
        return "released"
    return "refunded" if refunded else "waived"
