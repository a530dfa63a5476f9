"""The reader's wish list: of a guest in this browser, of a person in the account; a guest's moves in at sign-in."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from entrepot.kernel import clock
from entrepot.kernel.money import Money
from entrepot.orders import operations as orders, queries
from entrepot.orders.operations import TooManyWishes
from entrepot.orders.queries import Wish
from entrepot.storefront.id_cookie import keep, pack, unpack
from entrepot.ui.requests import PageRequest

COOKIE = "entrepot_wishes"
_DAYS = 365
_GUEST_MOST = 50  # A cookie holds 4096 bytes.


def list_wishes(request: PageRequest) -> tuple[Wish, ...]:
    """Return what is on the list, the latest first."""
    return queries.list_wishes(request.user.pk) if request.user.is_authenticated else _read(request)


def is_wished(request: PageRequest, listing_id: UUID) -> bool:
    """Tell whether a listing is on the list."""
    if request.user.is_authenticated:
        return queries.is_wished(person_id=request.user.pk, listing_id=listing_id)
    return COOKIE in request.COOKIES and any(wish.listing_id == listing_id for wish in _read(request))


def add(request: PageRequest, response: HttpResponse, *, listing_id: UUID, price: Money) -> None:
    """
    Put a listing on the list, with its seller's price of now.

    :raises TooManyWishes: the list is full.
    """
    wish = Wish(listing_id, price, clock.now())
    if request.user.is_authenticated:
        orders.keep_wishes(person_id=request.user.pk, wishes=[wish])
        return
    kept = [one for one in _read(request) if one.listing_id != listing_id]
    if len(kept) >= _GUEST_MOST:
        raise TooManyWishes()
    _write(response, [wish, *kept])


def drop(request: PageRequest, response: HttpResponse, *, listing_id: UUID) -> None:
    """Take a listing off the list."""
    if request.user.is_authenticated:
        orders.drop_wish(person_id=request.user.pk, listing_id=listing_id)
    else:
        _write(response, [one for one in _read(request) if one.listing_id != listing_id])


def move_in(request: HttpRequest, response: HttpResponse, *, person_id: UUID) -> None:
    """Put what a guest kept in this browser on the list of the person who just signed in, as far as there is room."""
    kept = _read(request)
    if not kept:
        return
    try:
        orders.keep_wishes(person_id=person_id, wishes=kept)
    except TooManyWishes:
        return  # The browser keeps it: nothing is lost.
    _write(response, [])


def _read(request: HttpRequest) -> tuple[Wish, ...]:
    """Return what the browser keeps; what makes no sense is left out."""
    wishes = [_parse(part) for part in request.COOKIES.get(COOKIE, "").split("~")[:_GUEST_MOST]]
    return tuple(wish for wish in wishes if wish is not None)


def _write(response: HttpResponse, wishes: list[Wish]) -> None:
    rows = (
        f"{pack(wish.listing_id)}.{wish.price.minor}.{wish.price.currency}.{int(wish.added_at.timestamp() * 1000)}"
        for wish in wishes
    )
    keep(response, COOKIE, "~".join(rows), days=_DAYS)


def _parse(text: str) -> Wish | None:
    listing, _, rest = text.partition(".")
    minor, _, rest = rest.partition(".")
    currency, _, milliseconds = rest.partition(".")
    listing_id = unpack(listing)
    if listing_id is None or not (_is_number(minor) and _is_number(milliseconds) and _is_currency(currency)):
        return None
    return Wish(listing_id, Money(int(minor), currency), datetime.fromtimestamp(int(milliseconds) / 1000, UTC))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 14


def _is_currency(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()
