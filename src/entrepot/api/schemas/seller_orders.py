"""Orders as their seller sees them: what to send where, what customs papers say, what it brings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from entrepot.api.schemas.base import Answer, Price, QueryParameters, Request, ShortLine
from entrepot.api.schemas.carts import AddressOut, CancelLinesIn, OrderLineOut, ParcelOut, RefundOut
from entrepot.api.schemas.listings import ImportCharges

OrderState = Literal["awaiting_payment", "to_ship", "part_shipped", "shipped", "delivered", "completed", "cancelled"]


class SellerOrdersQuery(QueryParameters):
    state: list[OrderState] = Field([], max_length=7, description="Only orders in one of these; may be repeated.")
    before: UUID | None = Field(None, description="The id of the last order of the page before.")
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class SellerLineOut(OrderLineOut):
    seller_sku: str
    to_ship: int
    hs_code: str | None
    origin_country: str | None
    weight_g: int | None


class DueOut(Answer):
    """What the whole order is to you, frozen when it was placed: goods + delivery + tax - commission = net."""

    currency: str
    goods: str
    delivery: str
    tax: str = Field(description="Tax that you yourself owe a tax office.")
    commission: str
    net: str


class ServiceOut(Answer):
    code: str
    name: str
    carrier: str
    channel: str
    duties_prepaid: bool
    tracked: bool


class SellerOrderOut(Answer):
    id: UUID
    number: str
    purchase_number: str
    state: str
    end_reason: str | None
    money_state: str
    country: str
    address: AddressOut | None = Field(description="Where to send it; there once the order is paid.")
    total: Price = Field(description="What the buyer pays, charges included.")
    due: DueOut
    service: ServiceOut
    import_charges: ImportCharges
    lines: list[SellerLineOut]
    parcels: list[ParcelOut]
    refunds: list[RefundOut]
    placed_at: datetime
    paid_at: datetime | None
    dispatch_due_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    released_at: datetime | None


class SellerOrdersOut(Answer):
    by_state: dict[str, int]
    items: list[SellerOrderOut]


class ShipIn(Request):
    """A parcel. Without lines: all that is left to send. Without a tracking number: one is booked where it can be."""

    lines: Annotated[list[ShipLineIn], Field(min_length=1, max_length=50)] | None = None
    tracking_number: ShortLine | None = None
    carrier: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")] | None = Field(
        None, description="When it is another than the order's service names; with `channel`."
    )
    channel: Literal["post", "courier"] | None = None

    def as_mapping(self) -> dict[int, int] | None:
        """Return the pieces by the line's position, or None for all."""
        if self.lines is None:
            return None
        pieces: dict[int, int] = {}
        for line in self.lines:
            pieces[line.position] = pieces.get(line.position, 0) + line.quantity
        return pieces


class ShipLineIn(Request):
    position: Annotated[int, Field(ge=0, le=1_000, strict=True)]
    quantity: Annotated[int, Field(ge=1, le=999, strict=True)]


class SellerCancelIn(CancelLinesIn):
    """Pieces that cannot be sent; their money goes back to the buyer."""


class ShippedOut(Answer):
    parcel_id: UUID
    order: SellerOrderOut
