"""What notifications does when facts arrive. Each job gets a batch; told twice, nobody hears twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from entrepot.kernel import clock
from entrepot.kernel.jobs import defer, job, periodic
from entrepot.notifications import post, queries, rules
from entrepot.notifications.letters import BUYER, NEW_ORDERS, ORDER_CANCELLED, PERSON
from entrepot.notifications.operations import messages as outbox, webhooks
from entrepot.notifications.operations.messages import NewMessage
from entrepot.notifications.operations.webhooks import OwedEvent
from entrepot.orders.queries import find_purchase
from entrepot.orders.queries.letters import OrderOwner, list_order_owners
from entrepot.sellers import queries as sellers
from entrepot.shipping import queries as shipping

Facts = Sequence[dict[str, Any]]

_ORDER_TEMPLATES = {
    "OrderShipped": "order_shipped",
    "OrderDelivered": "order_delivered",
    "OrderLinesCancelled": "refund",
}
_SELLER_TEMPLATES = {
    "SellerApproved": "seller_approved",
    "SellerRejected": "seller_rejected",
    "SellerSuspended": "seller_suspended",
    "BankAccountChanged": "bank_account_changed",
}
_PAYOUT_TEMPLATES = {
    "PayoutMade": "payout_made",
    "PayoutFailed": "payout_failed",
    "PayoutsStopped": "payouts_stopped",
    "PayoutsResumed": "payouts_resumed",
}
# What a seller cancels itself it need not be told.
_TOLD_TO_SELLERS = frozenset({"cancelled_by_buyer", "cancelled_by_platform", "not_dispatched"})
# Who hears of what: those whose role lets them act on it.
_HEARS_OF_ORDERS = "ship_orders"
_HEARS_OF_SELLER = "manage_registration"
_HEARS_OF_PAYOUTS = "view_payouts"


@job
def tell_of_payments(*, facts: Facts) -> None:
    """Confirm purchases to their buyers and tell the sellers what to send (several orders in one letter)."""
    purchase_ids = [UUID(fact["purchase_id"]) for fact in facts]
    owners = list_order_owners(purchase_ids=purchase_ids)
    members = _members({owner.seller_id for owner in owners}, _HEARS_OF_ORDERS)
    messages = [
        NewMessage("order_confirmation", purchase_id, BUYER, {"purchase_id": str(purchase_id)})
        for purchase_id in purchase_ids
    ]
    messages.extend(
        NewMessage(
            NEW_ORDERS,
            owner.order_id,
            f"{PERSON}{person_id}",
            {"purchase_id": str(owner.purchase_id), "order_id": str(owner.order_id)},
        )
        for owner in owners
        for person_id in members.get(owner.seller_id, ())
    )
    post.tell(messages=messages, now=clock.now())


@job
def tell_of_orders(*, facts: Facts) -> None:
    """Tell buyers that an order was sent, was delivered, or that money comes back; and sellers what not to send."""
    owners = {owner.order_id: owner for owner in list_order_owners(order_ids=[UUID(f["order_id"]) for f in facts])}
    shipped = [UUID(fact["order_id"]) for fact in facts if fact["kind"] == "OrderShipped"]
    parcels = {parcel.id: parcel for parcel in shipping.list_parcels(order_ids=shipped)} if shipped else {}
    messages = _cancellations(facts, owners)
    for fact in facts:
        owner = owners[UUID(fact["order_id"])]
        details: dict[str, Any] = {"purchase_id": str(owner.purchase_id), "order_id": str(owner.order_id)}
        occasion = ""
        if fact["kind"] == "OrderShipped":
            parcel, occasion = parcels[UUID(fact["parcel_id"])], fact["parcel_id"]
            details |= {"tracking_number": parcel.tracking_number or "", "carrier": parcel.carrier}
        elif fact["kind"] == "OrderLinesCancelled":
            if not fact["refund_minor"]:
                continue
            details |= {"amount_minor": fact["refund_minor"], "reason": fact.get("reason", "")}
            occasion = str(fact["fact_id"])
        messages.append(NewMessage(_ORDER_TEMPLATES[fact["kind"]], owner.order_id, BUYER, details, occasion))
    post.tell(messages=messages, now=clock.now())


def _cancellations(facts: Facts, owners: Mapping[UUID, OrderOwner]) -> list[NewMessage]:
    """Return what sellers are told of pieces that others cancelled, so that nobody sends them any more."""
    told = [(owners[UUID(fact["order_id"])], fact) for fact in facts if fact.get("reason") in _TOLD_TO_SELLERS]
    members = _members({owner.seller_id for owner, _ in told}, _HEARS_OF_ORDERS) if told else {}
    return [
        NewMessage(
            ORDER_CANCELLED,
            owner.order_id,
            f"{PERSON}{person_id}",
            {"purchase_id": str(owner.purchase_id), "order_id": str(owner.order_id), "reason": fact["reason"]},
            str(fact["fact_id"]),
        )
        for owner, fact in told
        for person_id in members.get(owner.seller_id, ())
    ]


@job
def send_order_link(*, number: str, email_fingerprint: str, asked_at: str) -> None:
    """Send the buyer of a purchase its link again, once an hour at most; a wrong guess ends here without a word."""
    purchase_id = find_purchase(number, email_fingerprint=email_fingerprint)
    if purchase_id is None:
        return
    details, hour = {"purchase_id": str(purchase_id)}, asked_at[:13]
    post.tell(messages=[NewMessage("order_link", purchase_id, BUYER, details, hour)], now=clock.now())


@job
def tell_sellers(*, facts: Facts) -> None:
    """Tell a seller's owners what the operator decided, and that their payout account was changed."""
    _tell_members(facts, _SELLER_TEMPLATES, _HEARS_OF_SELLER)


@job
def tell_of_payouts(*, facts: Facts) -> None:
    """Tell a seller what was paid out, what came back, and that its payouts were stopped or go on."""
    _tell_members(facts, _PAYOUT_TEMPLATES, _HEARS_OF_PAYOUTS)


def _tell_members(facts: Facts, templates: Mapping[str, str], action: str) -> None:
    """Tell facts of sellers to those of their people whose role allows an action."""
    members = _members({UUID(fact["seller_id"]) for fact in facts}, action)
    messages = [
        NewMessage(
            templates[fact["kind"]],
            UUID(fact["seller_id"]),
            f"{PERSON}{person_id}",
            {name: fact[name] for name in ("seller_id", "payout_id") if name in fact},
            str(fact["fact_id"]),
        )
        for fact in facts
        for person_id in members.get(UUID(fact["seller_id"]), ())
    ]
    post.tell(messages=messages, now=clock.now())


@job
def tell_invited(*, facts: Facts) -> None:
    """Send invitations to the mailboxes that were offered a seat."""
    messages = [
        NewMessage(
            "member_invited",
            UUID(fact["invitation_id"]),
            "mailbox",
            {"invitation_id": fact["invitation_id"], "seller_id": fact["seller_id"]},
        )
        for fact in facts
    ]
    post.tell(messages=messages, now=clock.now())


@periodic(cron="* * * * *")
def send_waiting_letters() -> None:
    """Try again what did not leave."""
    post.send_waiting(now=clock.now())


@job(needed=queries.is_anyone_listening)
def owe_webhooks(*, facts: Facts) -> None:
    """Owe facts to the endpoints that asked for them, and have them delivered."""
    if webhooks.owe_deliveries(events=list(_events(facts)), now=clock.now()):
        defer(deliver_webhooks)


@job
def deliver_webhooks() -> None:
    """Deliver what is due."""
    webhooks.deliver_due(now=clock.now())


@periodic(cron="* * * * *")
def deliver_waiting_webhooks() -> None:
    """Deliver what failed before and is due again."""
    webhooks.deliver_due(now=clock.now())


@periodic(cron="23 4 * * *")
def forget_old() -> None:
    """Delete what was told long ago."""
    while outbox.forget_old_messages(now=clock.now()):
        pass
    while webhooks.forget_old_deliveries(now=clock.now()):
        pass


def _events(facts: Facts) -> Iterable[OwedEvent]:
    order_ids = [UUID(fact["order_id"]) for fact in facts if "order_id" in fact]
    purchase_ids = [UUID(fact["purchase_id"]) for fact in facts if "purchase_id" in fact]
    owners = list_order_owners(order_ids=order_ids, purchase_ids=purchase_ids) if order_ids or purchase_ids else ()
    for fact in facts:
        kind, fact_id = rules.KIND_OF_FACT[fact["kind"]], fact["fact_id"]
        if "seller_id" in fact:
            data: dict[str, Any] = {name: fact[name] for name in ("payout_id", "listing_ids") if name in fact}
            yield OwedEvent(UUID(fact["seller_id"]), f"fact-{fact_id}", kind, data)
            continue
        for owner in owners:
            if str(owner.order_id) == fact.get("order_id") or str(owner.purchase_id) == fact.get("purchase_id"):
                yield OwedEvent(owner.seller_id, f"fact-{fact_id}-{owner.number}", kind, _order_data(owner, fact))


def _order_data(owner: OrderOwner, fact: dict[str, Any]) -> dict[str, Any]:
    data = {"order_id": str(owner.order_id), "number": owner.number}
    return {**data, "parcel_id": fact["parcel_id"]} if "parcel_id" in fact else data


def _members(seller_ids: Iterable[UUID], action: str) -> dict[UUID, list[UUID]]:
    """Return the people of each seller whose role allows an action."""
    return sellers.list_people_who_may(action, seller_ids=seller_ids)
