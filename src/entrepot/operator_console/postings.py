"""Postings in sentences: what moved, why, what it leaves behind, and a link to what caused it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_noop

from entrepot.ledger.queries import TransferView
from entrepot.ledger.rules import AccountRef
from entrepot.operator_console import words
from entrepot.orders.queries import oversight
from entrepot.orders.queries.oversight import OrderLink
from entrepot.payouts import queries as payouts
from entrepot.payouts.queries import PayoutView
from entrepot.ui import formats

# Each kind of transfer in a sentence.
SENTENCES = {
    "capture": gettext_noop("The buyer paid %(amount)s: the payment service owes it to us, escrow holds it."),
    "tax": gettext_noop("%(amount)s of tax that the platform owes was set aside in “%(credit)s”."),
    "tax_reversal": gettext_noop("%(amount)s of tax was taken back from “%(debit)s”, because the sale was undone."),
    "exchange": gettext_noop("%(amount)s was exchanged: out of “%(debit)s”, into “%(credit)s”."),
    "goods": gettext_noop("%(amount)s for goods became the seller's."),
    "delivery": gettext_noop("%(amount)s for delivery became the seller's."),
    "seller_tax": gettext_noop("%(amount)s of tax that the seller owes became the seller's, to pay over at home."),
    "commission": gettext_noop("%(amount)s of commission was kept from the seller's due."),
    "commission_reversal": gettext_noop("%(amount)s of commission was given back to the seller."),
    "duty": gettext_noop("%(amount)s of prepaid duty was set aside in “%(credit)s”."),
    "fees": gettext_noop("%(amount)s of prepaid import fees was set aside in “%(credit)s”."),
    "rounding": gettext_noop("%(amount)s of rounding was booked, never at the seller's cost."),
    "duty_variance": gettext_noop("%(amount)s of difference between quoted and charged duty was booked."),
    "refund": gettext_noop("%(amount)s of the buyer's money was set aside to go back."),
    "clawback": gettext_noop("%(amount)s was charged to the seller for a refund after the release."),
    "payout": gettext_noop("%(amount)s was taken from the seller's due to be paid out."),
    "payout_confirmed": gettext_noop("The bank paid %(amount)s out."),
    "payout_returned": gettext_noop("A payout of %(amount)s failed; the money is the seller's due again."),
    "settlement": gettext_noop("The payment service paid %(amount)s to our bank account."),
    "service_fee": gettext_noop("The payment service kept %(amount)s as its fee."),
    "bank_exchange": gettext_noop("%(amount)s was exchanged at the bank."),
}
_OTHER = gettext_noop("%(amount)s moved from “%(debit)s” to “%(credit)s”.")
_HELD_UNTIL = gettext_noop(
    "The buyer paid %(amount)s: escrow holds it for order %(order)s, at the latest until %(day)s."
)
_HELD = gettext_noop("The buyer paid %(amount)s: escrow holds it for order %(order)s.")
_STRAY = gettext_noop("The buyer paid %(amount)s too late or twice: it waits to go back.")
_REFUND_TAKEN_ON = gettext_noop("The payment service gives %(amount)s back to the buyer.")


@dataclass(frozen=True, slots=True)
class Cause:
    """What a posting was made for, in words, and where it is shown."""

    label: str
    link: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of a transfer's two accounts: its words and where its entries are."""

    label: str
    link: str


@dataclass(frozen=True, slots=True)
class PostingRow:
    """A transfer as a person reads it."""

    transfer: TransferView
    sentence: str
    debit: Side
    credit: Side
    cause: Cause | None
    link: str


def explain(transfers: Iterable[TransferView]) -> list[PostingRow]:
    """Return transfers with their sentences and causes; two statements for all of them."""
    found = list(transfers)
    references = list({transfer.reference for transfer in found if transfer.reference is not None})
    orders = oversight.find_links(references)
    paid_out = payouts.find_payouts([reference for reference in references if reference not in orders])
    owners = words.owners(ref for transfer in found for ref in (transfer.debit, transfer.credit))
    return [
        PostingRow(
            transfer=transfer,
            sentence=_sentence(transfer, orders, owners),
            debit=_side(transfer.debit, owners),
            credit=_side(transfer.credit, owners),
            cause=_cause(transfer.reference, orders, paid_out),
            link=posting_link(transfer.posting_key),
        )
        for transfer in found
    ]


def account_link(ref: AccountRef) -> str:
    """Return where an account's entries are shown."""
    address = reverse("operator_console:account", args=[ref.kind, ref.currency])
    return f"{address}?{urlencode({'owner': ref.owner})}" if ref.owner else address


def posting_link(key: str) -> str:
    """Return where all transfers of a posting are shown."""
    return f"{reverse('operator_console:posting')}?{urlencode({'key': key})}"


def _side(ref: AccountRef, owners: Mapping[str, str]) -> Side:
    return Side(words.account(ref, owners), account_link(ref))


def _sentence(transfer: TransferView, orders: Mapping[UUID, OrderLink], owners: Mapping[str, str]) -> str:
    order = orders.get(transfer.reference) if transfer.reference else None
    values = {
        "amount": words.isolated(formats.money(transfer.amount)),
        "debit": words.account(transfer.debit, owners),
        "credit": words.account(transfer.credit, owners),
        "order": words.isolated(order.number) if order else "",
        "day": formats.day(order.protection_ends_at) if order and order.protection_ends_at else "",
    }
    return _(_message(transfer, values)) % values


def _message(transfer: TransferView, values: Mapping[str, str]) -> str:
    if transfer.kind == "capture" and transfer.credit.kind == "refund_pending":
        return _STRAY
    if transfer.kind == "capture" and values["order"]:
        return _HELD_UNTIL if values["day"] else _HELD
    if transfer.kind == "refund" and transfer.debit.kind == "refund_pending":
        return _REFUND_TAKEN_ON
    return SENTENCES.get(transfer.kind, _OTHER)


def _cause(
    reference: UUID | None, orders: Mapping[UUID, OrderLink], paid_out: Mapping[UUID, PayoutView]
) -> Cause | None:
    if reference is None:
        return None
    if order := orders.get(reference):
        label = _("Order %(number)s") if order.number != order.purchase_number else _("Purchase %(number)s")
        return Cause(
            label % {"number": words.isolated(order.number)},
            reverse("operator_console:purchase", args=[order.purchase_id]),
        )
    if payout := paid_out.get(reference):
        return Cause(
            _("Statement %(number)s") % {"number": words.isolated(payout.number)},
            reverse("operator_console:run", args=[payout.run_id]),
        )
    return None
