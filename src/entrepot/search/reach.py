"""
Where a listing's delivery template takes it, as a short text: for every country which ways there are and how long each
takes. Pure.

`*:p8-20,c4-9+;RU:p9-30;US:` says: by post in 8 to 20 days or by courier in 4 to 9 with duties prepaid; to Russia by
post alone; to the United States not at all. Ways stand in the order of their price, and one that would never be chosen
is left out; so templates that differ in nothing but money have the same text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from entrepot.shipping.rules import (
    EVERYWHERE,
    Channel,
    DeliveryTemplate,
    Dimensions,
    list_ways,
    volumetric_weight_g,
)

_REMEMBERED_MAX = 20_000
_LETTERS: Mapping[Channel, str] = {"post": "p", "courier": "c"}


@dataclass(frozen=True, slots=True)
class Option:
    """One way of sending to a country: days from payment to delivery, and whether it prepays import duties."""

    channel: str
    days_min: int
    days_max: int
    duties_prepaid: bool


class _Profile:
    """A template, where its answers change with weight and value, and what it answered."""

    __slots__ = ("divisors", "free_from", "known", "template", "weights")

    def __init__(self, template: DeliveryTemplate) -> None:
        zones = [zone for service in template.services for zone in service.zones]
        self.template = template
        self.weights = sorted({up_to_g for zone in zones for up_to_g, _ in zone.steps})
        self.free_from = sorted({zone.free_over_minor for zone in zones if zone.free_over_minor is not None})
        self.divisors = sorted({service.volumetric_divisor or 0 for service in template.services})
        self.known: dict[tuple[int, ...], str] = {}


# By identity: templates of equal documents are one object while they are remembered, and hashing one is dear.
_profiles: dict[int, _Profile] = {}


def describe(template: DeliveryTemplate, *, weight_g: int | None, dimensions: Dimensions | None, value: int) -> str:
    """Return where a template takes one piece; its `value` is in minor units of the template's currency."""
    profile = _profiles.get(id(template))
    if profile is None or profile.template is not template:
        if len(_profiles) > _REMEMBERED_MAX:
            _profiles.clear()
        profile = _profiles[id(template)] = _Profile(template)
    weight = template.default_item_weight_g if weight_g is None else weight_g
    key = (
        bisect_right(profile.free_from, value),
        *(
            bisect_left(
                profile.weights,
                max(weight, volumetric_weight_g(dimensions, divisor)) if divisor and dimensions else weight,
            )
            for divisor in profile.divisors
        ),
    )
    found = profile.known.get(key)
    if found is None:
        found = profile.known[key] = _describe(template, weight_g, dimensions, value)
    return found


def _describe(template: DeliveryTemplate, weight_g: int | None, dimensions: Dimensions | None, value: int) -> str:
    named = {
        country
        for service in template.services
        for zone in service.zones
        for country in zone.countries | zone.exclude
        if country != EVERYWHERE
    }
    item = (weight_g, dimensions, 1, value)
    elsewhere = _ways(template, "", item)
    groups: dict[str, list[str]] = {}
    for country in sorted(named):
        ways = _ways(template, country, item)
        if ways != elsewhere:
            groups.setdefault(ways, []).append(country)
    texts = [f"{','.join(countries)}:{ways}" for ways, countries in groups.items()]
    if elsewhere:
        texts.append(f"{EVERYWHERE}:{elsewhere}")
    return ";".join(sorted(texts))


def _ways(template: DeliveryTemplate, country: str, item: tuple[int | None, Dimensions | None, int, int]) -> str:
    """Return the ways to a country, the cheapest first; what the cheaper ones of its channel make needless is not."""
    ordered = sorted(list_ways(template, country, (item,)), key=lambda way: (way[2], way[1].days_max, way[0].code))
    taken: dict[tuple[Channel, bool], str] = {}
    for service, zone, *_ in ordered:
        channel, prepaid = service.channel, service.duties_prepaid
        if (channel, True) in taken or (channel, prepaid) in taken:
            continue
        first = template.handling_days_min + zone.days_min
        last = template.handling_days_max + zone.days_max
        taken[channel, prepaid] = f"{_LETTERS[channel]}{first}-{last}{'+' if prepaid else ''}"
    return ",".join(taken.values())


@lru_cache(maxsize=_REMEMBERED_MAX)
def read(text: str) -> Mapping[str, Sequence[Option]]:
    """Return the options of a text by country, `*` for every country that is not named."""
    found: dict[str, Sequence[Option]] = {}
    for group in text.split(";") if text else ():
        countries, _, ways = group.partition(":")
        options = tuple(_read_option(way) for way in ways.split(",")) if ways else ()
        found.update(dict.fromkeys(countries.split(","), options))
    return found


_CHANNELS = {letter: channel for channel, letter in _LETTERS.items()}


@lru_cache(maxsize=_REMEMBERED_MAX)
def _read_option(text: str) -> Option:
    first, _, last = text[1:].rstrip("+").partition("-")
    return Option(_CHANNELS[text[0]], int(first), int(last), text.endswith("+"))


def find_options(text: str, country: str, banned: Collection[str]) -> list[Option]:
    """Return the options to a country whose channel is not banned, the cheapest first."""
    reach = read(text)
    options = reach.get(country)
    if options is None:
        options = reach.get(EVERYWHERE, ())
    return [option for option in options if option.channel not in banned]
