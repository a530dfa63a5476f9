"""From messages that are due to letters: who gets them, in which language, with which values. Reads, never writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from entrepot.accounts import queries as accounts
from entrepot.accounts.queries import PersonView
from entrepot.kernel.money import Money, sum_money
from entrepot.markets import queries as markets
from entrepot.notifications.mail import Letter
from entrepot.notifications.operations.messages import ClaimedMessage
from entrepot.orders import cancellations
from entrepot.orders.queries.letters import LetterOrder, LetterPurchase, list_letter_purchases
from entrepot.payouts import queries as payouts
from entrepot.payouts.queries import PayoutView
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import SellerView
from entrepot.ui import formats
from entrepot.ui.words import in_language, interface_language

log = structlog.get_logger(__name__)

BUYER = "buyer"
PERSON = "person:"
NEW_ORDERS = "new_orders"
ORDER_CANCELLED = "order_cancelled"
_TO_BUYERS = frozenset({"order_confirmation", "order_shipped", "order_delivered", "order_link", "refund"})
_OF_PURCHASE = _TO_BUYERS | {NEW_ORDERS, ORDER_CANCELLED}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter and the messages that it settles: several new orders of one seller are one letter."""

    letter: Letter
    message_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch's letters speak of, read in one statement per kind of thing."""

    purchases: dict[UUID, LetterPurchase]
    sellers: dict[UUID, SellerView]
    people: dict[UUID, PersonView]
    payouts: dict[UUID, PayoutView]


def address(messages: Sequence[ClaimedMessage]) -> tuple[list[Envelope], list[int], list[int]]:
    """Return the letters of claimed messages, those that nobody can get (erased, gone), and those that failed."""
    known = _read(messages)
    groups: dict[object, list[ClaimedMessage]] = {}
    for message in messages:
        groups.setdefault(message.recipient if message.template == NEW_ORDERS else message.id, []).append(message)
    envelopes: list[Envelope] = []
    dropped: list[int] = []
    failed: list[int] = []
    for together in groups.values():
        message_ids = tuple(message.id for message in together)
        try:
            letter = _LETTERS[together[0].template](together, known)
        except Exception:
            # One letter that cannot be written must not hold the others of its batch back.
            log.exception("a letter cannot be written", key=together[0].key)
            failed.extend(message_ids)
            continue
        if letter is None:
            dropped.extend(message_ids)
        else:
            envelopes.append(Envelope(letter, message_ids))
    return envelopes, dropped, failed


def _read(messages: Iterable[ClaimedMessage]) -> _Known:
    purchases: set[UUID] = set()
    seller_ids: set[UUID] = set()
    people: set[UUID] = set()
    payout_ids: set[UUID] = set()
    for message in messages:
        if message.template in _OF_PURCHASE:
            purchases.add(UUID(message.details["purchase_id"]))
        else:
            seller_ids.add(UUID(message.details["seller_id"]))
        if "payout_id" in message.details:
            payout_ids.add(UUID(message.details["payout_id"]))
        if message.recipient.startswith(PERSON):
            people.add(_person_of(message))
    return _Known(
        purchases=list_letter_purchases(purchases) if purchases else {},
        sellers=sellers.get_sellers(seller_ids) if seller_ids else {},
        people=accounts.get_people(list(people)) if people else {},
        payouts=payouts.find_payouts(list(payout_ids)) if payout_ids else {},
    )


def _person_of(message: ClaimedMessage) -> UUID:
    return UUID(message.recipient.removeprefix(PERSON))


def _purchase_of(message: ClaimedMessage, known: _Known) -> LetterPurchase | None:
    return known.purchases.get(UUID(message.details["purchase_id"]))


def _to_buyer(
    message: ClaimedMessage, purchase: LetterPurchase, subject: Callable[[], str], values: dict[str, Any]
) -> Letter | None:
    if not purchase.email:
        return None
    language = interface_language(purchase.language)
    with translation.override(language):
        worded = subject()
    return Letter(
        key=message.key,
        template=message.template,
        to=purchase.email,
        language=language,
        subject=worded,
        values={"link": f"{settings.BASE_URL}/purchase/{purchase.id}?token={purchase.token}", **values},
    )


def _order_confirmation(message: ClaimedMessage, known: _Known) -> Letter | None:
    purchase = _purchase_of(message, known)
    if purchase is None:
        return None
    language = interface_language(purchase.language)
    at_door = sum_money((order.at_door for order in purchase.orders), purchase.total.currency)
    return _to_buyer(
        message,
        purchase,
        lambda: _("Your purchase %(number)s is paid") % {"number": formats.isolated(purchase.number)},
        {
            "number": formats.isolated(purchase.number, language),
            "total": formats.money(purchase.total, language),
            "at_door": formats.money(at_door, language) if at_door else "",
            "orders": [_order(order, language) for order in purchase.orders],
        },
    )


def _order(order: LetterOrder, language: str) -> dict[str, Any]:
    return {
        "number": formats.isolated(order.number, language),
        "seller_name": formats.isolated(order.seller_name, language),
        "lines": [
            {
                "title": formats.isolated(line.title, language),
                "quantity": formats.number(line.quantity, language),
                "total": formats.money(line.total, language),
            }
            for line in order.lines
        ],
    }


def _about_order(
    message: ClaimedMessage, known: _Known, subject: Callable[[], str], values: dict[str, Any] | None = None
) -> Letter | None:
    purchase = _purchase_of(message, known)
    if purchase is None:
        return None
    order = next(one for one in purchase.orders if one.id == UUID(message.details["order_id"]))
    language = interface_language(purchase.language)
    told = {
        name: formats.isolated(text, language) if text else ""
        for name, text in {"number": order.number, "seller_name": order.seller_name, **(values or {})}.items()
    }
    return _to_buyer(message, purchase, lambda: subject() % told, told)


def _order_shipped(message: ClaimedMessage, known: _Known) -> Letter | None:
    details = message.details
    values = {"tracking_number": details["tracking_number"], "carrier": details["carrier"]}
    return _about_order(message, known, lambda: _("%(seller_name)s has sent your order %(number)s"), values)


def _order_delivered(message: ClaimedMessage, known: _Known) -> Letter | None:
    return _about_order(message, known, lambda: _("Your order %(number)s has been delivered"))


def _refund(message: ClaimedMessage, known: _Known) -> Letter | None:
    purchase = _purchase_of(message, known)
    if purchase is None:
        return None
    amount = Money(message.details["amount_minor"], purchase.total.currency)
    language = interface_language(purchase.language)
    reason = cancellations.FOR_BUYER.get(message.details.get("reason", ""))
    values = {"amount": formats.money(amount, language), "reason": reason and in_language(reason, language)}
    return _about_order(message, known, lambda: _("Refund for your order %(number)s"), values)


def _order_link(message: ClaimedMessage, known: _Known) -> Letter | None:
    purchase = _purchase_of(message, known)
    if purchase is None:
        return None
    number = {"number": formats.isolated(purchase.number, interface_language(purchase.language))}
    return _to_buyer(message, purchase, lambda: _("The link to your order %(number)s") % number, number)


def _new_orders(together: Sequence[ClaimedMessage], known: _Known) -> Letter | None:
    person = known.people.get(_person_of(together[0]))
    if person is None or not person.is_active:
        return None
    language = interface_language(person.language or "en")
    wanted = {UUID(message.details["order_id"]) for message in together}
    found = [order for purchase in known.purchases.values() for order in purchase.orders if order.id in wanted]
    with translation.override(language):
        rows = [
            {
                "number": formats.isolated(order.number),
                "dispatch_by": formats.day(order.dispatch_due_at) if order.dispatch_due_at else "",
                "link": f"{settings.BASE_URL}/seller/{order.seller_id}/orders/{order.id}/",
            }
            for order in sorted(found, key=lambda order: (order.dispatch_due_at is None, order.number))
        ]
        subject = translation.ngettext("%(count)d new order", "%(count)d new orders", len(rows)) % {"count": len(rows)}
    return Letter(
        key="+".join(message.key for message in together),
        template=NEW_ORDERS,
        to=person.email,
        language=language,
        subject=subject,
        values={"orders": rows, "link": f"{settings.BASE_URL}/seller/"},
    )


def _order_cancelled(message: ClaimedMessage, known: _Known) -> Letter | None:
    person, purchase = known.people.get(_person_of(message)), _purchase_of(message, known)
    if person is None or not person.is_active or purchase is None:
        return None
    order = next(one for one in purchase.orders if one.id == UUID(message.details["order_id"]))
    language = interface_language(person.language or "en")
    number = formats.isolated(order.number, language)
    with translation.override(language):
        subject = _("Pieces of order %(number)s were cancelled") % {"number": number}
        reason = _(cancellations.FOR_SELLER[message.details["reason"]])
    return Letter(
        key=message.key,
        template=ORDER_CANCELLED,
        to=person.email,
        language=language,
        subject=subject,
        values={
            "number": number,
            "reason": reason,
            "link": f"{settings.BASE_URL}/seller/{order.seller_id}/orders/{order.id}/",
        },
    )


_One = Callable[[ClaimedMessage, _Known], Letter | None]


def _single(write: _One) -> Callable[[Sequence[ClaimedMessage], _Known], Letter | None]:
    """Return the writer of a letter that tells of one thing."""
    return lambda together, known: write(together[0], known)


_Values = Callable[[ClaimedMessage, _Known], dict[str, str] | None]


def _to_member(
    subject: Callable[[], str], *, page: str = "", values: _Values = lambda message, known: {}
) -> Callable[[Sequence[ClaimedMessage], _Known], Letter | None]:
    """
    Return the writer of a letter to one of a seller's people.

    :param page: where its link leads, below the seller's own address; the seller centre's front otherwise.
    :param values: what its words name beside the seller, or None when there is nothing to tell any more.
    """

    def letter(message: ClaimedMessage, known: _Known) -> Letter | None:
        person = known.people.get(_person_of(message))
        seller = known.sellers.get(UUID(message.details["seller_id"]))
        if person is None or not person.is_active or seller is None:
            return None
        language = interface_language(person.language or "en")
        with translation.override(language):
            named = values(message, known)
            if named is None:
                return None
            told = {"legal_name": formats.isolated(seller.legal_name), **named}
            worded = subject() % told
        where = f"{seller.id}/{page % told}" if page else ""
        return Letter(
            key=message.key,
            template=message.template,
            to=person.email,
            language=language,
            subject=worded,
            values={**told, "link": f"{settings.BASE_URL}/seller/{where}"},
        )

    return _single(letter)


def _payout(message: ClaimedMessage, known: _Known) -> dict[str, str] | None:
    payout = known.payouts.get(UUID(message.details["payout_id"]))
    if payout is None:
        return None
    return {
        "payout_id": str(payout.id),
        "number": formats.isolated(payout.number),
        "amount": formats.money(payout.amount),
        "account": formats.isolated(f"…{payout.account_hint}"),
        "reason": formats.isolated(payout.failure_reason),
    }


def _hold(message: ClaimedMessage, known: _Known) -> dict[str, str] | None:
    hold = payouts.find_hold(UUID(message.details["seller_id"]))
    if hold is None:
        return None
    contact = markets.get_operator().email or settings.DEFAULT_FROM_EMAIL
    return {"reason": formats.isolated(hold.reason), "contact": formats.isolated(contact)}


def _member_invited(message: ClaimedMessage, known: _Known) -> Letter | None:
    invitation = sellers.find_invitation(UUID(message.details["invitation_id"]))
    if invitation is None or invitation.state != "open":
        return None
    invited = accounts.find_person(invitation.email)
    language = interface_language(invited.language if invited and invited.language else "en")
    with translation.override(language):
        legal_name = formats.isolated(invitation.seller_name)
        subject = _("%(legal_name)s invites you") % {"legal_name": legal_name}
    token = sellers.get_invitation_token(invitation.id)
    return Letter(
        key=message.key,
        template=message.template,
        to=invitation.email,
        language=language,
        subject=subject,
        values={"legal_name": legal_name, "link": f"{settings.BASE_URL}/seller/invitation/{token}"},
    )


_LETTERS: dict[str, Callable[[Sequence[ClaimedMessage], _Known], Letter | None]] = {
    NEW_ORDERS: _new_orders,
    ORDER_CANCELLED: _single(_order_cancelled),
    "order_confirmation": _single(_order_confirmation),
    "order_shipped": _single(_order_shipped),
    "order_delivered": _single(_order_delivered),
    "order_link": _single(_order_link),
    "refund": _single(_refund),
    "seller_approved": _to_member(lambda: _("%(legal_name)s has been verified")),
    "seller_rejected": _to_member(lambda: _("%(legal_name)s could not be verified yet")),
    "seller_suspended": _to_member(lambda: _("%(legal_name)s has been suspended")),
    "bank_account_changed": _to_member(lambda: _("The payout account of %(legal_name)s has been changed")),
    "payout_made": _to_member(
        lambda: _("%(amount)s is on its way to your bank"), page="money/%(payout_id)s/", values=_payout
    ),
    "payout_failed": _to_member(lambda: _("A payout of %(amount)s came back"), page="money/account/", values=_payout),
    "payouts_stopped": _to_member(lambda: _("The payouts of %(legal_name)s are stopped"), page="money/", values=_hold),
    "payouts_resumed": _to_member(lambda: _("The payouts of %(legal_name)s go on"), page="money/"),
    "member_invited": _single(_member_invited),
}
