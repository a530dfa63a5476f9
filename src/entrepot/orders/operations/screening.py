"""
Buyers' names held against lists, after the payment and before anything is sent.

A sweep compares the names of paid purchases every minute, so that placing and paying cost nothing more; dispatch looks
itself where the sweep has not been. What matches is held until an operator clears or refuses it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from entrepot.kernel import audit, sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import step, transaction
from entrepot.orders.operations.cancelling import cancel_lines
from entrepot.orders.operations.orders import OrderNotInState, end_of_day
from entrepot.orders.queries import screening as queries
from entrepot.orders.queries.carts import open_contact
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import HitView, ListView

_HITS_KEPT = 20
_REASON_LENGTH_MAX = 2000


class PurchaseHeld(DomainError):
    """The buyer's name is like one on a list, and no operator has decided yet; or it was refused."""

    code = "purchase_held"
    kind = "conflict"
    summary = "The marketplace is checking this order: it may not be sent yet."


class NotHeld(DomainError):
    """The purchase does not wait for a decision."""

    code = "not_held"
    kind = "conflict"
    summary = "This purchase does not wait for a decision."


_UNSCREENED = """
SELECT p.id, p.contact
FROM orders_order o JOIN orders_purchase p ON p.id = o.purchase_id
WHERE o.paid_at IS NOT NULL AND o.ended_at IS NULL AND o.shipped_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM orders_buyerscreening s WHERE s.purchase_id = p.id)
ORDER BY o.dispatch_due_at, o.id
LIMIT %s
"""
_KEEP = """
INSERT INTO orders_buyerscreening (purchase_id, state, screened_at, lists, matches, decided_by, reason)
VALUES (%(purchase_id)s, %(state)s, %(now)s, %(lists)s::jsonb, %(matches)s, '', '')
ON CONFLICT (purchase_id) DO NOTHING
"""


@transaction
def screen_purchases(*, limit: int, now: datetime) -> int:
    """
    Hold the names on paid purchases that nobody has looked at against the lists in force; without a list, nothing.

    :returns: the number of purchases looked at.
    """
    lists = _lists()
    if not lists:
        return 0
    contacts = dict(sql.fetch_all(_UNSCREENED, [limit]))
    for purchase_id, contact in contacts.items():
        _screen(purchase_id, contact, lists, now)
    return len(contacts)


def _lists() -> tuple[ListView, ...]:
    """Return the lists that keep goods from a buyer: those of sanctions. People near power may buy."""
    return tuple(found for found in sellers.list_screening_lists() if found.kind == "sanctions")


def _find_hits(contact: str) -> list[HitView]:
    _email, address = open_contact(contact)
    given = [("recipient", address.name), ("company", address.company)] if address else []
    hits = sellers.find_hits([(role, name) for role, name in given if name])
    return [hit for hit in hits if hit.list_kind == "sanctions"][:_HITS_KEPT]


@step
def _screen(purchase_id: UUID, contact: str, lists: Sequence[ListView], now: datetime) -> None:
    hits = _find_hits(contact)
    sql.execute(
        _KEEP,
        {
            "purchase_id": purchase_id,
            "state": "held" if hits else "clear",
            "now": now,
            "lists": json.dumps([{"code": found.code, "version": found.version} for found in lists]),
            "matches": queries.seal_matches(hits),
        },
    )


@step
def demand_screened(purchase_id: UUID, *, now: datetime) -> None:
    """
    Go on only where the buyer's names were compared and nobody has to decide.

    :raises PurchaseHeld: a name is like one on a list.
    """
    state = queries.find_state(purchase_id)
    if state is None and (lists := _lists()):
        row = sql.fetch_one("SELECT contact FROM orders_purchase WHERE id = %s", [purchase_id])
        assert row is not None, "the order was read just now"
        # What is found here is kept by the sweep: this transaction is undone with the refusal.
        if _find_hits(row[0]):
            raise PurchaseHeld()
        _screen(purchase_id, row[0], lists, now)
    if state in ("held", "refused"):
        raise PurchaseHeld()


_LOCK = "SELECT state, screened_at FROM orders_buyerscreening WHERE purchase_id = %s FOR NO KEY UPDATE"
_DECIDE = """
UPDATE orders_buyerscreening SET state = %s, decided_at = %s, decided_by = %s, reason = %s WHERE purchase_id = %s
"""
_LATER = f"""
UPDATE orders_order SET dispatch_due_at = {end_of_day("dispatch_due_at + %s::interval")}
WHERE purchase_id = %s AND shipped_at IS NULL AND ended_at IS NULL AND dispatch_due_at IS NOT NULL
"""


@transaction
def clear_purchase(*, purchase_id: UUID, reason: str, actor: str, now: datetime) -> None:
    """
    Record that the buyer is somebody else, and why; the sellers have as long to send as if nothing had been held.

    :raises NotFound: there is no such purchase, or its names were never compared.
    :raises InvalidField: without a reason.
    :raises NotHeld: it does not wait for a decision.
    """
    screened_at = _decide(purchase_id, "cleared", reason, actor, now)
    sql.execute(_LATER, [max(now - screened_at, timedelta(0)), purchase_id])


@transaction
def refuse_purchase(*, purchase_id: UUID, reason: str, actor: str, now: datetime) -> None:
    """
    Record that nothing is sent to this buyer, and why; `give_back_refused` cancels its orders and gives the money back.

    :raises NotFound: there is no such purchase, or its names were never compared.
    :raises InvalidField: without a reason.
    :raises NotHeld: it does not wait for a decision.
    """
    _decide(purchase_id, "refused", reason, actor, now)


@step
def _decide(purchase_id: UUID, state: str, reason: str, actor: str, now: datetime) -> datetime:
    kept = " ".join(reason.split())[:_REASON_LENGTH_MAX]
    if not kept:
        raise InvalidField.single("reason", "required")
    row = sql.fetch_one(_LOCK, [purchase_id])
    if row is None:
        raise NotFound(purchase_id=purchase_id)
    if row[0] != "held":
        raise NotHeld()
    sql.execute(_DECIDE, [state, now, actor, kept, purchase_id])
    action = "clear_buyer" if state == "cleared" else "refuse_buyer"
    audit.record(actor=actor, action=action, subject_kind="purchase", subject_id=purchase_id, reason=kept)
    screened_at: datetime = row[1]
    return screened_at


_REFUSED = """
SELECT o.id FROM orders_buyerscreening s JOIN orders_order o ON o.purchase_id = s.purchase_id
WHERE s.state = 'refused' AND o.state IN ('to_ship', 'part_shipped')
ORDER BY s.decided_at, o.id
LIMIT %s
"""


def give_back_refused(*, limit: int, now: datetime) -> int:
    """
    Cancel what is left of the orders of refused purchases, each for itself. Safe to repeat.

    :returns: the number of orders cancelled.
    """
    done = 0
    for (order_id,) in sql.fetch_all(_REFUSED, [limit]):
        try:
            cancel_lines(order_id=order_id, by="platform", now=now)
        except OrderNotInState:
            continue  # Its seller or its buyer was quicker.
        done += 1
    return done


_FORGET_CLEAR = """
DELETE FROM orders_buyerscreening s USING orders_order o
WHERE o.purchase_id = s.purchase_id AND s.state = 'clear'
  AND o.paid_at IS NOT NULL AND o.ended_at IS NULL AND o.shipped_at IS NULL
"""
_CLEARED = """
SELECT DISTINCT s.purchase_id, s.matches, p.contact
FROM orders_buyerscreening s
JOIN orders_order o ON o.purchase_id = s.purchase_id
JOIN orders_purchase p ON p.id = s.purchase_id
WHERE s.state = 'cleared' AND o.paid_at IS NOT NULL AND o.ended_at IS NULL AND o.shipped_at IS NULL
"""
_HOLD_AGAIN = """
UPDATE orders_buyerscreening
SET state = 'held', screened_at = %s, matches = %s, decided_at = NULL, decided_by = '', reason = ''
WHERE purchase_id = %s
"""


@transaction
def screen_again(*, now: datetime) -> None:
    """
    After a list came in: have what is not sent yet compared anew. A purchase that was cleared is held again only where
    somebody matches whom the operator had not seen.
    """
    sql.execute(_FORGET_CLEAR)
    for purchase_id, matches, contact in sql.fetch_all(_CLEARED):
        judged = {(hit.name, hit.list_code, hit.entry_id) for hit in queries.open_matches(matches)}
        hits = _find_hits(contact)
        if {(hit.name, hit.list_code, hit.entry_id) for hit in hits} - judged:
            sql.execute(_HOLD_AGAIN, [now, queries.seal_matches(hits), purchase_id])
