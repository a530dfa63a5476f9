"""What the seller centre says of states and money; codes come in, words go out."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_noop

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
}

PAYOUT_STATES = {
    "made": (gettext_noop("With the bank"), "sea"),
    "confirmed": (gettext_noop("Paid"), "leaf"),
    "failed": (gettext_noop("Came back"), "brick"),
}

MONEY_STATES = {
    "due": gettext_noop("The buyer has not paid yet."),
    "held": gettext_noop("The buyer's money is held until the goods are there."),
    "released": gettext_noop("It is on your account with us."),
    "refunded": gettext_noop("It went back to the buyer."),
    "waived": gettext_noop("Nothing was paid."),
}

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


def role(code: str) -> str:
    """Return a role's name."""
    return _(ROLES[code][0]) if code in ROLES else code
