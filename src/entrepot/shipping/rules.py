"""
Delivery as pure functions: templates and the choice of a service, weights, S10 numbers, tracking words.

Amounts are minor units of the template's currency; weights are grams, sizes millimetres. Nothing here knows Django.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from entrepot.kernel.money import Money
from entrepot.kernel.values import Value

Channel = Literal["post", "courier"]
Dimensions = tuple[int, int, int]
# (weight of one piece in grams or None, its size in millimetres or None, pieces, value of the pieces together).
Item = tuple[int | None, Dimensions | None, int, int]

EVERYWHERE = "*"
DEFAULT_ITEM_WEIGHT_G = 500


@dataclass(frozen=True, slots=True)
class Zone:
    """Countries served at one price table: weight steps (up to so many grams, price), what each piece adds, days."""

    countries: frozenset[str]
    exclude: frozenset[str]
    steps: tuple[tuple[int, int], ...]
    per_item_minor: int
    free_over_minor: int | None
    days_min: int
    days_max: int

    def serves(self, country: str) -> bool:
        return (country in self.countries or EVERYWHERE in self.countries) and country not in self.exclude


@dataclass(frozen=True, slots=True)
class Service:
    """One way of sending: a carrier's product, by post or courier, with or without the import duties prepaid."""

    code: str
    name: str
    carrier: str
    channel: Channel
    zones: tuple[Zone, ...]
    duties_prepaid: bool
    tracked: bool
    volumetric_divisor: int | None

    def zone_for(self, country: str) -> Zone | None:
        """Return the zone that names the country, else the one for everywhere, else None."""
        fallback = None
        for zone in self.zones:
            if country in zone.exclude:
                continue
            if country in zone.countries:
                return zone
            if fallback is None and EVERYWHERE in zone.countries:
                fallback = zone
        return fallback


@dataclass(frozen=True, slots=True)
class DeliveryTemplate:
    """What a seller's delivery costs for one shipping class, and how many days handling takes before dispatch."""

    currency: str
    handling_days_min: int
    handling_days_max: int
    services: tuple[Service, ...]
    default_item_weight_g: int = DEFAULT_ITEM_WEIGHT_G
    _zones_to: dict[str, tuple[tuple[Service, Zone], ...]] = field(default_factory=dict, repr=False, compare=False)
    _looks_to: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def zones_to(self, country: str) -> tuple[tuple[Service, Zone], ...]:
        """Return the services that go to a country, each with the zone that serves it; remembered."""
        found = self._zones_to.get(country)
        if found is None:
            zones = ((service, service.zone_for(country)) for service in self.services)
            found = self._zones_to[country] = tuple((service, zone) for service, zone in zones if zone is not None)
        return found

    def looks_at_value(self, country: str) -> bool:
        """Say whether a service to a country is free above some value of the goods; remembered."""
        found = self._looks_to.get(country)
        if found is None:
            found = any(zone.free_over_minor is not None for _, zone in self.zones_to(country))
            self._looks_to[country] = found
        return found

    @classmethod
    def from_row(
        cls,
        *,
        currency: str,
        handling_days_min: int,
        handling_days_max: int,
        services: str | Sequence[Mapping[str, Any]],
        default_item_weight_g: int = DEFAULT_ITEM_WEIGHT_G,
    ) -> DeliveryTemplate:
        """Return the template of a row of `shipping_deliverytemplate`; `services` as JSON text or already parsed."""
        text = services if isinstance(services, str) else json.dumps(services, sort_keys=True)
        return _from_row(currency, handling_days_min, handling_days_max, text, default_item_weight_g)


class DeliveryChoice(Value, frozen=True):
    """
    A service priced for one consignment; days are from payment to delivery, handling included, transit days from
    dispatch.

    `estimated` is true where an unknown weight was replaced by the template's default and the price depends on weight.
    """

    code: str
    name: str
    carrier: str
    channel: Channel
    days_min: int
    days_max: int
    duties_prepaid: bool
    tracked: bool
    price_native: Money
    weight_g: int
    estimated: bool
    transit_days_min: int = 0
    transit_days_max: int = 0


@lru_cache(maxsize=8192)
def _from_row(currency: str, days_min: int, days_max: int, services: str, default_weight_g: int) -> DeliveryTemplate:
    # A page of cards reads the same few templates again and again: parsing one costs more than pricing with it.
    return DeliveryTemplate(
        currency=currency,
        handling_days_min=days_min,
        handling_days_max=days_max,
        services=tuple(_read_service(document) for document in json.loads(services)),
        default_item_weight_g=default_weight_g,
    )


def _read_service(document: Mapping[str, Any]) -> Service:
    return Service(
        code=document["code"],
        name=document["name"],
        carrier=document["carrier"],
        channel=document["channel"],
        zones=tuple(_read_zone(zone) for zone in document["zones"]),
        duties_prepaid=document.get("duties_prepaid", False),
        tracked=document.get("tracked", True),
        volumetric_divisor=document.get("volumetric_divisor"),
    )


def _read_zone(document: Mapping[str, Any]) -> Zone:
    return Zone(
        countries=frozenset(document["countries"]),
        exclude=frozenset(document.get("exclude", ())),
        steps=tuple((up_to_g, price) for up_to_g, price in document["steps"]),
        per_item_minor=document.get("per_item_minor", 0),
        free_over_minor=document.get("free_over_minor"),
        days_min=document["days_min"],
        days_max=document["days_max"],
    )


def volumetric_weight_g(dimensions: Dimensions, divisor: int) -> int:
    """
    Return the weight that a carrier charges for the room a piece takes, in grams, rounded up.

    Carriers state it as length × width × height in centimetres / divisor = kilograms (5000 for express, 6000 for some
    lines), which in millimetres and grams is the same division.
    """
    length, width, height = dimensions
    return -(-length * width * height // divisor)


# A service in the zone that serves the destination: its price, the weight charged, whether that weight is a guess.
Way = tuple[Service, Zone, int, int, bool]


def list_ways(template: DeliveryTemplate, destination_country: str, items: Sequence[Item]) -> list[Way]:
    """Return every service that can carry the items to the destination, priced, in the template's order."""
    pieces = goods = weight = 0
    unknown = False
    for item_weight, _, quantity, value in items:
        pieces += quantity
        goods += value
        unknown = unknown or item_weight is None
        weight += (template.default_item_weight_g if item_weight is None else item_weight) * quantity
    ways: list[Way] = []
    for service, zone in template.zones_to(destination_country):
        charged = weight
        if service.volumetric_divisor is not None:
            charged = max(weight, _volumetric_weight_g(service.volumetric_divisor, items))
        step_price = _step_price(zone, charged)
        if step_price is None:
            continue
        free = zone.free_over_minor is not None and goods >= zone.free_over_minor
        price = 0 if free else step_price + zone.per_item_minor * pieces
        ways.append((service, zone, price, charged, unknown and not free and len(zone.steps) > 1))
    return ways


def choose_way(
    template: DeliveryTemplate,
    ways: Iterable[Way],
    *,
    prefer_prepaid: bool = True,
    banned: Collection[str] = (),
) -> DeliveryChoice | None:
    """
    Return the cheapest service for one consignment whose channel is not banned, or None when there is none.

    With `prefer_prepaid` a service that prepays the import duties wins over one that does not, whatever it costs: the
    buyer is promised no charge at the door where that can be had. At the same price the faster one wins.
    """
    best: Way | None = None
    best_rank: tuple[bool, int, int, str] | None = None
    for way in ways:
        service, zone, price, _, _ = way
        if service.channel in banned:
            continue
        rank = (prefer_prepaid and not service.duties_prepaid, price, zone.days_max, service.code)
        if best_rank is None or rank < best_rank:
            best, best_rank = way, rank
    return None if best is None else _choice(template, best)


def list_choices(
    template: DeliveryTemplate, destination_country: str, items: Sequence[Item]
) -> tuple[DeliveryChoice, ...]:
    """Return every service that can carry the items to the destination as choices, in the template's order."""
    return tuple(_choice(template, way) for way in list_ways(template, destination_country, items))


def choose(
    template: DeliveryTemplate,
    destination_country: str,
    items: Sequence[Item],
    prefer_prepaid: bool = True,
) -> DeliveryChoice | None:
    """Return the service for one consignment (see `choose_way`), or None when none goes there or carries so much."""
    return choose_way(template, list_ways(template, destination_country, items), prefer_prepaid=prefer_prepaid)


def _choice(template: DeliveryTemplate, way: Way) -> DeliveryChoice:
    service, zone, price, charged, estimated = way
    return DeliveryChoice(
        service.code,
        service.name,
        service.carrier,
        service.channel,
        template.handling_days_min + zone.days_min,
        template.handling_days_max + zone.days_max,
        service.duties_prepaid,
        service.tracked,
        Money(price, template.currency),
        charged,
        estimated,
        zone.days_min,
        zone.days_max,
    )


def _volumetric_weight_g(divisor: int, items: Iterable[Item]) -> int:
    return sum(
        volumetric_weight_g(dimensions, divisor) * quantity
        for _, dimensions, quantity, _ in items
        if dimensions is not None
    )


def _step_price(zone: Zone, weight_g: int) -> int | None:
    for up_to_g, price in zone.steps:
        if weight_g <= up_to_g:
            return price
    return None


# UPU S10: two letters of the service, eight digits, a check digit, the posting country.
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def s10_check_digit(serial: str) -> int:
    """Return the check digit of an eight-digit S10 serial number (UPU standard S10-12, section 3)."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(serial, _S10_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def make_s10(service: str, serial: int, country: str) -> str:
    """Return an S10 item number such as `RR473124829IT`; the serial is from 0 to 99,999,999."""
    assert len(service) == 2, "two letters name the service"
    assert service.isalpha(), "two letters name the service"
    assert service.isupper(), "capital letters name the service"
    assert 0 <= serial <= 99_999_999, "an S10 serial has eight digits"
    digits = f"{serial:08d}"
    return f"{service}{digits}{s10_check_digit(digits)}{country}"


def looks_like_s10(number: str) -> bool:
    """Say whether a number has the form of an S10 number, right or wrong in its check digit."""
    return (
        len(number) == 13
        and number.isascii()
        and number[:2].isalpha()
        and number[2:11].isdigit()
        and number[11:].isalpha()
        and number == number.upper()
    )


def is_s10(number: str) -> bool:
    """Say whether a number is a well-formed S10 number with the right check digit."""
    return looks_like_s10(number) and s10_check_digit(number[2:10]) == int(number[10])


def tidy_tracking_number(number: str) -> str:
    """Return a tracking number as carriers print it: capitals, no blanks or dashes."""
    return "".join(symbol for symbol in number.upper() if symbol not in " -\u00a0\t")


def find_tracking_number_fault(number: str, *, channel: Channel) -> str | None:
    """
    Return why a (tidied) tracking number cannot be one, or None.

    A postal number must be a right S10 number. A courier's form is its own, but has 6 to 35 letters and digits; if it
    has the form of an S10 number its check digit must be right too.
    """
    if looks_like_s10(number):
        return None if is_s10(number) else "s10_check_digit"
    if channel == "post":
        return "not_s10"
    if not (6 <= len(number) <= 35) or not number.isascii() or not number.isalnum():
        return "tracking_number_form"
    return None


# Tracking words, as AfterShip names them, in the order in which a parcel usually meets them.
TRACKING_WORDS = (
    "Pending",
    "InfoReceived",
    "InTransit",
    "OutForDelivery",
    "AttemptFail",
    "AvailableForPickup",
    "Exception",
    "Delivered",
    "Expired",
)
FINAL_TRACKING_WORDS = frozenset({"Delivered", "Expired"})


def simulated_route_hours(*, days_min: int, days_max: int, seed: str) -> int:
    """Return how many hours a simulated parcel travels: between the service's days, always the same for one number."""
    span = max(days_max - days_min, 0) * 24
    return max(days_min, 1) * 24 + (zlib.crc32(seed.encode()) % (span + 1) if span else 0)


# What one Special Drawing Right was worth in euros: IMF, 20 October 2025. It only decides between two forms.
_SDR_IN_EUR = Decimal("1.17176")
_CN22_VALUE_MAX_SDR = 300
_CN22_WEIGHT_MAX_G = 2000

PaperKind = Literal["cn22", "cn23", "commercial_invoice"]


def customs_papers(*, channel: Channel, value_eur: Decimal, weight_g: int) -> tuple[PaperKind, ...]:
    """
    Return the customs papers of a parcel that crosses a customs border.

    The post asks for a CN22 up to 300 SDR and 2 kg, else for a CN23 with a commercial invoice (UPU Convention
    Regulations, article 20-001); couriers ask for a commercial invoice.
    """
    if channel == "courier":
        return ("commercial_invoice",)
    if value_eur <= _CN22_VALUE_MAX_SDR * _SDR_IN_EUR and weight_g <= _CN22_WEIGHT_MAX_G:
        return ("cn22",)
    return ("cn23", "commercial_invoice")
