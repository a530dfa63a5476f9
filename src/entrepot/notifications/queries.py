"""Every read of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel.errors import NotFound
from entrepot.notifications.models import Message, WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class EndpointView:
    """A webhook endpoint as its seller sees it; the secret was shown once."""

    id: UUID
    seller_id: UUID
    url: str
    kinds: tuple[str, ...]
    state: str
    failing_since: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One delivery: what was told, how often it was tried, what came back last."""

    id: int
    endpoint_id: UUID
    message_id: str
    kind: str
    payload: dict[str, Any]
    state: str
    attempts: int
    due_at: datetime
    last_status: int | None
    last_error: str
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageView:
    """An e-mail owed or sent."""

    key: str
    template: str
    subject_id: UUID
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    last_error: str


def endpoint_view(endpoint: WebhookEndpoint) -> EndpointView:
    """Return the frozen value of an endpoint's row."""
    return EndpointView(
        id=endpoint.id,
        seller_id=endpoint.seller_id,
        url=endpoint.url,
        kinds=tuple(endpoint.kinds),
        state=endpoint.state,
        failing_since=endpoint.failing_since,
        created_at=endpoint.created_at,
    )


def list_endpoints(seller_id: UUID) -> tuple[EndpointView, ...]:
    """Return a seller's endpoints, the oldest first."""
    return tuple(endpoint_view(row) for row in WebhookEndpoint.objects.filter(seller_id=seller_id).order_by("id"))


def get_endpoint(*, seller_id: UUID, endpoint_id: UUID) -> EndpointView:
    """
    Return one endpoint of a seller.

    :raises NotFound: the seller has no such endpoint.
    """
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id, seller_id=seller_id).first()
    if endpoint is None:
        raise NotFound(endpoint_id=endpoint_id)
    return endpoint_view(endpoint)


def is_anyone_listening() -> bool:
    """Say whether any seller has an active endpoint."""
    return WebhookEndpoint.objects.filter(state=WebhookEndpoint.State.ACTIVE).exists()


_DELIVERY = (
    "id", "endpoint_id", "message_id", "kind", "payload", "state", "attempts", "due_at", "last_status", "last_error",
    "created_at", "delivered_at",
)  # fmt: skip


def list_deliveries(*, seller_id: UUID, endpoint_id: UUID, limit: int = 100) -> tuple[DeliveryView, ...]:
    """
    Return an endpoint's newest deliveries, the newest first.

    :raises NotFound: the seller has no such endpoint.
    """
    get_endpoint(seller_id=seller_id, endpoint_id=endpoint_id)
    rows = WebhookDelivery.objects.filter(endpoint_id=endpoint_id, seller_id=seller_id).order_by("-id")
    return tuple(DeliveryView(**row) for row in rows.values(*_DELIVERY)[:limit])


def list_messages(*, subject_id: UUID) -> tuple[MessageView, ...]:
    """Return the e-mails about one purchase, order or seller, the oldest first."""
    names = (
        "key", "template", "subject_id", "recipient", "state", "attempts", "created_at", "sent_at", "last_error",
    )  # fmt: skip
    return tuple(
        MessageView(**row) for row in Message.objects.filter(subject_id=subject_id).order_by("id").values(*names)
    )
