"""What the shop's frame shows on every page: the departments, how many pieces lie in the cart, how many wishes."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from entrepot.storefront import cart_cookie, wishing
from entrepot.storefront.departments import list_departments


def shop(request: HttpRequest) -> dict[str, Any]:
    """Give every template the cart's count and, where the page shows them, the number of wishes, the departments."""
    key = cart_cookie.read(request)
    return {
        "cart_count": key.count if key else 0,
        "wish_count": cache(lambda: wishing.count(request)),
        "departments": SimpleLazyObject(lambda: list_departments(get_language() or "en")),
    }
