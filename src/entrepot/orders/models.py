from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Least
from django.db.models.lookups import GreaterThanOrEqual

from entrepot.accounts.models import Person
from entrepot.catalog.models import Listing, Sku
from entrepot.kernel.ids import new_id
from entrepot.sellers.models import Seller

_ORDER_STATE = Case(
    When(pieces_cancelled=F("pieces_ordered"), then=Value("cancelled")),
    When(paid_at__isnull=True, then=Value("awaiting_payment")),
    When(completed_at__isnull=False, then=Value("completed")),
    When(pieces_shipped=0, then=Value("to_ship")),
    When(pieces_shipped__lt=F("pieces_ordered") - F("pieces_cancelled"), then=Value("part_shipped")),
    When(pieces_delivered__lt=F("pieces_shipped"), then=Value("shipped")),
    default=Value("delivered"),
)
_PURCHASE_STATE = Case(
    When(paid_at__isnull=False, then=Value("paid")),
    When(ended_at__isnull=False, then=Value("expired")),
    default=Value("awaiting_payment"),
)


def _never_negative(*columns: str) -> Q:
    """
    Return the condition that none of these columns, all of one type, is below zero.

    PostgreSQL reads the text of every condition anew at each statement that writes: one least value is half as long as
    a comparison each.
    """
    return Q(GreaterThanOrEqual(Least(*columns), 0))


class Cart(models.Model):
    """
    A basket before it is placed: one row, its lines a JSON document, changed by one read and one write.

    `contact` is the e-mail and the address, encrypted; `region` and `postal_code` stay readable because the quote
    depends on them. `rates` are the exchange rates that hold until `valid_until`; `quote` is what the buyer was shown,
    as JSON that the database never looks into.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.IntegerField(default=1)
    token_hash = models.BinaryField()
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    status = models.TextField(default="open")
    country = models.CharField(max_length=2)
    region = models.TextField(default="")
    postal_code = models.TextField(default="")
    currency = models.CharField(max_length=3)
    language = models.TextField()
    channel = models.TextField(default="web")
    contact = models.TextField()
    import_id_kinds = models.JSONField(default=list)
    needs = models.JSONField(default=list)
    lines = models.JSONField()
    rates = models.JSONField()
    quote = models.TextField()
    valid_until = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["open", "placed", "expired"]), name="orders_cart_status"),
            models.CheckConstraint(condition=Q(version__gt=0), name="orders_cart_version"),
        ]
        indexes = [
            models.Index(fields=["updated_at"], name="orders_cart_open", condition=Q(status="open")),
            models.Index(fields=["person"], name="orders_cart_person", condition=Q(person__isnull=False)),
        ]


class Purchase(models.Model):
    """One checkout: one payment for orders of several sellers. Amounts in minor units of the buyer's currency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.TextField()
    cart = models.OneToOneField(Cart, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    country = models.CharField(max_length=2)
    region = models.TextField(default="")
    postal_code = models.TextField(default="")
    currency = models.CharField(max_length=3)
    language = models.TextField()
    channel = models.TextField()
    contact = models.TextField()
    total_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0, db_default=0)
    captured_attempt_id = models.UUIDField(null=True)
    due_at_door_accepted = models.BooleanField(default=False)
    rates = models.JSONField()
    placed_at = models.DateTimeField()
    payment_due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(null=True)
    state = models.GeneratedField(expression=_PURCHASE_STATE, output_field=models.TextField(), db_persist=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="orders_purchase_number"),
            models.CheckConstraint(condition=Q(total_minor__gt=0), name="orders_purchase_total"),
            models.CheckConstraint(
                condition=Q(captured_minor=0, paid_at__isnull=True, captured_attempt_id__isnull=True)
                | Q(captured_minor=F("total_minor"), paid_at__isnull=False, captured_attempt_id__isnull=False),
                name="orders_purchase_captured",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason__isnull=True)
                | Q(ended_at__isnull=False, end_reason__isnull=False, paid_at__isnull=True),
                name="orders_purchase_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["payment_due_at"],
                name="orders_purchase_unpaid",
                condition=Q(paid_at__isnull=True, ended_at__isnull=True),
            ),
            models.Index(
                fields=["person", "placed_at"], name="orders_purchase_person", condition=Q(person__isnull=False)
            ),
        ]


class Order(models.Model):
    """
    One seller's part of a purchase, with everything that priced it frozen on it.

    Buyer's money in `currency`: total = due + held + released + refunded + waived. The seller's due in
    `payout_currency`. Pieces are the sums over the lines. `state` is derived by the database from what the row says.
    `taxes_at_capture` is what goes to tax offices when the money comes: [[owner, minor, native minor, currency], …];
    `authorities` says by rule under which registration, or to which country, its charges are owed: {"DE-…": "IOSS"}.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.TextField()
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="orders", db_index=False)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="+", db_index=False)
    seller_slug = models.TextField()
    seller_name = models.TextField()
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    delivery_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    at_door_minor = models.BigIntegerField(default=0)
    due_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField(default=0, db_default=0)
    released_minor = models.BigIntegerField(default=0, db_default=0)
    refunded_minor = models.BigIntegerField(default=0, db_default=0)
    waived_minor = models.BigIntegerField(default=0, db_default=0)
    payout_currency = models.CharField(max_length=3)
    seller_goods_minor = models.BigIntegerField()
    seller_delivery_minor = models.BigIntegerField()
    seller_tax_minor = models.BigIntegerField()
    seller_commission_minor = models.BigIntegerField()
    pieces_ordered = models.IntegerField()
    pieces_cancelled = models.IntegerField(default=0, db_default=0)
    pieces_shipped = models.IntegerField(default=0, db_default=0)
    pieces_delivered = models.IntegerField(default=0, db_default=0)
    quote = models.JSONField()
    taxes_at_capture = models.JSONField(default=list)
    authorities = models.JSONField(default=dict)
    dispatch_days = models.SmallIntegerField()
    protection_days = models.SmallIntegerField()
    inspection_days = models.SmallIntegerField()
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    dispatch_due_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    protection_ends_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(null=True)
    state = models.GeneratedField(expression=_ORDER_STATE, output_field=models.TextField(), db_persist=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="orders_order_number"),
            models.UniqueConstraint(fields=["purchase", "seller"], name="orders_order_seller"),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("goods_minor")
                    + F("delivery_minor")
                    + F("duty_minor")
                    + F("tax_minor")
                    + F("fees_minor")
                ),
                name="orders_order_parts",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("due_minor")
                    + F("held_minor")
                    + F("released_minor")
                    + F("refunded_minor")
                    + F("waived_minor")
                ),
                name="orders_order_money",
            ),
            models.CheckConstraint(
                condition=_never_negative(
                    "goods_minor",
                    "delivery_minor",
                    "duty_minor",
                    "tax_minor",
                    "fees_minor",
                    "at_door_minor",
                    "due_minor",
                    "held_minor",
                    "released_minor",
                    "refunded_minor",
                    "waived_minor",
                    "seller_goods_minor",
                    "seller_delivery_minor",
                    "seller_tax_minor",
                    "seller_commission_minor",
                ),
                name="orders_order_amounts",
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True, held_minor=0, released_minor=0, refunded_minor=0)
                | Q(paid_at__isnull=False, due_minor=0),
                name="orders_order_paid",
            ),
            models.CheckConstraint(
                condition=Q(
                    pieces_ordered__gt=0,
                    pieces_ordered__gte=F("pieces_cancelled") + F("pieces_shipped"),
                    pieces_shipped__gte=F("pieces_delivered"),
                )
                & _never_negative("pieces_cancelled", "pieces_delivered"),
                name="orders_order_pieces",
            ),
            models.CheckConstraint(
                condition=_never_negative("dispatch_days", "protection_days", "inspection_days"),
                name="orders_order_days",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True)
                | Q(pieces_shipped=F("pieces_ordered") - F("pieces_cancelled"), paid_at__isnull=False),
                name="orders_order_completed",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(completed_at__isnull=False, held_minor=0),
                name="orders_order_released",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason__isnull=True)
                | Q(ended_at__isnull=False, end_reason__isnull=False),
                name="orders_order_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "placed_at"], name="orders_order_of_seller"),
            models.Index(
                fields=["dispatch_due_at"],
                name="orders_order_to_ship",
                condition=Q(paid_at__isnull=False, ended_at__isnull=True, shipped_at__isnull=True),
            ),
            models.Index(
                fields=["protection_ends_at"],
                name="orders_order_protected",
                condition=Q(protection_ends_at__isnull=False, ended_at__isnull=True),
            ),
            models.Index(
                fields=["completed_at"],
                name="orders_order_to_release",
                condition=Q(completed_at__isnull=False, released_at__isnull=True),
            ),
        ]


class OrderLine(models.Model):
    """
    One SKU of an order: pieces by what became of them, frozen price, and its share of every amount payable now.

    Which tax its share belongs to stands in the order's `quote`: every part there is split over the lines.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    seller_id = models.UUIDField()
    position = models.SmallIntegerField()
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+", db_index=False)
    sku_code = models.TextField()
    listing_id = models.UUIDField()
    title = models.TextField()
    hs_code = models.TextField(null=True)
    origin_country = models.CharField(max_length=2, null=True)
    weight_g = models.IntegerField(null=True)
    unit_price_minor = models.BigIntegerField()
    unit_price_currency = models.CharField(max_length=3)
    goods_native_minor = models.BigIntegerField()
    ordered = models.IntegerField()
    cancelled = models.IntegerField(default=0, db_default=0)
    shipped = models.IntegerField(default=0, db_default=0)
    delivered = models.IntegerField(default=0, db_default=0)
    returned = models.IntegerField(default=0, db_default=0)
    goods_minor = models.BigIntegerField()
    delivery_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    cancelled_minor = models.BigIntegerField(default=0, db_default=0)
    seller_goods_minor = models.BigIntegerField()
    seller_delivery_minor = models.BigIntegerField()
    seller_tax_minor = models.BigIntegerField()
    seller_commission_minor = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["sku"],
                name="orders_line_open",
                condition=Q(ordered__gt=F("cancelled") + F("shipped")),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_line_position"),
            models.UniqueConstraint(fields=["order", "sku"], name="orders_line_sku"),
            models.CheckConstraint(
                condition=Q(
                    ordered__gt=0,
                    ordered__gte=F("cancelled") + F("shipped"),
                    shipped__gte=F("delivered"),
                    delivered__gte=F("returned"),
                    position__gte=0,
                )
                & _never_negative("cancelled", "returned", "weight_g"),
                name="orders_line_pieces",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("goods_minor")
                    + F("delivery_minor")
                    + F("duty_minor")
                    + F("tax_minor")
                    + F("fees_minor")
                ),
                name="orders_line_parts",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_minor__lte=F("total_minor"))
                & _never_negative(
                    "cancelled_minor",
                    "goods_minor",
                    "delivery_minor",
                    "duty_minor",
                    "tax_minor",
                    "fees_minor",
                    "seller_goods_minor",
                    "seller_delivery_minor",
                    "seller_tax_minor",
                    "seller_commission_minor",
                ),
                name="orders_line_amounts",
            ),
        ]


class Consignment(models.Model):
    """What customs sees as one: one seller's goods from one dispatch place, under the rule that priced them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="consignments")
    seller_id = models.UUIDField()
    dispatch_country = models.CharField(max_length=2)
    dispatch_region = models.TextField(default="")
    dispatch_postal_code = models.TextField(default="")
    destination_country = models.CharField(max_length=2)
    service = models.JSONField()
    regime = models.TextField()
    import_charges = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(import_charges__in=["none", "prepaid", "due_at_door", "unknown"]),
                name="orders_consignment_import_charges",
            )
        ]


class IdempotencyKey(models.Model):
    """A write from outside that must not happen twice: what was asked (hash), and the answer once there is one."""

    id = models.BigAutoField(primary_key=True)
    scope = models.UUIDField()
    key = models.TextField()
    body_hash = models.BinaryField()
    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="+", db_index=False)
    locked_until = models.DateTimeField()
    session = models.IntegerField(
        default=0, db_default=0
    )  # The database's process that served the request; 0: before it was kept.
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="orders_idempotency_key")]


class Refund(models.Model):
    """
    Pieces of a paid order that were cancelled, and what the buyer gets back for them. Append-only.

    It carries the id of the payment service's refund, which has its state.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    lines = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="orders_refund_amount")]


SCREENING_STATES = ("clear", "held", "cleared", "refused")


class BuyerScreening(models.Model):
    """
    The names on a paid purchase held against the lists in force, before anything of it is sent.

    `held`: a name is like one on a list, and an operator has to decide. `matches` is encrypted, as it holds names.
    """

    purchase = models.OneToOneField(Purchase, primary_key=True, on_delete=models.CASCADE, related_name="+")
    state = models.TextField()
    screened_at = models.DateTimeField()
    lists = models.JSONField()
    matches = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="", blank=True)
    reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SCREENING_STATES), name="orders_buyerscreening_state"),
            models.CheckConstraint(
                condition=Q(state__in=["clear", "held"], decided_at__isnull=True)
                | Q(state__in=["cleared", "refused"], decided_at__isnull=False),
                name="orders_buyerscreening_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["screened_at"], name="orders_buyerscreening_held", condition=Q(state="held")),
            models.Index(fields=["decided_at"], name="orders_buyerscreening_refused", condition=Q(state="refused")),
        ]


class Wish(models.Model):
    """What a person may buy later; the price is the seller's own, of the cheapest SKU when it was kept."""

    pk = models.CompositePrimaryKey("person_id", "listing_id")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    added_at = models.DateTimeField()
