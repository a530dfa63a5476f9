from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from entrepot.kernel.ids import new_id
from entrepot.sellers.models import SafetyContact, Seller, Store

LISTING_STATES = ("draft", "active", "paused", "blocked", "archived")
_CURRENCY = r"^[A-Z]{3}$"
_COUNTRY = r"^[A-Z]{2}$"
_HS = r"^[0-9]{6,10}$"


def _within_tenant() -> dict[str, Any]:
    """
    The options of a foreign key to a row of the same seller: the constraint itself is written in migration 0002 (or
    0006), over (id, seller_id), so that a row cannot point into another seller's.
    """
    return {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}


class Category(models.Model):
    """A node of the marketplace's own category tree; `names` by language."""

    id = models.BigAutoField(primary_key=True)
    slug = models.TextField(unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    names = models.JSONField()
    position = models.IntegerField(default=0)
    retired = models.BooleanField(db_default=False)


class SellerCategory(models.Model):
    """A category as the seller's own system names it, mapped to ours, with what customs wants to know of its goods."""

    id = models.BigAutoField(primary_key=True)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, db_index=False, related_name="+")
    text = models.TextField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    hs_code = models.TextField(null=True)
    origin_country = models.CharField(max_length=2, null=True)
    default_weight_g = models.IntegerField(null=True)
    manufacturer = models.ForeignKey(SafetyContact, null=True, **_within_tenant())
    responsible = models.ForeignKey(SafetyContact, null=True, **_within_tenant())
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "text"], name="catalog_sellercategory_text"),
            models.UniqueConstraint(fields=["id", "seller"], name="catalog_sellercategory_owner"),
            models.CheckConstraint(
                condition=Q(hs_code__isnull=True) | Q(hs_code__regex=_HS), name="catalog_sellercategory_hs"
            ),
            models.CheckConstraint(
                condition=Q(default_weight_g__isnull=True) | Q(default_weight_g__gt=0),
                name="catalog_sellercategory_weight",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="catalog_sellercategory_confirmed",
            ),
        ]


class Listing(models.Model):
    """
    A seller's product page. `external_id` is its name in the seller's feeds, `feed_hash` what stood there. Without a
    `manufacturer` or a `responsible` person of its own the store's hold.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, db_index=False, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, db_index=False, related_name="+")
    slug = models.TextField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    seller_category = models.ForeignKey(SellerCategory, null=True, **_within_tenant())
    external_id = models.TextField(null=True)
    feed_hash = models.TextField(null=True)
    language = models.CharField(max_length=16)
    state = models.TextField(db_default="draft", default="draft")
    block_reason = models.TextField(null=True)
    brand = models.TextField(db_default="", default="")
    hs_code = models.TextField(null=True)
    hs_confirmed_at = models.DateTimeField(null=True)
    origin_country = models.CharField(max_length=2, null=True)
    currency = models.CharField(max_length=3)
    tax_included = models.BooleanField()
    home_tax_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    shipping_class = models.TextField(db_default="standard", default="standard")
    attributes_flags = models.JSONField(db_default={}, default=dict)
    option_names = models.JSONField(db_default=[], default=list)
    manufacturer = models.ForeignKey(SafetyContact, null=True, **_within_tenant())
    responsible = models.ForeignKey(SafetyContact, null=True, **_within_tenant())
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "seller"], name="catalog_listing_owner"),
            models.UniqueConstraint(fields=["id", "seller", "currency"], name="catalog_listing_currency"),
            models.UniqueConstraint(fields=["seller", "external_id"], name="catalog_listing_external"),
            models.CheckConstraint(condition=Q(state__in=LISTING_STATES), name="catalog_listing_state"),
            models.CheckConstraint(
                condition=Q(hs_code__isnull=True) | Q(hs_code__regex=_HS), name="catalog_listing_hs"
            ),
            models.CheckConstraint(
                condition=Q(origin_country__isnull=True) | Q(origin_country__regex=_COUNTRY),
                name="catalog_listing_origin",
            ),
            models.CheckConstraint(condition=Q(currency__regex=_CURRENCY), name="catalog_listing_currency_code"),
            models.CheckConstraint(
                condition=Q(home_tax_rate__isnull=True) | Q(home_tax_rate__gte=0, home_tax_rate__lt=100),
                name="catalog_listing_home_tax_rate",
            ),
            models.CheckConstraint(
                condition=Q(hs_confirmed_at__isnull=True) | Q(hs_code__isnull=False),
                name="catalog_listing_hs_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state="blocked") | Q(block_reason__isnull=False), name="catalog_listing_block_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "id"], name="catalog_listing_seller"),
            models.Index(fields=["seller", "seller_category"], name="catalog_listing_sellercat"),
            models.Index(fields=["category", "state"], name="catalog_listing_category"),
            models.Index(
                fields=["manufacturer"], condition=Q(manufacturer__isnull=False), name="catalog_listing_manufacturer"
            ),
            models.Index(
                fields=["responsible"], condition=Q(responsible__isnull=False), name="catalog_listing_responsible"
            ),
        ]


class ListingText(models.Model):
    """A listing's words in one language: the seller's own, or a translation of them."""

    id = models.BigAutoField(primary_key=True)
    listing = models.ForeignKey(Listing, **_within_tenant())
    seller_id = models.UUIDField()
    language = models.CharField(max_length=16)
    title = models.TextField()
    description = models.TextField(db_default="", default="")
    attributes = models.JSONField(db_default=[], default=list)
    option_words = models.JSONField(db_default={}, default=dict)
    source = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "language"], name="catalog_listingtext_language"),
            models.CheckConstraint(
                condition=Q(source__in=("seller", "translation")), name="catalog_listingtext_source"
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("title"), 2) & LessThanOrEqual(Length("title"), 150),
                name="catalog_listingtext_title",
            ),
        ]


class Sku(models.Model):
    """What is bought. `code` is its public name, `seller_sku` the seller's own."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    seller_id = models.UUIDField()
    listing = models.ForeignKey(Listing, **_within_tenant())
    seller_sku = models.TextField()
    options = models.JSONField(db_default={}, default=dict)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    weight_g = models.IntegerField(null=True)
    length_mm = models.IntegerField(null=True)
    width_mm = models.IntegerField(null=True)
    height_mm = models.IntegerField(null=True)
    gtin = models.TextField(db_default="", default="")
    state = models.TextField(db_default="active", default="active")
    position = models.IntegerField(db_default=0, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "seller_id"], name="catalog_sku_owner"),
            models.UniqueConstraint(fields=["seller_id", "seller_sku"], name="catalog_sku_seller_sku"),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="catalog_sku_price"),
            models.CheckConstraint(condition=Q(state__in=("active", "retired")), name="catalog_sku_state"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{12}$"), name="catalog_sku_code"),
            models.CheckConstraint(condition=Q(weight_g__isnull=True) | Q(weight_g__gt=0), name="catalog_sku_weight"),
            models.CheckConstraint(
                condition=(Q(length_mm__isnull=True) | Q(length_mm__gt=0))
                & (Q(width_mm__isnull=True) | Q(width_mm__gt=0))
                & (Q(height_mm__isnull=True) | Q(height_mm__gt=0)),
                name="catalog_sku_size",
            ),
        ]
        indexes = [models.Index(fields=["listing", "position"], name="catalog_sku_listing")]


class Stock(models.Model):
    """
    How many pieces there are: `on_hand` is the seller's, `reserved` ours. A narrow row, the only one that buyers fight
    over. `reserved` may exceed `on_hand` when the seller corrects the count downwards; nothing is available then.
    """

    sku = models.OneToOneField(
        Sku, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    seller_id = models.UUIDField()
    on_hand = models.IntegerField()
    reserved = models.IntegerField(db_default=0, default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="catalog_stock_on_hand"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="catalog_stock_reserved"),
        ]


class StockMovement(models.Model):
    """
    One change of a stock row, with both differences. Append-only. (reference, kind, sku) is unique: what a purchase or
    a parcel did to a SKU it does once, however often it is told to.
    """

    id = models.BigAutoField(primary_key=True)
    sku = models.ForeignKey(Sku, **_within_tenant())
    seller_id = models.UUIDField()
    kind = models.TextField()
    on_hand_delta = models.IntegerField()
    reserved_delta = models.IntegerField()
    reference = models.UUIDField(null=True)
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "kind", "sku"],
                condition=Q(reference__isnull=False),
                name="catalog_stockmovement_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="set", reserved_delta=0, reference__isnull=True)
                | Q(kind="reserve", on_hand_delta=0, reserved_delta__gt=0, reference__isnull=False)
                | Q(kind="return", on_hand_delta=0, reserved_delta__lt=0, reference__isnull=False)
                | Q(
                    kind="dispatch",
                    on_hand_delta__lte=0,
                    on_hand_delta__gte=F("reserved_delta"),
                    reserved_delta__lt=0,
                    reference__isnull=False,
                ),
                name="catalog_stockmovement_kind",
            ),
        ]
        indexes = [models.Index(fields=["sku", "id"], name="catalog_stockmovement_sku")]


class Picture(models.Model):
    """
    A picture of a listing: ready under its content's hash, or still to be fetched, or failed with the reason. `alt`
    says what it shows in the seller's own words.
    """

    id = models.BigAutoField(primary_key=True)
    listing = models.ForeignKey(Listing, **_within_tenant())
    seller_id = models.UUIDField()
    sku = models.ForeignKey(Sku, null=True, **_within_tenant())
    position = models.IntegerField(db_default=0, default=0)
    state = models.TextField()
    source_url = models.TextField(null=True)
    content_hash = models.TextField(null=True)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    failure = models.TextField(null=True)
    attempts = models.IntegerField(db_default=0, default=0)
    alt = models.TextField(db_default="", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "source_url"], name="catalog_picture_source"),
            models.UniqueConstraint(fields=["listing", "content_hash"], name="catalog_picture_content"),
            models.CheckConstraint(
                condition=Q(state="ready", content_hash__isnull=False, width__gt=0, height__gt=0)
                | Q(state="waiting", source_url__isnull=False, content_hash__isnull=True)
                | Q(state="failed", source_url__isnull=False, failure__isnull=False),
                name="catalog_picture_state",
            ),
        ]
        indexes = [
            models.Index(fields=["listing", "position", "id"], name="catalog_picture_listing"),
            models.Index(fields=["seller_id", "state"], name="catalog_picture_state_seller"),
        ]


class FeedRun(models.Model):
    """One reading of a seller's feed: what it changed, and every row that it could not take with the reason."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, db_index=False, related_name="+")
    name = models.TextField()
    format = models.TextField(db_default="", default="")
    state = models.TextField()
    dry_run = models.BooleanField(db_default=False, default=False)
    options = models.JSONField(db_default={}, default=dict)
    stored_file = models.TextField(db_default="", default="")
    source_url = models.TextField(db_default="", default="")
    read = models.IntegerField(db_default=0, default=0)
    created = models.IntegerField(db_default=0, default=0)
    updated = models.IntegerField(db_default=0, default=0)
    unchanged = models.IntegerField(db_default=0, default=0)
    retired = models.IntegerField(db_default=0, default=0)
    rejected_count = models.IntegerField(db_default=0, default=0)
    rejected = models.JSONField(db_default=[], default=list)
    notes = models.JSONField(db_default=[], default=list)
    failure = models.TextField(null=True)
    failure_said = models.JSONField(null=True)
    bytes_total = models.BigIntegerField(db_default=0, default=0)
    bytes_read = models.BigIntegerField(db_default=0, default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running", "done", "failed")), name="catalog_feedrun_state"
            ),
        ]
        indexes = [models.Index(fields=["seller", "-started_at"], name="catalog_feedrun_seller")]
