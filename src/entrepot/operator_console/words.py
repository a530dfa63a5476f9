"""What the console says of payments, books and decisions; codes come in, words go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_noop

from entrepot.accounts import queries as accounts
from entrepot.kernel.audit import Entry
from entrepot.ledger.rules import ACCOUNT_KINDS, AccountRef
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import RegistrationView
from entrepot.ui import formats

ORDER_STATES = {
    "awaiting_payment": (gettext_noop("Waiting for payment"), "brick"),
    "to_ship": (gettext_noop("To ship"), "sea"),
    "part_shipped": (gettext_noop("Partly sent"), "sea"),
    "shipped": (gettext_noop("On its way"), "sea"),
    "delivered": (gettext_noop("Delivered"), "leaf"),
    "completed": (gettext_noop("Completed"), "leaf"),
    "cancelled": (gettext_noop("Cancelled"), "quiet"),
}

ATTEMPT_STATES = {
    "open": (gettext_noop("Not sent yet"), "quiet"),
    "unknown": (gettext_noop("No answer yet"), "brick"),
    "challenge": (gettext_noop("Waiting for the buyer to confirm"), "sea"),
    "pending": (gettext_noop("Waiting for the bank"), "sea"),
    "cancelled": (gettext_noop("Cancelled"), "quiet"),
    "declined": (gettext_noop("Declined"), "brick"),
    "captured": (gettext_noop("Paid"), "leaf"),
}

ACCOUNTS = {
    "psp_receivable": gettext_noop("Owed by the payment service"),
    "bank": gettext_noop("Our bank account"),
    "escrow": gettext_noop("Held for buyers"),
    "seller_payable": gettext_noop("Due to the seller"),
    "tax_payable": gettext_noop("Tax to pay over"),
    "duty_payable": gettext_noop("Duty to pay over"),
    "fee_payable": gettext_noop("Import fees to pay over"),
    "commission_revenue": gettext_noop("Our commission"),
    "psp_fees": gettext_noop("Fees of the payment service"),
    "fx_position": gettext_noop("Exchange position"),
    "rounding": gettext_noop("Rounding"),
    "duty_variance": gettext_noop("Difference to the quote"),
    "refund_pending": gettext_noop("Refunds on their way"),
    "payout_clearing": gettext_noop("Payouts on their way"),
}

ACTIONS = {
    "accept_invitation": gettext_noop("Joined by invitation"),
    "accept_terms": gettext_noop("Accepted the terms"),
    "add_member": gettext_noop("Added a member"),
    "add_webhook_endpoint": gettext_noop("Added a webhook"),
    "approve_seller": gettext_noop("Approved the seller"),
    "block_listing": gettext_noop("Blocked a listing"),
    "certify_compliance": gettext_noop("Certified lawful goods"),
    "change_contact": gettext_noop("Changed the contact"),
    "change_role": gettext_noop("Changed a role"),
    "change_store": gettext_noop("Changed the store"),
    "confirm_payout": gettext_noop("Recorded: the bank paid"),
    "delete_webhook_endpoint": gettext_noop("Removed a webhook"),
    "erase_person": gettext_noop("Erased a person"),
    "fail_payout": gettext_noop("Recorded: the bank did not pay"),
    "invite_member": gettext_noop("Invited a member"),
    "issue_api_key": gettext_noop("Made an API key"),
    "make_operator": gettext_noop("Made somebody an operator"),
    "open_store": gettext_noop("Opened the store"),
    "record_eu_threshold": gettext_noop("Recorded the EU sales threshold"),
    "reinstate_seller": gettext_noop("Ended the suspension"),
    "reject_seller": gettext_noop("Gave the registration back"),
    "remove_member": gettext_noop("Removed a member"),
    "remove_operator": gettext_noop("Took an operator's rights away"),
    "revoke_api_key": gettext_noop("Withdrew an API key"),
    "revoke_invitation": gettext_noop("Withdrew an invitation"),
    "run_payouts": gettext_noop("Made payouts"),
    "set_bank_account": gettext_noop("Gave a bank account"),
    "set_buying_stage": gettext_noop("Moved the switch for buying"),
    "set_selling_stage": gettext_noop("Moved the switch for selling"),
    "set_tax_profile": gettext_noop("Gave tax details"),
    "start_registration": gettext_noop("Began to register"),
    "submit_registration": gettext_noop("Sent the registration"),
    "suspend_seller": gettext_noop("Suspended the seller"),
    "unblock_listing": gettext_noop("Unblocked a listing"),
    "upload_document": gettext_noop("Sent a paper"),
    "withdraw_document": gettext_noop("Took a paper back"),
}

SUBJECTS = {
    "api_key": gettext_noop("API key"),
    "listing": gettext_noop("Listing"),
    "market": gettext_noop("Market"),
    "payout": gettext_noop("Payout"),
    "payout_run": gettext_noop("Payout run"),
    "person": gettext_noop("Person"),
    "seller": gettext_noop("Seller"),
    "webhook_endpoint": gettext_noop("Webhook"),
}

MISSING = {
    "legal_name": gettext_noop("Legal name"),
    "representative": gettext_noop("Who may sign for it"),
    "street": gettext_noop("Street and number"),
    "postal_code": gettext_noop("Postal code"),
    "city": gettext_noop("City"),
    "phone": gettext_noop("Phone"),
    "email": gettext_noop("E-mail"),
    "register_name": gettext_noop("Trade register"),
    "register_number": gettext_noop("Number in the register"),
    "bank_account": gettext_noop("Bank account"),
    "terms": gettext_noop("Terms for sellers"),
    "self_certification": gettext_noop("Word that the goods are lawful"),
}

_FINGERPRINTS = frozenset({"sha256"})  # Kept for proof, nothing to read.


def state(code: str, words: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Return a state's words and its tone."""
    text, tone = words[code]
    return _(text), tone


def account(ref: AccountRef) -> str:
    """Return an account of the books in words; whose it is stands beside it where that is short enough to say."""
    name = _(ACCOUNTS.get(ref.kind, ACCOUNT_KINDS[ref.kind].words))
    owner = ref.owner.rpartition(":")[2]
    return f"{name} ({owner})" if owner and not _is_id(owner) else name


@dataclass(frozen=True, slots=True)
class TrailRow:
    """A line of the trail as a person reads it."""

    at: datetime
    who: str
    what: str
    subject: str
    link: str
    details: Sequence[tuple[str, str]]


def trail(entries: Iterable[Entry]) -> list[TrailRow]:
    """Return lines of the trail with names instead of ids; two statements for all of them."""
    found = list(entries)
    actors = [part for entry in found for part in _parts(entry.actor)]
    subjects = [entry.subject_id for entry in found if entry.subject_kind in ("seller", "person")]
    ids = [UUID(text) for text in dict.fromkeys([*actors, *subjects]) if _is_id(text)]
    names = {str(key): view.legal_name for key, view in sellers.get_sellers(ids).items()}
    names |= {str(key): person.email for key, person in accounts.get_people(ids).items()}
    return [
        TrailRow(
            at=entry.recorded_at,
            who=_who(entry.actor, names),
            what=_(ACTIONS[entry.action]) if entry.action in ACTIONS else entry.action,
            subject=_subject(entry, names),
            link=_link(entry),
            details=_details(entry.details),
        )
        for entry in found
    ]


def who(actors: Iterable[str]) -> dict[str, str]:
    """Return who stands behind each actor of a list, in words."""
    found = set(actors)
    people = accounts.get_people([UUID(part) for actor in found for part in _parts(actor) if _is_id(part)])
    names = {str(key): person.email for key, person in people.items()}
    return {actor: _who(actor, names) for actor in found}


def _parts(actor: str) -> list[str]:
    return actor.partition(":")[2].split("/")


def _who(actor: str, names: dict[str, str]) -> str:
    if actor == "system":
        return _("Entrepot, by itself")
    if actor == "operator:command":
        return _("Operator, by command")
    known = [names[part] for part in _parts(actor) if names.get(part)]
    return " · ".join(isolated(name) for name in known) or actor


def _subject(entry: Entry, names: dict[str, str]) -> str:
    kind = _(SUBJECTS[entry.subject_kind]) if entry.subject_kind in SUBJECTS else entry.subject_kind
    if entry.subject_kind == "market":
        return f"{kind}: {formats.country(entry.subject_id)}"
    name = names.get(entry.subject_id) or ("" if _is_id(entry.subject_id) else entry.subject_id)
    return f"{kind}: {isolated(name)}" if name else kind


def _link(entry: Entry) -> str:
    name = {"seller": "case", "market": "market", "payout_run": "run"}.get(entry.subject_kind)
    return reverse(f"operator_console:{name}", args=[entry.subject_id]) if name else ""


def _details(details: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " "), _value(value))
        for name, value in details.items()
        if name not in _FINGERPRINTS and value not in (None, "", [], {})
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    return str(value)


def isolated(name: str) -> str:
    """Return a name that keeps its own direction inside a line of the other one."""
    return f"\u2068{name}\u2069"


def missing(registration: RegistrationView) -> list[str]:
    """Return what a registration lacks, in words; numbers and papers by the labels of the seller's country."""
    labels = {f"ids.{wanted.kind}": wanted.label for wanted in registration.ids}
    labels |= {f"documents.{kind}": label for kind, label, _required in registration.documents_wanted}
    return [isolated(_(labels.get(part) or MISSING.get(part, part))) for part in registration.missing]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
