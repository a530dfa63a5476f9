"""The reader's wish list: of a guest in this browser, of a person in the account; a guest's moves in at sign-in."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from entrepot.kernel import clock
from entrepot.kernel.money import Money
from entrepot.orders import operations as orders, queries
from entrepot.orders.operations import TooManyWishes
from entrepot.orders.queries import WISHES_MAX, Wish
from entrepot.storefront.id_cookie import keep
from entrepot.ui.requests import PageRequest

COOKIE, COUNT_COOKIE = "entrepot_wishes", "entrepot_wish_count"
_DAYS = 365
_WISH_BYTES = 30
_LATEST = 10**14  # Some three thousand years on: what lies beyond is no time of ours.


def list_wishes(request: PageRequest) -> tuple[Wish, ...]:
    """Return what is on the list, the latest first."""
    return queries.list_wishes(request.user.pk) if request.user.is_authenticated else _read(request)


def count(request: HttpRequest) -> int:
    """Return how many listings are on the list; on a person's as this browser saw it last, so that no page asks."""
    if request.user.is_authenticated:
        said = request.COOKIES.get(COUNT_COOKIE, "")
        return min(int(said), WISHES_MAX) if said.isascii() and said.isdecimal() else 0
    return len(_read(request)) if COOKIE in request.COOKIES else 0


def keep_count(response: HttpResponse, count: int) -> None:
    """Keep in the browser how many listings are on a person's list."""
    keep(response, COUNT_COOKIE, str(count or ""), days=_DAYS)


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
        keep_count(response, queries.count_wishes(request.user.pk))
        return
    kept = [one for one in _read(request) if one.listing_id != listing_id]
    if len(kept) >= WISHES_MAX:
        raise TooManyWishes()
    _write(response, [wish, *kept])


def drop(request: PageRequest, response: HttpResponse, *, listing_id: UUID) -> None:
    """Take a listing off the list."""
    if request.user.is_authenticated:
        orders.drop_wish(person_id=request.user.pk, listing_id=listing_id)
        keep_count(response, queries.count_wishes(request.user.pk))
    else:
        _write(response, [one for one in _read(request) if one.listing_id != listing_id])


def move_in(request: HttpRequest, response: HttpResponse, *, person_id: UUID) -> None:
    """Put what a guest kept in this browser on the list of the person who just signed in, as far as there is room."""
    if kept := _read(request):
        try:
            orders.keep_wishes(person_id=person_id, wishes=kept)
            _write(response, [])
        except TooManyWishes:
            pass  # The browser keeps it: nothing is lost.
    keep_count(response, queries.count_wishes(person_id))


def _read(request: HttpRequest) -> tuple[Wish, ...]:
    """Return what the browser keeps; what makes no sense is left out."""
    try:
        text = urlsafe_b64decode(request.COOKIES.get(COOKIE, ""))
    except ValueError:
        return ()
    rows = (text[start : start + _WISH_BYTES] for start in range(0, len(text), _WISH_BYTES))
    return tuple(wish for row in islice(rows, WISHES_MAX) if (wish := _unpack(row)) is not None)


def _write(response: HttpResponse, wishes: Sequence[Wish]) -> None:
    text = urlsafe_b64encode(b"".join(_pack(wish) for wish in wishes)).decode()
    keep(response, COOKIE, text, days=_DAYS)


def _pack(wish: Wish) -> bytes:
    """Return a wish in thirty bytes: a full list is what a cookie can hold."""
    milliseconds = int(wish.added_at.timestamp() * 1000)
    minor = min(wish.price.minor, 256**5 - 1)
    return wish.listing_id.bytes + minor.to_bytes(5) + wish.price.currency.encode() + milliseconds.to_bytes(6)


def _unpack(row: bytes) -> Wish | None:
    currency = row[21:24]
    milliseconds = int.from_bytes(row[24:])
    if len(row) != _WISH_BYTES or not (currency.isalpha() and currency.isupper()) or milliseconds > _LATEST:
        return None
    price = Money(int.from_bytes(row[16:21]), currency.decode())
    return Wish(UUID(bytes=row[:16]), price, datetime.fromtimestamp(milliseconds / 1000, UTC))
