"""Every read of shipping."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.shipping.ports import Journey
from entrepot.shipping.rules import EVERYWHERE, Channel


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A seller's delivery template as it is stored; `services` as `set_template` takes it."""

    shipping_class: str
    name: str
    currency: str
    handling_days_min: int
    handling_days_max: int
    services: list[dict[str, Any]]
    default_item_weight_g: int
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TrackingEventView:
    """One step of a parcel's way: the tracking word, a detail code, where and when."""

    word: str
    detail: str
    place: str
    country: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ParcelLineView:
    """Pieces of an order line in a parcel."""

    order_line_id: int
    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel with what is in it and its way so far, oldest step first."""

    id: UUID
    order_id: UUID
    number: str
    carrier: str
    service_code: str
    service_name: str
    channel: Channel
    tracking_number: str | None
    duties_prepaid: bool
    dispatch_country: str
    destination_country: str
    weight_g: int | None
    status: str
    shipped_at: datetime
    expected_from: datetime
    expected_until: datetime
    delivered_at: datetime | None
    lines: tuple[ParcelLineView, ...]
    events: tuple[TrackingEventView, ...]


def get_template(*, seller_id: UUID, shipping_class: str = "standard") -> TemplateView:
    """
    Return a seller's template of a shipping class.

    :raises NotFound: there is none.
    """
    for template in list_templates(seller_id=seller_id):
        if template.shipping_class == shipping_class:
            return template
    raise NotFound(shipping_class=shipping_class)


def list_templates(*, seller_id: UUID) -> tuple[TemplateView, ...]:
    """Return a seller's templates, `standard` first."""
    rows = sql.fetch_all(
        "SELECT shipping_class, name, currency, handling_days_min, handling_days_max, services,"
        " default_item_weight_g, version, updated_at FROM shipping_deliverytemplate WHERE seller_id = %s"
        " ORDER BY shipping_class <> 'standard', shipping_class",
        [seller_id],
    )
    return tuple(
        TemplateView(
            shipping_class=row[0],
            name=row[1],
            currency=row[2],
            handling_days_min=row[3],
            handling_days_max=row[4],
            services=json.loads(row[5]),
            default_item_weight_g=row[6],
            version=row[7],
            updated_at=row[8],
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a seller's parcels of a shipping class go: zones as (countries, excluded ones), `*` for everywhere."""

    zones: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def serves(self, country: str) -> bool:
        return any((country in named or EVERYWHERE in named) and country not in left for named, left in self.zones)


def list_reaches() -> dict[tuple[UUID, str], Reach]:
    """Return how far every seller delivers, by seller and shipping class."""
    return {
        (seller_id, shipping_class): Reach(
            tuple(
                (frozenset(zone["countries"]), frozenset(zone.get("exclude", ())))
                for service in json.loads(services)
                for zone in service["zones"]
            )
        )
        for seller_id, shipping_class, services in sql.fetch_all(
            "SELECT seller_id, shipping_class, services::text FROM shipping_deliverytemplate"
        )
    }


_PARCELS = """
SELECT p.id, p.order_id, p.number, p.carrier, p.service_code, p.service_name, p.channel, p.tracking_number,
       p.duties_prepaid, p.dispatch_country, p.destination_country, p.weight_g, p.status, p.shipped_at,
       p.shipped_at + make_interval(days => p.days_min), p.shipped_at + make_interval(days => p.days_max),
       p.delivered_at,
       (SELECT jsonb_agg(jsonb_build_array(l.order_line_id, l.sku_id, l.quantity) ORDER BY l.order_line_id)
        FROM shipping_parcelline l WHERE l.parcel_id = p.id)::text,
       (SELECT jsonb_agg(jsonb_build_array(e.word, e.detail, e.place, e.country, e.occurred_at)
                         ORDER BY e.occurred_at, e.id)
        FROM shipping_trackingevent e WHERE e.parcel_id = p.id)::text
FROM shipping_parcel p
"""


def list_parcels(*, order_ids: Sequence[UUID]) -> tuple[ParcelView, ...]:
    """Return the parcels of orders, the first shipped first."""
    rows = sql.fetch_all(_PARCELS + "WHERE p.order_id = ANY(%s::uuid[]) ORDER BY p.shipped_at, p.id", [list(order_ids)])
    return tuple(_parcel(row) for row in rows)


def get_parcel(*, parcel_id: UUID) -> ParcelView:
    """
    Return one parcel.

    :raises NotFound: there is none.
    """
    row = sql.fetch_one(_PARCELS + "WHERE p.id = %s", [parcel_id])
    if row is None:
        raise NotFound(parcel_id=parcel_id)
    return _parcel(row)


def list_journeys(*, shipped_after: datetime, order_id: UUID | None = None, limit: int = 5000) -> tuple[Journey, ...]:
    """Return the parcels still on their way, with a tracking number, the longest first."""
    rows = sql.fetch_all(
        "SELECT id, carrier, channel, tracking_number, dispatch_country, destination_country, shipped_at, days_min,"
        " days_max FROM shipping_parcel WHERE status NOT IN ('Delivered', 'Expired') AND tracking_number IS NOT NULL"
        " AND shipped_at >= %s AND (%s::uuid IS NULL OR order_id = %s::uuid) ORDER BY shipped_at, id LIMIT %s",
        [shipped_after, order_id, order_id, limit],
    )
    return tuple(Journey(*row) for row in rows)


def _parcel(row: tuple[Any, ...]) -> ParcelView:
    return ParcelView(
        id=row[0],
        order_id=row[1],
        number=row[2],
        carrier=row[3],
        service_code=row[4],
        service_name=row[5],
        channel=row[6],
        tracking_number=row[7],
        duties_prepaid=row[8],
        dispatch_country=row[9],
        destination_country=row[10],
        weight_g=row[11],
        status=row[12],
        shipped_at=row[13],
        expected_from=row[14],
        expected_until=row[15],
        delivered_at=row[16],
        lines=tuple(ParcelLineView(*line) for line in json.loads(row[17] or "[]")),
        events=tuple(
            TrackingEventView(word, detail, place, country, datetime.fromisoformat(occurred_at))
            for word, detail, place, country, occurred_at in json.loads(row[18] or "[]")
        ),
    )
