"""What the seller centre says of states and money; codes come in, words go out."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_noop

from entrepot.orders.queries import OrderView
from entrepot.orders.queries.fulfilment import Group
from entrepot.orders.rules.holding import Hold, find_hold
from entrepot.ui import formats

ORDER_STATES = {
    "awaiting_payment": (gettext_noop("Not paid yet"), "quiet"),
    "to_ship": (gettext_noop("To ship"), "brick"),
    "part_shipped": (gettext_noop("Partly sent"), "brick"),
    "shipped": (gettext_noop("On its way"), "sea"),
    "delivered": (gettext_noop("Delivered"), "leaf"),
    "completed": (gettext_noop("Completed"), "leaf"),
    "cancelled": (gettext_noop("Cancelled"), "quiet"),
}

LISTING_STATES = {
    "draft": (gettext_noop("Draft"), "quiet"),
    "active": (gettext_noop("On sale"), "leaf"),
    "paused": (gettext_noop("Paused"), "quiet"),
    "blocked": (gettext_noop("Blocked"), "brick"),
    "archived": (gettext_noop("Archived"), "quiet"),
}

PAYOUT_STATES = {
    "made": (gettext_noop("With the bank"), "sea"),
    "confirmed": (gettext_noop("Paid"), "leaf"),
    "failed": (gettext_noop("Came back"), "brick"),
}

# What is to be done about an order, as the chips above the list say it.
ORDER_GROUPS: dict[Group, str] = {
    "to_ship": gettext_noop("To ship"),
    "shipped": gettext_noop("On its way"),
    "delivered": gettext_noop("Delivered"),
    "released": gettext_noop("Money released"),
    "cancelled": gettext_noop("Cancelled"),
    "awaiting_payment": gettext_noop("Not paid yet"),
}

ORDER_SORTS = {
    "newest": gettext_noop("Newest first"),
    "deadline": gettext_noop("Most urgent first"),
    "amount": gettext_noop("Largest amount first"),
}

ORDER_STEPS = {
    "placed": gettext_noop("Order placed"),
    "paid": gettext_noop("Paid by the buyer"),
    "completed": gettext_noop("Completed"),
    "released": gettext_noop("Money released to you"),
    "cancelled": gettext_noop("Cancelled"),
    "refunded": gettext_noop("Money given back to the buyer"),
}

PAPERS = {
    "cn22": gettext_noop("Customs declaration CN22"),
    "cn23": gettext_noop("Customs declaration CN23"),
    "commercial_invoice": gettext_noop("Commercial invoice"),
}

CHANNELS = {"post": gettext_noop("Post"), "courier": gettext_noop("Courier")}

# What each role is called, and what it may do (sellers.rules decides; a test holds the two together).
ROLES = {
    "owner": (gettext_noop("Owner"), gettext_noop("Everything, with the members, the keys and the bank account")),
    "manager": (gettext_noop("Manager"), gettext_noop("Listings, delivery, orders and the shop front")),
    "fulfilment": (gettext_noop("Fulfilment"), gettext_noop("Stock, and sending what is ordered")),
    "finance": (gettext_noop("Finance"), gettext_noop("Payouts, tax facts; sees orders and listings")),
    "viewer": (gettext_noop("Viewer"), gettext_noop("Sees listings and orders, changes nothing")),
}

SCOPES = {
    "listings:read": gettext_noop("Read listings"),
    "listings:write": gettext_noop("Change listings, stock and prices"),
    "orders:read": gettext_noop("Read orders"),
    "orders:write": gettext_noop("Send and cancel orders"),
    "payouts:read": gettext_noop("Read payouts"),
}

INVITATION_STATES = {
    "open": (gettext_noop("Waiting"), "sea"),
    "accepted": (gettext_noop("Accepted"), "leaf"),
    "revoked": (gettext_noop("Taken back"), "quiet"),
    "expired": (gettext_noop("Expired"), "quiet"),
}

# Why an invitation leads nowhere, and what to do then.
INVITATION_CLOSED = {
    "accepted": gettext_noop("This invitation was accepted already."),
    "revoked": gettext_noop("This invitation was taken back. Ask an owner of the business for another one."),
    "expired": gettext_noop("This invitation has expired. Ask an owner of the business for another one."),
    "for_another_mailbox": gettext_noop(
        "This invitation was sent to another e-mail address. Sign in with the address that it was sent to."
    ),
}


def state(code: str, words: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Return a state's words and its tone; a state without words shows as it is."""
    text, tone = words.get(code, (code, "quiet"))
    return _(text), tone


def hold(found: Hold) -> str:
    """Return why money is held and until when, as one sentence."""
    date = formats.day(found.until) if found.until else ""
    if found.why == "not_sent":
        return _("Held until you have sent all of it and the buyer has it. It must leave by %(date)s.") % {"date": date}
    if found.why == "on_the_way":
        return _("Held until the buyer confirms receipt, at the latest until %(date)s.") % {"date": date}
    if found.why == "inspection":
        return _("Delivered. Held while the buyer may look at it, at the latest until %(date)s.") % {"date": date}
    return _("Completed. It comes onto your account within minutes.")


def money(order: OrderView) -> str:
    """Return where an order's money is, as one sentence."""
    found = find_hold(order.state, dispatch_due_at=order.dispatch_due_at, protection_ends_at=order.protection_ends_at)
    if order.released_at is not None:
        return _("It came onto your account with us on %(date)s.") % {"date": formats.day(order.released_at)}
    if found is not None:
        return hold(found)
    if order.money_state == "due":
        return _("The buyer has not paid yet.")
    return _("It went back to the buyer.") if order.money_state == "refunded" else _("Nothing was paid.")


def role(code: str) -> str:
    """Return a role's name."""
    return _(ROLES[code][0]) if code in ROLES else code
