"""What the console says of payments, books and decisions; codes come in, words go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_noop, ngettext

from entrepot.accounts import queries as accounts
from entrepot.kernel.audit import Entry
from entrepot.ledger.rules import ACCOUNT_KINDS, AccountRef
from entrepot.operator_console.keys import name_of
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

REFUND_STATES = {
    "requested": (gettext_noop("Being sent"), "sea"),
    "unknown": (gettext_noop("No answer yet"), "brick"),
    "succeeded": (gettext_noop("Given back"), "leaf"),
    "failed": (gettext_noop("Refused"), "brick"),
}

PURCHASE_STATES = {
    "awaiting_payment": (gettext_noop("Waiting for payment"), "brick"),
    "paid": (gettext_noop("Paid"), "leaf"),
    "expired": (gettext_noop("Not paid in time"), "quiet"),
}

SELLER_STATES = {
    "draft": (gettext_noop("Draft"), "quiet"),
    "submitted": (gettext_noop("Waiting for us"), "sea"),
    "approved": (gettext_noop("Approved"), "leaf"),
    "rejected": (gettext_noop("Given back"), "quiet"),
    "suspended": (gettext_noop("Suspended"), "brick"),
}

# Tracking words, as carriers' news is boiled down.
PARCEL_STATES = {
    "Pending": (gettext_noop("Announced"), "quiet"),
    "InfoReceived": (gettext_noop("Announced"), "quiet"),
    "InTransit": (gettext_noop("On its way"), "sea"),
    "OutForDelivery": (gettext_noop("Being delivered"), "sea"),
    "AvailableForPickup": (gettext_noop("Waiting at the post office"), "sea"),
    "AttemptFail": (gettext_noop("Nobody was there"), "brick"),
    "Exception": (gettext_noop("Something went wrong"), "brick"),
    "Expired": (gettext_noop("No news any more"), "brick"),
    "Delivered": (gettext_noop("Delivered"), "leaf"),
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
    "clear_screening": gettext_noop("Judged the matches on lists: not the same"),
    "clear_buyer": gettext_noop("Cleared a buyer whose name is like one on a list"),
    "refuse_buyer": gettext_noop("Refused a buyer whose name is on a list"),
    "add_safety_contact": gettext_noop("Named who answers for product safety"),
    "change_safety_contact": gettext_noop("Named who answers for product safety"),
    "choose_safety_contacts": gettext_noop("Named who answers for product safety"),
    "drop_safety_contact": gettext_noop("Named who answers for product safety"),
    "name_responsible_person": gettext_noop("Named who answers for product safety"),
    "certify_compliance": gettext_noop("Certified lawful goods"),
    "change_contact": gettext_noop("Changed the contact"),
    "confirm_other_hs": gettext_noop("Confirmed an HS code, not one of those suggested"),
    "confirm_suggested_hs": gettext_noop("Confirmed an HS code that was suggested"),
    "change_role": gettext_noop("Changed a role"),
    "change_store": gettext_noop("Changed the store"),
    "confirm_payout": gettext_noop("Recorded: the bank paid"),
    "delete_webhook_endpoint": gettext_noop("Removed a webhook"),
    "erase_person": gettext_noop("Erased a person"),
    "fail_payout": gettext_noop("Recorded: the bank did not pay"),
    "freeze_payouts": gettext_noop("Froze the payouts"),
    "import_nomenclature": gettext_noop("Took the texts of the nomenclature into use"),
    "import_screening_list": gettext_noop("Took a list of names into use"),
    "import_tariff": gettext_noop("Took a tariff into use"),
    "invite_member": gettext_noop("Invited a member"),
    "issue_api_key": gettext_noop("Made an API key"),
    "make_operator": gettext_noop("Made somebody an operator"),
    "open_store": gettext_noop("Opened the store"),
    "record_eu_threshold": gettext_noop("Recorded the EU sales threshold"),
    "reinstate_seller": gettext_noop("Ended the suspension"),
    "reject_seller": gettext_noop("Gave the registration back"),
    "release_payouts": gettext_noop("Released the payouts"),
    "remove_member": gettext_noop("Removed a member"),
    "remove_operator": gettext_noop("Took an operator's rights away"),
    "retry_job": gettext_noop("Had a job tried again"),
    "retry_refund": gettext_noop("Had a refund tried again"),
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
    "tell_story": gettext_noop("Told the story of the store"),
    "show_store_picture": gettext_noop("Changed a picture of the store"),
    "unblock_listing": gettext_noop("Unblocked a listing"),
    "upload_document": gettext_noop("Sent a paper"),
    "verify_books": gettext_noop("Asked for a proof of the books"),
    "withdraw_document": gettext_noop("Took a paper back"),
}

SUBJECTS = {
    "api_key": gettext_noop("API key"),
    "job": gettext_noop("Job"),
    "listing": gettext_noop("Listing"),
    "market": gettext_noop("Market"),
    "payout": gettext_noop("Payout"),
    "payout_run": gettext_noop("Payout run"),
    "person": gettext_noop("Person"),
    "refund": gettext_noop("Refund"),
    "screening_list": gettext_noop("List of names"),
    "seller": gettext_noop("Seller"),
    "verification": gettext_noop("Proof of the books"),
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


def state(code: str, words: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Return a state's words and its tone; a code that has none as it is."""
    text, tone = words.get(code, (code, "quiet"))
    return _(text), tone


def account(ref: AccountRef, names: Mapping[str, str] | None = None) -> str:
    """Return an account of the books in words; whose it is stands beside it, a seller by its name from `owners`."""
    name = _(ACCOUNTS.get(ref.kind, ACCOUNT_KINDS[ref.kind].words))
    owner = (names or {}).get(ref.owner) or ref.owner.rpartition(":")[2]
    return f"{name} ({isolated(owner)})" if owner and not _is_id(owner) else name


def owners(refs: Iterable[AccountRef]) -> dict[str, str]:
    """Return the names of the sellers that accounts belong to, by the accounts' owner text; one statement."""
    ids = {ref.owner for ref in refs if _is_id(ref.owner)}
    found = sellers.get_sellers([UUID(owner) for owner in ids]) if ids else {}
    return {str(key): view.legal_name for key, view in found.items()}


@dataclass(frozen=True, slots=True)
class TrailRow:
    """A line of the trail as a person reads it."""

    at: datetime
    who: str
    what: str
    subject: str
    link: str
    details: tuple[tuple[str, str], ...]


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
            what=action(entry.action),
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


def action(code: str) -> str:
    """Return what an action of the trail is called."""
    return _(ACTIONS[code]) if code in ACTIONS else code


def code(text: str) -> str:
    """Return a code of an outside service as words: there are too many of them to know each."""
    return text.replace("_", " ")


def job(name: str) -> str:
    """Return a job's name without what all names begin with."""
    room, _dot, own = name.removeprefix("entrepot.").partition(".jobs.")
    return f"{room}: {own.replace('_', ' ')}" if own else name


def values(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the values of a fact or a job as (name, text), long lists by their length."""
    shown = []
    for name, value in payload.items():
        if isinstance(value, list) and len(value) > 3:
            text = ngettext("%(n)s entry", "%(n)s entries", len(value)) % {"n": formats.number(len(value))}
        else:
            text = _value(value)
        shown.append((name_of(name), text))
    return shown


def tabs(current: str, places: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    """Return tabs that lead to pages of the console."""
    return [
        {"label": label, "link": reverse(f"operator_console:{name}"), "current": name == current}
        for name, label in places
    ]


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
    if name:
        return reverse(f"operator_console:{name}", args=[entry.subject_id])
    place = {"job": "work", "refund": "payments", "verification": "proofs"}.get(entry.subject_kind)
    return reverse(f"operator_console:{place}") if place else ""


def _details(details: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name_of(name), _value(value))
        for name, value in details.items()
        if name not in _FINGERPRINTS and value not in (None, "", [], {})
    )


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
