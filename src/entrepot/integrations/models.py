from __future__ import annotations

from django.db import models


class SandboxCharge(models.Model):
    """A charge in the books of the sandbox, which plays an outside firm: nothing of ours points here."""

    key = models.TextField(primary_key=True)
    reference = models.TextField()
    behaviour = models.TextField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.TextField()
    decline_code = models.TextField(default="", db_default="", blank=True)
    description = models.TextField(default="", db_default="", blank=True)
    return_url = models.TextField(default="", db_default="", blank=True)
    calls = models.IntegerField(default=1, db_default=1)
    created_at = models.DateTimeField()
    capture_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reference"], name="integrations_sandboxcharge_reference")]


class SandboxRefund(models.Model):
    """A refund in the sandbox's books."""

    key = models.TextField(primary_key=True)
    charge = models.ForeignKey(SandboxCharge, models.CASCADE, related_name="+")
    reference = models.TextField(unique=True)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField()
