from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from entrepot.kernel.ids import new_id
from entrepot.ledger.models import Transfer
from entrepot.sellers.models import Seller


class PayoutRun(models.Model):
    """One act of paying every seller who has money due."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor = models.TextField()
    currency = models.CharField(max_length=3, null=True)
    made_at = models.DateTimeField()
    files_made_at = models.DateTimeField(null=True)


class Payout(models.Model):
    """
    Money to one seller with its statement: opening balance, lines, the amount paid, closing balance (what is not due
    yet). Everything but what becomes of it is frozen; the bank account is encrypted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="+")
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+", db_index=False)
    number = models.TextField(unique=True)
    sequence = models.IntegerField()
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField()
    lines_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    country = models.CharField(max_length=2)
    rail = models.TextField()
    seller_name = models.TextField()
    account_details = models.TextField()
    account_hint = models.TextField()
    state = models.TextField(default="made", db_default="made")
    failure_reason = models.TextField(default="", db_default="", blank=True)
    bank_reference = models.TextField(default="", db_default="", blank=True)
    period_start = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "currency", "sequence"], name="payouts_payout_sequence"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payouts_payout_positive"),
            models.CheckConstraint(
                condition=Q(closing_minor=F("opening_minor") + F("lines_minor") - F("amount_minor")),
                name="payouts_payout_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state="made", settled_at__isnull=True)
                | Q(state__in=["confirmed", "failed"], settled_at__isnull=False),
                name="payouts_payout_state",
            ),
        ]
        indexes = [models.Index(fields=["run"], name="payouts_payout_of_run")]


class PayoutLine(models.Model):
    """One line of a statement: an order (or a returned payout) with what it brought and cost. Append-only."""

    id = models.BigAutoField(primary_key=True)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="lines", db_index=False)
    seller_id = models.UUIDField()
    position = models.IntegerField()
    kind = models.TextField()
    reference = models.UUIDField(null=True)
    label = models.TextField()
    booked_at = models.DateTimeField()
    goods_minor = models.BigIntegerField()
    delivery_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    refunds_minor = models.BigIntegerField()
    other_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout", "position"], name="payouts_line_position"),
            models.CheckConstraint(
                condition=Q(
                    net_minor=F("goods_minor")
                    + F("delivery_minor")
                    + F("tax_minor")
                    + F("commission_minor")
                    + F("refunds_minor")
                    + F("other_minor")
                ),
                name="payouts_line_adds_up",
            ),
        ]


class StatedTransfer(models.Model):
    """A ledger transfer that stands on a statement: the primary key keeps it from standing on two. Append-only."""

    transfer = models.OneToOneField(Transfer, models.PROTECT, primary_key=True, related_name="+")
    line = models.ForeignKey(PayoutLine, models.PROTECT, related_name="+")
    seller_id = models.UUIDField()


class BankFile(models.Model):
    """A file for the bank, kept in private storage: which payments it holds and what they add up to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    form = models.TextField()
    currency = models.CharField(max_length=3)
    payments = models.IntegerField()
    total_minor = models.BigIntegerField()
    storage_key = models.TextField(unique=True)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="payouts_bankfile_name")]


class Hold(models.Model):
    """A seller whose payouts are frozen, by whom and why; lifted, the row stays for the record."""

    id = models.BigAutoField(primary_key=True)
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    held_by = models.TextField()
    held_at = models.DateTimeField()
    lifted_by = models.TextField(default="", blank=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller"], condition=Q(lifted_at=None), name="payouts_hold_one_at_a_time")
        ]
