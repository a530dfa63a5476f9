from __future__ import annotations

from django.db import models
from django.db.models.expressions import RawSQL

from entrepot.kernel.models import XidField


class Account(models.Model):
    """One pot of money: what it is for, whose it is (empty: the platform's own), in one currency."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    owner = models.TextField(default="", db_default="", blank=True)
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField(db_default=RawSQL("clock_timestamp()", []))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner", "currency"], name="ledger_account_one"),
            # The target of the composite foreign keys: a transfer's accounts have the transfer's currency.
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_currency"),
            models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="ledger_account_iso"),
        ]


class Transfer(models.Model):
    """
    One movement: `amount_minor` debited to one account and credited to another. Append-only.

    The foreign keys are composite, (account, currency), and are made by the second migration.
    """

    id = models.BigAutoField(primary_key=True)
    posting_key = models.TextField()
    seq = models.IntegerField()
    debit_account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    credit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    kind = models.TextField()
    reference = models.UUIDField(null=True)
    memo = models.TextField(default="", db_default="", blank=True)
    xid = XidField(db_default=RawSQL("pg_current_xact_id()", []))
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["posting_key", "seq"], name="ledger_transfer_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="ledger_transfer_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit_account=models.F("credit_account")), name="ledger_transfer_two_sides"
            ),
        ]
        indexes = [
            models.Index(fields=["debit_account", "xid", "id"], name="ledger_transfer_debit"),
            models.Index(fields=["credit_account", "xid", "id"], name="ledger_transfer_credit"),
            models.Index(
                fields=["reference"], name="ledger_transfer_reference", condition=models.Q(reference__isnull=False)
            ),
        ]


class Snapshot(models.Model):
    """
    What all transfers of an account with a transaction id below `below_xid` add up to: a short cut, never the truth.

    No transfer can still join those below: the job takes `below_xid` from `pg_snapshot_xmin`.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    below_xid = XidField()
    debit_minor = models.DecimalField(max_digits=38, decimal_places=0)
    credit_minor = models.DecimalField(max_digits=38, decimal_places=0)
    taken_at = models.DateTimeField()
