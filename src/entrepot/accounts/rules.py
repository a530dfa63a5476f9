"""What holds for people and keys, without a database."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Final

SCOPES: Final = ("listings:read", "listings:write", "orders:read", "orders:write", "payouts:read")
KEY_PREFIX: Final = "ek_live_"
USE_NOTED_EVERY: Final = timedelta(hours=1)

# An address as forms take it; what a country leaves out is empty. Numbers that customs asks for are not among them:
# they are asked with each order, and kept with it alone.
ADDRESS_FIELDS: Final = (
    "name", "company", "street", "street2", "city", "district", "region", "postal_code", "phone",
)  # fmt: skip
ADDRESS_FIELD_MAX: Final = 200
ADDRESSES_MAX: Final = 20

# One @, no blanks or controls, a dot in the domain; the mailbox itself is proven by the confirmation mail.
_EMAIL: Final = re.compile(
    r"[^@\s\x00-\x1f<>\",;:\\()\[\]]{1,64}@(?:[^@\s\x00-\x1f.<>\",;:\\()\[\]]{1,63}\.)+[^@\s\W\d_]{2,63}"
)


def normal_email(text: str) -> str | None:
    """Return an e-mail address as it is kept (trimmed, lower case), or None when it is none."""
    email = text.strip().lower()
    return email if len(email) <= 254 and _EMAIL.fullmatch(email) else None


def secret_digest(secret: str) -> bytes:
    """
    Return what is kept of an API key. A plain SHA-256 is enough: the secret is random and has 256 bits, so that a slow
    hash would only slow every request down.
    """
    return hashlib.sha256(secret.encode("utf-8")).digest()


def is_use_due(last_used_at: datetime | None, now: datetime) -> bool:
    """Return whether a key's use is worth a write: the last one noted is an hour old."""
    return last_used_at is None or now - last_used_at >= USE_NOTED_EVERY
