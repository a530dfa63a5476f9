"""
Delivery templates to start from, per country of dispatch: what services there cost a small seller, as data.

Orders of magnitude of public small-business tariffs of 2025 and 2026, rounded; a seller adjusts them. One TOML file per
country of dispatch, amounts in minor units of its currency.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready template: pass its fields to `operations.set_template`."""

    country: str
    shipping_class: str
    name: str
    currency: str
    handling_days_min: int
    handling_days_max: int
    default_item_weight_g: int
    services: tuple[dict[str, Any], ...]


@cache
def list_presets(country: str) -> tuple[Preset, ...]:
    """Return the presets for a country of dispatch, the `standard` one first; empty when there is none."""
    file = files(__package__).joinpath(f"{country.lower()}.toml")
    if not file.is_file():
        return ()
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    zones = document["zones"]
    return tuple(
        Preset(
            country=country,
            shipping_class=template["shipping_class"],
            name=template["name"],
            currency=document["currency"],
            handling_days_min=template["handling_days_min"],
            handling_days_max=template["handling_days_max"],
            default_item_weight_g=template["default_item_weight_g"],
            services=tuple(_service(service, zones) for service in template["services"]),
        )
        for template in document["templates"]
    )


@cache
def list_countries() -> tuple[str, ...]:
    """Return the countries of dispatch that have presets."""
    return tuple(sorted(file.name[:2].upper() for file in files(__package__).iterdir() if file.name.endswith(".toml")))


def _service(service: dict[str, Any], zones: dict[str, list[str]]) -> dict[str, Any]:
    """Spell the named groups of countries out: a zone's `to` names one, or a list of country codes."""
    return {
        **service,
        "zones": [
            {
                **{key: value for key, value in zone.items() if key != "to"},
                "countries": [country for name in zone["to"] for country in zones.get(name, [name])],
            }
            for zone in service["zones"]
        ],
    }
