"""Which service carries an order: what each service asks, which channels are closed, which service is taken. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from entrepot.customs.charges import between_minor_units, portion
from entrepot.customs.lanes import Lane
from entrepot.pricing import travel
from entrepot.pricing.quote import Offer
from entrepot.pricing.refusals import NoDelivery, NotSellable
from entrepot.pricing.sale import Setting
from entrepot.pricing.travel import Banned
from entrepot.shipping.rules import DeliveryChoice, DeliveryTemplate, Way, choose_way, list_ways

if TYPE_CHECKING:
    from entrepot.pricing.rules import Desk


def banned_channels(
    desk: Desk, lines: Sequence[tuple[Offer, int]], facts: Sequence[frozenset[str]], lane: Lane
) -> Banned:
    """
    Return the channels that may not carry the goods.

    :raises NotSellable: none may carry some of them.
    :raises NoDelivery: the seller has not said what delivery costs.
    """
    for offer, _ in lines:
        if offer.template is None:
            raise NoDelivery(lines=[{"sku": offer.sku, "reason": "no_delivery_template"}])
    banned, refused = travel.judge(desk, lines, facts, lane)
    if refused:
        raise NotSellable(lines=refused)
    return banned


def list_services(setting: Setting, lines: Sequence[tuple[Offer, int]]) -> list[tuple[DeliveryTemplate, list[Way]]]:
    """Return each template of the lines with the services by which it carries all of them, priced."""
    country = setting.desk.destination.country
    templates: dict[int, DeliveryTemplate] = {}
    for offer, _ in lines:
        if offer.template is not None:
            templates[id(offer.template)] = offer.template
    services = []
    for template in templates.values():
        # Only where a service is free above some value is it asked what the goods are worth.
        if template.looks_at_value(country):
            values = _values_in(setting, lines, template.currency)
            items = [
                (offer.weight_g, offer.dimensions_mm, quantity, value)
                for (offer, quantity), value in zip(lines, values, strict=True)
            ]
        else:
            items = [(offer.weight_g, offer.dimensions_mm, quantity, 0) for offer, quantity in lines]
        services.append((template, list_ways(template, country, items)))
    return services


def can_prepay(services: Sequence[tuple[DeliveryTemplate, list[Way]]]) -> bool:
    """Say whether any service prepays what falls due at the border."""
    for _, ways in services:
        for service, *_ in ways:
            if service.duties_prepaid:
                return True
    return False


def choose_service(
    setting: Setting,
    services: Sequence[tuple[DeliveryTemplate, list[Way]]],
    lines: Sequence[tuple[Offer, int]],
    banned: Banned,
    *,
    prefer_prepaid: bool,
) -> DeliveryChoice:
    """Choose the service; an order that mixes shipping classes takes the dearest class's template for all of it."""
    best: DeliveryChoice | None = None
    best_price = -1
    for template, ways in services:
        choice = choose_way(template, ways, prefer_prepaid=prefer_prepaid, banned=banned)
        if choice is None:
            faults = [fault for service, *_ in ways for fault in banned.get(service.channel, ())]
            raise NoDelivery(lines=faults or [{"sku": offer.sku, "reason": "no_service"} for offer, _ in lines])
        if len(services) == 1:
            return choice
        price = portion(choice.price_native.minor, setting.factor(choice.price_native.currency))
        if price > best_price:
            best, best_price = choice, price
    assert best is not None, "an order has a template"
    return best


def _values_in(setting: Setting, lines: Sequence[tuple[Offer, int]], currency: str) -> list[int]:
    values = []
    for offer, quantity in lines:
        price = offer.price
        if price.currency == currency:
            values.append(price.minor * quantity)
        else:
            rate = setting.rate(price.currency, currency)
            values.append(portion(price.minor * quantity, between_minor_units(rate, price.currency, currency)))
    return values
