"""
Lanes: where a listing may go and how long that takes, as one text that an engine keeps beside it.

`ES|ES/CN/35001|CITES-declared,ban:EU-RU-luxury|*:p8-20;ES:c2-4` names the seller's country; where the goods leave from
(with region and postal code where a rule tells them apart); the rules that fall on the goods wherever they may be in
force; and where the delivery template takes them (`reach`). Many listings share a lane, and there are few lanes.

Everything that changes by itself is asked when somebody searches: stages of markets, sanctions, rules and their days.
The truth is what cards are priced by: a lane is open to a destination exactly where its listings' cards have a price.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import quote, unquote
from uuid import UUID

from entrepot.catalog import events as catalog
from entrepot.customs.charges import half_up
from entrepot.customs.restrictions import UNCONFIRMED, flag_words, touches
from entrepot.customs.rulebook import RuleBook
from entrepot.kernel import sql
from entrepot.kernel.facts import StoredFact
from entrepot.kernel.money import minor_digits
from entrepot.markets import queries as markets
from entrepot.markets.rules import Rates
from entrepot.markets.sanctions import End, is_cut_off
from entrepot.orders import events as orders
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination, Offer
from entrepot.search import lane_rules, reach
from entrepot.sellers import events as sellers
from entrepot.shipping import events as shipping

_REMEMBERED_MAX = 50_000
FORMAT = 2  # Raised when the text of a lane is read otherwise: an index with others cannot be asked.
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Way:
    """
    How listings of a lane come to a buyer: whose they are, and days from payment to delivery.

    Where it depends on the import charges which of two services is taken, the days are those of both. Without a
    destination the days are 0 and mean nothing.
    """

    seller_country: str
    days_min: int = 0
    days_max: int = 0


# --- at indexing -----------------------------------------------------------------------------------------------------


def read(listing_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, str]:
    """
    Return the lanes of the listings among these that are offered: of an open store of an approved seller.

    One statement. A listing's lane is that of the SKU which its card prices: the cheapest one in stock.
    """
    book, rates = pricing.get_book(), markets.get_fx(at=at)
    return {offer.listing_id: name_lane(book, offer, rates) for offer in pricing.read_card_offers(listing_ids)}


def name_lane(book: RuleBook, offer: Offer, rates: Rates) -> str:
    """Return the lane of an offer at some exchange rates."""
    seller = offer.seller
    place = (seller.dispatch_country, seller.dispatch_region, seller.dispatch_postal_code)
    flags = flag_words(offer.flags)
    kind = lane_rules.Kind(
        offer.hs_code,
        offer.origin_country,
        flags if offer.hs_confirmed else flags | {UNCONFIRMED},
        seller.country,
        seller.dispatch_country,
        book.place(*place),
    )
    rules = lane_rules.list_falling_on(book, kind, offer.price, rates)
    if "brand" in flags and (mark := book.watched_brands.get(str(offer.flags["brand"]))):
        rules.append(lane_rules.name_brand(mark, is_its_own=seller.store_slug in mark.stores))
    return "|".join(
        (
            seller.country,
            _name_place(book, *place),
            ",".join(sorted(quote(rule, safe=": ") for rule in rules)),
            _describe_reach(offer, rates),
        )
    )


def _describe_reach(offer: Offer, rates: Rates) -> str:
    template = offer.template
    if template is None:
        return ""
    price, currency = offer.price, template.currency
    value = price.minor
    if price.currency != currency:
        rate = rates.rate(price.currency, currency)
        value = half_up(value * rate.scaleb(minor_digits(currency) - minor_digits(price.currency)))
    return reach.describe(template, weight_g=offer.weight_g, dimensions=offer.dimensions_mm, value=value)


def _name_place(book: RuleBook, country: str, region: str, postal_code: str) -> str:
    if not _is_told_apart(book, country, region, postal_code):
        return country
    return "/".join((country, quote(region, safe=""), quote(postal_code, safe="")))


@lru_cache(maxsize=_REMEMBERED_MAX)
def _is_told_apart(book: RuleBook, country: str, region: str, postal_code: str) -> bool:
    """Say whether any rule that decides about lanes tells a place from the rest of its country."""
    place, plain = book.place(country, region, postal_code), book.place(country, "", "")
    pack = book.pack(place.country) or book.library.defaults
    return (
        place.code != plain.code
        or place.country != plain.country
        or any(touches(row, place, place) for row in pack.restricted)
        or is_cut_off(book.library, End(country, region, postal_code))
    )


_OF_SELLERS = """
SELECT l.id FROM unnest(%s::uuid[], %s::text[]) AS c (seller_id, shipping_class)
JOIN catalog_listing l ON l.seller_id = c.seller_id AND c.shipping_class IN ('', l.shipping_class)
"""
# Of a purchase only what ran out: a shop that sells hundreds a second writes few documents anew, and how often each was
# bought is read once a day.
_SOLD_OUT = """
SELECT DISTINCT n.listing_id
FROM orders_order o
JOIN orders_orderline n ON n.order_id = o.id
JOIN catalog_stock q ON q.sku_id = n.sku_id
WHERE o.purchase_id = ANY(%s) AND q.on_hand <= q.reserved
"""
# Of what was given back everything: another return may have come between, so that the count says no longer what turned.
_GIVEN_BACK = """
SELECT DISTINCT n.listing_id
FROM orders_order o
JOIN orders_orderline n ON n.order_id = o.id
WHERE o.purchase_id = ANY(%s) OR o.id = ANY(%s)
"""
_OF_LISTINGS = {catalog.ListingsChanged.kind, catalog.ListingsRemoved.kind, catalog.StockTurned.kind}
_OF_A_SELLER = {sellers.StoreChanged.kind, sellers.SellerApproved.kind, sellers.SellerSuspended.kind}


def listings_of(facts: Iterable[StoredFact]) -> set[UUID]:
    """
    Return the listings whose documents may be others since these facts: by what they are, where they go, whether they
    are in stock. At most three statements.
    """
    found: set[UUID] = set()
    of_sellers: set[tuple[str, str]] = set()
    placed: list[UUID] = []
    expired: list[UUID] = []
    cancelled: list[UUID] = []
    for fact in facts:
        told = fact.payload
        if fact.kind in _OF_LISTINGS:
            found.update(map(UUID, told["listing_ids"]))
        elif fact.kind in _OF_A_SELLER:
            of_sellers.add((told["seller_id"], ""))
        elif fact.kind == shipping.DeliveryChanged.kind:
            # The standard template carries every class that has none of its own.
            is_standard = told["shipping_class"] == "standard"
            of_sellers.add((told["seller_id"], "" if is_standard else told["shipping_class"]))
        elif fact.kind == orders.PurchasePlaced.kind:
            placed.append(UUID(told["purchase_id"]))
        elif fact.kind == orders.PurchaseExpired.kind:
            expired.append(UUID(told["purchase_id"]))
        elif fact.kind == orders.OrderLinesCancelled.kind:
            cancelled.append(UUID(told["order_id"]))
    if of_sellers:
        found.update(row[0] for row in sql.fetch_all(_OF_SELLERS, list(map(list, zip(*of_sellers, strict=True)))))
    if placed:
        found.update(row[0] for row in sql.fetch_all(_SOLD_OUT, [placed]))
    if expired or cancelled:
        found.update(row[0] for row in sql.fetch_all(_GIVEN_BACK, [expired, cancelled]))
    return found


# --- when somebody searches ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lane:
    """A lane's text, read."""

    seller_country: str
    senders: tuple[End, ...]
    rules: frozenset[str]
    reach: str


def read_reach(lane: str) -> Mapping[str, Sequence[reach.Option]]:
    """Return where a lane leads, whatever is closed: the ways to each country that it names."""
    return reach.read(lane.split("|")[3]) if lane.count("|") == _PARTS - 1 else {}


@lru_cache(maxsize=_REMEMBERED_MAX)
def _parse(lane: str) -> _Lane:
    seller_country, place, rules, where = lane.split("|")
    country, *more = place.split("/")
    sender = End(country, *map(unquote, more))
    return _Lane(
        seller_country,
        (sender,) if seller_country == country else (sender, End(seller_country)),
        frozenset(map(unquote, rules.split(","))) if rules else frozenset(),
        where,
    )


def open_to(
    lanes: frozenset[str],
    destination: Destination | None,
    *,
    origins: Collection[str] = (),
    days_max: int | None = None,
    at: datetime,
) -> Mapping[str, Way]:
    """
    Return which of these lanes are open to a destination at this moment, and what way each is.

    Stages of markets are read now; everything else is remembered by what it depends on: while nothing changed, the same
    mapping comes back. Without a destination a lane is open where its sellers may sell at all.

    :param origins: of sellers of these countries alone; empty: of all.
    :param days_max: only what is there within so many days.
    """
    if destination is None or not destination.country:
        open_sellers = markets.list_open_sellers()
        return _from_open_sellers(lanes, open_sellers & frozenset(origins) if origins else open_sellers)
    book = pricing.get_book()
    there = _tidy(book, destination)
    open_sellers = markets.list_open_sellers(buyer=there.country)
    wanted = open_sellers & frozenset(origins) if origins else open_sellers
    return _open_to(book, lanes, there, wanted, days_max, at.date())


def find_way(book: RuleBook, lane: str, destination: Destination, on: date) -> Way | None:
    """Return the way of a lane to a destination on a day whatever the stages of markets are; None: it is closed."""
    return _outlook(book, _tidy(book, destination), on).look(lane)


def _tidy(book: RuleBook, destination: Destination) -> Destination:
    """Return a destination with no more of it than rules look at, so that neighbours share what is remembered."""
    whole = pricing.tidy_destination(destination)
    if _is_told_apart(book, whole.country, whole.region, whole.postal_code):
        return whole
    return Destination(whole.country)


@lru_cache(maxsize=16)
def _from_open_sellers(lanes: frozenset[str], open_sellers: frozenset[str]) -> Mapping[str, Way]:
    return {lane: Way(country) for lane in lanes if (country := _parse(lane).seller_country) in open_sellers}


@lru_cache(maxsize=64)
def _open_to(
    book: RuleBook,
    lanes: frozenset[str],
    destination: Destination,
    open_sellers: frozenset[str],
    days_max: int | None,
    on: date,
) -> Mapping[str, Way]:
    outlook = _outlook(book, destination, on)
    return {
        lane: way
        for lane in lanes
        if (way := outlook.look(lane)) is not None
        and way.seller_country in open_sellers
        and (days_max is None or way.days_max <= days_max)
    }


class _Outlook:
    """What is known of the ways to a destination on a day, whatever the stages: a new generation has few new lanes."""

    __slots__ = ("_book", "_destination", "_known", "_on", "_there")

    def __init__(self, book: RuleBook, destination: Destination, on: date) -> None:
        self._book, self._destination, self._on = book, destination, on
        self._there = End(destination.country, destination.region, destination.postal_code)
        self._known: dict[str, Way | None] = {}

    def look(self, lane: str) -> Way | None:
        """Return the way of a lane; None: it is closed."""
        try:
            return self._known[lane]
        except KeyError:
            if len(self._known) > _REMEMBERED_MAX:
                self._known.clear()
            found = self._known[lane] = self._find(_parse(lane))
            return found

    def _find(self, lane: _Lane) -> Way | None:
        closing = lane_rules.find_closing(self._book, lane.senders, self._there, self._on)
        if closing is None or not closing.whole.isdisjoint(lane.rules):
            return None
        options = reach.find_options(lane.reach, self._there.country, closing.banned_channels(lane.rules))
        if not options:
            return None
        first = options[0]
        # Where something would fall due at the door, a service that prepays it is taken in its stead.
        prepaid = next((option for option in options if option.duties_prepaid), first)
        if not closing.is_over_border:
            prepaid = first
        return Way(lane.seller_country, min(first.days_min, prepaid.days_min), max(first.days_max, prepaid.days_max))


@lru_cache(maxsize=64)
def _outlook(book: RuleBook, destination: Destination, on: date) -> _Outlook:
    return _Outlook(book, destination, on)
