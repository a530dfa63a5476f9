"""The cart's name and key in this browser: one signed cookie, so that a page needs no session and no statement."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "entrepot_cart"
MAX_AGE_SECONDS = 60 * 24 * 3600
_SALT = "entrepot.storefront.cart"


@dataclass(frozen=True, slots=True)
class CartKey:
    """A cart's id and secret token, and how many pieces lay in it when it was last shown."""

    cart_id: UUID
    token: str
    count: int


def read(request: HttpRequest) -> CartKey | None:
    """Return the browser's cart; a cookie that was tampered with or is too old is none."""
    text = request.COOKIES.get(COOKIE)
    if not text:
        return None
    return _opened(text, int(time.time()) // 3600)


@lru_cache(maxsize=4096)
def _opened(text: str, hour: int) -> CartKey | None:
    """Return what a cookie says; each page of a visitor brings the same one, and its age is looked at once an hour."""
    try:
        cart_id, token, count = signing.loads(text, salt=_SALT, max_age=MAX_AGE_SECONDS)
        return CartKey(UUID(cart_id), str(token), int(count))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def write(response: HttpResponse, key: CartKey) -> None:
    """Keep a cart in the browser."""
    value = signing.dumps([str(key.cart_id), key.token, key.count], salt=_SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=MAX_AGE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget(response: HttpResponse) -> None:
    """Drop the cart (it was placed, or is gone)."""
    response.delete_cookie(COOKIE, samesite="Lax")
