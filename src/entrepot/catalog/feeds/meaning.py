"""From a feed's texts to a listing: what cannot be read is refused or left out, each with a reason for the seller."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import orjson

from entrepot.catalog.feeds.declared import read_declarations
from entrepot.catalog.feeds.items import FeedItem
from entrepot.catalog.feeds.values import (
    Unclear,
    read_availability,
    read_country,
    read_length,
    read_price,
    read_quantity,
    read_weight,
)
from entrepot.catalog.rules import texts
from entrepot.catalog.rules.listings import (
    ATTRIBUTES_MAX,
    PICTURES_MAX,
    SIZE_MM_MAX,
    SKUS_MAX,
    WEIGHT_G_MAX,
    ListingInput,
    SkuInput,
    check_sku,
    clean_attributes,
    gtin_fault,
    hs_fault,
    is_web_address,
    title_reason,
)
from entrepot.kernel.sentences import Sentence

CategoryFrom = Literal["feed", "title"]
Note = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a row: why it was rejected, or what was left out of it."""

    row: int
    id: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the store and the import say where a feed is silent."""

    currency: str
    language: str
    in_stock_quantity: int = 10
    category_from: CategoryFrom = "feed"
    with_pictures: bool = True


@dataclass(slots=True)
class Offer:
    """A row that can be taken; `in_stock` is None when only a quantity (`sku.stock`) or nothing was said."""

    row: int
    sku: SkuInput
    in_stock: bool | None


@dataclass(slots=True)
class Product:
    """Rows that make one listing, with the digest of what they say of the listing itself."""

    listing: ListingInput
    offers: list[Offer]
    digest: str
    google_category: str = ""
    published: bool = False


@dataclass(slots=True)
class Reading:
    """What a run of rows meant."""

    products: list[Product] = field(default_factory=list)
    rejected: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


def read_group(items: Sequence[FeedItem], terms: Terms, now: datetime, reading: Reading) -> None:
    """Add what rows of one group (or a single row) mean to the reading."""
    taken: list[tuple[FeedItem, Offer, str]] = []
    for item in items:
        offer = _offer(item, terms, now, reading)
        if offer is not None:
            taken.append((item, *offer))
    currency = taken[0][2] if taken else ""
    for item, _, other in taken:
        if other != currency:
            reason = Sentence(
                "The variants of one listing have one price currency; this group began with %(currency)s.",
                currency=currency,
            )
            reading.rejected.append(Remark(item.row, item.id, "currency", reason))
    rows = [(item, offer) for item, offer, code in taken if code == currency]
    if not rows:
        return
    for together in _variants(rows):
        for item, _ in together[SKUS_MAX:]:
            reason = Sentence(
                "A listing has at most %(most)s SKUs; this group has %(count)s.", most=SKUS_MAX, count=len(together)
            )
            reading.rejected.append(Remark(item.row, item.id, "group", reason))
        reading.products.append(_product(together[:SKUS_MAX], currency, terms, reading))


def _offer(item: FeedItem, terms: Terms, now: datetime, reading: Reading) -> tuple[Offer, str] | None:
    errors: list[tuple[str, str]] = []

    def note(name: str, reason: str) -> None:
        reading.notes.append(Remark(item.row, item.id, name, reason))

    if not item.id:
        reason = Sentence("The id is missing: without one the same row cannot be found again next time.")
        errors.append(("id", reason))
    elif len(item.id) > 200:
        errors.append(("id", Sentence("The id may have at most %(most)s symbols.", most=200)))
    item.title = texts.plain(item.title)
    if len(item.title) < texts.TITLE_LENGTH_MIN:
        errors.append(("title", title_reason(item.title)))
    price = currency = ""
    try:
        price, currency = _price(item, terms, now, note)
    except Unclear as fault:
        errors.append(("price", fault.reason))
    sku = SkuInput(
        seller_sku=item.id,
        price=price,
        stock=_quantity(item, note),
        weight_g=_weight(item, note),
        gtin=_gtin(item, note),
        picture_url=item.picture if terms.with_pictures and item.variants and is_web_address(item.picture) else None,
        **_sizes(item, note),
    )
    if not errors:
        errors = [(error.field, error.reason) for error in check_sku(sku, currency)]
    if errors:
        reading.rejected.extend(Remark(item.row, item.id, name, reason) for name, reason in errors[:1])
        return None
    in_stock = None
    if item.availability:
        in_stock = read_availability(item.availability)
        if in_stock is None:
            said = repr(item.availability[:40])
            note("availability", Sentence("%(said)s is no availability known here, such as in stock.", said=said))
    if sku.stock is not None and in_stock is False:
        sku = replace(sku, stock=0)
    return Offer(item.row, sku, in_stock), currency


def _price(item: FeedItem, terms: Terms, now: datetime, note: Note) -> tuple[str, str]:
    currency = item.currency or terms.currency
    price, code = read_price(item.price, currency)
    if not item.sale_price or not _holds(item.sale_dates, now):
        return price, code
    try:
        sale, sale_code = read_price(item.sale_price, currency)
    except Unclear as fault:
        note("sale_price", _left_out(fault.reason))
        return price, code
    if sale_code != code:
        reason = Sentence("Left out: it is in %(its)s, the price in %(other)s.", its=sale_code, other=code)
        note("sale_price", reason)
        return price, code
    return sale, code


def _holds(dates: str, now: datetime) -> bool:
    if not dates:
        return True
    start, _, end = dates.partition("/")
    try:
        begins, ends = (datetime.fromisoformat(part.strip()) for part in (start, end))
        return (
            (begins if begins.tzinfo else begins.replace(tzinfo=now.tzinfo))
            <= now
            <= (ends if ends.tzinfo else ends.replace(tzinfo=now.tzinfo))
        )
    except ValueError:
        return False


def _quantity(item: FeedItem, note: Note) -> int | None:
    if not item.quantity:
        return None
    try:
        return read_quantity(item.quantity)
    except Unclear as fault:
        note("quantity", _left_out(fault.reason))
        return None


def _weight(item: FeedItem, note: Note) -> int | None:
    if not item.weight:
        return None
    try:
        weight = read_weight(item.weight, item.weight_unit)
    except Unclear as fault:
        note("weight", _left_out(fault.reason))
        return None
    if weight > WEIGHT_G_MAX:
        reason = Sentence(
            "Left out: %(weight)s kg is more than %(most)s kg.", weight=round(weight / 1000), most=WEIGHT_G_MAX // 1000
        )
        note("weight", reason)
        return None
    return weight


def _gtin(item: FeedItem, note: Note) -> str | None:
    if not item.gtin:
        return None
    gtin = item.gtin.split(",")[0].strip().replace(" ", "").replace("-", "")
    if fault := gtin_fault(gtin):
        note("gtin", _left_out(fault))
        return None
    return gtin


def _sizes(item: FeedItem, note: Note) -> dict[str, Any]:
    if not all(item.size):
        return {}
    try:
        sides = [read_length(text, item.size_unit) for text in item.size]
    except Unclear as fault:
        note("size", _left_out(fault.reason))
        return {}
    if max(sides) > SIZE_MM_MAX:
        note("size", Sentence("Left out: a side of %(side)s m is too long.", side=f"{max(sides) / 1000:,.1f}"))
        return {}
    return dict(zip(("length_mm", "width_mm", "height_mm"), sides, strict=True))


def _variants(rows: list[tuple[FeedItem, Offer]]) -> Iterator[list[tuple[FeedItem, Offer]]]:
    """Yield the rows that make one listing: all of them when their options tell them apart, else each alone."""
    if len(rows) == 1 or not rows[0][0].group:
        yield from ([row] for row in rows)
        return
    choices = [dict(item.options if item.variants else item.attributes) for item, _ in rows]
    names = list(dict.fromkeys(name for choice in choices for name in choice))
    varying = [name for name in names if len({choice.get(name) for choice in choices}) > 1]
    short = [name for name in varying if len(name) <= 60 and all(len(c.get(name, "")) <= 120 for c in choices)]
    chosen: list[str] = []
    for name in short[:5]:
        chosen.append(name)
        if not rows[0][0].variants and len({tuple(c.get(n) for n in chosen) for c in choices}) == len(rows):
            break
    if len({tuple(choice.get(name) for name in chosen) for choice in choices}) < len(rows):
        for item, _ in rows:
            item.group = ""
        yield from ([row] for row in rows)
        return
    for (_, offer), choice in zip(rows, choices, strict=True):
        options = {name: texts.plain(choice[name]) for name in chosen if choice.get(name)}
        offer.sku = replace(offer.sku, options=options)
    yield rows


def _product(rows: list[tuple[FeedItem, Offer]], currency: str, terms: Terms, reading: Reading) -> Product:
    item = rows[0][0]
    if len(rows) == 1 and item.variants and item.options and item.group:
        rows[0][1].sku = replace(rows[0][1].sku, options=dict(item.options))
    title, description = item.title, item.description
    if len(title) > texts.TITLE_LENGTH_MAX:
        shortened = Sentence(
            "Shortened to %(most)s symbols; the whole one leads the description.", most=texts.TITLE_LENGTH_MAX
        )
        reading.notes.append(Remark(item.row, item.id, "title", shortened))
        description = f"{title}\n\n{description}" if title not in description else description
        title = texts.shorten(title, texts.TITLE_LENGTH_MAX)
    options = {name for _, offer in rows for name in offer.sku.options}
    attributes = tuple((name, value) for name, value in item.attributes if name not in options)[:ATTRIBUTES_MAX]
    hs_code, origin = _hs_code(item, reading), _origin(item, reading)
    category = item.category
    if not category and terms.category_from == "title":
        category = item.title.split(" ", 1)[0].strip(",;:()").capitalize()
    google = "" if item.google_category.isdecimal() else item.google_category
    listing = ListingInput(
        external_id=f"group:{item.group}" if item.group else item.id,
        title=title,
        description=texts.shorten(texts.safe_html(description), texts.DESCRIPTION_LENGTH_MAX),
        attributes=clean_attributes(attributes),
        language=terms.language,
        currency=currency,
        seller_category=texts.shorten(texts.plain(category), 300),
        brand=texts.shorten(texts.plain(item.brand), 300),
        hs_code=hs_code,
        origin_country=origin,
        flags=_declarations(item, reading),
        category=None,
        state="draft" if item.published is False else None,
        skus=tuple(offer.sku for _, offer in rows),
        picture_urls=_pictures(item, reading) if terms.with_pictures else None,
    )
    return Product(
        listing=listing,
        offers=[offer for _, offer in rows],
        digest=_digest(listing),
        google_category=google,
        published=item.published is True,
    )


def _hs_code(item: FeedItem, reading: Reading) -> str | None:
    code = item.hs_code.replace(" ", "").replace(".", "")
    if not code:
        return None
    if fault := hs_fault(code):
        reading.notes.append(Remark(item.row, item.id, "hs_code", _left_out(fault)))
        return None
    return code


def _origin(item: FeedItem, reading: Reading) -> str | None:
    if not item.origin:
        return None
    country = read_country(item.origin)
    if country is None:
        reason = Sentence(
            "Left out: %(text)s is no country known here; write its code, such as CN.", text=repr(item.origin[:40])
        )
        reading.notes.append(Remark(item.row, item.id, "country_of_origin", reason))
    return country


def _declarations(item: FeedItem, reading: Reading) -> dict[str, Any] | None:
    """Return what the row declares; None where it says nothing, so that what was declared otherwise stands."""
    if not item.declared:
        return None
    flags, faults = read_declarations(item.declared)
    reading.notes.extend(Remark(item.row, item.id, name, _left_out(reason)) for name, reason in faults)
    return flags


def _pictures(item: FeedItem, reading: Reading) -> tuple[str, ...]:
    urls = [url for url in dict.fromkeys(item.pictures) if url]
    good = [url for url in urls if is_web_address(url)]
    if len(good) < len(urls):
        reason = Sentence(
            "%(bad)s of %(all)s left out: a picture needs an address with http or https.",
            bad=len(urls) - len(good),
            all=len(urls),
        )
        reading.notes.append(Remark(item.row, item.id, "picture", reason))
    return tuple(good[:PICTURES_MAX])


def _left_out(fault: str) -> Sentence:
    return Sentence("Left out: %(reason)s", reason=fault)


def _digest(listing: ListingInput) -> str:
    said: tuple[object, ...] = (
        listing.title,
        listing.description,
        listing.attributes,
        listing.language,
        listing.seller_category,
        listing.brand,
        listing.hs_code,
        listing.origin_country,
        listing.state,
        listing.picture_urls,
    )
    if listing.flags is not None:
        said = (*said, sorted(listing.flags.items()))
    return hashlib.blake2b(orjson.dumps(said), digest_size=16).hexdigest()
