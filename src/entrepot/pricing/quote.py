"""
The quote: frozen values of codes and integers. Labels are rendered when shown (`labels.py`); nothing here is computed.

Amounts named `…: int` are minor units of the quote's currency. A `Part` says what one charge is, who owes it, who
collects it and by which rule; its `shares` split it over the order's lines to the minor unit, in the lines' order, so
that one line can be cancelled and its part of every charge given back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from entrepot.customs.charges import Group, Part
from entrepot.kernel.money import Money
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


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the goods go, as far as rules look: country, region code, postal code."""

    country: str
    region: str = ""
    postal_code: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "country": self.country,
            "region": self.region,
            "postal_code": self.postal_code,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Destination:
        return cls(**document)


@dataclass(frozen=True, slots=True)
class SellerTerms:
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

    def as_json(self) -> dict[str, Any]:
        return {
            "seller_id": str(self.seller_id),
            "store_slug": self.store_slug,
            "store_name": self.store_name,
            "country": self.country,
            "dispatch_country": self.dispatch_country,
            "dispatch_region": self.dispatch_region,
            "dispatch_postal_code": self.dispatch_postal_code,
            "vat_registered": self.vat_registered,
            "registrations": sorted(self.registrations),
            "eu_sales_over_threshold": self.eu_sales_over_threshold,
            "payout_currency": self.payout_currency,
            "can_sell": self.can_sell,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> SellerTerms:
        return cls(
            **{
                **document,
                "seller_id": UUID(document["seller_id"]),
                "registrations": frozenset(document["registrations"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Offer:
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


@dataclass(frozen=True, slots=True)
class SellerDue:
    """
    What the sale is to the seller, in the payout currency: `goods + delivery + tax` come in, `commission` goes off.

    `tax` is only what the seller itself owes a tax office.
    """

    goods: Money
    delivery: Money
    tax: Money
    commission: Money

    @property
    def net(self) -> Money:
        """What is left for the seller after the commission; the tax in it belongs to the tax office."""
        return self.goods + self.delivery + self.tax - self.commission

    def as_json(self) -> dict[str, Any]:
        return {
            "currency": self.goods.currency,
            "goods": self.goods.minor,
            "delivery": self.delivery.minor,
            "tax": self.tax.minor,
            "commission": self.commission.minor,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> SellerDue:
        currency = document["currency"]
        return cls(*(Money(document[name], currency) for name in ("goods", "delivery", "tax", "commission")))


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What else of the offer a line was worked out from: kept, so that the quote can be worked out again."""

    tax_included: bool
    home_tax_rate: Decimal | None
    hs_confirmed: bool
    flags: dict[str, Any]
    category: str

    def as_json(self) -> dict[str, Any]:
        return {
            "tax_included": self.tax_included,
            "home_tax_rate": None if self.home_tax_rate is None else f"{self.home_tax_rate:f}",
            "hs_confirmed": self.hs_confirmed,
            "flags": self.flags,
            "category": self.category,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> LineTerms:
        rate = document["home_tax_rate"]
        return cls(**{**document, "home_tax_rate": None if rate is None else Decimal(rate)})


@dataclass(frozen=True, slots=True)
class LineQuote:
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

    def as_json(self) -> dict[str, Any]:
        return {
            "sku": self.sku,
            "sku_id": self.sku_id,
            "listing_id": str(self.listing_id),
            "title": self.title,
            "options": self.options,
            "quantity": self.quantity,
            "unit_price": [self.unit_price.minor, self.unit_price.currency],
            "goods": self.goods,
            "goods_native": [self.goods_native.minor, self.goods_native.currency],
            "hs_code": self.hs_code,
            "origin_country": self.origin_country,
            "weight_g": self.weight_g,
            "delivery": self.delivery,
            "duty": self.duty,
            "tax": self.tax,
            "fees": self.fees,
            "total": self.total,
            "due": self.due.as_json(),
            "terms": None if self.terms is None else self.terms.as_json(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> LineQuote:
        terms = document.get("terms")
        return cls(
            **{
                **document,
                "listing_id": UUID(document["listing_id"]),
                "unit_price": Money(*document["unit_price"]),
                "goods_native": Money(*document["goods_native"]),
                "due": SellerDue.from_json(document["due"]),
                "terms": None if terms is None else LineTerms.from_json(terms),
            }
        )


@dataclass(frozen=True, slots=True)
class OrderQuote:
    """One seller's part of a quote, one consignment: its lines, its parts, what is paid now and what at the door."""

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

    def as_json(self) -> dict[str, Any]:
        return {
            "seller": self.seller.as_json(),
            "lines": [line.as_json() for line in self.lines],
            "parts": [part.as_json() for part in self.parts],
            "goods": self.goods,
            "delivery": self.delivery,
            "duty": self.duty,
            "tax": self.tax,
            "fees": self.fees,
            "total": self.total,
            "at_door": self.at_door,
            "sure": self.sure,
            "unsure": list(self.unsure),
            "import_charges": self.import_charges,
            "regime": self.regime,
            "service": self.service.as_json(),
            "due_native": self.due_native.as_json(),
            "rates": self.rates,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> OrderQuote:
        return cls(
            **{
                **document,
                "seller": SellerTerms.from_json(document["seller"]),
                "lines": tuple(LineQuote.from_json(line) for line in document["lines"]),
                "parts": tuple(Part.from_json(part) for part in document["parts"]),
                "unsure": tuple(document["unsure"]),
                "service": DeliveryChoice.from_json(document["service"]),
                "due_native": SellerDue.from_json(document["due_native"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Quote:
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

    def as_json(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "destination": self.destination.as_json(),
            "orders": [order.as_json() for order in self.orders],
            "goods": self.goods,
            "delivery": self.delivery,
            "duty": self.duty,
            "tax": self.tax,
            "fees": self.fees,
            "total": self.total,
            "at_door": self.at_door,
            "sure": self.sure,
            "import_charges": self.import_charges,
            "needs": list(self.needs),
            "valid_until": self.valid_until.isoformat(),
            "fx_date": self.fx_date.isoformat(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Quote:
        return cls(
            **{
                **document,
                "destination": Destination.from_json(document["destination"]),
                "orders": tuple(OrderQuote.from_json(order) for order in document["orders"]),
                "needs": tuple(document["needs"]),
                "valid_until": datetime.fromisoformat(document["valid_until"]),
                "fx_date": date.fromisoformat(document["fx_date"]),
            }
        )


@dataclass(frozen=True, slots=True)
class CardPrice:
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
