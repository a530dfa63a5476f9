"""Listings as buyers see them, and the countries that goods go to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self, get_args
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from entrepot.api.schemas.base import (
    Amount,
    Answer,
    CountryCode,
    CurrencyCode,
    LanguageCode,
    Line,
    Page,
    Price,
    QueryParameters,
    Search,
    ShortLine,
    Slug,
)

ImportCharges = Literal["none", "prepaid", "due_at_door", "unknown"]
Sort = Literal["relevance", "newest", "price", "orders", "rating"]
FacetKind = Literal["category", "brand", "price", "origin", "days", "rating", "attribute"]
_KINDS = "|".join(get_args(FacetKind))
FacetList = Annotated[str, StringConstraints(pattern=rf"^({_KINDS})(,({_KINDS}))*$|^$", max_length=200)]
AttributePair = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f:]+:[^\x00-\x1f\x7f]+$", max_length=240)]
Snapshot = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{0,128}$")]
_VALUES_MAX = 20


class DestinationQuery(QueryParameters):
    """Where the goods would go, and how the answer speaks."""

    country: CountryCode | None = Field(None, description="Destination; without it nothing is priced as delivered.")
    region: ShortLine = ""
    postal_code: ShortLine = ""
    currency: CurrencyCode | None = Field(None, description="Default: the destination's own currency.")
    language: LanguageCode = "en"


class ListingsQuery(DestinationQuery):
    """What to find. A filter that is given several times means any of its values; different filters mean all."""

    q: Search = Field("", description="Words to find in titles, brands and descriptions.")
    category: Slug | None = Field(None, description="A category's slug; what lies below it counts too.")
    store: Slug | None = None
    brand: list[Line] = Field([], max_length=_VALUES_MAX, description="As the facet `brand` writes it.")
    origin: list[CountryCode] = Field([], max_length=_VALUES_MAX, description="Only sellers of these countries.")
    attribute: list[AttributePair] = Field(
        [],
        max_length=_VALUES_MAX,
        description="`name:value` as the facet `attribute` writes them in `language`; a colon of the name is `%3A`.",
    )
    price_from: Amount | None = Field(None, description="The least delivered price, in `currency`; needs a `country`.")
    price_to: Amount | None = Field(None, description="The greatest delivered price.")
    days_max: Annotated[int, Field(ge=1, le=365)] | None = Field(
        None, description="Delivered within so many days; needs a `country`."
    )
    rating_min: Annotated[int, Field(ge=1, le=5)] | None = Field(None, description="So many stars or more.")
    sort: Sort = Field(
        "relevance", description="By `price`: delivered, what is prepaid before what is due at the door."
    )
    facets: FacetList = Field("", description="Facets to count, with commas between them.")
    as_typed: bool = Field(False, description="Look for nothing but what was typed, whatever spelling finds more.")
    snapshot: Snapshot = Field("", description="What the first page answered, so that pages follow without gaps.")
    page: Page = 1
    page_size: Annotated[int, Field(ge=1, le=60)] = 24

    @model_validator(mode="after")
    def _check_what_is_delivered(self) -> Self:
        for name in ("price_from", "price_to", "days_max"):
            if getattr(self, name) is not None and self.country is None:
                raise ValueError(f"`{name}` is about what is delivered: say to which `country`")
        if self.price_from and self.price_to and Decimal(self.price_from) > Decimal(self.price_to):
            raise ValueError("`price_from` is more than `price_to`")
        return self


class SuggestionsQuery(QueryParameters):
    q: Search = Field("", description="What was typed so far.")
    language: LanguageCode = "en"
    country: CountryCode | None = Field(None, description="Only what can be sent there.")
    limit: Annotated[int, Field(ge=1, le=20)] = 8


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


class FacetValueOut(Answer):
    """A value to filter by, and how many listings it would leave beside what else is chosen."""

    value: str = Field(description="What the filter is asked for: a slug, a brand, a country, days, stars, `from-to`.")
    count: int
    chosen: bool


class FacetOut(Answer):
    name: FacetKind
    label: str = Field(description="An attribute's name; empty for all others.")
    values: list[FacetValueOut]
    ranked_within: int | None = Field(description="Counted among so many of the best matches; null: among all.")
    estimated: bool = Field(
        description="More than 10,000 listings fit: the counts are estimates, in round numbers; else they are exact."
    )


class ListingsAnswer(Answer):
    count: int
    items: list[ListingCard]
    facets: list[FacetOut] = Field(description="Those asked for, as far as there is anything to choose.")
    ranked_within: int | None = Field(
        description="How many of the best matches were compared by delivered price, where more were found; else null."
    )
    asked_instead: str = Field(description="The spelling that was searched for, because what was typed finds nothing.")
    lacks_words: bool = Field(description="Nothing has every word that was typed: these have some of them.")
    snapshot: str = Field(description="Send it with the requests for further pages of the same list.")


class SuggestionOut(Answer):
    kind: Literal["words", "brand", "category", "listing"]
    text: str
    value: str = Field(description="The words, the brand, the category's slug or the listing's id.")


class SuggestionsAnswer(Answer):
    items: list[SuggestionOut]


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
