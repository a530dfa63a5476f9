from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from entrepot.kernel.ids import new_id
from entrepot.sellers.models import Seller


class DeliveryTemplate(models.Model):
    """What a seller's delivery costs for one shipping class of its listings; read whole by the quote."""

    id = models.BigAutoField(primary_key=True)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="+", db_index=False)
    shipping_class = models.TextField()
    name = models.TextField()
    currency = models.CharField(max_length=3)
    handling_days_min = models.PositiveSmallIntegerField()
    handling_days_max = models.PositiveSmallIntegerField()
    services = models.JSONField()
    default_item_weight_g = models.PositiveIntegerField(db_default=500)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "shipping_class"], name="shipping_template_class"),
            models.CheckConstraint(
                condition=Q(handling_days_min__lte=F("handling_days_max")), name="shipping_template_handling"
            ),
            models.CheckConstraint(condition=Q(default_item_weight_g__gt=0), name="shipping_template_weight"),
        ]


class NumberSeries(models.Model):
    """The next S10 serial of a service and posting country; a number is given once."""

    id = models.BigAutoField(primary_key=True)
    service = models.CharField(max_length=2)
    country = models.CharField(max_length=2)
    next_serial = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "country"], name="shipping_series_service"),
            models.CheckConstraint(condition=Q(next_serial__lte=100_000_000), name="shipping_series_serial"),
        ]


class Parcel(models.Model):
    """What travels: some pieces of one order in one box. `status` is the last tracking word."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField(db_index=True)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="+")
    number = models.TextField(unique=True)
    carrier = models.TextField()
    service_code = models.TextField()
    service_name = models.TextField()
    channel = models.TextField()
    tracking_number = models.TextField(null=True)
    duties_prepaid = models.BooleanField()
    dispatch_country = models.CharField(max_length=2)
    destination_country = models.CharField(max_length=2)
    days_min = models.PositiveSmallIntegerField()
    days_max = models.PositiveSmallIntegerField()
    weight_g = models.PositiveIntegerField(null=True)
    status = models.TextField(default="InfoReceived")
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=["post", "courier"]), name="shipping_parcel_channel"),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "Pending",
                        "InfoReceived",
                        "InTransit",
                        "OutForDelivery",
                        "AttemptFail",
                        "AvailableForPickup",
                        "Exception",
                        "Delivered",
                        "Expired",
                    ]
                ),
                name="shipping_parcel_status",
            ),
            models.CheckConstraint(
                condition=Q(status="Delivered") & Q(delivered_at__isnull=False)
                | ~Q(status="Delivered") & Q(delivered_at__isnull=True),
                name="shipping_parcel_delivered",
            ),
            models.UniqueConstraint(fields=["carrier", "tracking_number"], name="shipping_parcel_tracking_number"),
        ]
        indexes = [
            models.Index(
                fields=["shipped_at"], name="shipping_parcel_open", condition=~Q(status__in=["Delivered", "Expired"])
            ),
        ]


class ParcelLine(models.Model):
    """How many pieces of an order's line are in a parcel."""

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="lines")
    order_line_id = models.BigIntegerField()
    sku_id = models.BigIntegerField()
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "order_line_id"], name="shipping_parcel_line"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipping_parcel_line_quantity"),
        ]


class TrackingEvent(models.Model):
    """What the carrier said of a parcel, once per event of the carrier (`source_key`). Append-only."""

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="events")
    source_key = models.TextField()
    word = models.TextField()
    detail = models.TextField(default="")
    place = models.TextField(default="")
    country = models.TextField(default="")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=RawSQL("clock_timestamp()", []))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "source_key"], name="shipping_event_once")]
