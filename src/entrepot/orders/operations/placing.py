"""Placing a cart: transaction 1. Purchase, orders, lines, consignments, the key, an attempt, a fact; stock last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from entrepot.catalog import operations as catalog
from entrepot.kernel import facts, ids, sql
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.money import Money
from entrepot.kernel.transactions import transaction
from entrepot.markets import queries as markets
from entrepot.markets.rules import FrozenRates
from entrepot.orders import secrets
from entrepot.orders.events import PurchasePlaced
from entrepot.orders.operations.carts import CartNotOpen
from entrepot.orders.rules.postings import taxes_at_capture
from entrepot.payments import operations as payments
from entrepot.payments.queries import Attempt
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination, OrderQuote, Quote

# As long as an attempt at the payment service may take before another request may go on with it.
IN_FLIGHT_FOR = timedelta(seconds=90)


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

    def as_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "payment_state": self.payment_state,
            "next_action": self.next_action,
            "decline_code": self.decline_code,
        }


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


_LOCK_CART = """
SELECT c.token_hash, c.status, c.country, c.region, c.postal_code, c.currency, c.language, c.import_id_kinds::text,
       c.needs::text, c.lines::text, c.rates::text, c.valid_until
FROM orders_cart c WHERE c.id = %s
FOR NO KEY UPDATE
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
    Turn a cart into one purchase with an order per seller; stock taken, payment due. Nine statements.

    The same key and body again return what came of it; `checkout.place_and_pay` pays outside this transaction.

    :raises NotFound: there is no such cart, or the token does not open it.
    :raises IdempotencyKeyReused: the key came before with another body.
    :raises RequestInFlight: the key's first request is still being worked on.
    :raises CartNotOpen: the cart was placed under another key, or has expired.
    :raises CartIncomplete: e-mail, address or an import id is missing.
    :raises TotalChanged: the total moved since the buyer saw `shown_total`.
    :raises DueAtDoorNotAccepted: charges fall or may fall due at the door and that was not accepted.
    :raises OutOfStock: a SKU no longer covers its quantity.
    :raises DomainError: what `pricing.get_quote` and `payments.open_attempt` refuse.
    Whatever is raised, nothing was written.
    """
    row = sql.fetch_one(_LOCK_CART, [cart_id])  # Two tabs must not place it twice.
    if row is None or not secrets.opens_cart(token, row[0]):
        raise NotFound()
    if row[1] != "open":
        return _repeat(cart_id=cart_id, status=row[1], key=idempotency_key, body_hash=body_hash, now=now)
    needs = json.loads(row[8])
    if needs:
        raise CartIncomplete(needs=needs)
    quote = _requote(row, at=now)
    if Money(quote.total, quote.currency) != shown_total:
        raise _total_changed(cart_id, quote, shown_total)
    _require_consent(quote, accept_due_at_door=accept_due_at_door)

    purchase_id = ids.new_id()
    params = _place_params(
        cart_id=cart_id,
        purchase_id=purchase_id,
        quote=quote,
        rates=row[10],
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
    facts.record(PurchasePlaced(purchase_id=purchase_id, total_minor=quote.total, currency=quote.currency))
    wanted = {line.sku_id: line.quantity for order in quote.orders for line in order.lines}
    # Last: a hot SKU's row is locked for the shortest time.
    catalog.reserve_stock(wanted=wanted, reference=purchase_id, at=now)
    return Placed(
        purchase_id=purchase_id,
        attempt=attempt,
        number=params["number"],
        order_ids=tuple(params["o_id"]),
        quote=quote,
        language=row[6],
        placed_at=now,
        payment_due_at=params["payment_due_at"],
    )


_FIND_KEY = """
SELECT body_hash, answer::text, locked_until, purchase_id FROM orders_idempotencykey WHERE scope = %s AND key = %s
"""
_RELOCK_KEY = """
UPDATE orders_idempotencykey SET locked_until = %s WHERE scope = %s AND key = %s AND answer IS NULL
"""


def _repeat(*, cart_id: UUID, status: str, key: str, body_hash: bytes, now: datetime) -> Placed:
    """Say what came of an earlier request with this key; the cart's row lock keeps a twin of this one out."""
    known = sql.fetch_one(_FIND_KEY, [cart_id, key])
    if known is None:
        raise CartNotOpen(cart_id=str(cart_id), status=status)
    known_hash, answer, locked_until, purchase_id = known
    if bytes(known_hash) != body_hash:
        raise IdempotencyKeyReused()
    if answer is not None:
        return Placed(purchase_id=purchase_id, attempt=None, answer=Answer(**json.loads(answer)))
    if locked_until > now:
        raise RequestInFlight()
    sql.execute(_RELOCK_KEY, [now + IN_FLIGHT_FOR, cart_id, key])
    return Placed(purchase_id=purchase_id, attempt=None)


def _requote(row: tuple[Any, ...], *, at: datetime) -> Quote:
    country, region, postal_code, currency, language = row[2:7]
    return pricing.get_quote(
        lines=[(sku, quantity) for sku, quantity in json.loads(row[9])],
        destination=Destination(country=country, region=region, postal_code=postal_code),
        currency=currency,
        at=at,
        rates=FrozenRates.from_json(json.loads(row[10])) if at < row[11] else None,
        given_import_ids=tuple(json.loads(row[7])),
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
        changes=list(_changes(Quote.from_json(orjson.loads(row[0])), quote)),
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


# The purchase copies what the cart says of the buyer, sealed as it is.
_PLACE = """
WITH cart AS (
  UPDATE orders_cart SET status = 'placed', updated_at = %(now)s WHERE id = %(cart_id)s
), purchase AS (
  INSERT INTO orders_purchase
    (id, number, cart_id, person_id, country, region, postal_code, currency, language, channel, contact, total_minor,
     captured_minor, due_at_door_accepted, rates, placed_at, payment_due_at)
  SELECT %(purchase_id)s, %(number)s, id, person_id, country, region, postal_code, currency, language, channel, contact,
         %(total)s, 0, %(accepted)s, %(rates)s::jsonb, %(now)s, %(payment_due_at)s
  FROM orders_cart WHERE id = %(cart_id)s
), orders AS (
  INSERT INTO orders_order
    (id, number, purchase_id, seller_id, seller_slug, seller_name, currency, goods_minor, delivery_minor, duty_minor,
     tax_minor, fees_minor, total_minor, at_door_minor, due_minor, held_minor, released_minor, refunded_minor,
     waived_minor, payout_currency, seller_goods_minor, seller_delivery_minor, seller_tax_minor,
     seller_commission_minor, pieces_ordered, pieces_cancelled, pieces_shipped, pieces_delivered, quote,
     taxes_at_capture, dispatch_days, protection_days, inspection_days, placed_at)
  SELECT n.id, n.number, %(purchase_id)s, n.seller_id, n.slug, n.name, %(currency)s, n.goods, n.delivery, n.duty, n.tax,
         n.fees, n.total, n.at_door, n.total, 0, 0, 0, 0, n.payout_currency, n.seller_goods, n.seller_delivery,
         n.seller_tax, n.seller_commission, n.pieces, 0, 0, 0, n.quote, n.taxes, n.dispatch_days, n.protection_days,
         n.inspection_days, %(now)s
  FROM unnest(%(o_id)s::uuid[], %(o_number)s::text[], %(o_seller)s::uuid[], %(o_slug)s::text[], %(o_name)s::text[],
    %(o_goods)s::bigint[], %(o_delivery)s::bigint[], %(o_duty)s::bigint[], %(o_tax)s::bigint[], %(o_fees)s::bigint[],
    %(o_total)s::bigint[], %(o_door)s::bigint[], %(o_payout)s::text[], %(o_sgoods)s::bigint[],
    %(o_sdelivery)s::bigint[], %(o_stax)s::bigint[], %(o_scommission)s::bigint[], %(o_pieces)s::int[],
    %(o_quote)s::jsonb[], %(o_taxes)s::jsonb[], %(o_dispatch)s::int[], %(o_protection)s::int[],
    %(o_inspection)s::int[])
    AS n(id, number, seller_id, slug, name, goods, delivery, duty, tax, fees, total, at_door, payout_currency,
         seller_goods, seller_delivery, seller_tax, seller_commission, pieces, quote, taxes, dispatch_days,
         protection_days, inspection_days)
), consignments AS (
  INSERT INTO orders_consignment
    (id, order_id, seller_id, dispatch_country, dispatch_region, dispatch_postal_code, destination_country, service,
     regime, import_charges)
  SELECT n.id, n.order_id, n.seller_id, n.country, n.region, n.postal_code, c.country, n.service, n.regime, n.charges
  FROM unnest(%(c_id)s::uuid[], %(o_id)s::uuid[], %(o_seller)s::uuid[], %(c_country)s::text[], %(c_region)s::text[],
    %(c_postal_code)s::text[], %(c_service)s::jsonb[], %(c_regime)s::text[], %(c_charges)s::text[])
    AS n(id, order_id, seller_id, country, region, postal_code, service, regime, charges), orders_cart c
  WHERE c.id = %(cart_id)s
), lines AS (
  INSERT INTO orders_orderline
    (order_id, seller_id, position, sku_id, sku_code, listing_id, title, hs_code, origin_country, weight_g,
     unit_price_minor, unit_price_currency, goods_native_minor, ordered, cancelled, shipped, delivered, returned,
     goods_minor, delivery_minor, duty_minor, tax_minor, fees_minor, total_minor, cancelled_minor, seller_goods_minor,
     seller_delivery_minor, seller_tax_minor, seller_commission_minor)
  SELECT n.order_id, n.seller_id, n.position, n.sku_id, n.sku, n.listing_id, n.title, n.hs, n.origin, n.weight,
         n.price, n.price_currency, n.goods_native, n.quantity, 0, 0, 0, 0, n.goods, n.delivery, n.duty, n.tax, n.fees,
         n.total, 0, n.seller_goods, n.seller_delivery, n.seller_tax, n.seller_commission
  FROM unnest(%(l_order)s::uuid[], %(l_seller)s::uuid[], %(l_position)s::int[], %(l_sku_id)s::bigint[],
    %(l_sku)s::text[], %(l_listing)s::uuid[], %(l_title)s::text[], %(l_hs)s::text[], %(l_origin)s::text[],
    %(l_weight)s::int[], %(l_price)s::bigint[], %(l_price_currency)s::text[], %(l_native)s::bigint[],
    %(l_quantity)s::int[], %(l_goods)s::bigint[], %(l_delivery)s::bigint[], %(l_duty)s::bigint[], %(l_tax)s::bigint[],
    %(l_fees)s::bigint[], %(l_total)s::bigint[], %(l_sgoods)s::bigint[], %(l_sdelivery)s::bigint[],
    %(l_stax)s::bigint[], %(l_scommission)s::bigint[])
    AS n(order_id, seller_id, position, sku_id, sku, listing_id, title, hs, origin, weight, price, price_currency,
         goods_native, quantity, goods, delivery, duty, tax, fees, total, seller_goods, seller_delivery, seller_tax,
         seller_commission)
)
INSERT INTO orders_idempotencykey (scope, key, body_hash, purchase_id, locked_until, created_at)
VALUES (%(cart_id)s, %(key)s, %(body_hash)s, %(purchase_id)s, %(locked_until)s, %(now)s)
"""


def _place_params(
    *,
    cart_id: UUID,
    purchase_id: UUID,
    quote: Quote,
    rates: str,
    idempotency_key: str,
    body_hash: bytes,
    accept_due_at_door: bool,
    now: datetime,
) -> dict[str, Any]:
    destination = markets.get_pack(quote.destination.country).deadlines
    number = ids.new_number()
    order_ids = [ids.new_id() for _ in quote.orders]
    return {
        "now": now,
        "cart_id": cart_id,
        "purchase_id": purchase_id,
        "number": number,
        "total": quote.total,
        "currency": quote.currency,
        "accepted": accept_due_at_door,
        "rates": rates,
        "payment_due_at": now + timedelta(minutes=destination.payment_due_minutes),
        "key": idempotency_key,
        "body_hash": body_hash,
        "locked_until": now + IN_FLIGHT_FOR,
        "o_protection": [destination.protection_days] * len(quote.orders),
        "o_inspection": [destination.payout_delay_days] * len(quote.orders),
        **_order_params(quote.orders, order_ids, number),
        **_consignment_params(quote.orders),
        **_line_params(quote.orders, order_ids),
    }


def _order_params(orders: tuple[OrderQuote, ...], order_ids: list[UUID], number: str) -> dict[str, Any]:
    return {
        "o_id": order_ids,
        "o_number": [f"{number}-{place}" for place in range(1, len(orders) + 1)],
        "o_seller": [order.seller.seller_id for order in orders],
        "o_slug": [order.seller.store_slug for order in orders],
        "o_name": [order.seller.store_name for order in orders],
        "o_goods": [order.goods for order in orders],
        "o_delivery": [order.delivery for order in orders],
        "o_duty": [order.duty for order in orders],
        "o_tax": [order.tax for order in orders],
        "o_fees": [order.fees for order in orders],
        "o_total": [order.total for order in orders],
        "o_door": [order.at_door for order in orders],
        "o_payout": [order.due_native.goods.currency for order in orders],
        "o_sgoods": [order.due_native.goods.minor for order in orders],
        "o_sdelivery": [order.due_native.delivery.minor for order in orders],
        "o_stax": [order.due_native.tax.minor for order in orders],
        "o_scommission": [order.due_native.commission.minor for order in orders],
        "o_pieces": [sum(line.quantity for line in order.lines) for order in orders],
        "o_quote": [orjson.dumps(order.as_json()).decode() for order in orders],
        "o_taxes": [orjson.dumps(taxes_at_capture(order)).decode() for order in orders],
        "o_dispatch": [markets.get_pack(order.seller.country).deadlines.dispatch_days for order in orders],
    }


def _consignment_params(orders: tuple[OrderQuote, ...]) -> dict[str, Any]:
    return {
        "c_id": [ids.new_id() for _ in orders],
        "c_country": [order.seller.dispatch_country for order in orders],
        "c_region": [order.seller.dispatch_region for order in orders],
        "c_postal_code": [order.seller.dispatch_postal_code for order in orders],
        "c_service": [orjson.dumps(order.service.as_json()).decode() for order in orders],
        "c_regime": [order.regime for order in orders],
        "c_charges": [order.import_charges for order in orders],
    }


def _line_params(orders: tuple[OrderQuote, ...], order_ids: list[UUID]) -> dict[str, Any]:
    placed = [
        (order_id, order.seller.seller_id, position, line)
        for order_id, order in zip(order_ids, orders, strict=True)
        for position, line in enumerate(order.lines)
    ]
    lines = [line for *_, line in placed]
    return {
        "l_order": [order_id for order_id, *_ in placed],
        "l_seller": [seller_id for _, seller_id, *_ in placed],
        "l_position": [position for _, _, position, _ in placed],
        "l_sku_id": [line.sku_id for line in lines],
        "l_sku": [line.sku for line in lines],
        "l_listing": [line.listing_id for line in lines],
        "l_title": [line.title for line in lines],
        "l_hs": [line.hs_code for line in lines],
        "l_origin": [line.origin_country for line in lines],
        "l_weight": [line.weight_g for line in lines],
        "l_price": [line.unit_price.minor for line in lines],
        "l_price_currency": [line.unit_price.currency for line in lines],
        "l_native": [line.goods_native.minor for line in lines],
        "l_quantity": [line.quantity for line in lines],
        "l_goods": [line.goods for line in lines],
        "l_delivery": [line.delivery for line in lines],
        "l_duty": [line.duty for line in lines],
        "l_tax": [line.tax for line in lines],
        "l_fees": [line.fees for line in lines],
        "l_total": [line.total for line in lines],
        "l_sgoods": [line.due.goods.minor for line in lines],
        "l_sdelivery": [line.due.delivery.minor for line in lines],
        "l_stax": [line.due.tax.minor for line in lines],
        "l_scommission": [line.due.commission.minor for line in lines],
    }
