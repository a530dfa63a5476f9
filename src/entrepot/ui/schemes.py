"""What the registrations are called that rules ask for; packs name them by their codes."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_noop

NAMES = {
    "IOSS": gettext_noop("Import one-stop shop of the European Union"),
    "EU-OSS": gettext_noop("One-stop shop for sales inside the European Union"),
    "GB-VAT": gettext_noop("VAT of the United Kingdom"),
    "VOEC": gettext_noop("VAT on e-commerce of Norway"),
    "CH-VAT": gettext_noop("VAT of Switzerland, as a mail-order platform"),
    "AU-GST": gettext_noop("GST of Australia"),
    "NZ-GST": gettext_noop("GST of New Zealand"),
    "SG-OVR": gettext_noop("GST of Singapore, as an overseas platform"),
    "MY-LVG": gettext_noop("Sales tax on low value goods of Malaysia"),
    "BR-PRC": gettext_noop("Remessa Conforme of Brazil"),
    "CL-VAT": gettext_noop("VAT of Chile on low value goods"),
    "CN-CBEC": gettext_noop("Cross-border e-commerce of China"),
    "JE-GST": gettext_noop("GST of Jersey"),
    "JP-CT": gettext_noop("Consumption tax of Japan, as a platform"),
    "US-SALES-TAX": gettext_noop("Sales taxes of the states, as a marketplace facilitator"),
}


def name_of(code: str) -> str:
    """Return what a registration is called, in the reader's language; nothing for one of an operator's own packs."""
    return _(NAMES[code]) if code in NAMES else ""
