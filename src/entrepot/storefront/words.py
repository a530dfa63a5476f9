"""The sentences that the shop says about prices, deliveries and states; codes come in, words go out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.utils.translation import get_language, gettext as _, gettext_noop, ngettext

from entrepot.accounts.operations import ErasureRefused
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.orders.queries import PastPurchase, PurchaseView
from entrepot.pricing import labels
from entrepot.shipping import labels as tracking
from entrepot.ui import formats

ORDER_STATES = {
    "awaiting_payment": (gettext_noop("Waiting for payment"), "brick"),
    "to_ship": (gettext_noop("Being packed"), "sea"),
    "part_shipped": (gettext_noop("Partly on its way"), "sea"),
    "shipped": (gettext_noop("On its way"), "sea"),
    "delivered": (gettext_noop("Delivered"), "leaf"),
    "completed": (gettext_noop("Completed"), "leaf"),
    "cancelled": (gettext_noop("Cancelled"), "quiet"),
}

PURCHASE_STATES = {
    "awaiting_payment": (gettext_noop("Waiting for payment"), "brick"),
    "paid": (gettext_noop("Paid"), "leaf"),
    "expired": (gettext_noop("Not paid in time"), "quiet"),
}

MONEY_STATES = {
    "due": gettext_noop("Not paid yet."),
    "held": gettext_noop("Held safely until you have the goods."),
    "released": gettext_noop("Paid out to the seller."),
    "refunded": gettext_noop("Given back to you."),
    "waived": gettext_noop("Nothing was charged."),
}

STEPS = {
    "placed": gettext_noop("Order placed"),
    "paid": gettext_noop("Paid"),
    "completed": gettext_noop("Completed"),
    "released": gettext_noop("Paid out to the seller"),
    "cancelled": gettext_noop("Cancelled"),
    "refunded": gettext_noop("Money given back"),
    **tracking.STEPS,
}

DECLINES = {
    "card_declined": gettext_noop("The bank declined the payment."),
    "challenge_refused": gettext_noop("The payment was not confirmed with the bank."),
    "invalid_token": gettext_noop("The payment details were not accepted."),
    "insufficient_funds": gettext_noop("There is not enough money on the account."),
    "not_received": gettext_noop("The payment did not reach the bank."),
}

ERASURE_REFUSALS = {
    "open_orders": gettext_noop(
        "Orders are on their way to you or still to be paid: until they end, their address is needed."
    ),
    "sole_owner_of_a_seller": gettext_noop(
        "A seller would be left without an owner. Make somebody else its owner in the seller centre first."
    ),
    "is_operator": gettext_noop("You are an operator of this shop. Another operator has to end that first."),
}

LIABLE = {
    "platform": gettext_noop("Entrepot"),
    "seller": gettext_noop("the seller"),
    "carrier": gettext_noop("the carrier"),
    "buyer": gettext_noop("you"),
}


def erasure_refusals(reasons: Iterable[str]) -> tuple[str, ...]:
    """Return what stands against erasing a person's data."""
    return tuple(_(ERASURE_REFUSALS.get(reason, ErasureRefused.summary)) for reason in reasons)


def group(code: str) -> str:
    """Return the name of a group of parts."""
    return labels.group_label(code, get_language() or "en")


def why_not(code: str) -> str:
    """Return why something cannot be bought."""
    if code == "out_of_stock":
        return _("It is sold out.")
    if code not in labels.REASONS:
        return _("It cannot be sold to your country at the moment.")
    return labels.reason(code, get_language() or "en")


def why_unsure(codes: tuple[str, ...]) -> list[str]:
    """Return why an amount is not certain, each reason once."""
    return list(dict.fromkeys(labels.reason(code, get_language() or "en") for code in codes))


def decline(code: str) -> str:
    return _(DECLINES.get(code, DECLINES["card_declined"]))


def step(*codes: str) -> str:
    """Return what happened: the words of the first code that has any (a carrier's own detail before the plain word)."""
    known = next((code for code in codes if code in STEPS), "")
    return _(STEPS[known]) if known else _("News of the parcel")


def state(code: str, words: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Return a state's words and its tone."""
    text, tone = words[code]
    return _(text), tone


def purchase_state(found: PurchaseView | PastPurchase) -> tuple[str, str]:
    """Return a purchase's state: once paid, that of its orders as long as those agree that were not cancelled."""
    states = {order.state for order in found.orders}
    states = states - {"cancelled"} or states
    if found.state == "paid" and len(states) == 1:
        return state(states.pop(), ORDER_STATES)
    return state(found.state, PURCHASE_STATES)


def delivered_note(import_charges: str, sure: bool, country: str, at_door: Money | None = None) -> tuple[str, str]:
    """Return the sentence under a delivered price, and its tone: leaf (all included), brick (something is not)."""
    return _delivered_note(import_charges, sure, country, at_door or None, get_language() or "en")


@lru_cache(maxsize=4096)
def _delivered_note(
    import_charges: str, sure: bool, country: str, at_door: Money | None, language: str
) -> tuple[str, str]:
    words = {"country": formats.place(country)}
    if import_charges == "unknown" or (import_charges == "none" and not sure):
        return _("delivered to %(country)s, import charges not included") % words, "brick"
    if import_charges == "due_at_door":
        if at_door is not None:
            text = _("delivered to %(country)s, about %(amount)s of import charges due on delivery")
            return text % {**words, "amount": formats.money(at_door)}, "brick"
        return _("delivered to %(country)s, import charges due on delivery") % words, "brick"
    if import_charges == "prepaid" and not sure:
        return _("delivered to %(country)s, import charges included as far as they are known") % words, "brick"
    if import_charges == "prepaid":
        return _("delivered to %(country)s, duties and taxes included") % words, "leaf"
    return _("delivered to %(country)s, no import charges") % words, "leaf"


def days(days_min: int, days_max: int) -> str:
    """Return a span of days in words."""
    return _days(days_min, days_max, get_language() or "en")


@lru_cache(maxsize=4096)
def _days(days_min: int, days_max: int, language: str) -> str:
    if days_min == days_max:
        return ngettext("%(days)s day", "%(days)s days", days_max) % {"days": formats.number(days_max)}
    text = ngettext("%(min)s–%(max)s day", "%(min)s–%(max)s days", days_max)
    return text % {"min": formats.number(days_min), "max": formats.number(days_max)}


_SCRIPTS = {"ar": "ARABIC", "ru": "CYRILLIC", "zh": "CJK"}


def town(name: str, language: str) -> str:
    """Return a seller's town where its reader can read the letters (Latin ones everybody can), else nothing."""
    return _town(name, _SCRIPTS.get(language.partition("-")[0], "LATIN"))


@lru_cache(maxsize=2048)
def _town(name: str, script: str) -> str:
    letters = [unicodedata.name(letter, "") for letter in name if letter.isalpha()]
    return name if all(letter.startswith(("LATIN", script)) for letter in letters) else ""


def refused(refusal: DomainError) -> str:
    """Return why a cart or a price was refused."""
    lines = refusal.fields.get("lines")
    if isinstance(lines, list | tuple) and lines and isinstance(lines[0], dict):
        return " ".join(dict.fromkeys(why_not(str(line.get("reason", ""))) for line in lines))
    reason = refusal.fields.get("reason")
    return why_not(reason) if isinstance(reason, str) and reason in labels.REASONS else _(refusal.summary)


def source_of(refusal: DomainError) -> str:
    """Return where the rule that refuses stands, if it names its source."""
    lines = refusal.fields.get("lines")
    rows = [refusal.fields, *(lines if isinstance(lines, list | tuple) else ())]
    return next((str(row["source"]) for row in rows if isinstance(row, dict) and row.get("source")), "")


# What is refused for the destination's sake: the same goods may well go elsewhere.
_OF_DESTINATION = (
    "buying_", "sanctions_", "no_service", "medicines", "tobacco", "knives", "drones", "plants", "food_of_animals",
    "forbidden_there", "responsible_person_missing", "brand_not_authorised",
)  # fmt: skip


def is_about_destination(refusal: DomainError) -> bool:
    """Tell whether another destination would help."""
    lines = refusal.fields.get("lines")
    rows = [refusal.fields, *(lines if isinstance(lines, list | tuple) else ())]
    reasons = [str(row.get("reason", "")) for row in rows if isinstance(row, dict)]
    return any(reason.startswith(_OF_DESTINATION) for reason in reasons)


def line_faults(refusal: DomainError | None) -> dict[str, str]:
    """Return what is wrong with single lines of a cart, by SKU."""
    fields = refusal.fields if refusal else {}
    rows = fields.get("lines")
    if isinstance(rows, list | tuple):
        return {str(row["sku"]): why_not(str(row.get("reason", ""))) for row in rows if isinstance(row, dict)}
    codes = fields.get("skus")
    if isinstance(codes, list | tuple):  # SKUs that nobody knows any more.
        return {code: why_not("sku_retired") for code in codes if isinstance(code, str)}
    return {}


def shortage(wanted: int, available: int) -> str:
    """Return what to say of a line that the stock does not cover; nothing where it does."""
    if available >= wanted:
        return ""
    if not available:
        return why_not("out_of_stock")
    return ngettext("Only %(n)s left.", "Only %(n)s left.", available) % {"n": formats.number(available)}


def variant(options: Mapping[str, str]) -> str:
    """Return what one chose of a listing's options; a figure alone says what it counts."""
    return ", ".join(f"{name}: {value}" if value.isdecimal() else value for name, value in options.items())
