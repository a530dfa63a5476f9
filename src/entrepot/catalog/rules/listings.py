"""What a seller hands in as a listing, and what of it can be taken: a reason per field for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from babel.core import get_global
from stdnum import ean

from entrepot.catalog.rules import declarations, taxonomy, texts
from entrepot.kernel.money import AmountNotRepresentable, Money
from entrepot.kernel.sentences import Sentence

ON_HAND_MAX = 1_000_000_000
WEIGHT_G_MAX = 1_000_000
SIZE_MM_MAX = 20_000
SKUS_MAX = 500
PICTURES_MAX = 20
ALT_MAX = 200  # Characters that say what a picture shows.
ATTRIBUTES_MAX = 100
NAME_LENGTH_MAX = 300
ADDRESS_LENGTH_MAX = 2000
PRICE_MINOR_MAX = 10**13
STATES = ("draft", "active", "paused")

_HS = re.compile(r"[0-9]{6,10}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_NAME = re.compile(r"[a-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why one field cannot be taken, in a sentence for its sender."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class SkuInput:
    """One thing to buy. `price` is a decimal text in the listing's currency; None leaves what is stored as it is."""

    seller_sku: str
    price: str
    options: Mapping[str, str] = field(default_factory=dict)
    stock: int | None = None
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    gtin: str | None = None
    picture_url: str | None = None


@dataclass(frozen=True, slots=True)
class ListingInput:
    """
    A listing as a seller hands it in. The SKUs are the whole set: those not named are retired.

    Named by `listing_id` (ours) or `external_id` (the seller's); with neither it is a new one. `category` is the slug
    of one of ours, `seller_category` the seller's own word for it. None leaves what is stored; on a new listing the
    store's and the country pack's defaults stand. An empty text takes the stored value away.
    `manufacturer_id` and `responsible_id` are of the seller's contacts for product safety.
    `is_complete` says that all is named, as an editor does: None then takes a measure or the tax rate away.
    """

    title: str
    skus: tuple[SkuInput, ...]
    currency: str | None = None
    language: str | None = None
    listing_id: UUID | None = None
    external_id: str | None = None
    description: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    category: str | None = None
    seller_category: str | None = None
    brand: str | None = None
    hs_code: str | None = None
    origin_country: str | None = None
    tax_included: bool | None = None
    home_tax_rate: Decimal | None = None
    shipping_class: str | None = None
    flags: Mapping[str, Any] | None = None
    manufacturer_id: UUID | Literal[""] | None = None
    responsible_id: UUID | Literal[""] | None = None
    state: str | None = None
    picture_urls: tuple[str, ...] | None = None
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class Translation:
    """
    A listing's words in another language than its own. An empty description or no attributes: the original's stand.

    `options` are the words of its options, names and values, from the seller's language into this one.
    """

    listing_id: UUID
    language: str
    title: str
    description: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


@cache
def known_currencies() -> frozenset[str]:
    """Return the ISO 4217 codes that are legal tender somewhere today (CLDR)."""
    return frozenset(
        code
        for currencies in get_global("territory_currencies").values()
        for code, _, until, tender in currencies
        if until is None and tender
    )


@cache
def known_countries() -> frozenset[str]:
    """Return the ISO 3166-1 codes of countries and territories (CLDR's, without regions and private codes)."""
    return frozenset(code for code in get_global("territory_currencies") if _COUNTRY.fullmatch(code)) - {"EU", "UN"}


def is_language(code: str) -> bool:
    """Return whether a text has the form of a language code (en, ar, zh, pt-BR)."""
    return _LANGUAGE.fullmatch(code) is not None


def hs_fault(code: str) -> str | None:
    """Return what is wrong with a customs tariff code, or None."""
    if not _HS.fullmatch(code):
        return Sentence("An HS code has 6 to 10 digits, without dots or blanks, such as 851830.")
    chapter = int(code[:2])
    if not 1 <= chapter <= 97 or chapter == 77:
        return Sentence(
            "There is no chapter %(chapter)s in the Harmonized System: chapters run from 01 to 97, without 77.",
            chapter=code[:2],
        )
    if code[2:4] == "00":
        return Sentence(
            "%(code)s names a chapter only. An HS code needs the heading and subheading too, such as 851830.", code=code
        )
    return None


def gtin_fault(gtin: str) -> str | None:
    """Return what is wrong with a GTIN (EAN, UPC), or None."""
    if not gtin.isdecimal() or len(gtin) not in (8, 12, 13, 14):
        return Sentence("A GTIN (EAN, UPC) has 8, 12, 13 or 14 digits.")
    if ean.is_valid(gtin):
        return None
    return Sentence("The last digit of this GTIN does not fit the others; one may be mistyped.")


@lru_cache(maxsize=4096)  # A row's price is read when it is checked and when it is written.
def parse_price(text: str, currency: str) -> tuple[int, None] | tuple[None, str]:
    """Return a price in minor units, or the reason why there is none."""
    try:
        minor = Money.parse(text, currency).minor
    except AmountNotRepresentable:
        example = Money(1990, currency).text
        return None, Sentence(
            "%(text)s is not an amount of %(currency)s, such as %(example)s.",
            text=repr(text),
            currency=currency,
            example=example,
        )
    if minor <= 0:
        return None, Sentence("The price must be above zero.")
    if minor > PRICE_MINOR_MAX:
        return None, Sentence("This price is too high to be meant.")
    return minor, None


def check_listing(listing: ListingInput, currency: str) -> tuple[ListingInput, list[FieldError]]:
    """
    Return the listing with its texts cleaned, and every reason why it cannot be taken (none: it can).

    :param currency: what the listing is priced in, once the stored one or the store's own has been filled in.
    """
    errors: list[FieldError] = []

    def refuse(name: str, reason: str) -> None:
        errors.append(FieldError(name, reason))

    title = texts.plain(listing.title)
    if not texts.TITLE_LENGTH_MIN <= len(title) <= texts.TITLE_LENGTH_MAX:
        refuse("title", title_reason(title))
    description = texts.safe_html(listing.description)
    if len(description) > texts.DESCRIPTION_LENGTH_MAX:
        refuse(
            "description",
            Sentence("The description may have at most %(most)s symbols.", most=texts.DESCRIPTION_LENGTH_MAX),
        )
    attributes = clean_attributes(listing.attributes)
    if len(attributes) > ATTRIBUTES_MAX:
        refuse("attributes", Sentence("A listing has at most %(most)s attributes.", most=ATTRIBUTES_MAX))
    if currency not in known_currencies():
        refuse("currency", Sentence("%(code)s is not a currency code (ISO 4217), such as EUR.", code=repr(currency)))
        return listing, errors
    _check_codes(listing, refuse)
    _check_customs(listing, refuse)
    if not listing.skus and listing.state != "draft":  # A draft may still lack what is sold.
        refuse("skus", Sentence("A listing needs at least one SKU."))
    skus = _check_skus(listing.skus, currency, errors)
    return (
        replace(
            listing,
            title=title,
            description=description,
            attributes=attributes,
            skus=skus,
            currency=currency,
            brand=None if listing.brand is None else texts.plain(listing.brand),
        ),
        errors,
    )


def _check_codes(listing: ListingInput, refuse: Callable[[str, str], None]) -> None:
    if listing.language is not None and not is_language(listing.language):
        refuse("language", Sentence("A language is a code such as en, ar or zh."))
    if listing.category is not None and listing.category not in taxonomy.slugs():
        refuse(
            "category",
            Sentence("There is no category %(name)s; the category list names them all.", name=repr(listing.category)),
        )
    if listing.state is not None and listing.state not in STATES:
        refuse("state", Sentence("The state is one of %(states)s.", states=", ".join(STATES)))
    if listing.shipping_class is not None and not _NAME.fullmatch(listing.shipping_class):
        refuse("shipping_class", Sentence("A shipping class is a name of small letters, digits and hyphens."))
    if listing.picture_urls is not None and len(listing.picture_urls) > PICTURES_MAX:
        refuse("picture_urls", Sentence("A listing has at most %(most)s pictures.", most=PICTURES_MAX))
    for url in listing.picture_urls or ():
        if not is_web_address(url):
            refuse("picture_urls", Sentence("%(url)s is no address with http or https.", url=repr(url[:80])))
    for name in ("external_id", "seller_category", "brand"):
        if len(getattr(listing, name) or "") > NAME_LENGTH_MAX:
            refuse(name, Sentence("This may have at most %(most)s symbols.", most=NAME_LENGTH_MAX))


def _check_customs(listing: ListingInput, refuse: Callable[[str, str], None]) -> None:
    if listing.hs_code and (fault := hs_fault(listing.hs_code)):
        refuse("hs_code", fault)
    if listing.origin_country and listing.origin_country not in known_countries():
        refuse("origin_country", Sentence("The country of origin is a code of two letters (ISO 3166-1), such as CN."))
    if listing.flags and (fault := declarations.find_fault(listing.flags)):
        refuse("flags", fault)
    if listing.home_tax_rate is not None and not 0 <= listing.home_tax_rate < 100:
        refuse("home_tax_rate", Sentence("The tax rate is a percentage from 0 to below 100."))


def is_web_address(url: str) -> bool:
    """Return whether a text is an address with http or https and a host, of a length that can be kept."""
    if not url.startswith(("http://", "https://")) or len(url) > ADDRESS_LENGTH_MAX:
        return False
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def title_reason(title: str) -> str:
    """Return the sentence that says what a title must be, for a title that is not."""
    if not title:
        return Sentence("The title is missing.")
    return Sentence(
        "A title has %(least)s to %(most)s symbols; this one has %(count)s.",
        least=texts.TITLE_LENGTH_MIN,
        most=texts.TITLE_LENGTH_MAX,
        count=len(title),
    )


def clean_attributes(attributes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return name–value pairs as plain text, without empty ones."""
    pairs = ((texts.plain(name)[:120], texts.shorten(texts.plain(value), 1000)) for name, value in attributes)
    return tuple((name, value) for name, value in pairs if name and value)


def _check_skus(skus: tuple[SkuInput, ...], currency: str, errors: list[FieldError]) -> tuple[SkuInput, ...]:
    if len(skus) > SKUS_MAX:
        errors.append(FieldError("skus", Sentence("A listing has at most %(most)s SKUs.", most=SKUS_MAX)))
        return skus
    names: set[str] = set()
    choices: set[tuple[tuple[str, str], ...]] = set()
    for number, sku in enumerate(skus):
        prefix = f"skus.{number}." if len(skus) > 1 else ""
        errors.extend(FieldError(prefix + fault.field, fault.reason) for fault in check_sku(sku, currency))
        if sku.seller_sku in names:
            reason = Sentence("The SKU %(name)s stands here twice.", name=repr(sku.seller_sku))
            errors.append(FieldError(prefix + "seller_sku", reason))
        names.add(sku.seller_sku)
        choice = tuple(sorted(sku.options.items()))
        if choice in choices and len(skus) > 1:
            reason = Sentence("Another SKU of the listing has the same options.")
            errors.append(FieldError(prefix + "options", reason))
        choices.add(choice)
    return skus


def stock_reason() -> str:
    """Return the sentence that says what a count of pieces must be."""
    return Sentence("The stock must be a whole number from 0 to %(most)s.", most=ON_HAND_MAX)


def check_sku(sku: SkuInput, currency: str) -> list[FieldError]:
    """Return every reason why a SKU cannot be taken."""
    errors: list[FieldError] = []
    if not sku.seller_sku.strip() or len(sku.seller_sku) > 200:
        errors.append(FieldError("seller_sku", Sentence("Your own name of the SKU is needed, at most 200 symbols.")))
    if fault := parse_price(sku.price, currency)[1]:
        errors.append(FieldError("price", fault))
    if sku.stock is not None and not 0 <= sku.stock <= ON_HAND_MAX:
        errors.append(FieldError("stock", stock_reason()))
    if sku.weight_g is not None and not 0 < sku.weight_g <= WEIGHT_G_MAX:
        reason = Sentence("The weight must be from 1 g to %(most)s kg.", most=WEIGHT_G_MAX // 1000)
        errors.append(FieldError("weight", reason))
    for name in ("length_mm", "width_mm", "height_mm"):
        size = getattr(sku, name)
        if size is not None and not 0 < size <= SIZE_MM_MAX:
            reason = Sentence("A length must be from 1 mm to %(most)s m.", most=SIZE_MM_MAX // 1000)
            errors.append(FieldError(name, reason))
    if sku.gtin and (fault := gtin_fault(sku.gtin)):
        errors.append(FieldError("gtin", fault))
    if len(sku.options) > 5 or any(len(name) > 60 or len(value) > 120 for name, value in sku.options.items()):
        reason = Sentence("A SKU has at most 5 options, their names at most 60 and values 120 symbols.")
        errors.append(FieldError("options", reason))
    return errors
