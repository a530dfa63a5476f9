"""What the shop's frame shows on every page: how many pieces lie in the cart."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from entrepot.storefront import cart_cookie


def shop(request: HttpRequest) -> dict[str, Any]:
    """Give every template the cart's count."""
    key = cart_cookie.read(request)
    return {"cart_count": key.count if key else 0}
