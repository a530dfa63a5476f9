"""
The coordinator of a checkout: place in one transaction, pay outside any, settle in a second one.

Killed at any point, nothing is lost: an attempt that was committed and not settled is found by the sweeper, or by the
same request coming again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.kernel.money import Money
from entrepot.orders import operations, queries, secrets
from entrepot.orders.answers import as_answered, new_purchase
from entrepot.orders.operations.placing import Placed
from entrepot.orders.queries.views import PurchaseView
from entrepot.payments import coordinator as payments, queries as payment_queries
from entrepot.payments.ports import ChargeResult
from entrepot.payments.queries import Attempt
from entrepot.payments.rules import AttemptState

KEY_LENGTH_MAX = 255


class NoChallenge(DomainError):
    """There is no payment challenge to come back from."""

    code = "no_challenge"
    kind = "conflict"
    summary = "No payment of this purchase waits for a challenge."


def place_and_pay(
    *,
    cart_id: UUID,
    token: str,
    idempotency_key: str,
    shown_total: Money,
    payment_method: str,
    payment_token: str,
    accept_due_at_door: bool = False,
    body_hash: bytes | str,
    return_url: str = "",
    now: datetime,
) -> PurchaseView:
    """
    Place a cart and ask the payment service for its total. The same key and body again give the same answer.

    :param body_hash: of the request as it came, so that a key cannot be used for another one.
    :param return_url: where a challenge sends the buyer back to; "{purchase_id}" and "{token}" are filled in.
    :raises DomainError: what `operations.place_purchase` refuses; nothing was written then. A declined payment is no
        refusal: the purchase stands and waits for another try.
    """
    key = _read_key(idempotency_key)
    placed = operations.place_purchase(
        cart_id=cart_id,
        token=token,
        idempotency_key=key,
        body_hash=_as_bytes(body_hash),
        shown_total=shown_total,
        payment_method=payment_method,
        payment_token=payment_token,
        accept_due_at_door=accept_due_at_door,
        now=now,
    )
    return _pay(placed, scope=cart_id, key=key, payment_token=payment_token, return_url=return_url, now=now)


def pay_again(
    *,
    purchase_id: UUID,
    token: str | None = None,
    person_id: UUID | None = None,
    payment_method: str,
    payment_token: str,
    idempotency_key: str | None = None,
    body_hash: bytes | str = b"",
    return_url: str = "",
    now: datetime,
) -> PurchaseView:
    """
    Try to pay a placed purchase once more, until `payment_due_at`.

    :raises DomainError: what `operations.open_next_attempt` refuses; nothing was written then.
    """
    key = None if idempotency_key is None else _read_key(idempotency_key)
    placed = operations.open_next_attempt(
        purchase_id=purchase_id,
        token=token,
        person_id=person_id,
        idempotency_key=key,
        body_hash=_as_bytes(body_hash),
        payment_method=payment_method,
        payment_token=payment_token,
        now=now,
    )
    return _pay(placed, scope=purchase_id, key=key, payment_token=payment_token, return_url=return_url, now=now)


def finish_challenge(
    *, purchase_id: UUID, token: str | None = None, person_id: UUID | None = None, now: datetime
) -> PurchaseView:
    """
    Take up a payment whose buyer comes back from the service's challenge.

    :raises NotFound: there is no such purchase, or neither token nor person opens it.
    :raises NoChallenge: none of its payments waits for one.
    """
    purchase = queries.get_purchase(purchase_id, token=token, person_id=person_id)
    waiting = [
        attempt for attempt in payment_queries.list_attempts(purchase_id) if attempt.state == AttemptState.CHALLENGE
    ]
    if not waiting:
        if purchase.state != "awaiting_payment":
            return purchase
        raise NoChallenge()
    result = payments.complete_challenge(waiting[-1])
    operations.settle_payment(attempt_id=waiting[-1].id, result=result, now=now)
    return queries.get_any_purchase(purchase_id)


def sweep_attempt(attempt: Attempt, *, now: datetime) -> None:
    """Ask the service what became of an attempt whose end is unknown, and settle what it says."""
    result = payments.look_up(attempt)
    if result.state != "unknown":
        operations.settle_payment(attempt_id=attempt.id, result=result, now=now)


def _pay(
    placed: Placed, *, scope: UUID, key: str | None, payment_token: str, return_url: str, now: datetime
) -> PurchaseView:
    if placed.answer is not None:
        return as_answered(queries.get_any_purchase(placed.purchase_id), placed.answer)
    attempt = placed.attempt
    if attempt is None:
        # Begun before and never answered: the same attempt under the same key cannot collect twice.
        attempt = replace(payment_queries.list_attempts(placed.purchase_id)[-1], token=payment_token)
    result = _charge(attempt, return_url=return_url)
    settled = operations.settle_payment(
        attempt_id=attempt.id, result=result, now=now, key_scope=scope, idempotency_key=key
    )
    return as_answered(_purchase_of(placed), settled.answer)


def _purchase_of(placed: Placed) -> PurchaseView:
    """Return the purchase without reading it again when it was placed by this very call."""
    if placed.quote is None or placed.placed_at is None or placed.payment_due_at is None:
        return queries.get_any_purchase(placed.purchase_id)
    return new_purchase(
        purchase_id=placed.purchase_id,
        number=placed.number,
        order_ids=placed.order_ids,
        quote=placed.quote,
        language=placed.language,
        payment_due_at=placed.payment_due_at,
        now=placed.placed_at,
    )


def _charge(attempt: Attempt, *, return_url: str) -> ChargeResult:
    if attempt.state in (AttemptState.CAPTURED, AttemptState.DECLINED, AttemptState.CANCELLED):
        return payments.look_up(attempt)
    url = return_url
    if return_url:
        url = return_url.replace("{purchase_id}", str(attempt.purchase_id)).replace(
            "{token}", secrets.purchase_token(attempt.purchase_id)
        )
    return payments.charge(attempt, description=f"Purchase {attempt.purchase_id}", return_url=url)


def _read_key(key: str) -> str:
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise InvalidField.single("Idempotency-Key", "from_1_to_255_printable_ascii")
    return key


def _as_bytes(body_hash: bytes | str) -> bytes:
    return body_hash.encode() if isinstance(body_hash, str) else body_hash
