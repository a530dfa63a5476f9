"""Reads of carts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.encryption import decrypt, encrypt
from entrepot.kernel.errors import NotFound
from entrepot.orders import secrets
from entrepot.orders.queries.views import CartLine, CartView
from entrepot.orders.rules.address import Address
from entrepot.pricing.quote import Quote

_CART = """
SELECT id, token_hash, version, status, person_id, country, currency, language, channel, contact, lines::text,
       needs::text, quote, valid_until
FROM orders_cart WHERE id = %s
"""


def access_cart(cart_id: UUID, token: str) -> CartView:
    """
    Return a cart with the quote that its holder was last shown.

    :raises NotFound: there is no such cart, or the token does not open it.
    """
    row = sql.fetch_one(_CART, [cart_id])
    if row is None or not secrets.opens_cart(token, row[1]):
        raise NotFound()
    return _view(row, token)


def _view(row: Sequence[Any], token: str) -> CartView:
    email, address = open_contact(row[9])
    return CartView(
        id=row[0],
        token=token,
        version=row[2],
        status=row[3],
        person_id=row[4],
        country=row[5],
        currency=row[6],
        language=row[7],
        channel=row[8],
        email=email,
        address=address,
        lines=tuple(CartLine(*line) for line in json.loads(row[10])),
        needs=tuple(json.loads(row[11])),
        quote=Quote.decode(row[12]),
        valid_until=row[13],
    )


def seal_contact(email: str, address: Address | None) -> str:
    """Return e-mail and address encrypted as one."""
    return encrypt(json.dumps({"email": email, "address": address.as_json() if address else None}))


def open_contact(token: str) -> tuple[str, Address | None]:
    """Return what `seal_contact` encrypted; nothing when it was erased."""
    if not token:
        return "", None
    document = json.loads(decrypt(token))
    return document["email"], Address.from_json(document["address"]) if document["address"] else None


def list_carts_to_expire(*, unchanged_since: datetime, limit: int) -> Sequence[UUID]:
    """Return open carts that nobody touched since a moment."""
    rows = sql.fetch_all(
        "SELECT id FROM orders_cart WHERE status = 'open' AND updated_at < %s ORDER BY updated_at LIMIT %s",
        [unchanged_since, limit],
    )
    return [row[0] for row in rows]
