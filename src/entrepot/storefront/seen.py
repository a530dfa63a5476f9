"""What a reader last looked at, kept in this browser alone until the reader has it forgotten."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from entrepot.kernel import clock
from entrepot.storefront import cards
from entrepot.storefront.cards import Card
from entrepot.storefront.id_cookie import IdCookie
from entrepot.ui.requests import PageRequest

_COOKIE = IdCookie("entrepot_seen", most=12, days=60)


def keep(request: PageRequest, response: HttpResponse, listing_id: UUID) -> None:
    """Remember that a listing was looked at, the latest first."""
    seen = _COOKIE.read(request)
    if seen[:1] != (listing_id,):
        _COOKIE.write(response, [listing_id, *(one for one in seen if one != listing_id)])


def forget(response: HttpResponse) -> None:
    """Remember nothing."""
    _COOKIE.write(response, [])


def list_cards(request: PageRequest, *, but: UUID | None = None) -> list[Card]:
    """Return the cards of what was looked at, without the listing that is looked at now."""
    wanted = [one for one in _COOKIE.read(request) if one != but]
    return cards.recall(wanted, choice=request.choice, at=clock.now()) if wanted else []
