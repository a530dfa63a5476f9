"""Carts: each change is one read, one quote and one write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from msgspec.structs import replace

from entrepot.kernel import ids, sql
from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.markets import queries as markets
from entrepot.markets.rules import FrozenRates
from entrepot.orders import queries, secrets
from entrepot.orders.queries.carts import seal_contact
from entrepot.orders.queries.views import CartLine, CartView
from entrepot.orders.rules.address import Address, read_address
from entrepot.orders.rules.lines import read_lines
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination, Quote

# A cart that nobody touched for so long is closed; its contact data go with it.
CARTS_KEPT = timedelta(days=30)
CHANNEL_MAX = 40
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CHANGEABLE = frozenset({"country", "currency", "language", "email", "address", "lines"})


class CartNotOpen(DomainError):
    """The cart was placed already, or has expired: it can neither be changed nor placed."""

    code = "cart_not_open"
    kind = "conflict"
    summary = "This cart was placed already or has expired."


class CartChanged(DomainError):
    """The cart has another version by now; read it again."""

    code = "cart_changed"
    kind = "conflict"
    summary = "The cart was changed meanwhile."


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A cart's content, checked, before it is priced."""

    country: str
    currency: str
    language: str
    email: str
    address: Address | None
    lines: list[tuple[str, int]]


_INSERT = """
INSERT INTO orders_cart
  (id, version, token_hash, person_id, status, country, region, postal_code, currency, language, channel, contact,
   import_id_kinds, needs, lines, rates, quote, valid_until, created_at, updated_at)
VALUES (%s, 1, %s, %s, 'open', %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, %s, %s, %s, %s)
"""


def create_cart(
    *,
    country: str,
    currency: str,
    language: str,
    email: str = "",
    address: Mapping[str, Any] | None = None,
    lines: Iterable[Mapping[str, Any]],
    person_id: UUID | None = None,
    channel: str = "web",
    now: datetime,
) -> CartView:
    """
    Open a cart and quote it; two statements. E-mail and address may follow later, `needs` then names them.

    :param lines: [{"sku", "quantity"}]; a SKU named twice is added up.
    :param address: name, company, street, street2, city, district, region, postal_code, phone, import_ids.
    :raises InvalidField: each fault with its field and reason.
    :raises UnknownCountry: the country has no pack.
    :raises DomainError: what `pricing.get_quote` refuses (NotSellable, NoDelivery, UnknownSku, CorridorClosed).
    """
    wanted = _read(country=country, currency=currency, language=language, email=email, address=address, lines=lines)
    if not 0 < len(channel) <= CHANNEL_MAX or not channel.isprintable():
        raise InvalidField.single("channel", "form")
    quote = _quote(wanted, at=now, rates=None)
    cart_id = ids.new_id()
    token, token_hash = secrets.new_cart_token()
    view = _view(wanted, quote, cart_id=cart_id, token=token, version=1, person_id=person_id, channel=channel)
    sql.execute(
        _INSERT,
        [
            cart_id,
            token_hash,
            person_id,
            wanted.country,
            *_place(wanted),
            wanted.currency,
            wanted.language,
            channel,
            seal_contact(wanted.email, wanted.address),
            *_documents(wanted, quote, view.needs),
            quote.valid_until,
            now,
            now,
        ],
    )
    return view


_UPDATE = """
UPDATE orders_cart SET
  version = version + 1, country = %s, region = %s, postal_code = %s, currency = %s, language = %s, contact = %s,
  import_id_kinds = %s::jsonb, needs = %s::jsonb, lines = %s::jsonb, rates = %s::jsonb, quote = %s, valid_until = %s,
  updated_at = %s
WHERE id = %s AND version = %s AND status = 'open'
"""


def change_cart(*, cart_id: UUID, token: str, version: int, changes: Mapping[str, Any], now: datetime) -> CartView:
    """
    Change some of a cart's fields and quote it anew: country, currency, language, email, address, lines (all of them).

    Exchange rates stay as they were while `valid_until` holds. No changes at all renew the quote.

    :raises NotFound: there is no such cart, or the token does not open it.
    :raises CartNotOpen: it was placed or has expired.
    :raises CartChanged: it has another version; nothing was written.
    :raises InvalidField: each fault with its field and reason.
    :raises DomainError: what `pricing.get_quote` refuses.
    """
    unknown = sorted(set(changes) - _CHANGEABLE)
    if unknown:
        raise InvalidField(errors=[{"field": name, "reason": "unknown_field"} for name in unknown])
    cart = queries.access_cart(cart_id, token)
    if cart.status != "open":
        raise CartNotOpen(cart_id=str(cart_id), status=cart.status)
    if cart.version != version:
        raise CartChanged(version=cart.version)
    country = changes.get("country", cart.country)
    address = changes.get("address", cart.address.as_json() if cart.address and country == cart.country else None)
    wanted = _read(
        country=country,
        currency=changes.get("currency", cart.currency),
        language=changes.get("language", cart.language),
        email=changes.get("email", cart.email),
        address=address,
        lines=changes["lines"] if "lines" in changes else _as_documents(cart.lines),
    )
    rates_hold = now < cart.valid_until and wanted.currency == cart.currency and wanted.country == cart.country
    quote = _quote(wanted, at=now, rates=pricing.freeze_rates(cart.quote) if rates_hold else None)
    if rates_hold:
        quote = replace(quote, valid_until=cart.valid_until)
    view = _view(
        wanted,
        quote,
        cart_id=cart_id,
        token=token,
        version=version + 1,
        person_id=cart.person_id,
        channel=cart.channel,
    )
    written = sql.execute(
        _UPDATE,
        [
            wanted.country,
            *_place(wanted),
            wanted.currency,
            wanted.language,
            seal_contact(wanted.email, wanted.address),
            *_documents(wanted, quote, view.needs),
            quote.valid_until,
            now,
            cart_id,
            version,
        ],
    )
    if not written:
        raise CartChanged(version=queries.access_cart(cart_id, token).version)
    return view


def claim_cart(*, cart_id: UUID, token: str, person_id: UUID | None) -> None:
    """
    Give an open cart to who holds its token now: the person who is signed in, or nobody.

    A browser may be shared: a cart that somebody filled before signing out must not bring the next one's order, with
    its address, into the first one's account.

    :raises NotFound: there is no such cart, or the token does not open it.
    """
    queries.access_cart(cart_id, token)
    sql.execute(
        "UPDATE orders_cart SET person_id = %s::uuid"
        " WHERE id = %s AND person_id IS DISTINCT FROM %s::uuid AND status = 'open'",
        [person_id, cart_id, person_id],
    )


# What forgets a buyer in a cart's row; the quote stays for the record, without the place that it went to.
FORGET_CONTACT = """
contact = '', region = '', postal_code = '',
quote = jsonb_set(quote::jsonb, '{destination}',
                  jsonb_build_object('country', country, 'region', '', 'postal_code', ''))::text
"""


def expire_carts(*, now: datetime, limit: int = 1000) -> int:
    """Close carts that nobody touched for long and drop what they say of a person; return how many."""
    return sql.execute(
        f"UPDATE orders_cart SET status = 'expired', updated_at = %s, {FORGET_CONTACT}"
        " WHERE id IN (SELECT id FROM orders_cart WHERE status = 'open' AND updated_at < %s"
        " ORDER BY updated_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)",
        [now, now - CARTS_KEPT, limit],
    )


def _read(
    *,
    country: Any,
    currency: Any,
    language: Any,
    email: Any,
    address: Mapping[str, Any] | None,
    lines: Iterable[Mapping[str, Any]],
) -> _Wanted:
    faults = [
        {"field": field, "reason": "form"}
        for field, value, pattern in (
            ("country", country, _COUNTRY),
            ("currency", currency, _CURRENCY),
            ("language", language, _LANGUAGE),
            ("email", email or "nobody@example.org", _EMAIL),
        )
        if not isinstance(value, str) or len(value) > 254 or not pattern.fullmatch(value)
    ]
    if faults:
        raise InvalidField(errors=faults)
    pack = markets.get_pack(country)
    found, line_faults = read_lines(lines)
    faults += line_faults
    read = None
    if address is not None:
        read, address_faults = read_address(
            address, country=country, id_kinds=[(kind.kind, kind) for kind in pack.import_ids]
        )
        faults += address_faults
    if faults:
        raise InvalidField(errors=faults)
    return _Wanted(country=country, currency=currency, language=language, email=email or "", address=read, lines=found)


def _quote(wanted: _Wanted, *, at: datetime, rates: FrozenRates | None) -> Quote:
    region, postal_code = _place(wanted)
    return pricing.get_quote(
        lines=wanted.lines,
        destination=Destination(country=wanted.country, region=region, postal_code=postal_code),
        currency=wanted.currency,
        at=at,
        rates=rates,
        given_import_ids=tuple(wanted.address.import_ids) if wanted.address else (),
        language=wanted.language,
    )


def _place(wanted: _Wanted) -> tuple[str, str]:
    """Return region and postal code; before the address is known those of the country's reference address."""
    if wanted.address is not None:
        return wanted.address.region, wanted.address.postal_code
    reference = markets.get_pack(wanted.country).reference_address
    return reference.region, reference.postal_code


def _view(
    wanted: _Wanted,
    quote: Quote,
    *,
    cart_id: UUID,
    token: str,
    version: int,
    person_id: UUID | None,
    channel: str,
) -> CartView:
    needs = [name for name, given in (("email", wanted.email), ("address", wanted.address)) if not given]
    return CartView(
        id=cart_id,
        token=token,
        version=version,
        status="open",
        person_id=person_id,
        country=wanted.country,
        currency=wanted.currency,
        language=wanted.language,
        channel=channel,
        email=wanted.email,
        address=wanted.address,
        lines=tuple(CartLine(sku, quantity) for sku, quantity in wanted.lines),
        needs=(*needs, *quote.needs),
        quote=quote,
        valid_until=quote.valid_until,
    )


def _documents(wanted: _Wanted, quote: Quote, needs: Sequence[str]) -> tuple[str, str, str, str, str]:
    """Return the cart's JSON columns: import id kinds given, needs, lines, rates, quote."""
    given = sorted(wanted.address.import_ids) if wanted.address else []
    rates = pricing.freeze_rates(quote).as_json()
    return (
        _json(given),
        _json(needs),
        _json(wanted.lines),
        _json(rates),
        quote.encode(),
    )


def _json(document: Any) -> str:
    return orjson.dumps(document).decode()


def _as_documents(lines: Sequence[CartLine]) -> list[dict[str, Any]]:
    return [{"sku": line.sku, "quantity": line.quantity} for line in lines]
