"""What commands take as arguments, each refused with a sentence."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

from django.conf import settings

from entrepot.kernel.languages import nearest


def day(text: str) -> date:
    """Return the day that an argument names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date (YYYY-MM-DD)") from None


def language(text: str) -> str:
    """Return the language of the interface that an argument names (`zh` is `zh-hans`)."""
    offered = [code for code, _ in settings.LANGUAGES]
    found = nearest(text, offered)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no language of the shop: {', '.join(offered)}")
    return found


def why_unreadable(fault: OSError) -> str:
    """Return why a file that an argument names cannot be read, as a person says it."""
    return f"{fault.filename} cannot be read: {fault.strerror}" if fault.filename else str(fault)
