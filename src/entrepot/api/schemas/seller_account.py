"""The seller behind a key, and its webhook endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from entrepot.api.schemas.base import Answer, Request
from entrepot.notifications.rules import KINDS

WebhookKind = Literal[KINDS]  # type: ignore[valid-type]
WebhookUrl = Annotated[str, StringConstraints(pattern=r"^https://[!-~]{3,1990}$")]


class SellerStoreOut(Answer):
    slug: str
    name: str
    state: str
    language: str


class SellerOut(Answer):
    id: UUID
    legal_name: str
    country: str
    state: str
    payout_currency: str
    store: SellerStoreOut | None
    scopes: list[str] = Field(description="What this key may do.")


class WebhookIn(Request):
    url: WebhookUrl
    kinds: Annotated[list[WebhookKind], Field(min_length=1, max_length=20)]


class WebhookPatch(Request):
    url: WebhookUrl | None = None
    kinds: Annotated[list[WebhookKind], Field(min_length=1, max_length=20)] | None = None
    active: Annotated[bool, Field(strict=True)] | None = None


class WebhookOut(Answer):
    id: UUID
    url: str
    kinds: list[str]
    state: Literal["active", "paused", "failing"]
    failing_since: datetime | None
    created_at: datetime


class NewWebhookOut(WebhookOut):
    secret: str = Field(description="Signs every message (Standard Webhooks). Shown this once.")


class WebhooksOut(Answer):
    items: list[WebhookOut]


class DeliveryOut(Answer):
    message_id: str
    kind: str
    payload: dict[str, Any]
    state: Literal["due", "delivered", "failed"]
    attempts: int
    due_at: datetime
    last_status: int | None
    last_error: str
    created_at: datetime
    delivered_at: datetime | None


class DeliveriesOut(Answer):
    items: list[DeliveryOut]
