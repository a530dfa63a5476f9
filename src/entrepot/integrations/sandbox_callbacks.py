"""
The news that the sandbox sends, and how the shop takes it: signed (Standard Webhooks), verified, then settled by the
same operation that every payment ends in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from entrepot.integrations.sandbox_payments import Charge
from entrepot.kernel import ids
from entrepot.kernel.errors import DomainError
from entrepot.orders import operations as orders
from entrepot.payments import queries as payments
from entrepot.payments.ports import ChargeResult

SERVICE = "sandbox"


class FalseSignature(DomainError):
    """The news is not signed by the sandbox, or is too old."""

    code = "false_signature"
    kind = "forbidden"
    summary = "The signature of this message does not hold."


def _webhook() -> Webhook:
    secret = hmac.new(settings.SECRET_KEY.encode(), b"sandbox payments callback", hashlib.sha256).digest()
    return Webhook(base64.b64encode(secret).decode())


def sign(charge: Charge, *, now: datetime) -> tuple[str, dict[str, str]]:
    """Return the message of a charge's news and its signed headers, as the sandbox sends them."""
    result = charge.as_result()
    message = {
        "type": "charge.updated",
        "key": charge.key,
        "state": result.state,
        "reference": result.service_reference,
        "decline_code": result.decline_code,
    }
    body = json.dumps(message)
    message_id = f"msg_{ids.new_id().hex}"
    signature = _webhook().sign(message_id, now, body)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return body, headers


def receive(body: str, headers: Mapping[str, str], *, now: datetime) -> None:
    """
    Settle what a message says, when its signature holds.

    :raises FalseSignature: it does not.
    :raises NotFound: it is about a charge that is not ours.
    """
    try:
        message = _webhook().verify(body, dict(headers))
    except (WebhookVerificationError, ValueError):
        raise FalseSignature() from None
    attempt = payments.get_attempt_by_key(service=SERVICE, service_key=message["key"])
    result = ChargeResult(
        state=message["state"], service_reference=message["reference"], decline_code=message["decline_code"]
    )
    orders.settle_payment(attempt_id=attempt.id, result=result, now=now)


def tell_the_shop(charge: Charge, *, now: datetime) -> None:
    """Send the news of a charge: twice, because real services do so too."""
    for _ in range(2):
        body, headers = sign(charge, now=now)
        receive(body, headers, now=now)
