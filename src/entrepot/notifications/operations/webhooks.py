"""Webhooks out: endpoints of sellers' systems, deliveries owed to them, tried until they arrive (Standard Webhooks)."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from standardwebhooks.webhooks import Webhook

from entrepot.kernel import audit, encryption, sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import transaction
from entrepot.notifications import ports, rules
from entrepot.notifications.models import WebhookEndpoint
from entrepot.notifications.queries import EndpointView, endpoint_view

_CLAIM = timedelta(minutes=2)
KEPT = timedelta(days=30)


class TooManyEndpoints(DomainError):
    """A seller has as many endpoints as are allowed."""

    code = "too_many_webhook_endpoints"
    kind = "conflict"
    summary = "There are as many webhook endpoints as a seller may have."


@dataclass(frozen=True, slots=True)
class OwedEvent:
    """What a seller's system is to be told: `message_id` is the same for the same fact and thing, however often."""

    seller_id: UUID
    message_id: str
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery that this process alone may try now."""

    id: int
    endpoint_id: UUID
    url: str
    secret: str
    message_id: str
    payload: dict[str, Any]
    attempts: int


@transaction
def add_endpoint(
    *, seller_id: UUID, url: str, kinds: Sequence[str], actor: str, now: datetime
) -> tuple[EndpointView, str]:
    """
    Register an address of a seller's system and return it with its secret, which cannot be shown again.

    :raises InvalidField: the address is not public HTTPS, or a kind is unknown.
    :raises TooManyEndpoints: there are ten already.
    """
    _check(url, kinds)
    # The seller's rows are locked in id order, so that two additions at once cannot both be the tenth.
    held = list(WebhookEndpoint.objects.select_for_update(no_key=True).filter(seller_id=seller_id).order_by("id"))
    if len(held) >= rules.ENDPOINTS_MAX:
        raise TooManyEndpoints(allowed=rules.ENDPOINTS_MAX)
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode("ascii")
    endpoint = WebhookEndpoint.objects.create(
        seller_id=seller_id, url=url, secret=encryption.encrypt(secret), kinds=sorted(set(kinds)), created_at=now
    )
    audit.record(
        actor=actor, action="add_webhook_endpoint", subject_kind="webhook_endpoint", subject_id=endpoint.id, url=url
    )
    return endpoint_view(endpoint), secret


@transaction
def change_endpoint(
    *,
    seller_id: UUID,
    endpoint_id: UUID,
    url: str | None = None,
    kinds: Sequence[str] | None = None,
    is_active: bool | None = None,
    now: datetime,
) -> EndpointView:
    """
    Change an endpoint; what is None stays. Making it active again forgets its failures.

    :raises NotFound: the seller has no such endpoint.
    :raises InvalidField: the address is not public HTTPS, or a kind is unknown.
    """
    endpoint = _lock(seller_id, endpoint_id)
    _check(endpoint.url if url is None else url, endpoint.kinds if kinds is None else kinds)
    if url is not None:
        endpoint.url = url
    if kinds is not None:
        endpoint.kinds = sorted(set(kinds))
    if is_active is not None:
        endpoint.state = WebhookEndpoint.State.ACTIVE if is_active else WebhookEndpoint.State.PAUSED
        endpoint.failing_since = None
    endpoint.save(update_fields=["url", "kinds", "state", "failing_since"])
    return endpoint_view(endpoint)


@transaction
def delete_endpoint(*, seller_id: UUID, endpoint_id: UUID, actor: str, now: datetime) -> None:
    """
    Forget an endpoint, and what it was owed.

    :raises NotFound: the seller has no such endpoint.
    """
    _lock(seller_id, endpoint_id).delete()
    audit.record(actor=actor, action="delete_webhook_endpoint", subject_kind="webhook_endpoint", subject_id=endpoint_id)


@transaction
def owe_deliveries(*, events: Sequence[OwedEvent], now: datetime) -> int:
    """Owe events to every active endpoint that asked for their kind; return how many were not owed before."""
    if not events:
        return 0
    return sql.execute(
        sql.load("entrepot.notifications", "owe_deliveries"),
        {
            "sellers": [event.seller_id for event in events],
            "messages": [event.message_id for event in events],
            "kinds": [event.kind for event in events],
            "payloads": [
                json.dumps({"type": event.kind, "timestamp": now.isoformat(), "data": event.data}) for event in events
            ],
            "now": now,
        },
    )


@transaction
def claim_due(*, now: datetime, limit: int = 50) -> list[ClaimedDelivery]:
    """Claim deliveries that are due, the longest waiting first; a sender that dies leaves them for the next."""
    rows = sql.fetch_all(
        sql.load("entrepot.notifications", "claim_deliveries"), {"now": now, "until": now + _CLAIM, "limit": limit}
    )
    return [
        ClaimedDelivery(id_, endpoint_id, url, encryption.decrypt(secret), message_id, json.loads(payload), attempts)
        for id_, endpoint_id, url, secret, message_id, payload, attempts in rows
    ]


@transaction
def record_receipt(*, delivery: ClaimedDelivery, receipt: ports.Receipt, now: datetime) -> None:
    """
    Write what came of an attempt. A failure is due again after a growing pause; an endpoint that says 410, or fails
    for five days, is switched off.
    """
    if receipt.accepted:
        state, due_at = "delivered", now
    else:
        pause = rules.pause_after(delivery.attempts)
        state, due_at = ("failed", now) if pause is None else ("due", now + pause)
    sql.execute(
        """
        UPDATE notifications_webhookdelivery
        SET state = %s, due_at = %s, last_status = %s::int, last_error = %s,
            delivered_at = CASE WHEN %s = 'delivered' THEN %s::timestamptz END
        WHERE id = %s
        """,
        [state, due_at, receipt.status, receipt.error[:500], state, now, delivery.id],
    )
    if receipt.accepted:
        sql.execute(
            "UPDATE notifications_webhookendpoint SET failing_since = NULL WHERE id = %s AND failing_since IS NOT NULL",
            [delivery.endpoint_id],
        )
        return
    sql.execute(
        """
        UPDATE notifications_webhookendpoint
        SET failing_since = coalesce(failing_since, %s::timestamptz),
            state = CASE WHEN state = 'active' AND (%s OR failing_since <= %s) THEN 'failing' ELSE state END
        WHERE id = %s
        """,
        [now, receipt.status == 410, now - rules.SWITCHED_OFF_AFTER, delivery.endpoint_id],
    )


@transaction
def forget_old_deliveries(*, now: datetime, limit: int = 10_000) -> int:
    """Delete deliveries that were settled long ago. Returns how many."""
    return sql.execute(
        """
        DELETE FROM notifications_webhookdelivery WHERE id IN (
          SELECT id FROM notifications_webhookdelivery WHERE state <> 'due' AND created_at < %s ORDER BY id LIMIT %s
        )
        """,
        [now - KEPT, limit],
    )


def deliver_due(*, now: datetime, limit: int = 50) -> int:
    """Try every delivery that is due, outside any transaction; return how many arrived."""
    arrived = 0
    for delivery in claim_due(now=now, limit=limit):
        body = json.dumps(delivery.payload, separators=(",", ":"), ensure_ascii=False)
        receipt = ports.get_sender().post(
            delivery.url, body=body.encode(), headers=signed_headers(delivery.secret, delivery.message_id, body, now)
        )
        record_receipt(delivery=delivery, receipt=receipt, now=now)
        arrived += receipt.accepted
    return arrived


def signed_headers(secret: str, message_id: str, body: str, now: datetime) -> dict[str, str]:
    """Return the headers of a signed message, as the Standard Webhooks specification names them."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Entrepot-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body),
    }


def _check(url: str, kinds: Iterable[str]) -> None:
    faults = []
    if fault := rules.find_url_fault(url):
        faults.append({"field": "url", "reason": fault})
    wanted = set(kinds)
    if not wanted:
        faults.append({"field": "kinds", "reason": "required"})
    faults.extend({"field": "kinds", "reason": f"unknown: {kind}"} for kind in sorted(wanted - set(rules.KINDS)))
    if faults:
        raise InvalidField(errors=faults)


def _lock(seller_id: UUID, endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = (
        WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id, seller_id=seller_id).first()
    )
    if endpoint is None:
        raise NotFound(endpoint_id=endpoint_id)
    return endpoint
