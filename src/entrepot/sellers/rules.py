"""What holds for sellers, without a database: states, roles, names, what a registration still lacks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

INVITATION_LASTS: Final = timedelta(days=7)
DOCUMENTS_AT_MOST: Final = 40
# An account that replaces another is paid to only after this: whoever took a log-in is seen before money moves.
CHANGED_ACCOUNT_RESTS_FOR: Final = timedelta(days=3)

# Which states the operator and the seller may move a registration from.
EDITABLE: Final = frozenset({"draft", "rejected"})
SUBMITTABLE: Final = frozenset({"draft", "rejected"})
APPROVABLE: Final = frozenset({"submitted"})
REJECTABLE: Final = frozenset({"submitted", "suspended"})
SUSPENDABLE: Final = frozenset({"approved"})
REINSTATABLE: Final = frozenset({"suspended"})

_EVERYBODY: Final = frozenset({"owner", "manager", "fulfilment", "finance", "viewer"})
_OWNER: Final = frozenset({"owner"})
_SHOP: Final = frozenset({"owner", "manager"})
_PACKING: Final = frozenset({"owner", "manager", "fulfilment"})
_MONEY: Final = frozenset({"owner", "finance"})

_MAY: Final[dict[str, frozenset[str]]] = {
    "view_store": _EVERYBODY,
    "view_listings": _EVERYBODY,
    "view_orders": _EVERYBODY,
    "view_members": _SHOP,
    "view_payouts": _MONEY,
    "view_registration": _MONEY,
    "manage_store": _SHOP,
    "manage_listings": _SHOP,
    "manage_delivery": _SHOP,
    "manage_stock": _PACKING,
    "ship_orders": _PACKING,
    "cancel_orders": _SHOP,
    "manage_tax": _MONEY,
    # Whoever could change these could take the firm's money or its seat, so they are the owner's alone.
    "manage_registration": _OWNER,
    "manage_bank_account": _OWNER,
    "manage_members": _OWNER,
    "manage_api_keys": _OWNER,
}
ACTIONS: Final = frozenset(_MAY)

SCHEME: Final = re.compile(r"[A-Z]{2,10}(-[A-Z]{2,10})?")
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?!-)){1,48}[a-z0-9]")
_RESERVED_SLUGS: Final = frozenset(
    {"about", "account", "admin", "api", "cart", "checkout", "entrepot", "help", "new", "operator", "search", "seller"}
)


def may(role: str, action: str) -> bool:
    """Return whether a role allows an action (one of `ACTIONS`)."""
    return role in _MAY[action]


def slug_fault(slug: str) -> str | None:
    """Return why a text cannot be a store's address, or None: 3 to 50 of a-z, 0-9 and single inner hyphens."""
    if not _SLUG.fullmatch(slug):
        return "not_a_slug"
    return "reserved" if slug in _RESERVED_SLUGS else None


def clean_line(text: str) -> str:
    """Return one line of text as it is kept: composed (NFC), blanks single and trimmed, nothing invisible."""
    visible = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    kept = "".join(char for char in visible if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())


def clean_text(text: str) -> str:
    """Return text of several lines as it is kept: each line clean, blank lines at the ends gone."""
    return "\n".join(clean_line(line) for line in text.splitlines()).strip("\n")


def missing_parts(
    *,
    filled: Iterable[tuple[str, str]],
    ids_wanted: Iterable[str],
    ids_given: Collection[str],
    documents_wanted: Iterable[str],
    documents_given: Collection[str],
    has_bank_account: bool,
    has_terms: bool,
    has_self_certification: bool,
) -> tuple[str, ...]:
    """
    Return what a registration lacks before it can be submitted, as names of parts, in the order of the form.

    The data are those of DSA article 30(1): name, address, phone, e-mail (a), a copy of the identification (b), the
    payment account (c), the register and its number (d), the self-certification (e).

    :param filled: (field, value) of every required field.
    """
    missing = [field for field, value in filled if not value]
    missing += [f"ids.{kind}" for kind in ids_wanted if kind not in ids_given]
    missing += [f"documents.{kind}" for kind in documents_wanted if kind not in documents_given]
    if not has_bank_account:
        missing.append("bank_account")
    if not has_terms:
        missing.append("terms")
    if not has_self_certification:
        missing.append("self_certification")
    return tuple(missing)


def same_name(first: str, second: str) -> bool:
    """Return whether two names are one but for capitals, accents' encoding, blanks and punctuation."""
    return _letters(first) == _letters(second)


def _letters(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


def account_usable_from(created_at: datetime, *, has_replaced: bool) -> datetime:
    """Return from when an account may be paid to: at once the first one, after a rest one that replaced another."""
    return created_at + (CHANGED_ACCOUNT_RESTS_FOR if has_replaced else timedelta())
