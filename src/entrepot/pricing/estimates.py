"""An estimate: the landed cost of goods that nobody listed, as the command, the API and the shop's page ask for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from django.db import Error as DatabaseError

from entrepot.customs.rulebook import RuleBook
from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.markets.rules import Corridor, FxTable
from entrepot.pricing import labels, queries, trial
from entrepot.pricing.quote import Destination, OrderQuote
from entrepot.pricing.rules import Desk

# `registered`: the platform holds every registration; `post`, `courier`: it holds none, and the parcel travels so; "":
# what this operator holds, by any channel.
EstimateChannel = Literal["", "registered", "post", "courier"]
CHANNELS: tuple[EstimateChannel, ...] = ("", "registered", "post", "courier")
ITEMS_MAX = 50
VALUE_MAX = Decimal(10) ** 9
QUANTITY_MAX = 100_000
WEIGHT_MAX_G = 10**8
_HS = re.compile(r"[0-9]{6,10}")


@dataclass(frozen=True, slots=True)
class EstimateItem:
    """Goods: the price of one piece without tax in the estimate's currency; no origin: the sender's country."""

    value: Decimal
    quantity: int = 1
    hs: str = ""
    origin: str = ""
    weight_g: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRequest:
    """
    What is asked. Without a currency it is the destination's, without region and postal code the country's reference
    address, at either end; without a day today. `duty_rate` stands in for the tariff's basic rate, `fx` ("USD/BRL") for
    exchange rates.
    """

    origin: str
    destination: str
    items: tuple[EstimateItem, ...]
    currency: str = ""
    region: str = ""
    postal_code: str = ""
    origin_region: str = ""
    origin_postal_code: str = ""
    on: date | None = None
    delivery: Decimal = Decimal(0)
    channel: EstimateChannel = ""
    duties_prepaid: bool = False
    duty_rate: Decimal | None = None
    fx: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    What comes out: the order that it would be, in which money, where to, on which day, and if it may be sold.

    `country` is the destination's, or what its postal code makes of it: an address in France may be Réunion.
    """

    order: OrderQuote
    currency: str
    country: str
    on: date
    fx_date: date
    corridor: Corridor

    @property
    def total(self) -> Money:
        """The landed cost, with what falls due at the door."""
        return Money(sum(part.amount for part in self.order.parts), self.currency)

    def as_plain(self, language: str) -> dict[str, Any]:
        """Return it as a document of decimal strings, its labels in a language."""
        names = {part.code: labels.label(part.code, language) for part in self.order.parts}
        return {
            **trial.as_plain(self.order, currency=self.currency, labels=names),
            "fx_date": self.fx_date.isoformat(),
            "corridor": {"open": self.corridor.open, "reason": self.corridor.reason, "source": self.corridor.source},
        }


def make_estimate(wanted: EstimateRequest, *, now: datetime) -> Estimate:
    """
    Work out the landed cost of some goods. Without a database the tariff and the exchange rates that ship are used.

    :raises InvalidField: each fault with its field and reason.
    :raises NotSellable, NoDelivery: a restriction forbids the goods, or the channel for them.
    """
    faults = list(_faults(wanted))
    if faults:
        raise InvalidField(errors=faults)
    currency = wanted.currency or markets.get_currency(wanted.destination)
    at = datetime.combine(wanted.on, time(12), tzinfo=UTC) if wanted.on else now
    book, day_rates = _law_and_rates(at)
    table = day_rates.with_pairs(wanted.fx)
    if currency != "EUR" and currency not in table.per_eur:
        raise InvalidField.single("currency", "no_exchange_rate")
    destination = _destination(wanted)
    desk = Desk(
        book=book,
        rates=table,
        schedule=queries.get_schedule(),
        at=at,
        currency=currency,
        destination=queries.tidy_destination(destination),
        schemes=_schemes(wanted.channel, book),
        basic_duty_rate=wanted.duty_rate,
    )
    sender = queries.tidy_destination(Destination(wanted.origin, wanted.origin_region, wanted.origin_postal_code))
    order = trial.make_trial(
        desk,
        origin=wanted.origin,
        items=_items(wanted, currency),
        delivery=_money(wanted.delivery, currency, "delivery"),
        channel=wanted.channel if wanted.channel in ("post", "courier") else None,
        duties_prepaid=wanted.duties_prepaid,
        origin_region=sender.region,
        origin_postal_code=sender.postal_code,
    )
    corridor = markets.sanctions_corridor(wanted.origin, wanted.destination, on=at.date())
    return Estimate(order, currency, _country(book, destination), at.date(), table.date, corridor)


def _faults(wanted: EstimateRequest) -> list[dict[str, str]]:
    known = markets.list_iso_countries()
    found = [
        {"field": name, "reason": "unknown_country"}
        for name, code in (("from", wanted.origin), ("to", wanted.destination))
        if code not in known
    ]
    if not wanted.items:
        found.append({"field": "items", "reason": "required"})
    if len(wanted.items) > ITEMS_MAX:
        found.append({"field": "items", "reason": "too_many"})
    if wanted.channel not in CHANNELS:
        found.append({"field": "channel", "reason": "invalid"})
    if not 0 <= wanted.delivery <= VALUE_MAX:
        found.append({"field": "delivery", "reason": "out_of_range"})
    if wanted.duty_rate is not None and not 0 <= wanted.duty_rate <= 1000:
        found.append({"field": "duty_rate", "reason": "out_of_range"})
    found += [{"field": "fx", "reason": "out_of_range"} for rate in wanted.fx.values() if not 0 < rate <= VALUE_MAX]
    found += [{"field": "fx", "reason": "twice"} for pair in wanted.fx if pair[:3] == pair[4:]]
    for position, item in enumerate(wanted.items[:ITEMS_MAX]):
        found += [{"field": f"items.{position}.{name}", "reason": reason} for name, reason in _item_faults(item, known)]
    return found


def _item_faults(item: EstimateItem, known: Mapping[str, str]) -> list[tuple[str, str]]:
    found = []
    if not 0 <= item.value <= VALUE_MAX:
        found.append(("value", "out_of_range"))
    if not 1 <= item.quantity <= QUANTITY_MAX:
        found.append(("quantity", "out_of_range"))
    if item.weight_g is not None and not 0 <= item.weight_g <= WEIGHT_MAX_G:
        found.append(("weight_g", "out_of_range"))
    if item.hs and not _HS.fullmatch(item.hs):
        found.append(("hs", "hs_code"))
    if item.origin and item.origin not in known:
        found.append(("origin", "unknown_country"))
    return found


def _items(wanted: EstimateRequest, currency: str) -> list[trial.TrialItem]:
    return [
        trial.TrialItem(
            value=_money(item.value, currency, f"items.{position}.value"),
            quantity=item.quantity,
            hs=item.hs or None,
            origin=item.origin or None,
            weight_g=item.weight_g,
        )
        for position, item in enumerate(wanted.items)
    ]


def _money(value: Decimal, currency: str, name: str) -> Money:
    try:
        return Money.parse(value, currency)
    except DomainError:
        raise InvalidField.single(name, "too_many_decimals") from None


def _destination(wanted: EstimateRequest) -> Destination:
    if wanted.region or wanted.postal_code:
        # Half of the capital's address beside half of another would be a third place.
        return Destination(wanted.destination, wanted.region, wanted.postal_code)
    return queries.reference_destination(wanted.destination)


def _country(book: RuleBook, destination: Destination) -> str:
    """Return the country that an address lies in, if another pack holds for a part of the one that it names."""
    place = book.place(destination.country, destination.region, destination.postal_code)
    return destination.country if place.country == book.home(destination.country) else place.country


def _schemes(channel: EstimateChannel, book: RuleBook) -> frozenset[str] | None:
    if channel == "registered":
        return trial.all_schemes(book)
    return frozenset() if channel else None


def _law_and_rates(at: datetime) -> tuple[RuleBook, FxTable]:
    try:
        return queries.get_book(), markets.get_fx(at=at)
    except DatabaseError:
        return queries.get_shipped_book(), markets.get_shipped_fx()
