"""Carts, quotes and purchases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from entrepot.api.schemas.base import (
    Amount,
    Answer,
    CountryCode,
    CurrencyCode,
    Email,
    LanguageCode,
    Line,
    Price,
    Quantity,
    Request,
    RequiredLine,
    RequiredShortLine,
    ShortLine,
    Sku,
    Token,
    Url,
)
from entrepot.api.schemas.listings import DueAtDoor, ImportCharges, Part, StoreRef

ImportIdKind = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]


class CartLineIn(Request):
    sku: Sku
    quantity: Quantity


class AddressIn(Request):
    name: RequiredLine
    company: Line = ""
    street: RequiredLine
    street2: Line = ""
    city: Line = ""
    district: Line = ""
    region: ShortLine = ""
    postal_code: ShortLine = ""
    country: CountryCode
    phone: ShortLine = ""
    import_ids: Annotated[dict[ImportIdKind, RequiredShortLine], Field(max_length=8)] = Field(
        default={}, description='Ids that the destination\'s customs ask for, such as {"cpf": "…"} in Brazil.'
    )


class CartIn(Request):
    country: CountryCode
    currency: CurrencyCode
    language: LanguageCode = "en"
    email: Email | None = None
    address: AddressIn | None = None
    lines: Annotated[list[CartLineIn], Field(min_length=1, max_length=50)]


class CartPatch(Request):
    """Changes to a cart: what is left out stays as it is; `lines` replaces all lines."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = Field(
        None, description="The version that the change is made to; another or none is a 409."
    )
    token: Token | None = None
    country: CountryCode | None = None
    currency: CurrencyCode | None = None
    language: LanguageCode | None = None
    email: Email | None = None
    address: AddressIn | None = None
    lines: Annotated[list[CartLineIn], Field(min_length=1, max_length=50)] | None = None


class QuoteIn(Request):
    country: CountryCode
    region: ShortLine = ""
    postal_code: ShortLine = ""
    currency: CurrencyCode
    language: LanguageCode = "en"
    lines: Annotated[list[CartLineIn], Field(min_length=1, max_length=50)]


class DeliveryOut(Answer):
    code: str
    name: str
    days_min: int
    days_max: int
    duties_prepaid: bool


class OrderQuoteOut(Answer):
    """One seller's share of a quote: goods (net), delivery, duty, tax and fees add up to the total, as its parts do."""

    seller: StoreRef
    goods: str
    delivery: str
    duty: str
    tax: str
    fees: str
    total: str
    parts: list[Part]
    due_at_door: DueAtDoor | None
    sure: bool
    unsure: list[str] = Field(description="Why it is not sure, as codes.")
    import_charges: ImportCharges
    service: DeliveryOut


class QuoteOut(Answer):
    currency: str
    total: str
    goods: str
    delivery: str
    duty: str
    tax: str
    fees: str
    due_at_door: str = Field(description="Estimated charges on delivery, not part of the total.")
    valid_until: datetime
    sure: bool
    import_charges: ImportCharges
    orders: list[OrderQuoteOut]


class CartLineOut(Answer):
    sku: str
    quantity: int


class AddressOut(Answer):
    name: str
    company: str
    street: str
    street2: str
    city: str
    district: str
    region: str
    postal_code: str
    country: str
    phone: str
    import_ids: dict[str, str]


class CartOut(Answer):
    id: UUID
    token: str = Field(description="The secret that opens this cart; keep it.")
    version: int
    status: str
    country: str
    currency: str
    language: str
    email: str | None
    address: AddressOut | None
    lines: list[CartLineOut]
    needs: list[str] = Field(
        description='What is still to be given before it can be placed: "email", "address", "cpf" …'
    )
    quote: QuoteOut


class ShownTotal(Request):
    amount: Amount
    currency: CurrencyCode


class PaymentIn(Request):
    method: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")] = Field(examples=["sandbox"])
    token: Token = Field(examples=["tok_ok"])
    return_url: Url | None = Field(None, description="Where a challenge sends the buyer back to.")


class PlaceIn(Request):
    shown_total: ShownTotal = Field(
        description="The total that the buyer has seen; a cart that costs more is not placed."
    )
    payment: PaymentIn
    accept_due_at_door: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="The buyer agrees to charges on delivery, where the quote names some."
    )
    token: Token | None = Field(None, description="The cart's token, when the header is not sent.")


class PaymentAgainIn(Request):
    payment: PaymentIn
    token: Token | None = Field(None, description="The purchase's token, when it is not in the query.")


class PaymentOut(Answer):
    state: str
    next_action: dict[str, Any] | None = Field(description="What the buyer must do now, such as following a redirect.")
    decline_code: str


class OrderLineOut(Answer):
    position: int = Field(description="Names the line within its order.")
    sku: str
    listing_id: UUID
    title: str
    options: dict[str, str]
    quantity: int
    cancelled: int
    shipped: int
    delivered: int
    returned: int
    unit_price: Price
    total: str = Field(description="With its share of delivery and charges.")


class TrackingOut(Answer):
    word: str
    detail: str
    place: str
    country: str
    occurred_at: datetime


class ParcelOut(Answer):
    id: UUID
    number: str
    carrier: str
    service: str
    tracking_number: str | None
    status: str
    shipped_at: datetime
    expected_from: datetime
    expected_until: datetime
    delivered_at: datetime | None
    events: list[TrackingOut]


class RefundOut(Answer):
    amount: str
    reason: str
    state: str
    created_at: datetime


class OrderOut(Answer):
    id: UUID
    number: str
    seller: StoreRef
    state: str
    end_reason: str | None
    money_state: str
    total: str
    refunded: str
    goods: str
    delivery: str
    duty: str
    tax: str
    fees: str
    parts: list[Part]
    due_at_door: DueAtDoor | None
    import_charges: ImportCharges
    lines: list[OrderLineOut]
    parcels: list[ParcelOut]
    refunds: list[RefundOut]
    dispatch_due_at: datetime | None
    protection_ends_at: datetime | None


class PurchaseOut(Answer):
    id: UUID
    number: str
    token: str = Field(description="The secret that opens this purchase; keep it.")
    state: str
    end_reason: str | None
    country: str
    currency: str
    total: str
    payment: PaymentOut
    email: str
    address: AddressOut | None
    orders: list[OrderOut]
    placed_at: datetime
    payment_due_at: datetime
    paid_at: datetime | None


class PurchaseAnswer(Answer):
    purchase: PurchaseOut


class CancelLineIn(Request):
    position: Annotated[int, Field(ge=0, le=1_000, strict=True)]
    quantity: Quantity


class CancelLinesIn(Request):
    lines: Annotated[list[CancelLineIn], Field(min_length=1, max_length=50)]

    def as_mapping(self) -> dict[int, int]:
        """Return the pieces by the line's position; a position named twice is added up."""
        pieces: dict[int, int] = {}
        for line in self.lines:
            pieces[line.position] = pieces.get(line.position, 0) + line.quantity
        return pieces


class CancelIn(CancelLinesIn):
    token: Token | None = Field(None, description="The purchase's token, when it is not in the query.")


class TokenIn(Request):
    token: Token | None = Field(None, description="The purchase's token, when it is not in the query.")
