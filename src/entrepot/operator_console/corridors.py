"""The corridor matrix: what stages, sanctions, delivery templates and rules leave of each way, and what goes on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext_noop

from entrepot.catalog.queries import reach as catalog
from entrepot.customs.charges import Part
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money, Rounding
from entrepot.markets import queries as markets
from entrepot.markets.rules import CLOSED_MARKET, MarketStages
from entrepot.pricing import queries as pricing, trial
from entrepot.pricing.quote import OrderQuote
from entrepot.shipping import queries as shipping

# What a corridor's cell says: its state's words, the tone of their dot, and the sign that stands for them.
STATES = {
    "open": (gettext_noop("Open"), "leaf", ""),
    "pilot": (gettext_noop("Pilot"), "sea", ""),
    "undelivered": (gettext_noop("No delivery template"), "brick", "–"),
    "closed": (gettext_noop("Closed by stage"), "quiet", "×"),
    "sanctioned": (gettext_noop("Closed by sanction"), "brick", "⊘"),
}
# Goods that a corridor is tried with: net price of a piece in euro.
SAMPLES = (
    (gettext_noop("A T-shirt"), "610910", 18, 250),
    (gettext_noop("A pair of leather shoes"), "640399", 95, 1200),
    (gettext_noop("A coffee machine"), "851671", 240, 6000),
)
_DELIVERY_EUR = 9


@dataclass(frozen=True, slots=True)
class Cell:
    """One corridor as the matrix shows it. `is_sure`: the import rule for a simple parcel is known and confirmed."""

    origin: str
    destination: str
    state: str
    reason: str
    source: str
    listings: int
    is_sure: bool

    @property
    def is_open(self) -> bool:
        return self.state in ("open", "pilot")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every corridor: origins (countries whose packs can admit sellers) by destinations."""

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    most: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Goods and what they would cost delivered; `refusal` says why they cannot go."""

    goods: str
    price: Money
    quote: OrderQuote | None
    currency: str
    refusal: DomainError | None = None


def list_origins() -> tuple[str, ...]:
    """Return the countries whose packs say how sellers register: only those can send."""
    return tuple(pack.code for pack in markets.list_packs() if pack.registration is not None)


def draw(*, at: datetime, origins: tuple[str, ...] | None = None) -> Matrix:
    """Return the matrix of some origins, or of all."""
    shown = origins or list_origins()
    destinations = tuple(pack.code for pack in markets.list_packs())
    stages = markets.get_stages(at)
    listings = count_listings(destinations)
    cells = {
        (origin, destination): _cell(origin, destination, stages, listings.get((origin, destination), 0), at)
        for origin in shown
        for destination in destinations
    }
    return Matrix(shown, destinations, cells, max((cell.listings for cell in cells.values()), default=0))


def look_at(origin: str, destination: str, *, at: datetime) -> Cell:
    """Return one corridor."""
    listings = count_listings((destination,)).get((origin, destination), 0)
    return _cell(origin, destination, markets.get_stages(at), listings, at)


def count_listings(destinations: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """Return how many listings each origin's sellers would deliver to each destination by their templates."""
    reaches = shipping.list_reaches()
    counts: dict[tuple[str, str], int] = {}
    for shelf in catalog.list_shelves():
        found = reaches.get((shelf.seller_id, shelf.shipping_class))
        for destination in destinations if found else ():
            if found is not None and found.serves(destination):
                key = shelf.country, destination
                counts[key] = counts.get(key, 0) + shelf.listings
    return counts


def count_offered() -> dict[str, int]:
    """Return how many listings the sellers of each country offer, wherever they deliver."""
    counts: dict[str, int] = {}
    for shelf in catalog.list_shelves():
        counts[shelf.country] = counts.get(shelf.country, 0) + shelf.listings
    return counts


def list_senders(origin: str, destination: str) -> tuple[UUID, ...]:
    """Return the sellers of a country who deliver to another."""
    reaches = shipping.list_reaches()
    return tuple(
        dict.fromkeys(
            shelf.seller_id
            for shelf in catalog.list_shelves()
            if shelf.country == origin
            and (found := reaches.get((shelf.seller_id, shelf.shipping_class))) is not None
            and found.serves(destination)
        )
    )


def _cell(origin: str, destination: str, stages: Mapping[str, MarketStages], listings: int, at: datetime) -> Cell:
    selling = stages.get(origin, CLOSED_MARKET)
    buying = stages.get(destination, CLOSED_MARKET)
    banned = markets.sanctions_corridor(origin, destination, on=at.date())
    reason = source = ""
    if not banned.open:
        state, reason, source = "sanctioned", banned.reason or "", banned.source or ""
    elif not (selling.can_sell and buying.can_buy):
        state = "closed"
        reason = selling.selling_reason if not selling.can_sell else buying.buying_reason
    elif not listings:
        state = "undelivered"
    else:
        state = "pilot" if "pilot" in (selling.selling, buying.buying) else "open"
    return Cell(origin, destination, state, reason, source, listings, is_sure(origin, destination, at.date()))


@lru_cache(maxsize=20_000)
def is_sure(origin: str, destination: str, day: date) -> bool:
    """Tell whether the rules for a simple parcel of a corridor are known and confirmed on a day."""
    found = _try(origin, destination, SAMPLES[0], datetime.combine(day, time(12), tzinfo=UTC))
    return found.quote is not None and found.quote.sure


def try_goods(origin: str, destination: str, *, at: datetime) -> tuple[Sample, ...]:
    """Return what sample goods would cost delivered, whatever stages and sanctions say."""
    return tuple(_try(origin, destination, sample, at) for sample in SAMPLES)


def _try(origin: str, destination: str, sample: tuple[str, str, int, int], at: datetime) -> Sample:
    goods, hs_code, price_eur, weight_g = sample
    currency = markets.get_currency(destination)
    desk = pricing.get_desk(destination=pricing.reference_destination(destination), currency=currency, at=at)
    rate = desk.rates.rate("EUR", currency)
    price = Money.parse(price_eur * rate, currency, rounding=Rounding.HALF_UP)
    delivery = Money.parse(_DELIVERY_EUR * rate, currency, rounding=Rounding.HALF_UP)
    try:
        quote = trial.make_trial(
            desk,
            origin=origin,
            items=[trial.TrialItem(value=price, hs=hs_code, weight_g=weight_g)],
            delivery=delivery,
        )
    except DomainError as refusal:
        return Sample(goods, price, None, currency, refusal)
    return Sample(goods, price, quote, currency)


def shown_parts(quote: OrderQuote) -> tuple[Part, ...]:
    """Return the parts of a quote that say something: what costs, and why duty and tax do not."""
    return tuple(part for part in quote.parts if part.amount or part.group in ("duty", "tax"))
