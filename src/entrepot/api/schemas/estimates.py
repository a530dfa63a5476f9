"""The landed cost of goods that nobody listed: what `entrepot quote` takes and gives, over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, WithJsonSchema

from entrepot.api.schemas.base import Answer, CountryCode, CurrencyCode, LanguageCode, Request, ShortLine
from entrepot.api.schemas.carts import QuoteIn
from entrepot.api.schemas.listings import ImportCharges
from entrepot.pricing.estimates import ITEMS_MAX, EstimateItem, EstimateRequest


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


# A figure to try with: as text, like every amount, or as a plain number.
Figure = Annotated[
    str,
    BeforeValidator(_as_text),
    StringConstraints(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,10})?$"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,10})?$"},
                {"type": "number", "minimum": 0},
            ],
            "description": "A decimal number of major units (a rate in percent), as text.",
            "examples": ["12.50"],
        }
    ),
]
Pair = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}/[A-Z]{3}$")]


class EstimateItemIn(Request):
    value: Figure = Field(description="The price of one piece without tax, in the quote's currency.")
    quantity: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 1
    hs: Annotated[str, StringConstraints(pattern=r"^([0-9.]{6,14})?$")] = Field(
        "",
        description="6 to 10 digits of the Harmonized System; without it the answer is not sure.",
        examples=["610910"],
    )
    origin: CountryCode | None = Field(None, description="Where the goods were made; else where they are sent from.")
    weight_g: Annotated[int, Field(ge=0, le=100_000_000, strict=True)] | None = None


class EstimateIn(Request):
    origin: CountryCode = Field(alias="from")
    destination: CountryCode = Field(alias="to")
    items: Annotated[list[EstimateItemIn], Field(min_length=1, max_length=ITEMS_MAX)]
    currency: CurrencyCode | None = Field(None, description="Of values and answer; else the destination's.")
    region: ShortLine = Field("", description="Without region and postal code the capital's address is taken.")
    postal_code: ShortLine = ""
    origin_region: ShortLine = Field(
        "", alias="from_region", description="Of the sender; without both the sender's capital is taken."
    )
    origin_postal_code: ShortLine = Field("", alias="from_postal_code")
    on: date | None = Field(None, description="The day of the sale; else today.")
    delivery: Figure = "0"
    channel: Literal["", "registered", "post", "courier"] = Field(
        "",
        description="registered: the platform holds every registration; post, courier: it holds none; else what the "
        "operator holds, by any channel.",
    )
    prepaid: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="The delivery service prepays duties and taxes."
    )
    duty_rate: Figure | None = Field(None, description="Percent, in place of the tariff's basic rate.")
    fx: Annotated[dict[Pair, Figure], Field(max_length=20)] = Field(
        default={}, description='Exchange rates in place of the day\'s, such as {"USD/BRL": "5.50"}.'
    )
    language: LanguageCode = "en"

    def as_request(self) -> EstimateRequest:
        return EstimateRequest(
            origin=self.origin,
            destination=self.destination,
            items=tuple(
                EstimateItem(
                    value=Decimal(item.value),
                    quantity=item.quantity,
                    hs=item.hs.replace(".", ""),
                    origin=item.origin or "",
                    weight_g=item.weight_g,
                )
                for item in self.items
            ),
            currency=self.currency or "",
            region=self.region,
            postal_code=self.postal_code,
            origin_region=self.origin_region,
            origin_postal_code=self.origin_postal_code,
            on=self.on,
            delivery=Decimal(self.delivery),
            channel=self.channel,
            duties_prepaid=self.prepaid,
            duty_rate=None if self.duty_rate is None else Decimal(self.duty_rate),
            fx={pair: Decimal(rate) for pair, rate in self.fx.items()},
        )


def _kind_of(body: Any) -> str:
    return "@goods" if isinstance(body, dict) and not body.keys().isdisjoint(("from", "to", "items")) else "@listed"


# Goods that are listed, by their SKUs; or goods that nobody listed, as they are described.
AnyQuoteIn = Annotated[
    Annotated[QuoteIn, Tag("@listed")] | Annotated[EstimateIn, Tag("@goods")], Discriminator(_kind_of)
]


class EstimatePart(Answer):
    """One component of a landed cost. The parts add up to the total."""

    code: str
    label: str
    group: Literal["goods", "delivery", "duty", "tax", "fees"]
    amount: str
    rate: str | None = Field(description="Percent.")
    base: str | None = Field(description="The amount that the rate was applied to.")
    payable: Literal["now", "door"]
    liable: Literal["platform", "seller", "carrier", "buyer"] | None = Field(description="Who owes it to the state.")
    reason: str = Field(description="Why it is as it is, as a code.")
    rule: str = Field(description="The rule's own name.")
    source: str = Field(description="The law or tariff that it follows from.")
    valid_from: date | None


class CorridorOut(Answer):
    open: bool = Field(description="False where sanctions that bind the operator forbid the sale.")
    reason: str | None
    source: str | None


class EstimateOut(Answer):
    regime: str = Field(description="The rules that govern the goods, joined by `+`; empty where none is known.")
    currency: str
    goods: str
    delivery: str
    duty: str
    tax: str
    fees: str
    total: str = Field(description="With what falls due at the door.")
    at_door: str
    import_charges: ImportCharges
    sure: bool
    unsure: list[str]
    rates: dict[str, str] = Field(description="The exchange rates that were used.")
    parts: list[EstimatePart]
    fx_date: date
    corridor: CorridorOut
