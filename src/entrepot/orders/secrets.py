"""
The secrets of links: a cart's is random and only its hash is kept; a purchase's follows from its id and the
installation's key, so that an e-mail sent later can carry it and nothing that opens a purchase lies in the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from entrepot.kernel import ids


def new_cart_token() -> tuple[str, bytes]:
    """Return a fresh token and the hash to keep."""
    token = ids.new_secret()
    return token, hash_token(token)


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def opens_cart(token: str, token_hash: bytes) -> bool:
    """Say whether a token is the one whose hash was kept, in constant time."""
    return hmac.compare_digest(hash_token(token), bytes(token_hash))


def purchase_token(purchase_id: UUID) -> str:
    """Return the token of a purchase's secret link."""
    return _derive(settings.SECRET_KEY, purchase_id)


def opens_purchase(token: str, purchase_id: UUID) -> bool:
    """Say whether a token opens a purchase, under this installation's key or an earlier one."""
    given = token.encode("utf-8", "surrogatepass")
    return any(
        hmac.compare_digest(given, _derive(key, purchase_id).encode())
        for key in (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    )


def _derive(key: str, purchase_id: UUID) -> str:
    digest = hmac.digest(key.encode(), b"entrepot purchase link" + purchase_id.bytes, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
