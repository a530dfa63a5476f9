"""The seller behind a key, and its webhook endpoints."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from entrepot.api.access import actor, grant_of, needs
from entrepot.api.rendering import answer, nothing
from entrepot.api.schemas.seller_account import (
    DeliveriesOut,
    NewWebhookOut,
    SellerOut,
    WebhookIn,
    WebhookOut,
    WebhookPatch,
    WebhooksOut,
)
from entrepot.kernel import clock
from entrepot.notifications import queries as notifications
from entrepot.notifications.operations import webhooks
from entrepot.sellers import queries as sellers

router = Router()


@router.get("/me", auth=needs(None), response=SellerOut, summary="The seller behind this key")
def get_own_seller(request: HttpRequest) -> HttpResponse:
    """Who the key acts for, and what it may do."""
    grant = grant_of(request)
    seller = sellers.get_seller(grant.seller_id)
    store = seller.store
    return answer(
        {
            "id": seller.id,
            "legal_name": seller.legal_name,
            "country": seller.country,
            "state": seller.state,
            "payout_currency": seller.payout_currency,
            "store": store
            and {"slug": store.slug, "name": store.name, "state": store.state, "language": store.language},
            "scopes": sorted(grant.scopes),
        }
    )


@router.get("/webhooks", auth=needs("orders:read"), response=WebhooksOut, summary="List webhook endpoints")
def list_webhooks(request: HttpRequest) -> HttpResponse:
    """Return every endpoint of the seller, the oldest first."""
    return answer({"items": [_endpoint(found) for found in notifications.list_endpoints(grant_of(request).seller_id)]})


@router.post("/webhooks", auth=needs("orders:write"), response={201: NewWebhookOut}, summary="Add a webhook endpoint")
def add_webhook(request: HttpRequest, body: WebhookIn) -> HttpResponse:
    """Have facts posted to an HTTPS address of yours, signed with the secret in this answer (Standard Webhooks)."""
    endpoint, secret = webhooks.add_endpoint(
        seller_id=grant_of(request).seller_id, url=body.url, kinds=body.kinds, actor=actor(request), now=clock.now()
    )
    return answer({**_endpoint(endpoint), "secret": secret}, status=201)


@router.get("/webhooks/{webhook_id}", auth=needs("orders:read"), response=WebhookOut, summary="Get a webhook endpoint")
def get_webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Return one endpoint and whether it works."""
    endpoint = notifications.get_endpoint(seller_id=grant_of(request).seller_id, endpoint_id=webhook_id)
    return answer(_endpoint(endpoint))


@router.patch(
    "/webhooks/{webhook_id}", auth=needs("orders:write"), response=WebhookOut, summary="Change a webhook endpoint"
)
def change_webhook(request: HttpRequest, webhook_id: UUID, body: WebhookPatch) -> HttpResponse:
    """Change address or kinds, pause it, or switch it on again after failures."""
    endpoint = webhooks.change_endpoint(
        seller_id=grant_of(request).seller_id,
        endpoint_id=webhook_id,
        url=body.url,
        kinds=body.kinds,
        is_active=body.active,
        now=clock.now(),
    )
    return answer(_endpoint(endpoint))


@router.delete(
    "/webhooks/{webhook_id}", auth=needs("orders:write"), response={204: None}, summary="Remove a webhook endpoint"
)
def delete_webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Stop telling this address anything."""
    webhooks.delete_endpoint(
        seller_id=grant_of(request).seller_id, endpoint_id=webhook_id, actor=actor(request), now=clock.now()
    )
    return nothing()


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    auth=needs("orders:read"),
    response=DeliveriesOut,
    summary="What a webhook endpoint was told",
)
def list_webhook_deliveries(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Return the newest hundred deliveries, the newest first, with what came back."""
    found = notifications.list_deliveries(seller_id=grant_of(request).seller_id, endpoint_id=webhook_id)
    names = (
        "message_id", "kind", "payload", "state", "attempts", "due_at", "last_status", "last_error", "created_at",
        "delivered_at",
    )  # fmt: skip
    return answer({"items": [{name: getattr(delivery, name) for name in names} for delivery in found]})


def _endpoint(found: notifications.EndpointView) -> dict[str, Any]:
    return {
        "id": found.id,
        "url": found.url,
        "kinds": list(found.kinds),
        "state": found.state,
        "failing_since": found.failing_since,
        "created_at": found.created_at,
    }
