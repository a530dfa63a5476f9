"""
A placed order's price worked out again from what the order keeps, by the rule book as it stands for that day. Pure.

Everything that a seller or a buyer said is an input and comes from the order: prices, goods, the service that was
chosen and its price, tax status, exchange rates, the margin. What the law says comes from the rule book: so a
difference means that somebody has changed what is written there about that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from entrepot.kernel.money import Money
from entrepot.markets.rules import FallbackRates, FrozenRates, FxTable
from entrepot.pricing import rules
from entrepot.pricing.quote import LineQuote, LineTerms, Offer, OrderQuote, Part
from entrepot.pricing.rules import Desk
from entrepot.shipping.rules import EVERYWHERE, DeliveryChoice, DeliveryTemplate, Service, Zone

_MARGIN = "margin_percent"
_ANY_WEIGHT_G = 10**12


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of the price that comes out otherwise now; None where it is not there."""

    code: str
    before: Money | None
    after: Money | None


def is_complete(order: OrderQuote) -> bool:
    """Tell whether an order keeps all that its price was worked out from."""
    return all(line.terms is not None for line in order.lines)


def reproduce(order: OrderQuote, *, desk: Desk, table: FxTable) -> OrderQuote:
    """
    Return what an order would cost by the desk's rule book, at the order's own exchange rates.

    :param table: rates for pairs that the order never needed, should another rule ask for them now.
    :raises NotSellable, NoDelivery: the rule book forbids today what it allowed then.
    """
    assert is_complete(order), "the order keeps the terms of its lines"
    pairs = {pair: rate for pair, rate in order.rates.items() if pair != _MARGIN}
    desk = replace(
        desk,
        rates=FallbackRates(FrozenRates(pairs, order.rates_date or table.date), table),
        margin_percent=Decimal(order.rates.get(_MARGIN, 0)),
    )
    template = _template(order.service)
    lines = [
        (_offer(order, line, line.terms, template), line.quantity) for line in order.lines if line.terms is not None
    ]
    return rules.make_order(desk, lines)


def _template(choice: DeliveryChoice) -> DeliveryTemplate:
    """Return a template that has the chosen service alone, at the price that was asked."""
    price = choice.price_native
    # With one step a weight that is not known changes nothing; with two it makes the price an estimate, as it was.
    limits = (_ANY_WEIGHT_G - 1, _ANY_WEIGHT_G) if choice.estimated else (_ANY_WEIGHT_G,)
    steps = tuple((limit, price.minor) for limit in limits)
    days = choice.transit_days_min, choice.transit_days_max
    zone = Zone(frozenset({EVERYWHERE}), frozenset(), steps, 0, None, *days)
    service = Service(
        choice.code,
        choice.name,
        choice.carrier,
        choice.channel,
        (zone,),
        choice.duties_prepaid,
        choice.tracked,
        None,
    )
    handling = choice.days_min - choice.transit_days_min, choice.days_max - choice.transit_days_max
    return DeliveryTemplate(price.currency, *handling, (service,))


def _offer(order: OrderQuote, line: LineQuote, terms: LineTerms, template: DeliveryTemplate) -> Offer:
    return Offer(
        sku=line.sku,
        sku_id=line.sku_id,
        listing_id=line.listing_id,
        title=line.title,
        image="",
        options=line.options,
        seller=order.seller,
        price=line.unit_price,
        tax_included=terms.tax_included,
        home_tax_rate=terms.home_tax_rate,
        hs_code=line.hs_code,
        hs_confirmed=terms.hs_confirmed,
        origin_country=line.origin_country,
        weight_g=line.weight_g,
        dimensions_mm=None,
        shipping_class="standard",
        flags=terms.flags,
        category=terms.category,
        available=line.quantity,
        buyable=True,
        template=template,
    )


def list_differences(before: OrderQuote, after: OrderQuote, *, currency: str) -> tuple[Difference, ...]:
    """
    Return which parts of orders in a currency come out otherwise: the amount, who owes it, when it is paid, or how the
    lines share it.

    What somebody only worded anew (a source, the name of a rule) is no difference. When every part is the same but not
    what the seller gets, that is told as `seller_due`.
    """
    old, new = _by_code(before.parts), _by_code(after.parts)
    found = [
        Difference(code, _amount(old.get(code), currency), _amount(new.get(code), currency))
        for code in dict.fromkeys([*old, *new])
        if _figures(old.get(code, [])) != _figures(new.get(code, []))
    ]
    if not found and [line.due for line in before.lines] != [line.due for line in after.lines]:
        found.append(Difference("seller_due", before.due_native.net, after.due_native.net))
    return tuple(found)


def _by_code(parts: Sequence[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.code, []).append(part)
    return found


def _amount(parts: Sequence[Part] | None, currency: str) -> Money | None:
    return None if parts is None else Money(sum(part.amount for part in parts), currency)


def _figures(parts: Sequence[Part]) -> list[tuple[object, ...]]:
    # A part of nothing may come and go; it moves no money.
    return [
        (part.amount, part.payable, part.liable, part.native, part.shares, part.native_shares)
        for part in parts
        if part.amount or part.native.minor
    ]
