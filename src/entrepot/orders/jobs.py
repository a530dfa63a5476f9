"""The clock's work on orders, and reactions to facts of shipping, payments and orders. Every job may run twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from entrepot.kernel import clock, sql
from entrepot.kernel.jobs import job, periodic
from entrepot.orders import checkout, operations
from entrepot.orders.distance_sales import record_distance_sales
from entrepot.payments import queries as payments

log = structlog.get_logger(__name__)

# An attempt older than this was not settled by its own request: that request is gone.
ATTEMPT_LEFT_ALONE_FOR = timedelta(minutes=2)
BATCH = 500


@periodic(cron="* * * * *")
def sweep_attempts() -> None:
    """Ask payment services about attempts whose end is unknown."""
    now = clock.now()
    for attempt in payments.list_unresolved(before=now - ATTEMPT_LEFT_ALONE_FOR):
        _each(partial(checkout.sweep_attempt, attempt, now=now), attempt_id=str(attempt.id))


_UNPAID = """
SELECT id FROM orders_purchase
WHERE paid_at IS NULL AND ended_at IS NULL AND payment_due_at <= %s ORDER BY payment_due_at LIMIT %s
"""


@periodic(cron="* * * * *")
def expire_purchases() -> None:
    """Give up purchases whose payment did not come by its time."""
    now = clock.now()
    for (purchase_id,) in sql.fetch_all(_UNPAID, [now, BATCH]):
        _each(partial(operations.expire_purchase, purchase_id=purchase_id, now=now), purchase_id=str(purchase_id))


_UNDISPATCHED = """
SELECT id FROM orders_order o
WHERE paid_at IS NOT NULL AND ended_at IS NULL AND shipped_at IS NULL AND dispatch_due_at <= %s
  AND NOT EXISTS (SELECT 1 FROM orders_buyerscreening s WHERE s.purchase_id = o.purchase_id AND s.state = 'held')
ORDER BY dispatch_due_at LIMIT %s
"""


@periodic(cron="*/5 * * * *")
def cancel_undispatched() -> None:
    """Cancel what sellers did not dispatch by their date."""
    now = clock.now()
    for (order_id,) in sql.fetch_all(_UNDISPATCHED, [now, BATCH]):
        _each(partial(operations.cancel_undispatched, order_id=order_id, now=now), order_id=str(order_id))


_UNPROTECTED = """
SELECT id FROM orders_order
WHERE paid_at IS NOT NULL AND ended_at IS NULL AND protection_ends_at <= %s ORDER BY protection_ends_at LIMIT %s
"""


@periodic(cron="*/5 * * * *")
def end_protections() -> None:
    """Complete orders whose protection has ended."""
    now = clock.now()
    for (order_id,) in sql.fetch_all(_UNPROTECTED, [now, BATCH]):
        _each(partial(operations.end_protection, order_id=order_id, now=now), order_id=str(order_id))


_UNRELEASED = """
SELECT id FROM orders_order
WHERE completed_at IS NOT NULL AND released_at IS NULL ORDER BY completed_at LIMIT %s
"""


@periodic(cron="*/5 * * * *")
def release_completed() -> None:
    """Release what a lost job left in escrow."""
    now = clock.now()
    for (order_id,) in sql.fetch_all(_UNRELEASED, [BATCH]):
        _each(partial(operations.release_escrow, order_id=order_id, now=now), order_id=str(order_id))


@periodic(cron="17 3 * * *")
def expire_carts() -> None:
    """Close forgotten carts and drop what they say of a person."""
    while operations.expire_carts(now=clock.now()):
        pass


@periodic(cron="37 2 * * *")
def count_distance_sales() -> None:
    """Tell sellers' tax profiles what they sold across borders inside the European Union this year and last."""
    record_distance_sales(now=clock.now())


@periodic(cron="* * * * *")
def screen_buyers() -> None:
    """Compare the names on paid purchases with the lists in force, and give back what an operator refused."""
    now = clock.now()
    while operations.screen_purchases(limit=BATCH, now=now) == BATCH:
        pass
    operations.give_back_refused(limit=BATCH, now=now)


@job
def screen_buyers_again(*, facts: list[dict[str, Any]]) -> None:
    """On ScreeningListImported: compare anew what is not sent yet."""
    operations.screen_again(now=clock.now())


@job
def record_deliveries(*, facts: list[dict[str, Any]]) -> None:
    """On ParcelDelivered: take the delivery over into the order."""
    now = clock.now()
    for order_id in _ids(facts, "order_id"):
        operations.record_delivery(order_id=order_id, now=now)


@job
def release_escrows(*, facts: list[dict[str, Any]]) -> None:
    """On OrderCompleted: release the escrow."""
    now = clock.now()
    for order_id in _ids(facts, "order_id"):
        operations.release_escrow(order_id=order_id, now=now)


@job
def book_refunds(*, facts: list[dict[str, Any]]) -> None:
    """On RefundSettled: book what the payment service took on."""
    now = clock.now()
    for refund_id in _ids(facts, "refund_id"):
        operations.book_refund(refund_id=refund_id, now=now)


def _ids(facts: Iterable[dict[str, Any]], name: str) -> list[UUID]:
    return [UUID(text) for text in dict.fromkeys(fact[name] for fact in facts)]


def _each(act: Callable[[], Any], **subject: str) -> None:
    """Run one of many acts; one that fails is written down and does not hold the others up."""
    try:
        act()
    except Exception:
        log.exception("a periodic act on orders failed", **subject)
