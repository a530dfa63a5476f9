"""Identifiers: time-ordered UUIDs for rows, short numbers for people, secrets for links."""

from __future__ import annotations

import os
import secrets
import time
from uuid import UUID

# Crockford's base 32 without the letters that are mistaken for digits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """
    Return a UUID version 7 (RFC 9562), so that indexes grow at one end: 48 bits of milliseconds, 12 bits of the
    fraction of the millisecond (its section 6.2, method 3), 62 random bits.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random)


def new_number() -> str:
    """Return a number for a person to read out: 10 symbols of base 32 (50 bits), such as `7K3M9-XQ2RT`."""
    symbols = "".join(_ALPHABET[byte & 31] for byte in os.urandom(10))
    return f"{symbols[:5]}-{symbols[5:]}"


def new_secret() -> str:
    """Return an unguessable token for a link (256 bits, URL-safe)."""
    return secrets.token_urlsafe(32)
