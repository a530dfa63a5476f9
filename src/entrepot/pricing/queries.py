from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from entrepot.catalog.queries import media_url
from entrepot.catalog.rules.pictures import SIZES
from entrepot.customs import queries as customs
from entrepot.customs.rulebook import RuleBook
from entrepot.customs.tariff_files import shipped_table
from entrepot.customs.tariffs import TariffTable
from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.kernel.languages import text_language
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.markets.loader import Library
from entrepot.markets.rules import OPEN_STAGES, FallbackRates, FrozenRates, Rates
from entrepot.pricing import cards, commission, rules
from entrepot.pricing.cards import read_registrations
from entrepot.pricing.quote import CardPrice, Destination, Offer, Quote, SellerTerms
from entrepot.pricing.refusals import CorridorClosed, NoDelivery, NotSellable
from entrepot.pricing.rules import Desk
from entrepot.shipping.rules import DeliveryTemplate

__all__ = [
    "CorridorClosed",
    "FrozenRates",
    "NoDelivery",
    "NotSellable",
    "UnknownSku",
    "crosses_border",
    "freeze_rates",
    "get_book",
    "get_card_prices",
    "get_desk",
    "get_quote",
    "get_shipped_book",
    "load_offers",
    "read_card_offers",
    "reference_destination",
]


class UnknownSku(DomainError):
    """There is no such SKU, or it was retired for good: `skus`."""

    code = "unknown_sku"
    kind = "not_found"
    summary = "There is no such SKU."


_books: list[RuleBook] = []  # At most one.


def get_book() -> RuleBook:
    """
    Return the rule book of this process: every pack and the tariff in force, read once and indexed.

    It is made anew when an operator has imported a schedule (noticed within a minute).
    """
    return _book_of(markets.get_library(), customs.get_tariff())


def get_shipped_book() -> RuleBook:
    """Return the rule book without imported schedules, for commands that run without a database."""
    return _book_of(markets.get_library(), shipped_table())


def _book_of(library: Library, tariff: TariffTable) -> RuleBook:
    book = _books[0] if _books else None
    if book is None or book.library is not library or book.tariff is not tariff:
        book = RuleBook(library, tariff)
        _books[:] = [book]
    return book


@cache
def get_schedule() -> commission.Schedule:
    """Return the commission schedule: the operator's own file beside its countries, else the one that ships."""
    own = Path(settings.COUNTRIES_DIR) / "commission.toml" if settings.COUNTRIES_DIR else None
    return commission.read_schedule(own if own and own.is_file() else commission.SHIPPED)


def reference_destination(country: str) -> Destination:
    """Return where a country's prices are quoted to while the buyer's address is not known."""
    pack = markets.find_pack(country)
    if pack is None:
        return Destination(country)
    return Destination(country, pack.reference_address.region, pack.reference_address.postal_code)


def crosses_border(seller: SellerTerms, destination: Destination) -> bool:
    """Say whether goods on their way from a seller pass a border of customs or of tax: then papers travel with them."""
    book, target = get_book(), tidy_destination(destination)
    here = book.place(seller.dispatch_country, seller.dispatch_region, seller.dispatch_postal_code)
    return book.movement(here, book.place(target.country, target.region, target.postal_code)) == "export"


def get_desk(*, destination: Destination, currency: str, at: datetime, rates: FrozenRates | None = None) -> Desk:
    """
    Return what every quote of a moment shares; hand the same desk to many.

    :raises InvalidField: there is no exchange rate for the currency, or no such country.
    """
    if destination.country not in markets.list_iso_countries():
        raise InvalidField.single("country", "unknown_country")
    table = markets.get_fx(at=at)
    if currency != "EUR" and currency not in table.per_eur:
        raise InvalidField.single("currency", "no_exchange_rate")
    chosen: Rates = table if rates is None else FallbackRates(rates, table)
    return Desk(
        book=get_book(),
        rates=chosen,
        schedule=get_schedule(),
        at=at,
        currency=currency,
        destination=tidy_destination(destination),
        margin_percent=markets.get_fx_margin(destination.country),
        stale_currencies=markets.list_stale_currencies(table, on=at.date()),
    )


def tidy_destination(destination: Destination) -> Destination:
    """Return a destination whose region is the code that rules name: `BR-SP` is `SP`."""
    region = destination.region.strip().removeprefix(f"{destination.country}-")
    if region == destination.region:
        return destination
    return Destination(destination.country, region, destination.postal_code)


def freeze_rates(quote: Quote) -> FrozenRates:
    """Return the exchange rates of a quote, for a cart to keep."""
    pairs: dict[str, str] = {}
    for order in quote.orders:
        pairs |= {pair: rate for pair, rate in order.rates.items() if "/" in pair}
    return FrozenRates(pairs, quote.fx_date)


# --- offers ----------------------------------------------------------------------------------------------------------


def load_offers(codes: Collection[str], *, language: str = "en", country: str | None = None) -> dict[str, Offer]:
    """Return the offers of SKUs by code, unknown codes left out; one statement."""
    return {offer.sku: offer for offer, _, _ in _read(codes, language, country)}


def _read(codes: Collection[str], language: str, country: str | None) -> list[tuple[Offer, str, str | None]]:
    rows = _fetch_offers("offers", {"codes": list(codes), "language": text_language(language), "country": country})
    return [_offer(row) for row in rows]


def _fetch_offers(name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement over offers; where an operator watches marks, it looks for them in brands and titles."""
    statement, watched = sql.load(__package__, name), get_book().watched_brands
    if watched:
        statement = statement.replace("/*brand*/", sql.load(__package__, "watched_brand"))
        parameters["watched"] = list(watched)
    return sql.fetch_all(statement, parameters)


def seller_terms(columns: Sequence[Any]) -> tuple[SellerTerms, str | None]:
    """
    Return what pricing must know of a seller, and why nothing of it can be bought (None: it can).

    :param columns: from the seller's id to its market's selling stage, in the order of `sql/seller_terms.sql`.
    """
    *told, registrations, over_threshold, payout_currency, stands, selling = columns
    can_sell = stands and selling in OPEN_STAGES
    terms = SellerTerms(*(*told, read_registrations(registrations), over_threshold, payout_currency, can_sell))
    return terms, None if can_sell else f"selling_{selling}" if stands else "seller_not_selling"


def delivery_template(columns: Sequence[Any]) -> DeliveryTemplate | None:
    """Return a template from its columns (currency, handling days from and to, services, default weight), or None."""
    currency, days_min, days_max, services, default_weight_g = columns
    if services is None:
        return None
    return DeliveryTemplate.from_row(
        currency=currency,
        handling_days_min=days_min,
        handling_days_max=days_max,
        services=services,
        default_item_weight_g=default_weight_g,
    )


def _offer(row: Sequence[Any]) -> tuple[Offer, str, str | None]:
    """Return a row as an offer, the destination's buying stage, and why the offer cannot be bought (None: it can)."""
    sku, sku_id, listing_id, title, image, options = row[:6]
    seller, selling_fault = seller_terms(row[6:19])
    (
        buying, price, currency, tax_included, home_tax_rate, hs_code, hs_confirmed, origin,
        weight_g, length, width, height, shipping_class, flags, category, available, sku_state, listing_state,
    ) = row[19:37]  # fmt: skip
    reason = selling_fault
    if sku_state != "active":
        reason = "sku_retired"
    elif listing_state != "active":
        reason = "listing_not_active"
    offer = Offer(
        sku,
        sku_id,
        listing_id,
        title,
        media_url(image, SIZES[0]) if image else "",
        json.loads(options) if options != "{}" else {},
        seller,
        Money(price, currency),
        tax_included,
        home_tax_rate,
        hs_code,
        hs_confirmed,
        origin,
        weight_g,
        (length, width, height) if length and width and height else None,
        shipping_class,
        json.loads(flags) if flags != "{}" else {},
        category or "",
        available or 0,
        reason is None,
        delivery_template(row[37:42]),
    )
    return offer, buying, reason


# --- the quote of a cart ---------------------------------------------------------------------------------------------


def get_quote(
    *,
    lines: Iterable[tuple[str, int]],
    destination: Destination,
    currency: str,
    at: datetime,
    rates: FrozenRates | None = None,
    given_import_ids: Iterable[str] = (),
    language: str = "en",
) -> Quote:
    """
    Return the landed cost of SKUs and quantities to a destination; one statement (and, once a minute, the rates).

    :raises InvalidField: no line, no such country or currency, or a quantity below one.
    :raises UnknownSku: a code is not known.
    :raises CorridorClosed: a market's stage or a sanction closes the corridor for every line.
    :raises NotSellable: some lines cannot be sold there, each with its reason.
    :raises NoDelivery: a seller does not deliver there.
    """
    wanted = _join_lines(lines)
    desk = get_desk(destination=destination, currency=currency, at=at, rates=rates)
    read = {
        offer.sku: (offer, buying, reason) for offer, buying, reason in _read(wanted, language, destination.country)
    }
    if unknown := [code for code in wanted if code not in read]:
        raise UnknownSku(skus=unknown)
    refuse_what_cannot_be_bought(desk, list(read.values()))
    offers = [(read[code][0], quantity) for code, quantity in wanted.items()]
    return rules.make_quote(desk, offers, given_import_ids=given_import_ids)


def _join_lines(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for code, quantity in lines:
        if quantity < 1:
            raise InvalidField.single("quantity", "below_1")
        wanted[code] = wanted.get(code, 0) + quantity
    if not wanted:
        raise InvalidField.single("lines", "required")
    return wanted


def refuse_what_cannot_be_bought(desk: Desk, read: Sequence[tuple[Offer, str, str | None]]) -> None:
    """
    Refuse offers that nobody may buy at the desk's destination; each comes with the destination's buying stage and
    why it cannot be bought anywhere (None: it can).

    :raises CorridorClosed, NotSellable: see `get_quote`.
    """
    country = desk.destination.country
    buying = read[0][1]
    origins = sorted({offer.seller.dispatch_country for offer, _, _ in read})
    if buying not in OPEN_STAGES:
        raise CorridorClosed(origin=origins[0], destination=country, reason=f"buying_{buying}", source=None)
    refused: list[Mapping[str, Any]] = []
    closed = None
    for offer, _, reason in read:
        if reason is not None:
            refused.append({"sku": offer.sku, "reason": reason})
            continue
        found = cards.find_sanction(desk, offer)
        if found is not None:
            closed = found
            refused.append({"sku": offer.sku, "reason": found["reason"], "source": found["source"]})
    if closed is not None and len(refused) == len(read) and len(origins) == 1:
        raise CorridorClosed(origin=origins[0], destination=country, **closed)
    if refused:
        raise NotSellable(lines=refused)


# --- cards -----------------------------------------------------------------------------------------------------------


def get_card_prices(
    *, listing_ids: Iterable[UUID], destination: Destination | str, currency: str, at: datetime
) -> dict[UUID, CardPrice | None]:
    """
    Return for each listing the delivered price of one piece of its cheapest SKU; None where it cannot be bought there.

    A country alone stands for the market's reference address. Two statements, however many listings there are.
    """
    target = reference_destination(destination) if isinstance(destination, str) else destination
    wanted = list(listing_ids)
    found: dict[UUID, CardPrice | None] = dict.fromkeys(wanted)
    if wanted:
        found.update(cards.price_cards(get_desk(destination=target, currency=currency, at=at), wanted))
    return found


def read_card_offers(listing_ids: Iterable[UUID]) -> list[Offer]:
    """
    Return the offers that cards price, of the listings among these whose store is open and whose seller is approved,
    whatever the stages of markets are. Two statements.
    """
    return cards.read_offers(listing_ids, watched=list(get_book().watched_brands))


def get_margin(country: str) -> Decimal:
    """Return the margin in percent on rates that turn sellers' prices into a country's money."""
    return markets.get_fx_margin(country)
