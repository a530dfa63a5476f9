"""Every write of shipping: templates, parcels, what carriers say, S10 serials."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import facts, ids, sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import step, transaction
from entrepot.shipping import rules, template_rules
from entrepot.shipping.events import DeliveryChanged, ParcelDelivered, ParcelTracked
from entrepot.shipping.ports import TrackingUpdate


class TemplateChanged(DomainError):
    """Somebody else changed the template since it was read."""

    code = "template_changed"
    kind = "conflict"
    summary = "The delivery template was changed by somebody else meanwhile."


class TrackingNumberTaken(DomainError):
    """Another parcel goes under this number with this carrier."""

    code = "tracking_number_taken"
    kind = "conflict"
    summary = "Another parcel already has this tracking number."


class SeriesUsedUp(DomainError):
    """A postal number range has no serial left."""

    code = "number_series_used_up"
    kind = "unavailable"
    summary = "The postal number range is used up."


@dataclass(frozen=True, slots=True)
class ParcelContent:
    """Pieces of one order line in a parcel."""

    order_line_id: int
    sku_id: int
    quantity: int


_SET_TEMPLATE = """
INSERT INTO shipping_deliverytemplate AS t
  (seller_id, shipping_class, name, currency, handling_days_min, handling_days_max, services, default_item_weight_g,
   version, updated_at)
VALUES (%(seller_id)s, %(shipping_class)s, %(name)s, %(currency)s, %(handling_days_min)s, %(handling_days_max)s,
        %(services)s::jsonb, %(default_item_weight_g)s, 1, %(now)s)
ON CONFLICT (seller_id, shipping_class) DO UPDATE SET
  name = EXCLUDED.name, currency = EXCLUDED.currency, handling_days_min = EXCLUDED.handling_days_min,
  handling_days_max = EXCLUDED.handling_days_max, services = EXCLUDED.services,
  default_item_weight_g = EXCLUDED.default_item_weight_g, version = t.version + 1, updated_at = EXCLUDED.updated_at
WHERE (%(version)s::int IS NULL OR t.version = %(version)s::int)
RETURNING version
"""


@transaction
def set_template(
    *,
    seller_id: UUID,
    shipping_class: str = "standard",
    name: str,
    currency: str,
    handling_days_min: int,
    handling_days_max: int,
    services: Sequence[Mapping[str, Any]],
    default_item_weight_g: int = rules.DEFAULT_ITEM_WEIGHT_G,
    version: int | None = None,
    now: datetime,
) -> int:
    """
    Store what a seller's delivery costs for one shipping class, in place of what stood there.

    `services` as in `shipping/presets`: amounts in minor units of `currency`, weights in grams. With `version` only
    the template of that version is replaced.

    :returns: the template's new version.
    :raises InvalidField: each fault with its field ("services.0.zones.1.steps.2.0") and reason.
    :raises TemplateChanged: it has another version by now, or there is none to replace.
    """
    document = [dict(service) if isinstance(service, Mapping) else service for service in services]
    faults = template_rules.find_template_faults(
        shipping_class=shipping_class,
        name=name,
        currency=currency,
        handling_days_min=handling_days_min,
        handling_days_max=handling_days_max,
        services=document,
        default_item_weight_g=default_item_weight_g,
    )
    if faults:
        raise InvalidField(errors=faults)
    if version is not None and not sql.fetch_one(
        "SELECT 1 FROM shipping_deliverytemplate WHERE seller_id = %s AND shipping_class = %s AND version = %s"
        " FOR NO KEY UPDATE",
        [seller_id, shipping_class, version],
    ):
        raise TemplateChanged(shipping_class=shipping_class, version=version)
    row = sql.fetch_one(
        _SET_TEMPLATE,
        {
            "seller_id": seller_id,
            "shipping_class": shipping_class,
            "name": name.strip(),
            "currency": currency,
            "handling_days_min": handling_days_min,
            "handling_days_max": handling_days_max,
            "services": json.dumps(document),
            "default_item_weight_g": default_item_weight_g,
            "version": version,
            "now": now,
        },
    )
    assert row is not None, "the template's row was locked with this version"
    facts.record(DeliveryChanged(seller_id=seller_id, shipping_class=shipping_class))
    return int(row[0])


@transaction
def delete_template(*, seller_id: UUID, shipping_class: str) -> None:
    """
    Take a shipping class's template away; its listings fall back to the seller's `standard` one.

    :raises NotFound: there is none.
    """
    if not sql.execute(
        "DELETE FROM shipping_deliverytemplate WHERE seller_id = %s AND shipping_class = %s",
        [seller_id, shipping_class],
    ):
        raise NotFound(shipping_class=shipping_class)
    facts.record(DeliveryChanged(seller_id=seller_id, shipping_class=shipping_class))


@transaction
def take_serial(*, service: str, country: str) -> int:
    """
    Give the next serial of an S10 service and posting country, never given before.

    :raises SeriesUsedUp: all hundred million were given.
    """
    row = sql.fetch_one(
        "INSERT INTO shipping_numberseries AS s (service, country, next_serial) VALUES (%s, %s, 1)"
        " ON CONFLICT (service, country) DO UPDATE SET next_serial = s.next_serial + 1 WHERE s.next_serial < 100000000"
        " RETURNING next_serial - 1",
        [service, country],
    )
    if row is None:
        raise SeriesUsedUp(service=service, country=country)
    return int(row[0])


_CREATE_PARCEL = """
WITH parcel AS (
  INSERT INTO shipping_parcel
    (id, order_id, seller_id, number, carrier, service_code, service_name, channel, tracking_number, duties_prepaid,
     dispatch_country, destination_country, days_min, days_max, weight_g, status, shipped_at)
  VALUES (%(id)s, %(order_id)s, %(seller_id)s, %(number)s, %(carrier)s, %(service_code)s, %(service_name)s,
          %(channel)s, %(tracking_number)s, %(duties_prepaid)s, %(dispatch_country)s, %(destination_country)s,
          %(days_min)s, %(days_max)s, %(weight_g)s, 'InfoReceived', %(now)s)
  ON CONFLICT (carrier, tracking_number) DO NOTHING
  RETURNING id
), lines AS (
  INSERT INTO shipping_parcelline (parcel_id, order_line_id, sku_id, quantity)
  SELECT parcel.id, c.* FROM parcel, unnest(%(line_ids)s::bigint[], %(sku_ids)s::bigint[], %(quantities)s::int[]) c
)
INSERT INTO shipping_trackingevent (parcel_id, source_key, word, detail, country, place, occurred_at)
SELECT id, 'created', 'InfoReceived', 'shipment_created', %(dispatch_country)s, '', %(now)s FROM parcel
"""


@step
def create_parcel(
    *,
    parcel_id: UUID,
    order_id: UUID,
    seller_id: UUID,
    number: str,
    carrier: str,
    service_code: str,
    service_name: str,
    channel: rules.Channel,
    tracking_number: str | None,
    duties_prepaid: bool,
    dispatch_country: str,
    destination_country: str,
    days_min: int,
    days_max: int,
    weight_g: int | None,
    contents: Sequence[ParcelContent],
    now: datetime,
) -> None:
    """
    Record a parcel handed to a carrier; days are the service's own, from dispatch to delivery.

    :raises InvalidField: the tracking number cannot be one (field `tracking_number`).
    :raises TrackingNumberTaken: another parcel has it.
    """
    assert contents, "a parcel is not empty"
    if tracking_number is not None:
        fault = rules.find_tracking_number_fault(tracking_number, channel=channel)
        if fault:
            raise InvalidField.single("tracking_number", fault)
    written = sql.execute(
        _CREATE_PARCEL,
        {
            "id": parcel_id,
            "order_id": order_id,
            "seller_id": seller_id,
            "number": number,
            "carrier": carrier,
            "service_code": service_code,
            "service_name": service_name,
            "channel": channel,
            "tracking_number": tracking_number,
            "duties_prepaid": duties_prepaid,
            "dispatch_country": dispatch_country,
            "destination_country": destination_country,
            "days_min": days_min,
            "days_max": days_max,
            "weight_g": weight_g,
            "line_ids": [content.order_line_id for content in contents],
            "sku_ids": [content.sku_id for content in contents],
            "quantities": [content.quantity for content in contents],
            "now": now,
        },
    )
    if not written:
        raise TrackingNumberTaken(tracking_number=tracking_number)


_ADD_EVENTS = """
INSERT INTO shipping_trackingevent (parcel_id, source_key, word, detail, place, country, occurred_at)
SELECT e.* FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[]) e
ON CONFLICT (parcel_id, source_key) DO NOTHING
RETURNING parcel_id
"""
# The latest event says where a parcel is; once delivered it stays so, whatever arrives late.
_UPDATE_STATUS = """
UPDATE shipping_parcel p SET
  status = latest.word,
  delivered_at = CASE WHEN latest.word = 'Delivered' THEN latest.occurred_at END
FROM (
  SELECT DISTINCT ON (parcel_id) parcel_id, word, occurred_at FROM shipping_trackingevent
  WHERE parcel_id = ANY(%s::uuid[])
  ORDER BY parcel_id, (word = 'Delivered') DESC, occurred_at DESC, id DESC
) latest
WHERE p.id = latest.parcel_id AND p.status <> latest.word AND p.status <> 'Delivered'
RETURNING p.id, p.order_id, p.status, p.delivered_at
"""


@transaction
def record_tracking(*, updates: Mapping[UUID, Sequence[TrackingUpdate]]) -> int:
    """
    Add what carriers said of parcels; an event told before changes nothing, one told late moves nothing back.

    :returns: the number of parcels whose status changed.
    :raises InvalidField: a word is none of AfterShip's.
    """
    rows = [(parcel_id, update) for parcel_id in sorted(updates) for update in updates[parcel_id]]
    for _, update in rows:
        if update.word not in rules.TRACKING_WORDS:
            raise InvalidField.single("word", "unknown_tracking_word")
    if not rows:
        return 0
    sql.fetch_all(
        "SELECT 1 FROM shipping_parcel WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE", [sorted(updates)]
    )
    added = sql.fetch_all(
        _ADD_EVENTS,
        [
            [parcel_id for parcel_id, _ in rows],
            [update.source_key for _, update in rows],
            [update.word for _, update in rows],
            [update.detail for _, update in rows],
            [update.place for _, update in rows],
            [update.country for _, update in rows],
            [update.occurred_at for _, update in rows],
        ],
    )
    if not added:
        return 0
    changed = sql.fetch_all(_UPDATE_STATUS, [sorted({parcel_id for (parcel_id,) in added})])
    facts.record(
        *(ParcelTracked(parcel_id=row[0], order_id=row[1], word=row[2]) for row in changed if row[2] != "Delivered"),
        *(
            ParcelDelivered(parcel_id=row[0], order_id=row[1], delivered_at=row[3].isoformat())
            for row in changed
            if row[2] == "Delivered"
        ),
    )
    return len(changed)


def new_parcel_number() -> str:
    """Return a number for a new parcel, for people."""
    return f"P-{ids.new_number()}"
