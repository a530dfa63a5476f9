"""
A few listings' ids in a cookie of this browser, such as those last looked at.

Nothing of it is kept on the server, and nothing is signed: an id that somebody writes in opens no more than its page.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class IdCookie:
    """A cookie's name, how many ids it holds at most, and for how long."""

    name: str
    most: int
    days: int

    def read(self, request: HttpRequest) -> tuple[UUID, ...]:
        """Return the ids, each once; what is no id is left out."""
        parts = request.COOKIES.get(self.name, "").split(".")[: self.most]
        return tuple(dict.fromkeys(found for part in parts if (found := unpack(part)) is not None))

    def write(self, response: HttpResponse, ids: Sequence[UUID]) -> None:
        """Keep the first of these ids; none of them drops the cookie."""
        text = ".".join(pack(one) for one in ids[: self.most])
        keep(response, self.name, text, days=self.days)


def keep(response: HttpResponse, name: str, text: str, *, days: int) -> None:
    """Keep a text in the browser; an empty one drops the cookie."""
    if not text:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(
        name,
        text,
        max_age=days * DAY_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def pack(listing_id: UUID) -> str:
    """Return an id in 22 characters."""
    return urlsafe_b64encode(listing_id.bytes)[:22].decode()


def unpack(text: str) -> UUID | None:
    """Return the id that `pack` wrote, or None."""
    if len(text) != 22:
        return None
    try:
        return UUID(bytes=urlsafe_b64decode(text + "=="))
    except ValueError:
        return None
