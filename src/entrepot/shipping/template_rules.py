"""What a delivery template's document must be to be priced: every fault with its field and reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale

Fault = dict[str, str]

_AMOUNT_MAX = 10**12
_WEIGHT_MAX_G = 1_000_000
_DAYS_MAX = 180
_CODE = re.compile(r"[a-z0-9_]{1,40}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SHIPPING_CLASS = re.compile(r"[a-z0-9_]{1,40}")
# CLDR's territories of two letters, less its groupings and what it uses for tests.
_COUNTRIES = frozenset(code for code in map(str, Locale("en").territories) if re.fullmatch(r"[A-Z]{2}", code)) - {
    "EU",
    "EZ",
    "UN",
    "QO",
    "ZZ",
    "XA",
    "XB",
}


def find_template_faults(
    *,
    shipping_class: object,
    name: object,
    currency: object,
    handling_days_min: object,
    handling_days_max: object,
    services: object,
    default_item_weight_g: object,
) -> list[Fault]:
    """Return every fault of a template as {"field", "reason"}; an empty list means that it can be stored."""
    faults: list[Fault] = []
    if not _matches(_SHIPPING_CLASS, shipping_class):
        faults.append(_fault("shipping_class", "form"))
    if not _is_text(name, 80):
        faults.append(_fault("name", "required"))
    if not _matches(_CURRENCY, currency):
        faults.append(_fault("currency", "form"))
    faults += _check_days("handling_days_min", "handling_days_max", handling_days_min, handling_days_max)
    if not _is_number(default_item_weight_g, 1, _WEIGHT_MAX_G):
        faults.append(_fault("default_item_weight_g", "out_of_range"))
    if not isinstance(services, list) or not services:
        return [*faults, _fault("services", "required")]
    if len(services) > 20:
        return [*faults, _fault("services", "too_many")]
    codes: set[str] = set()
    for index, service in enumerate(services):
        faults += _check_service(f"services.{index}", service, codes)
    return faults


def _check_service(path: str, service: object, codes: set[str]) -> Iterator[Fault]:
    if not isinstance(service, Mapping):
        yield _fault(path, "not_an_object")
        return
    yield from _check_keys(
        path,
        service,
        {"code", "name", "carrier", "channel", "zones", "duties_prepaid", "tracked", "volumetric_divisor"},
    )
    code = service.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        yield _fault(f"{path}.code", "form")
    elif code in codes:
        yield _fault(f"{path}.code", "twice")
    else:
        codes.add(code)
    for field in ("name", "carrier"):
        if not _is_text(service.get(field), 80):
            yield _fault(f"{path}.{field}", "required")
    if service.get("channel") not in ("post", "courier"):
        yield _fault(f"{path}.channel", "not_post_or_courier")
    for field in ("duties_prepaid", "tracked"):
        if not isinstance(service.get(field, False), bool):
            yield _fault(f"{path}.{field}", "not_a_boolean")
    divisor = service.get("volumetric_divisor")
    if divisor is not None and not _is_number(divisor, 1000, 12_000):
        yield _fault(f"{path}.volumetric_divisor", "out_of_range")
    zones = service.get("zones")
    if not isinstance(zones, list) or not zones:
        yield _fault(f"{path}.zones", "required")
        return
    if len(zones) > 60:
        yield _fault(f"{path}.zones", "too_many")
        return
    named: set[str] = set()
    for index, zone in enumerate(zones):
        yield from _check_zone(f"{path}.zones.{index}", zone, named)


def _check_zone(path: str, zone: object, named: set[str]) -> Iterator[Fault]:
    if not isinstance(zone, Mapping):
        yield _fault(path, "not_an_object")
        return
    yield from _check_keys(
        path, zone, {"countries", "exclude", "steps", "per_item_minor", "free_over_minor", "days_min", "days_max"}
    )
    yield from _check_countries(path, zone, named)
    yield from _check_steps(f"{path}.steps", zone.get("steps"))
    if not _is_number(zone.get("per_item_minor", 0), 0, _AMOUNT_MAX):
        yield _fault(f"{path}.per_item_minor", "out_of_range")
    free_over = zone.get("free_over_minor")
    if free_over is not None and not _is_number(free_over, 0, _AMOUNT_MAX):
        yield _fault(f"{path}.free_over_minor", "out_of_range")
    yield from _check_days(f"{path}.days_min", f"{path}.days_max", zone.get("days_min"), zone.get("days_max"))


def _check_countries(path: str, zone: Mapping[str, Any], named: set[str]) -> Iterator[Fault]:
    countries = zone.get("countries")
    if not isinstance(countries, list) or not countries:
        yield _fault(f"{path}.countries", "required")
        return
    for country in countries:
        if country != "*" and country not in _COUNTRIES:
            yield _fault(f"{path}.countries", f"unknown_country {country}")
        elif country in named:
            yield _fault(f"{path}.countries", f"country_twice {country}")
        else:
            named.add(country)
    exclude = zone.get("exclude", [])
    if not isinstance(exclude, list):
        yield _fault(f"{path}.exclude", "not_a_list")
        return
    for country in exclude:
        if country not in _COUNTRIES:
            yield _fault(f"{path}.exclude", f"unknown_country {country}")


def _check_steps(path: str, steps: object) -> Iterator[Fault]:
    if not isinstance(steps, list) or not steps:
        yield _fault(path, "required")
        return
    if len(steps) > 100:
        yield _fault(path, "too_many")
        return
    before = 0
    for index, step in enumerate(steps):
        if not isinstance(step, list | tuple) or len(step) != 2:
            yield _fault(f"{path}.{index}", "not_weight_and_price")
            return
        up_to_g, price = step
        if not _is_number(up_to_g, 1, _WEIGHT_MAX_G):
            yield _fault(f"{path}.{index}.0", "out_of_range")
            return
        if up_to_g <= before:
            yield _fault(f"{path}.{index}.0", "weights_must_rise")
        if not _is_number(price, 0, _AMOUNT_MAX):
            yield _fault(f"{path}.{index}.1", "out_of_range")
        before = up_to_g


def _check_days(low_field: str, high_field: str, low: object, high: object) -> list[Fault]:
    faults = [
        _fault(field, "out_of_range")
        for field, value in ((low_field, low), (high_field, high))
        if not _is_number(value, 0, _DAYS_MAX)
    ]
    if not faults and low > high:  # type: ignore[operator]
        faults.append(_fault(high_field, "below_minimum"))
    return faults


def _check_keys(path: str, document: Mapping[str, Any], allowed: set[str]) -> Iterator[Fault]:
    for key in sorted(set(document) - allowed, key=str):
        yield _fault(f"{path}.{key}", "unknown_field")


def _fault(field: str, reason: str) -> Fault:
    return {"field": field, "reason": reason}


def _is_text(value: object, length_max: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= length_max


def _is_number(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
