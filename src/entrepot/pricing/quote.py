"""
The quote: frozen values of codes and integers. Labels are rendered when shown (`labels.py`); nothing here is computed.

Amounts named `…: int` are minor units of the quote's currency. A `Part` says what one charge is, who owes it, who
collects it and by which rule; its `shares` split it over the order's lines to the minor unit, in the lines' order, so
that one line can be cancelled and its part of every charge given back exactly.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec

from entrepot.customs.charges import Group, Part
from entrepot.kernel.money import Money
from entrepot.kernel.values import Value
from entrepot.shipping.rules import DeliveryChoice

if TYPE_CHECKING:
    from entrepot.shipping.rules import DeliveryTemplate

ImportCharges = Literal["none", "prepaid", "due_at_door", "unknown"]
__all__ = [
    "CardPrice",
    "Destination",
    "LineQuote",
    "LineTerms",
    "Offer",
    "OrderQuote",
    "Part",
    "Quote",
    "SellerDue",
    "SellerTerms",
]

GROUPS: tuple[Group, ...] = ("goods", "delivery", "duty", "tax", "fees")


class Destination(Value, frozen=True):
    """Where the goods go, as far as rules look: country, region code, postal code."""

    country: str
    region: str = ""
    postal_code: str = ""


class SellerTerms(Value, frozen=True):
    """What pricing must know of a seller: home, dispatch place, tax status, payout currency, and if it may sell now."""

    seller_id: UUID
    store_slug: str
    store_name: str
    country: str
    dispatch_country: str
    dispatch_region: str
    dispatch_postal_code: str
    vat_registered: bool
    registrations: frozenset[str]
    eu_sales_over_threshold: bool
    payout_currency: str
    can_sell: bool


class Offer(msgspec.Struct, frozen=True):
    """One SKU as a buyer may take it: the seller's price, what customs asks, the delivery template, the stock."""

    sku: str
    sku_id: int
    listing_id: UUID
    title: str
    image: str
    options: dict[str, str]
    seller: SellerTerms
    price: Money
    tax_included: bool
    home_tax_rate: Decimal | None
    hs_code: str | None
    hs_confirmed: bool
    origin_country: str | None
    weight_g: int | None
    dimensions_mm: tuple[int, int, int] | None
    shipping_class: str
    flags: dict[str, Any]
    category: str
    available: int
    buyable: bool
    template: DeliveryTemplate | None


class SellerDue(
    Value,
    frozen=True,
    rename={"goods_minor": "goods", "delivery_minor": "delivery", "tax_minor": "tax", "commission_minor": "commission"},
):
    """
    What the sale is to the seller, in the payout currency: `goods + delivery + tax` come in, `commission` goes off.

    `tax` is only what the seller itself owes a tax office.
    """

    currency: str
    goods_minor: int
    delivery_minor: int
    tax_minor: int
    commission_minor: int

    @property
    def goods(self) -> Money:
        return Money(self.goods_minor, self.currency)

    @property
    def delivery(self) -> Money:
        return Money(self.delivery_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)

    @property
    def commission(self) -> Money:
        return Money(self.commission_minor, self.currency)

    @property
    def net(self) -> Money:
        """What is left for the seller after the commission; the tax in it belongs to the tax office."""
        left = self.goods_minor + self.delivery_minor + self.tax_minor - self.commission_minor
        return Money(left, self.currency)


class LineTerms(Value, frozen=True):
    """What else of the offer a line was worked out from: kept, so that the quote can be worked out again."""

    tax_included: bool
    home_tax_rate: Decimal | None
    hs_confirmed: bool
    flags: dict[str, Any]
    category: str


class LineQuote(Value, frozen=True):
    """
    One line: what the seller asks, and its share of every charge of the order that is payable now.

    Orders that were placed before `terms` were kept have none.
    """

    sku: str
    sku_id: int
    listing_id: UUID
    title: str
    options: dict[str, str]
    quantity: int
    unit_price: Money
    goods: int
    goods_native: Money
    hs_code: str | None
    origin_country: str | None
    weight_g: int | None
    delivery: int
    duty: int
    tax: int
    fees: int
    total: int
    due: SellerDue
    terms: LineTerms | None = None


class OrderQuote(Value, frozen=True):
    """
    One seller's part of a quote, one consignment: its lines, its parts, what is paid now and what at the door.

    `rates_date` is the day of the exchange rates and `rates_age_days` how old they were, where any were used; orders
    that were placed before they were kept have none.
    """

    seller: SellerTerms
    lines: tuple[LineQuote, ...]
    parts: tuple[Part, ...]
    goods: int
    delivery: int
    duty: int
    tax: int
    fees: int
    total: int
    at_door: int
    sure: bool
    unsure: tuple[str, ...]
    import_charges: ImportCharges
    regime: str
    service: DeliveryChoice
    due_native: SellerDue
    rates: dict[str, str]
    rates_date: date | None = None
    rates_age_days: int = 0


class Quote(Value, frozen=True):
    """The landed cost of some lines to one destination: an order per seller, and their sums."""

    currency: str
    destination: Destination
    orders: tuple[OrderQuote, ...]
    goods: int
    delivery: int
    duty: int
    tax: int
    fees: int
    total: int
    at_door: int
    sure: bool
    import_charges: ImportCharges
    needs: tuple[str, ...]
    valid_until: datetime
    fx_date: date


class CardPrice(msgspec.Struct, frozen=True):
    """
    One piece of a listing's cheapest SKU, delivered to a destination.

    `amount` is what is paid now; `at_door` what is estimated to fall due on delivery and is not in it.
    """

    sku: str
    amount: int
    currency: str
    sure: bool
    import_charges: ImportCharges
    from_price: Money
    several_prices: bool
    at_door: int
    days_min: int
    days_max: int
    available: int
