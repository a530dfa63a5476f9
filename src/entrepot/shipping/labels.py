"""What happened to a parcel, in words: tracking words, and the details that carriers give beside them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, gettext_noop

STEPS: Final = {
    "InfoReceived": gettext_noop("Announced to the carrier"),
    "InTransit": gettext_noop("On its way"),
    "OutForDelivery": gettext_noop("Out for delivery"),
    "AttemptFail": gettext_noop("Delivery was tried"),
    "AvailableForPickup": gettext_noop("Ready to be picked up"),
    "Delivered": gettext_noop("Delivered"),
    "Exception": gettext_noop("Something holds it up"),
    "Expired": gettext_noop("No news for a long time"),
    "Pending": gettext_noop("No news yet"),
    "shipment_created": gettext_noop("Announced to the carrier"),
    "accepted": gettext_noop("Handed over to the carrier"),
    "picked_up": gettext_noop("Handed over to the carrier"),
    "sorted": gettext_noop("Sorted at the depot"),
    "departed": gettext_noop("Left the country of dispatch"),
    "departed_origin": gettext_noop("Left the country of dispatch"),
    "arrived": gettext_noop("Arrived in the country of destination"),
    "arrived_at_destination": gettext_noop("Arrived in the country of destination"),
    "customs": gettext_noop("With customs"),
    "customs_cleared": gettext_noop("Cleared by customs"),
    "customs_released": gettext_noop("Cleared by customs"),
    "out_for_delivery": gettext_noop("Out for delivery"),
    "delivered": gettext_noop("Delivered"),
}


# Names that the presets give: those of carriers' products are names everywhere, these are words.
SERVICES: Final = frozenset(
    {
        gettext_noop("Standard"),
        gettext_noop("Bulky goods"),
        gettext_noop("Consolidated freight"),
        gettext_noop("Rail line"),
        gettext_noop("Russian Post"),
        gettext_noop("Russian Post small packet"),
        gettext_noop("Kazpost small packet"),
        gettext_noop("PTT registered packet"),
        gettext_noop("SPL international packet"),
        gettext_noop("ZTO domestic"),
        gettext_noop("Deppon domestic"),
    }
)
_NOTES: Final = {
    "duties prepaid": gettext_noop("%(service)s · duties prepaid"),
    "to a pick-up point": gettext_noop("%(service)s · to a pick-up point"),
}


def service(name: str) -> str:
    """Return the name of a delivery service or template: the presets' own words translated, a seller's as they are."""
    brand, comma, note = name.rpartition(", ")
    if comma and note in _NOTES:
        return gettext(_NOTES[note]) % {"service": service(brand)}
    return gettext(name) if name in SERVICES else name


def step(*codes: str) -> str:
    """Return what happened: the words of the first code that has any (a carrier's own detail before the plain word)."""
    known = next((code for code in codes if code in STEPS), "")
    return gettext(STEPS[known]) if known else gettext("News of the parcel")
