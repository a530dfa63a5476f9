"""A page's request as views see it: behind our middleware, with the reader's choice and who reads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from entrepot.ui.choice import Choice


class PageRequest(HttpRequest):
    """What `LocaleMiddleware` and the session make of a request; `user` is a person, or nobody."""

    choice: Choice
    asked_language: str
    user: Any
