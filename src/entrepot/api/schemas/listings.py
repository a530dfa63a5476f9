"""Listings as buyers see them, and the countries that goods go to."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from entrepot.api.schemas.base import (
    Answer,
    CountryCode,
    CurrencyCode,
    LanguageCode,
    Page,
    Price,
    QueryParameters,
    Search,
    ShortLine,
    Slug,
)

ImportCharges = Literal["none", "prepaid", "due_at_door", "unknown"]
Sort = Literal["relevance", "newest", "price"]


class DestinationQuery(QueryParameters):
    """Where the goods would go, and how the answer speaks."""

    country: CountryCode | None = Field(None, description="Destination; without it nothing is priced as delivered.")
    region: ShortLine = ""
    postal_code: ShortLine = ""
    currency: CurrencyCode | None = Field(None, description="Default: the destination's own currency.")
    language: LanguageCode = "en"


class ListingsQuery(DestinationQuery):
    q: Search = Field("", description="Words to find in titles, brands and descriptions.")
    category: Slug | None = None
    store: Slug | None = None
    origin: CountryCode | None = Field(None, description="Only sellers of this country.")
    sort: Sort = Field(
        "relevance", description="By `price`: delivered, what is prepaid before what is due at the door."
    )
    page: Page = 1
    page_size: Annotated[int, Field(ge=1, le=60)] = 24


class StoreRef(Answer):
    slug: str
    name: str
    country: str


class Delivered(Answer):
    """What one piece costs at the destination, all known charges included."""

    amount: str
    currency: str
    sure: bool = Field(description="False when a rule or a fact (a customs code, a weight) is not known for certain.")
    import_charges: ImportCharges


class ListingCard(Answer):
    id: UUID
    slug: str
    title: str
    store: StoreRef
    price: Price = Field(description="The seller's own price, in the seller's currency.")
    delivered: Delivered | None = Field(description="Null: not delivered there, or no country was asked for.")
    image: str | None


class ListingsAnswer(Answer):
    count: int
    items: list[ListingCard]


class Part(Answer):
    """One component of a price. The parts of an order add up to its total."""

    code: str
    label: str
    amount: str
    rate: str | None = Field(description="Percent.")
    base: str | None = Field(description="The amount that the rate was applied to.")
    liable: Literal["platform", "seller", "carrier", "buyer"] | None = Field(description="Who owes it to the state.")
    source: str = Field(description="The law or tariff that it follows from.")
    valid_from: date | None
    reason: str = Field("", description="Why it is zero, or why it is only an estimate.")


class DueAtDoor(Answer):
    """Charges that the carrier or customs will ask for on delivery; estimates, not part of the total."""

    amount: str
    parts: list[Part]


class DeliveredInDetail(Delivered):
    parts: list[Part]
    due_at_door: DueAtDoor | None
    sku: str = Field(description="The SKU that is priced: the cheapest that is in stock.")
    days_min: int
    days_max: int


class SkuOffer(Answer):
    sku: str
    options: dict[str, str]
    price: Price
    available: int


class ListingAnswer(Answer):
    id: UUID
    slug: str
    title: str
    store: StoreRef
    price: Price
    delivered: DeliveredInDetail | None
    refusal: str | None = Field(description="Why it is not delivered to the country asked for, as a code.")
    image: str | None
    images: list[str]
    description: str = Field(description="Sanitised HTML.")
    language: str = Field(description="The language that title and description are in.")
    attributes: list[tuple[str, str]]
    skus: list[SkuOffer]


class AddressField(Answer):
    name: str = Field(description="The field of an address that it fills.")
    required: bool
    label: str = Field(description="What the country calls it: state, prefecture, zip, eircode …")
    choices: list[str] = Field(description="For a region: the codes to choose from, if there is a list.")


class ImportId(Answer):
    kind: str
    label: str
    required_when: str
    pattern: str


class MarketAnswer(Answer):
    code: str
    name: str
    currency: str
    languages: list[str]
    stage: Literal["pilot", "open"]
    import_ids: list[ImportId]
    address_fields: list[AddressField] = Field(description="In the order in which the country writes them.")


class MarketsAnswer(Answer):
    items: list[MarketAnswer]
    currencies: list[str] = Field(description="Currencies that a quote can be asked in.")


class LanguageQuery(QueryParameters):
    language: LanguageCode = "en"


class CategoryOut(Answer):
    slug: str
    name: str
    children: list[CategoryOut]


class CategoriesAnswer(Answer):
    items: list[CategoryOut]
