"""Delivery templates and parcels made through operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from entrepot.kernel import ids
from entrepot.shipping import operations, presets
from entrepot.shipping.operations import ParcelContent

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def zone(
    *countries: str,
    steps: Sequence[Sequence[int]] = ((1000, 500), (5000, 900)),
    days: tuple[int, int] = (5, 10),
    **more: Any,
) -> dict[str, Any]:
    """Return a zone's document."""
    return {
        "countries": list(countries or ("*",)),
        "steps": [list(step) for step in steps],
        "days_min": days[0],
        "days_max": days[1],
        **more,
    }


def service(
    code: str = "packet", *zones: dict[str, Any], channel: str = "post", carrier: str = "Post", **more: Any
) -> dict[str, Any]:
    """Return a service's document, for everywhere unless zones are named."""
    document = {
        "code": code,
        "name": code.title(),
        "carrier": carrier,
        "channel": channel,
        "duties_prepaid": False,
        "tracked": True,
    }
    return {**document, "zones": list(zones) or [zone()], **more}


def template(
    seller: Any,
    *services: dict[str, Any],
    currency: str | None = None,
    shipping_class: str = "standard",
    handling: tuple[int, int] = (1, 3),
    default_item_weight_g: int = 500,
    now: datetime = NOW,
) -> int:
    """Give a seller (its id or a view of it) a delivery template; one postal service to everywhere by default."""
    return operations.set_template(
        seller_id=getattr(seller, "id", seller),
        shipping_class=shipping_class,
        name=shipping_class.title(),
        currency=currency or getattr(seller, "payout_currency", "EUR"),
        handling_days_min=handling[0],
        handling_days_max=handling[1],
        services=list(services) or [service()],
        default_item_weight_g=default_item_weight_g,
        now=now,
    )


def preset_templates(seller: Any, *, country: str | None = None, now: datetime = NOW) -> None:
    """Give a seller the templates that ship for its country."""
    for preset in presets.list_presets(country or seller.country):
        operations.set_template(
            seller_id=seller.id,
            shipping_class=preset.shipping_class,
            name=preset.name,
            currency=preset.currency,
            handling_days_min=preset.handling_days_min,
            handling_days_max=preset.handling_days_max,
            services=preset.services,
            default_item_weight_g=preset.default_item_weight_g,
            now=now,
        )


def parcel(
    seller: Any,
    *,
    order_id: UUID | None = None,
    tracking_number: str | None = "LX473124829CN",
    carrier: str = "Post",
    channel: Any = "post",
    origin: str = "CN",
    destination: str = "DE",
    now: datetime = NOW,
) -> UUID:
    """Record a parcel on its way; returns its id."""
    parcel_id = ids.new_id()
    with transaction.atomic():
        operations.create_parcel(
            parcel_id=parcel_id,
            order_id=order_id or ids.new_id(),
            seller_id=getattr(seller, "id", seller),
            number=operations.new_parcel_number(),
            carrier=carrier,
            service_code="packet",
            service_name="Packet",
            channel=channel,
            tracking_number=tracking_number,
            duties_prepaid=False,
            dispatch_country=origin,
            destination_country=destination,
            days_min=5,
            days_max=10,
            weight_g=300,
            contents=[ParcelContent(order_line_id=1, sku_id=1, quantity=2)],
            now=now,
        )
    return parcel_id
