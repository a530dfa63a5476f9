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


def state(code: str, words: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Return a state's words and its tone; a state without words shows as it is."""
    text, tone = words.get(code, (code, "quiet"))
    return _(text), tone
