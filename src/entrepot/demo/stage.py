"""The stage that a demonstration needs: markets open, exchange rates loaded, delivery templates set."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from entrepot.catalog import operations as catalog
from entrepot.markets import operations as markets, queries as market_queries
from entrepot.shipping import operations as shipping, presets

FIRST_COUNTRIES = ("CN", "RU", "TR", "IT", "ES")
PILOT_COUNTRIES = ("KZ", "SA")


def open_markets(*, now: datetime) -> None:
    """Open the first countries for sellers, the next as pilots, and every country with a pack for buyers."""
    markets.sync_markets(now=now)
    catalog.sync_categories()
    wanted = {("selling", country): "open" for country in FIRST_COUNTRIES}
    wanted |= {("selling", country): "pilot" for country in PILOT_COUNTRIES}
    stages = market_queries.get_stages()
    wanted |= {("buying", country): "open" for country in stages}
    for (side, country), stage in wanted.items():
        if getattr(stages[country], side) != stage:
            markets.set_stage(
                country=country,
                side=side,  # type: ignore[arg-type]
                stage=stage,
                actor="system",
                reason="The demonstration opens with it.",
                now=now,
            )


def set_templates(*, seller_id: UUID, country: str, now: datetime) -> None:
    """Give a seller the delivery templates that are usual from its country."""
    for preset in presets.list_presets(country):
        shipping.set_template(
            seller_id=seller_id,
            shipping_class=preset.shipping_class,
            name=preset.name,
            currency=preset.currency,
            handling_days_min=preset.handling_days_min,
            handling_days_max=preset.handling_days_max,
            services=preset.services,
            default_item_weight_g=preset.default_item_weight_g,
            now=now,
        )
