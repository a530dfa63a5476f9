"""Placing a cart: transaction 1. Purchase, orders, lines, consignments, the key, an attempt, a fact; stock last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import orjson

from entrepot.catalog import operations as catalog
from entrepot.kernel import facts, ids, sql
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.money import Money
from entrepot.kernel.transactions import transaction
from entrepot.markets import queries as markets
from entrepot.markets.rules import FrozenRates
from entrepot.orders import secrets
from entrepot.orders.authorities import find_authorities
from entrepot.orders.events import PurchasePlaced
from entrepot.orders.operations.carts import CartNotOpen
from entrepot.orders.rules.postings import taxes_at_capture
from entrepot.payments import operations as payments
from entrepot.payments.queries import Attempt
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination, LineQuote, OrderQuote, Quote

# As long as an attempt at the payment service may take before another request may go on with it, while the first one's
# session with the database lives. A request that was killed has lost it: then the next one goes on at once. Should the
# first one live after all, nothing happens twice: the service knows the attempt by its key, and settling looks first.
IN_FLIGHT_FOR = timedelta(seconds=90)
IS_IN_FLIGHT = "locked_until > %s AND EXISTS (SELECT FROM pg_stat_activity WHERE pid = session)"


class CartIncomplete(DomainError):
    """Something that the destination or the platform asks for is missing: `needs` names it."""

    code = "cart_incomplete"
    summary = "The cart cannot be placed before what it needs is given."


class TotalChanged(DomainError):
    """
    Price, delivery, duty, tax or rate moved since the buyer saw the total; nothing was written.

    `shown` and `current` are amounts, `changes` lists {"seller", "group", "before", "after"}, in decimal strings.
    """

    code = "total_changed"
    kind = "conflict"
    summary = "The total is no longer what the buyer was shown."


class NothingToPay(DomainError):
    """The goods are worth less than the smallest unit of the buyer's currency."""

    code = "nothing_to_pay"
    summary = "The total rounds to nothing in this currency."


class DueAtDoorNotAccepted(DomainError):
    """Import charges will or may fall due on delivery, and the buyer did not consent to that."""

    code = "due_at_door_not_accepted"
    kind = "conflict"
    summary = "Charges may fall due on delivery; the buyer must accept that first."


class IdempotencyKeyReused(DomainError):
    """The key was used for another request body."""

    code = "idempotency_key_reused"
    summary = "This idempotency key was used with another request."


class RequestInFlight(DomainError):
    """A request with this key is being worked on."""

    code = "request_in_flight"
    kind = "conflict"
    summary = "A request with this key is being worked on; ask again shortly."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: the purchase's state then, and the payment's."""

    state: str
    payment_state: str
    next_action: dict[str, Any] | None
    decline_code: str

    def encode(self) -> str:
        """Return the answer as the JSON that is kept with the request's key."""
        return orjson.dumps(self).decode()


@dataclass(frozen=True, slots=True)
class Placed:
    """
    What placing did. `attempt` is to be charged after the commit; without one, and without an `answer` given to the
    same request before, that request was begun and never answered. The rest is there when it was placed just now.
    """

    purchase_id: UUID
    attempt: Attempt | None
    answer: Answer | None = None
    number: str = ""
    order_ids: tuple[UUID, ...] = ()
    quote: Quote | None = None
    language: str = ""
    placed_at: datetime | None = None
    payment_due_at: datetime | None = None


# One write locks the cart, reads it and closes it: two tabs cannot place it twice. Whatever is refused undoes it.
_CLOSE_CART = """
UPDATE orders_cart SET status = 'placed', updated_at = %s
WHERE id = %s AND status = 'open'
RETURNING token_hash, country, region, postal_code, currency, language, import_id_kinds::text, needs::text, lines::text,
          rates::text, valid_until
"""


@transaction
def place_purchase(
    *,
    cart_id: UUID,
    token: str,
    idempotency_key: str,
    body_hash: bytes,
    shown_total: Money,
    payment_method: str,
    payment_token: str,
    accept_due_at_door: bool,
    now: datetime,
) -> Placed:
    """
    Turn a cart into one purchase with an order per seller; stock taken, payment due. Seven statements.

    The same key and body again return what came of it; `checkout.place_and_pay` pays outside this transaction.

    :raises NotFound: there is no such cart, or the token does not open it.
    :raises IdempotencyKeyReused: the key came before with another body.
    :raises RequestInFlight: the key's first request is still being worked on.
    :raises CartNotOpen: the cart was placed under another key, or has expired.
    :raises CartIncomplete: e-mail, address or an import id is missing.
    :raises TotalChanged: the total moved since the buyer saw `shown_total`.
    :raises DueAtDoorNotAccepted: charges fall or may fall due at the door and that was not accepted.
    :raises OutOfStock: a SKU no longer covers its quantity.
    :raises DomainError: what `pricing.get_quote` and `payments.open_attempt` refuse. Nothing was written then, ever.
    """
    row = sql.fetch_one(_CLOSE_CART, [now, cart_id])
    if row is None:
        return _repeat(cart_id=cart_id, token=token, key=idempotency_key, body_hash=body_hash, now=now)
    if not secrets.opens_cart(token, row[0]):
        raise NotFound()
    quote = _requote(row, at=now)
    if Money(quote.total, quote.currency) != shown_total:
        raise _total_changed(cart_id, quote, shown_total)
    _require_consent(quote, accept_due_at_door=accept_due_at_door)

    purchase_id, order_ids = ids.new_id(), tuple(ids.new_id() for _ in quote.orders)
    params = _place_params(
        cart_id=cart_id,
        purchase_id=purchase_id,
        order_ids=order_ids,
        quote=quote,
        idempotency_key=idempotency_key,
        body_hash=body_hash,
        accept_due_at_door=accept_due_at_door,
        now=now,
    )
    sql.execute(_PLACE, params)
    attempt = payments.open_attempt(
        purchase_id=purchase_id,
        amount=Money(quote.total, quote.currency),
        method=payment_method,
        token=payment_token,
        now=now,
    )
    wanted = {line.sku_id: line.quantity for order in quote.orders for line in order.lines}
    # Last: a hot SKU's row is locked for the shortest time.
    catalog.reserve_stock(wanted=wanted, reference=purchase_id, at=now)
    return Placed(
        purchase_id=purchase_id,
        attempt=attempt,
        number=params["number"],
        order_ids=order_ids,
        quote=quote,
        language=row[5],
        placed_at=now,
        payment_due_at=params["payment_due_at"],
    )


_LOCK_CART = "SELECT token_hash, status FROM orders_cart WHERE id = %s FOR NO KEY UPDATE"
_FIND_KEY = f"""
SELECT body_hash, answer::text, {IS_IN_FLIGHT}, purchase_id FROM orders_idempotencykey WHERE scope = %s AND key = %s
"""
_RELOCK_KEY = """
UPDATE orders_idempotencykey SET locked_until = %s, session = pg_backend_pid()
WHERE scope = %s AND key = %s AND answer IS NULL
"""


def _repeat(*, cart_id: UUID, token: str, key: str, body_hash: bytes, now: datetime) -> Placed:
    """Say what came of an earlier request with this key; the cart's row lock keeps a twin of this one out."""
    cart = sql.fetch_one(_LOCK_CART, [cart_id])
    if cart is None or not secrets.opens_cart(token, cart[0]):
        raise NotFound()
    known = sql.fetch_one(_FIND_KEY, [now, cart_id, key])
    if known is None:
        raise CartNotOpen(cart_id=str(cart_id), status=cart[1])
    known_hash, answer, is_in_flight, purchase_id = known
    if bytes(known_hash) != body_hash:
        raise IdempotencyKeyReused()
    if answer is not None:
        return Placed(purchase_id=purchase_id, attempt=None, answer=Answer(**orjson.loads(answer)))
    if is_in_flight:
        raise RequestInFlight()
    sql.execute(_RELOCK_KEY, [now + IN_FLIGHT_FOR, cart_id, key])
    return Placed(purchase_id=purchase_id, attempt=None)


def _requote(row: tuple[Any, ...], *, at: datetime) -> Quote:
    """Price the locked cart again, at its own exchange rates while they hold."""
    country, region, postal_code, currency, language, import_id_kinds, needs, lines, rates, valid_until = row[1:]
    if missing := orjson.loads(needs):
        raise CartIncomplete(needs=missing)
    return pricing.get_quote(
        lines=[(sku, quantity) for sku, quantity in orjson.loads(lines)],
        destination=Destination(country=country, region=region, postal_code=postal_code),
        currency=currency,
        at=at,
        rates=FrozenRates.from_json(orjson.loads(rates)) if at < valid_until else None,
        given_import_ids=tuple(orjson.loads(import_id_kinds)),
        language=language,
    )


def _require_consent(quote: Quote, *, accept_due_at_door: bool) -> None:
    """See that nothing is missing any more, and that the buyer agreed to charges at the door where there may be any."""
    if quote.needs:
        raise CartIncomplete(needs=list(quote.needs))
    if not quote.total:
        raise NothingToPay(currency=quote.currency)
    if quote.import_charges in ("due_at_door", "unknown") and not accept_due_at_door:
        raise DueAtDoorNotAccepted(
            import_charges=quote.import_charges,
            estimate={"amount": Money(quote.at_door, quote.currency).text, "currency": quote.currency},
        )


def _total_changed(cart_id: UUID, quote: Quote, shown_total: Money) -> TotalChanged:
    """Return the refusal with what moved between the cart's last quote and this one."""
    row = sql.fetch_one("SELECT quote FROM orders_cart WHERE id = %s", [cart_id])
    assert row is not None, "the cart is locked"
    current = Money(quote.total, quote.currency)
    return TotalChanged(
        shown={"amount": shown_total.text, "currency": shown_total.currency},
        current={"amount": current.text, "currency": current.currency},
        changes=list(_changes(Quote.decode(row[0]), quote)),
    )


def _changes(shown: Quote, current: Quote) -> Iterator[dict[str, str | None]]:
    before = {order.seller.seller_id: order for order in shown.orders}
    after = {order.seller.seller_id: order for order in current.orders}
    for seller_id in before | after:
        old, new = before.get(seller_id), after.get(seller_id)
        for group in ("goods", "delivery", "duty", "tax", "fees"):
            texts = [
                Money(getattr(order, group), quote.currency).text if order is not None else None
                for order, quote in ((old, shown), (new, current))
            ]
            if texts[0] != texts[1]:
                known = new or old
                assert known is not None
                yield {"seller": known.seller.store_slug, "group": group, "before": texts[0], "after": texts[1]}


# Orders and lines come as one JSON document each: the server takes them apart faster than a driver writes fifty arrays.
# The purchase copies what the cart says of the buyer, sealed as it is.
_PLACE = f"""
WITH purchase AS (
  INSERT INTO orders_purchase
    (id, number, cart_id, person_id, country, region, postal_code, currency, language, channel, contact, total_minor,
     due_at_door_accepted, rates, placed_at, payment_due_at)
  SELECT %(purchase_id)s, %(number)s, id, person_id, country, region, postal_code, currency, language, channel, contact,
         %(total)s, %(accepted)s, %(rates)s::jsonb, %(now)s, %(payment_due_at)s
  FROM orders_cart WHERE id = %(cart_id)s
), fact AS (
  {facts.INSERT}
), n AS (
  SELECT * FROM jsonb_to_recordset(%(orders)s::jsonb) AS n(
    id uuid, consignment_id uuid, number text, seller_id uuid, slug text, name text, goods bigint, delivery bigint,
    duty bigint, tax bigint, fees bigint, total bigint, at_door bigint, payout_currency text, due_goods bigint,
    due_delivery bigint, due_tax bigint, due_commission bigint, pieces int, quote jsonb, taxes jsonb,
    authorities jsonb, dispatch_days int)
), orders AS (
  INSERT INTO orders_order
    (id, number, purchase_id, seller_id, seller_slug, seller_name, currency, goods_minor, delivery_minor, duty_minor,
     tax_minor, fees_minor, total_minor, at_door_minor, due_minor, payout_currency, seller_goods_minor,
     seller_delivery_minor, seller_tax_minor, seller_commission_minor, pieces_ordered, quote, taxes_at_capture,
     authorities, dispatch_days, protection_days, inspection_days, placed_at)
  SELECT id, number, %(purchase_id)s, seller_id, slug, name, %(currency)s, goods, delivery, duty, tax, fees, total,
         at_door, total, payout_currency, due_goods, due_delivery, due_tax, due_commission, pieces, quote, taxes,
         authorities, dispatch_days, %(protection_days)s, %(inspection_days)s, %(now)s
  FROM n
), consignments AS (
  INSERT INTO orders_consignment
    (id, order_id, seller_id, dispatch_country, dispatch_region, dispatch_postal_code, destination_country, service,
     regime, import_charges)
  SELECT consignment_id, id, seller_id, quote->'seller'->>'dispatch_country', quote->'seller'->>'dispatch_region',
         quote->'seller'->>'dispatch_postal_code', %(country)s, quote->'service', quote->>'regime',
         quote->>'import_charges'
  FROM n
), lines AS (
  INSERT INTO orders_orderline
    (order_id, seller_id, position, sku_id, sku_code, listing_id, title, hs_code, origin_country, weight_g,
     unit_price_minor, unit_price_currency, goods_native_minor, ordered, goods_minor, delivery_minor, duty_minor,
     tax_minor, fees_minor, total_minor, seller_goods_minor, seller_delivery_minor, seller_tax_minor,
     seller_commission_minor)
  SELECT * FROM jsonb_to_recordset(%(lines)s::jsonb) AS l(
    order_id uuid, seller_id uuid, position int, sku_id bigint, sku text, listing_id uuid, title text, hs text,
    origin text, weight int, price bigint, price_currency text, goods_native bigint, quantity int, goods bigint,
    delivery bigint, duty bigint, tax bigint, fees bigint, total bigint, due_goods bigint, due_delivery bigint,
    due_tax bigint, due_commission bigint)
)
INSERT INTO orders_idempotencykey (scope, key, body_hash, purchase_id, locked_until, session, created_at)
VALUES (%(cart_id)s, %(key)s, %(body_hash)s, %(purchase_id)s, %(locked_until)s, pg_backend_pid(), %(now)s)
"""


def _place_params(
    *,
    cart_id: UUID,
    purchase_id: UUID,
    order_ids: Sequence[UUID],
    quote: Quote,
    idempotency_key: str,
    body_hash: bytes,
    accept_due_at_door: bool,
    now: datetime,
) -> dict[str, Any]:
    country = quote.destination.country
    deadlines = markets.get_pack(country).deadlines
    number = ids.new_number()
    placed = list(zip(order_ids, quote.orders, strict=True))
    return {
        "now": now,
        "cart_id": cart_id,
        "purchase_id": purchase_id,
        "number": number,
        "country": country,
        "total": quote.total,
        "currency": quote.currency,
        "accepted": accept_due_at_door,
        "rates": _json(pricing.freeze_rates(quote).as_json()),
        "payment_due_at": now + timedelta(minutes=deadlines.payment_due_minutes),
        "protection_days": deadlines.protection_days,
        "inspection_days": deadlines.inspection_days,
        "orders": _json(
            [
                _order_row(order, order_id=order_id, number=f"{number}-{place}", country=country)
                for place, (order_id, order) in enumerate(placed, start=1)
            ]
        ),
        "lines": _json(
            [
                _line_row(line, order_id=order_id, seller_id=order.seller.seller_id, position=position)
                for order_id, order in placed
                for position, line in enumerate(order.lines)
            ]
        ),
        "key": idempotency_key,
        "body_hash": body_hash,
        "locked_until": now + IN_FLIGHT_FOR,
        **facts.parameters(PurchasePlaced(purchase_id=purchase_id, total_minor=quote.total, currency=quote.currency)),
    }


def _json(document: Any) -> str:
    """Return a document that may hold quotes as JSON text."""
    return msgspec.json.encode(document).decode()


def _order_row(order: OrderQuote, *, order_id: UUID, number: str, country: str) -> dict[str, Any]:
    due = order.due_native
    authorities = find_authorities(order, country)
    return {
        "id": order_id,
        "consignment_id": ids.new_id(),
        "number": number,
        "seller_id": order.seller.seller_id,
        "slug": order.seller.store_slug,
        "name": order.seller.store_name,
        "goods": order.goods,
        "delivery": order.delivery,
        "duty": order.duty,
        "tax": order.tax,
        "fees": order.fees,
        "total": order.total,
        "at_door": order.at_door,
        "payout_currency": due.currency,
        "due_goods": due.goods_minor,
        "due_delivery": due.delivery_minor,
        "due_tax": due.tax_minor,
        "due_commission": due.commission_minor,
        "pieces": sum(line.quantity for line in order.lines),
        "quote": order,
        "taxes": taxes_at_capture(order, authorities),
        "authorities": authorities,
        "dispatch_days": markets.get_pack(order.seller.country).deadlines.dispatch_days,
    }


def _line_row(line: LineQuote, *, order_id: UUID, seller_id: UUID, position: int) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "seller_id": seller_id,
        "position": position,
        "sku_id": line.sku_id,
        "sku": line.sku,
        "listing_id": line.listing_id,
        "title": line.title,
        "hs": line.hs_code,
        "origin": line.origin_country,
        "weight": line.weight_g,
        "price": line.unit_price.minor,
        "price_currency": line.unit_price.currency,
        "goods_native": line.goods_native.minor,
        "quantity": line.quantity,
        "goods": line.goods,
        "delivery": line.delivery,
        "duty": line.duty,
        "tax": line.tax,
        "fees": line.fees,
        "total": line.total,
        "due_goods": line.due.goods_minor,
        "due_delivery": line.due.delivery_minor,
        "due_tax": line.due.tax_minor,
        "due_commission": line.due.commission_minor,
    }
