from __future__ import annotations

from django.db import models

from entrepot.kernel.ids import new_id


class Message(models.Model):
    """
    One e-mail that is owed or was sent: which fact it tells, of what, to whom in which role.

    It holds no address and no text: both are read from the rooms below when it is sent.
    """

    class State(models.TextChoices):
        DUE = "due"
        SENT = "sent"
        DROPPED = "dropped", "nobody to send it to"
        FAILED = "failed", "given up after repeated attempts"

    id = models.BigAutoField(primary_key=True)
    key = models.TextField()  # "<template>:<subject>:<recipient>:<occasion>": a fact told twice is one message.
    template = models.TextField()
    subject_id = models.UUIDField()
    recipient = models.TextField()  # "buyer" or "person:<id>".
    details = models.JSONField(default=dict)
    state = models.TextField(choices=State.choices, default=State.DUE)
    attempts = models.IntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        db_table = "notifications_message"
        constraints = [models.UniqueConstraint(fields=["key"], name="notifications_key")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="due"), name="notifications_due"),
            models.Index(fields=["subject_id"], name="notifications_subject"),
        ]


class WebhookEndpoint(models.Model):
    """An address of a seller's own system that is told of facts; its secret is kept encrypted."""

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        FAILING = "failing", "switched off after days of failures"

    id = models.UUIDField(primary_key=True, default=new_id)
    seller_id = models.UUIDField(db_index=True)
    url = models.TextField()
    secret = models.TextField()
    kinds = models.JSONField(default=list)
    state = models.TextField(choices=State.choices, default=State.ACTIVE)
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "notifications_webhookendpoint"


class WebhookDelivery(models.Model):
    """One fact owed to one endpoint, with what came of it."""

    class State(models.TextChoices):
        DUE = "due"
        DELIVERED = "delivered"
        FAILED = "failed", "given up after all attempts"

    id = models.BigAutoField(primary_key=True)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="+")
    seller_id = models.UUIDField()
    message_id = models.TextField()
    kind = models.TextField()
    payload = models.JSONField()
    state = models.TextField(choices=State.choices, default=State.DUE)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    last_status = models.IntegerField(null=True)
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notifications_webhookdelivery"
        constraints = [models.UniqueConstraint(fields=["endpoint", "message_id"], name="notifications_delivery_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="due"), name="notifications_delivery_due"),
            models.Index(fields=["seller_id", "id"], name="notifications_delivery_seller"),
        ]
