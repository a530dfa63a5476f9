"""What the values of facts, jobs and the trail are called; a name that stands in no list is shown as it is."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _, gettext_noop

_NAMES: Final = {
    "after": gettext_noop("After"),
    "amount_minor": gettext_noop("Amount"),
    "attempt": gettext_noop("Attempt"),
    "attempt_id": gettext_noop("Payment"),
    "before": gettext_noop("Before"),
    "code": gettext_noop("Code"),
    "country": gettext_noop("Country"),
    "currency": gettext_noop("Currency"),
    "decline_code": gettext_noop("Reason"),
    "delivered_at": gettext_noop("Delivered"),
    "email": gettext_noop("E-mail"),
    "entries": gettext_noop("Entries"),
    "file": gettext_noop("File"),
    "form": gettext_noop("Form of your business"),
    "hits": gettext_noop("Matches on lists"),
    "invitation_id": gettext_noop("Invitation"),
    "is_there": gettext_noop("Is there now"),
    "job": gettext_noop("Job"),
    "job_id": gettext_noop("Job"),
    "kind": gettext_noop("Kind"),
    "languages": gettext_noop("Languages"),
    "listing_ids": gettext_noop("Listings"),
    "member": gettext_noop("Member"),
    "name": gettext_noop("Name"),
    "order_id": gettext_noop("Order"),
    "parcel_id": gettext_noop("Parcel"),
    "payout_id": gettext_noop("Payout"),
    "payouts": gettext_noop("Payouts"),
    "person_id": gettext_noop("Person"),
    "phone": gettext_noop("Phone"),
    "place": gettext_noop("Place"),
    "purchase_id": gettext_noop("Purchase"),
    "rail": gettext_noop("Rail"),
    "reason": gettext_noop("Reason"),
    "reasons": gettext_noop("Reasons"),
    "reference": gettext_noop("Reference"),
    "refund_id": gettext_noop("Refund"),
    "refund_minor": gettext_noop("Amount"),
    "role": gettext_noop("Role"),
    "run_id": gettext_noop("Run"),
    "scopes": gettext_noop("What it may do"),
    "seller_id": gettext_noop("Seller"),
    "slug": gettext_noop("Address of the store"),
    "source": gettext_noop("Source"),
    "stage": gettext_noop("Stage"),
    "state": gettext_noop("State"),
    "store_id": gettext_noop("Store"),
    "submission": gettext_noop("Time it was sent"),
    "total_minor": gettext_noop("Total"),
    "url": gettext_noop("Address"),
    "vat_registered": gettext_noop("Registered for VAT"),
    "version": gettext_noop("Version"),
}


def name_of(key: str) -> str:
    """Return what a value is called in the reader's language."""
    return _(_NAMES[key]) if key in _NAMES else key.replace("_", " ")
