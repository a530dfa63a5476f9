from __future__ import annotations

from django.db import models

from entrepot.payments.rules import AttemptState, RefundState


class Attempt(models.Model):
    """One try to collect a purchase's total from one payment service. The token is never stored."""

    id = models.UUIDField(primary_key=True, editable=False)
    purchase_id = models.UUIDField(db_index=True)
    service = models.TextField()
    service_key = models.TextField()
    service_reference = models.TextField(default="", db_default="", blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.TextField(default=AttemptState.OPEN, db_default=AttemptState.OPEN)
    next_action = models.JSONField(null=True)
    decline_code = models.TextField(default="", db_default="", blank=True)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service_key"], name="payments_attempt_service_key"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_attempt_positive"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in AttemptState]), name="payments_attempt_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="payments_attempt_unresolved",
                condition=models.Q(state__in=["open", "unknown", "challenge", "pending"]),
            )
        ]


class Refund(models.Model):
    """Money to go back to the buyer of a captured attempt; `reference` is what it is for (an order, a purchase)."""

    id = models.UUIDField(primary_key=True, editable=False)
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+")
    purchase_id = models.UUIDField(db_index=True)
    reference = models.UUIDField(db_index=True)
    service_reference = models.TextField(default="", db_default="", blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    state = models.TextField(default=RefundState.REQUESTED, db_default=RefundState.REQUESTED)
    failure_code = models.TextField(default="", db_default="", blank=True)
    requested_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_refund_positive"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in RefundState]), name="payments_refund_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                name="payments_refund_unresolved",
                condition=models.Q(state__in=["requested", "unknown"]),
            )
        ]
